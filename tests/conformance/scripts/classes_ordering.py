"""__lt__ is what sorted, min and max use."""
from interleave import *


class Job:
    def __init__(self, name, weight):
        self.name, self.weight = name, weight

    def __lt__(self, other):
        return self.weight < other.weight

    def __repr__(self):
        return self.name


def main():
    jobs = [Job("c", 3), Job("a", 1), Job("b", 2), Job("a2", 1)]
    print(sorted(jobs), min(jobs), max(jobs), sorted(jobs, key=lambda j: j.name))
    jobs.sort(reverse=True)
    print(jobs, jobs[0] > jobs[-1])


run(main)
