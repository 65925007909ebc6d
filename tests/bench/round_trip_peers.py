"""The peers of round_trip_bench.cpp that CPython has: a line "name nanoseconds" for each."""
import asyncio
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

HOPS, SPAWNS, SLEEPERS, TRIPS = 20_000, 20_000, 20_000, 300


async def hop():
    there, back = asyncio.Queue(1), asyncio.Queue(1)

    async def ping():
        for i in range(HOPS // 2):
            await there.put(i)
            await back.get()

    async def pong():
        for i in range(HOPS // 2):
            await there.get()
            await back.put(i)

    begin = time.perf_counter_ns()
    await asyncio.gather(ping(), pong())
    return (time.perf_counter_ns() - begin) / HOPS


async def nothing():
    pass


async def spawn():
    begin = time.perf_counter_ns()
    for _ in range(SPAWNS):
        await asyncio.create_task(nothing())
    return (time.perf_counter_ns() - begin) / SPAWNS


async def sleepers():
    begin = time.process_time_ns()
    await asyncio.gather(*[asyncio.sleep(0.1 + i % 100 / 1000) for i in range(SLEEPERS)])
    return (time.process_time_ns() - begin) / SLEEPERS


def same(i):
    return i


def submit(pool, trips, pause=0.0):
    pool.submit(same, 0).result()
    each = []
    for i in range(trips):
        if pause:
            time.sleep(pause)
        begin = time.perf_counter_ns()
        pool.submit(same, i).result()
        each.append(time.perf_counter_ns() - begin)
    return sorted(each)[trips // 2]


def main():
    print("hop", asyncio.run(hop()))
    print("spawn", asyncio.run(spawn()))
    print("sleepers", asyncio.run(sleepers()))
    with ThreadPoolExecutor(1) as pool:
        print("submit_hot", submit(pool, 2_000))
        print("submit_cold", submit(pool, 50, 0.002))
    with ProcessPoolExecutor(1) as pool:
        print("process_hot", submit(pool, TRIPS))
        print("process_cold", submit(pool, 50, 0.002))


if __name__ == "__main__":
    main()
