from interleave import *
latency = param(200 * ms, min=1 * ms, max=5 * s)
work = 5 * ms
print(latency, work, latency + work, latency - work, 100 * (latency + work), latency / work, latency // work, latency % (7 * ms), latency / 2, latency // 3, -work, abs(-work), 0.5 * s, 1.5 * ms, 250 * us, 3 * ns)
print(latency > work, latency == 200 * ms, 0.2 * s == latency, max(latency, work), min([latency, work]), sum([work, work]), work > 0, sorted([3 * ms, 1 * ms]), bool(0 * ms), latency / ms, f"{latency}", f"{latency / s:.2f}", [latency])
print(100 * (1 - 0.8) * s, latency * 0.1, 1 * s / 3)
