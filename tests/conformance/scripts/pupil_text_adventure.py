"""Text adventure, as a pupil would write it."""
# on: serial loop threads stealing processes
from interleave import *

ROOMS = {
    "hall": {"north": "kitchen", "east": "garden", "items": ["lamp"]},
    "kitchen": {"south": "hall", "items": ["bread", "knife"]},
    "garden": {"west": "hall", "items": []},
}


class Game:
    def __init__(self):
        self.room, self.bag, self.turns = "hall", [], 0
    def do(self, line):
        self.turns += 1
        verb, _, rest = line.lower().strip().partition(" ")
        method = getattr(self, "do_" + verb, None)
        return method(rest) if method else f"I do not know how to {verb!r}."
    def do_go(self, where):
        if where not in ROOMS[self.room] or where == "items":
            return f"No way {where or '...'}."
        self.room = ROOMS[self.room][where]
        return self.do_look("")
    def do_look(self, _):
        here = ROOMS[self.room]
        exits = sorted(k for k in here if k != "items")
        return f"{self.room.upper()}: {', '.join(here['items']) or 'nothing'}; exits {'/'.join(exits)}"
    def do_take(self, what):
        items = ROOMS[self.room]["items"]
        if what not in items:
            return f"There is no {what}."
        items.remove(what)
        self.bag.append(what)
        return f"You have {len(self.bag)} thing{'s' * (len(self.bag) != 1)}."
    def do_drop(self, what):
        try:
            self.bag.remove(what)
        except ValueError:
            return "You do not have that."
        ROOMS[self.room]["items"].append(what)
        return "Dropped."


async def main():
    game = Game()
    for line in ["look", "take lamp", "GO north", "take knife ", "take spoon", "go up", "go south", "drop knife", "drop x", "dance", "look", "go items"]:
        print(f"> {line}\n{game.do(line)}")
    print(game.turns, game.bag)


run(main)
