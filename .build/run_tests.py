"""run_tests.py RESULTS SUITE PROGRAMS... -- runs test programs one after another and counts.

Programs are GoogleTest's (native, or .js for Node) or *.spec.mjs for Node's own runner. Appends "SUITE passed failed" to
RESULTS. A program that crashes, hangs or says nothing counts as one failure, so that green always means "ran and passed".
"""
import os
import re
import shutil
import subprocess
import sys
import time

TIME_LIMIT_S = 600
PAGES_TIME_LIMIT_S = 1800   # a browser with software GL on a slow machine

results, suite, *programs = sys.argv[1:]
# A report without names helps nobody, and Debian's symbolizer has a number in its name.
symbolizer = shutil.which("llvm-symbolizer") or shutil.which("llvm-symbolizer-19")
symbolize = f":external_symbolizer_path={symbolizer}" if symbolizer else ""
environment = {**os.environ,
               "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1" + symbolize,
               "UBSAN_OPTIONS": "print_stacktrace=1" + symbolize,
               "ASAN_OPTIONS": "detect_stack_use_after_return=1" + symbolize}


def command(program):
    if program.endswith(".spec.mjs"):
        return ["node", "--test", "--test-reporter=tap", program]
    if program.endswith(".js"):
        return ["node", program, "--gtest_brief=1"]
    return [program, "--gtest_brief=1"]


def counts(program, output):
    """(passed, failed) from what it printed; None where it printed no total."""
    if program.endswith(".spec.mjs"):
        found = {word: int(n) for word, n in re.findall(r"^# (pass|fail|cancelled) (\d+)$", output, re.M)}
        return (found["pass"], found["fail"] + found["cancelled"]) if "pass" in found else None
    passed = re.search(r"^\[  PASSED  \] (\d+) test", output, re.M)
    failed = re.search(r"^\[  FAILED  \] (\d+) test", output, re.M)
    return (int(passed[1]), int(failed[1]) if failed else 0) if passed else None


def run(program):
    """(passed, failed) of one run; what failed is printed."""
    started = time.monotonic()
    limit_s = PAGES_TIME_LIMIT_S if program.endswith(".spec.mjs") else TIME_LIMIT_S
    try:
        ended = subprocess.run(command(program), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
                               stdin=subprocess.DEVNULL, timeout=limit_s)
        output, status = ended.stdout.decode(errors="replace"), ended.returncode
    except subprocess.TimeoutExpired as timeout:
        output, status = (timeout.stdout or b"").decode(errors="replace") + f"\n(stopped after {limit_s} s)", "timeout"
    passed, failed = counts(program, output) or (0, 0)
    if status != 0 and failed == 0:
        failed = 1
    if passed + failed == 0:
        failed, output = 1, output + "\n(no test ran)"
    name = os.path.basename(program)
    print(f"  {name:30} {passed:4} passed, {failed} failed   {time.monotonic() - started:.1f} s", flush=True)
    if failed:
        print(output, f"\n  {name} ended with {status}", flush=True)
    return passed, failed


total_passed = total_failed = 0
for program in programs:
    passed, failed = run(program)
    # Pages share two cores with a browser's software GL: what fails there runs once more, and both are said. A test that
    # passes only then is a race to be found, here or in the program (a Stop told as a deadlock was).
    if failed and program.endswith(".spec.mjs"):
        print(f"  FLAKY? {os.path.basename(program)} runs once more", flush=True)
        passed, failed = run(program)
    total_passed, total_failed = total_passed + passed, total_failed + failed

if not programs:
    print("  (no test program)")
    total_failed = 1
with open(results, "a") as file:
    file.write(f"{suite} {total_passed} {total_failed}\n")
sys.exit(1 if total_failed else 0)
