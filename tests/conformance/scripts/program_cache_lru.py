"""A cache that forgets what was used longest ago."""
from interleave import *


class LRU:
    def __init__(self, size):
        self.size, self.items = size, {}
        self.hits = self.misses = 0

    def __contains__(self, key): return key in self.items
    def __len__(self): return len(self.items)

    def get(self, key, make):
        if key in self.items:
            self.hits += 1
            value = self.items.pop(key)
        else:
            self.misses += 1
            value = make(key)
            if len(self.items) >= self.size:
                oldest = next(iter(self.items))
                del self.items[oldest]
        self.items[key] = value
        return value


async def main():
    cache = LRU(3)
    for key in "abcabdae":
        cache.get(key, str.upper)
    print(list(cache.items.items()), cache.hits, cache.misses, "b" in cache, len(cache))


run(main)
