"""A simulation with objects, events and times."""
from interleave import *


class Elevator:
    def __init__(self):
        self.floor, self.requests, self.trips = 0, [], 0

    def call(self, floor):
        if floor not in self.requests:
            self.requests.append(floor)

    async def run_all(self):
        while self.requests:
            self.requests.sort(key=lambda f: abs(f - self.floor))
            target = self.requests.pop(0)
            while self.floor != target:
                self.floor += 1 if target > self.floor else -1
                self.trips += 1
                await io(10 * ms)
            print("opens on", self.floor)


async def main():
    lift = Elevator()
    for floor in (5, 2, 8, 2):
        lift.call(floor)
    await lift.run_all()
    print("floors passed:", lift.trips)


run(main)
