"""Dataclass-like classes, sorting, grouping, and a small table."""
from interleave import *


class Employee:
    fields = ("name", "department", "salary")

    def __init__(self, name, department, salary=1000):
        self.name = name
        self.department = department
        self.salary = salary

    def __repr__(self):
        inside = ", ".join(f"{f}={getattr(self, f)!r}" for f in self.fields)
        return f"{self.__class__.__name__}({inside})"

    def __eq__(self, other):
        return isinstance(other, Employee) and self.key() == other.key()

    def __lt__(self, other):
        return self.key() < other.key()

    def __hash__(self):
        return hash(self.key())

    def key(self):
        return (self.department, self.name, self.salary)

    def replace(self, **changes):
        values = {f: getattr(self, f) for f in self.fields}
        values.update(changes)
        return type(self)(**values)

    @classmethod
    def parse(cls, line):
        name, department, salary = [part.strip() for part in line.split(";")]
        return cls(name, department, int(salary))

    @staticmethod
    def total(employees):
        return sum(e.salary for e in employees)


class Manager(Employee):
    def __init__(self, name, department, salary=2000, reports=None):
        super().__init__(name, department, salary)
        self.reports = reports or []

    def __len__(self):
        return len(self.reports)

    def __iter__(self):
        return iter(self.reports)

    def __bool__(self):
        return True


DATA = """ann; it; 3000
bob; sales; 2500
cat; it; 3500
dan; sales; 2500"""


def main():
    staff = [Employee.parse(line) for line in DATA.splitlines()]
    print(staff[0], len(staff), Employee.total(staff))
    print(sorted(staff)[0], max(staff, key=lambda e: e.salary).name, min(staff).name)
    print([e.name for e in sorted(staff, key=lambda e: (-e.salary, e.name))])
    by_department = {}
    for e in staff:
        by_department.setdefault(e.department, []).append(e)
    for department, people in sorted(by_department.items()):
        print("%-8s %2d %8.2f" % (department, len(people), sum(e.salary for e in people) / len(people)))
    print({d: [e.name for e in p] for d, p in by_department.items()})
    raised = [e.replace(salary=e.salary * 1.1) if e.department == "it" else e for e in staff]
    print(raised[0].salary, raised[1] is staff[1], staff[0] == Employee("ann", "it", 3000), staff[0] != staff[1])
    boss = Manager("zoe", "it", reports=staff[:2])
    print(boss, len(boss), [e.name for e in boss], isinstance(boss, Employee), issubclass(Manager, Employee), bool(Manager("x", "y")))
    print(len({Employee("ann", "it", 3000), *staff}), staff.index(Employee("bob", "sales", 2500)), staff.count(staff[0]), Employee("x", "y") in staff)
    boss.extra = {"room": 12}
    print(hasattr(boss, "extra"), hasattr(staff[0], "extra"), getattr(boss, "phone", "none"), boss.extra["room"])
    del boss.extra
    try:
        boss.extra
    except AttributeError as e:
        print(e)
    matrix = [[1, 2, 3], [4, 5, 6]]
    print([list(row) for row in zip(*matrix)], [[sum(a * b for a, b in zip(r, c)) for c in zip(*matrix)] for r in matrix], sum(matrix, []))
    stack, queue = [], [1, 2, 3]
    while queue:
        stack.append(queue.pop(0))
    print(stack, stack[-1], stack[:-1], stack[::2], [x for x in stack if x != 2] + [9] * 2)
    a, (b, *c), d = 1, (2, 3, 4), 5
    a, d = d, a
    print(a, b, c, d, (1, 2) < (1, 3), [1, 2] == [1, 2], (1,) + (2,), () == tuple())


run(main)
