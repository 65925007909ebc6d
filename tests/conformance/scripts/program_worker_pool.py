"""A worker pool with results, failures and retries."""
# on: loop threads gil stealing
from interleave import *


class Pool:
    def __init__(self, size):
        self.jobs = Queue()
        self.results = {}
        self.errors = []
        self.size = size
        self.tasks = []

    async def __aenter__(self):
        self.tasks = [spawn(self.work(n)) for n in range(self.size)]
        return self

    async def __aexit__(self, kind, error, trace):
        await self.jobs.join()
        for t in self.tasks:
            t.cancel()
        ended = await gather(*self.tasks, return_exceptions=True)
        print("workers ended:", all(isinstance(e, CancelledError) for e in ended))
        return False

    async def work(self, n):
        while True:
            key, job, tries = await self.jobs.get()
            try:
                self.results[key] = await job(key)
            except ValueError as e:
                if tries > 0:
                    await self.jobs.put((key, job, tries - 1))
                else:
                    self.errors.append((key, str(e)))
            finally:
                self.jobs.task_done()


attempts = {}


async def flaky(key):
    attempts[key] = attempts.get(key, 0) + 1
    await sleep(1 * ms)
    if key % 5 == 0:
        raise ValueError(f"job {key} never works")
    if key % 3 == 0 and attempts[key] < 2:
        raise ValueError("again")
    return key ** 2


async def main():
    async with Pool(3) as pool:
        for key in range(10):
            await pool.jobs.put((key, flaky, 2))
    print(sorted(pool.results.items()))
    print(sorted(pool.errors))
    print(sorted(attempts.items()))


run(main)
