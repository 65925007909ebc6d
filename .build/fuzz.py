"""fuzz.py RESULTS SECONDS PROGRAM [CORPUS...] [-- PROGRAM [CORPUS...]]... -- runs fuzzers side by side for so long and counts.

A long run keeps what it found interesting beside its program, and begins there the next time (a short one would only read);
CORPUS are folders it only reads.
A fuzzer that finds something leaves the input as a file, prints its name and counts as one failure. `RESULTS` may be "-".
"""
import os
import re
import shutil
import subprocess
import sys
import time

LONG_S = 120

results, seconds, *rest = sys.argv[1:]
groups = [[]]
for word in rest:
    if word == "--":
        groups.append([])
    else:
        groups[-1].append(word)

here = os.path.dirname(os.path.abspath(__file__))
symbolizer = shutil.which("llvm-symbolizer") or shutil.which("llvm-symbolizer-19")
symbolize = f":external_symbolizer_path={symbolizer}" if symbolizer else ""
environment = {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1" + symbolize, "ASAN_OPTIONS": "allocator_may_return_null=1:detect_leaks=0" + symbolize}

running = []
for program, *corpora in groups:
    name = os.path.basename(program)
    kept = program + (".kept" if int(seconds) >= LONG_S else ".passing")
    if int(seconds) < LONG_S:
        shutil.rmtree(kept, ignore_errors=True)
    os.makedirs(kept, exist_ok=True)
    with open(program + ".log", "wb") as log:
        # Leaks are looked for in `asan`, where it costs less; what grows without end meets -rss_limit_mb.
        running.append((name, program, time.monotonic(), subprocess.Popen(
            [program, f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2500", "-detect_leaks=0", "-max_len=8000", "-reload=0",
             "-print_final_stats=1", f"-artifact_prefix={program}-", kept, *corpora],
            stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment)))

passed = failed = 0
for name, program, started, process in running:
    try:
        status = process.wait(timeout=int(seconds) + 300)
    except subprocess.TimeoutExpired:
        process.kill()
        status = "hung"
    with open(program + ".log", errors="replace") as log:
        said = log.read()
    runs = re.search(r"number_of_executed_units: *(\d+)", said)
    reached = re.findall(r"cov: (\d+)", said)
    ok = status == 0
    print(f"  {name:30} {'found nothing' if ok else 'FOUND SOMETHING'} in {int(runs[1]) if runs else 0:,} inputs, "
          f"{reached[-1] if reached else '?'} places reached   {time.monotonic() - started:.1f} s", flush=True)
    if ok:
        passed += 1
    else:
        failed += 1
        print("\n".join(said.splitlines()[-60:]), f"\n  {name} ended with {status}; the input is beside it. Again: {program} FILE", flush=True)

if results != "-":
    with open(results, "a") as file:
        file.write(f"fuzz {passed} {failed}\n")
sys.exit(1 if failed else 0)
