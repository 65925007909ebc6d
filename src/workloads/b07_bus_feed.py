"""The bus feed: a stream of XML events becomes dictionaries, and the buses of one route are followed.

For the teacher. A parser says "start of bus", "text", "end of id" and so on, one event at a time, and you want whole buses. Written
with classes that is a state machine with a variable called state. Written as a coroutine there is no such variable: where the
code waits IS the state. Look at the marked line: it waits outside a bus in one place, inside a bus in another (the headline says how often). Then the dictionaries
go through two filters, route 22 and North Bound, to a printer. To be seen: only the buses that pass both are printed, and the one
thing that says where we are in the document is the line that is lit.

For the developer. The events are a short list, made up; a real feed comes from a parser that calls send(). An event is a pair,
kind and value; "end" of "bus" closes a dictionary.
"""
from interleave import *

lesson(id="B7", name="bus_feed", title="Events become buses",
       claim="A coroutine is a state machine whose state is the line at which it waits.",
       source="Beazley, part 3",
       question="{buses} buses come as events. Where is it written whether we are inside a bus?",
       answer="waits", on=["serial", "loop"], workers=1, cores=1)

buses = param(8, min=1, max=200)

fleet = [{"id": str(7400 + n), "route": ["22", "36", "22", "147"][n % 4], "direction": ["North Bound", "South Bound", "South Bound"][n % 3]} for n in range(buses)]
wanted = [bus["id"] for bus in fleet if bus["route"] == "22" and bus["direction"] == "North Bound"]
expect("output", value=[f"bus {number}, route 22, North Bound" for number in wanted] + [f"{len(wanted)} of {buses} buses"])


def coroutine(function):
    def start(*args):
        made = function(*args)
        next(made)
        return made
    return start


def events(fleet, target):
    target.send(("start", "buses"))
    for bus in fleet:
        target.send(("start", "bus"))
        for field, value in bus.items():
            target.send(("start", field))
            target.send(("text", value))
            target.send(("end", field))
        target.send(("end", "bus"))
    target.send(("end", "buses"))


@coroutine
def buses_to_dicts(target):
    while True:
        kind, value = yield              # waits here: outside of any bus
        if kind == "start" and value == "bus":
            bus = {}
            text = ""
            while True:
                kind, value = yield      # waits here: inside a bus
                if kind == "text":
                    text = value
                elif kind == "end" and value == "bus":
                    target.send(bus)
                    break
                elif kind == "end":
                    bus[value] = text


@coroutine
def only(field, wanted, target):
    while True:
        bus = yield
        if bus[field] == wanted:
            target.send(bus)


@coroutine
def locations(seen):
    while True:
        bus = yield
        seen.append(bus)
        print(f"bus {bus['id']}, route {bus['route']}, {bus['direction']}")


async def feed():
    seen = []
    events(fleet, buses_to_dicts(only("route", "22", only("direction", "North Bound", locations(seen)))))
    print(f"{len(seen)} of {buses} buses")


async def main():
    await gather(feed())


run(main)
