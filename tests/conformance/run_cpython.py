"""run_cpython.py OUTPUT_FOLDER SCRIPTS... -- what CPython does with each script, under the shipped module interleave.

Leaves OUTPUT_FOLDER/<name>.<executor>.txt for each executor of a script's "# on:" line (without one: serial and loop):

    key <hash of the script, the module, this file and the interpreter>
    end finished | failed <type> | deadlock
    order <tasks in the order in which they ran>
    <what it printed>

What is there with the same key is not run again. On serial and loop time jumps, so that no script takes time of its own.
Several scripts share a process: a start of CPython for each would take longer than all of them.
"""
import gc
import hashlib
import io
import os
import pathlib
import re
import runpy
import signal
import sys
import traceback

here = pathlib.Path(__file__).resolve().parent
module = here.parent.parent / "src" / "workloads" / "interleave.py"
sys.dont_write_bytecode = True
sys.path.insert(0, str(module.parent))
import interleave  # noqa: E402

TIME_LIMIT_S = 10


def executors_of(text):
    found = re.search(r"^# on: (.*)$", text, re.M)
    if found:
        return found[1].split()
    lesson = re.search(r"^lesson\(.*?\bon=\[(.*?)\]", text, re.M | re.S)
    return [name for name in ("serial", "loop") if not lesson or name in lesson[1]]


def settings():
    """lessons.txt: options by name of the file."""
    lines = [line.split(": ") for line in (here / "lessons.txt").read_text().splitlines() if not line.startswith("#")]
    return {name: [word for setting in rest.split() for word in ("--set", setting)] for name, rest in lines}


class TooLong(BaseException):
    """No script takes long here: it hangs."""


class Ended(BaseException):
    """A deadlock, told by the module instead of ending the process."""


def deadlocked():
    raise Ended


interleave._deadlocked = deadlocked
kept = []  # tasks of a deadlock: nobody may clean up after them while another script runs


def run_here(script, executor, result):
    """Runs it in this process and writes the result file."""
    def too_long(*_):
        raise TooLong
    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT_S, 0.5)
    out = io.StringIO()
    sys.stdout, sys.stderr = out, io.StringIO()
    jumps = executor in ("serial", "loop") and "\n# clock: real\n" not in script.read_text(encoding="utf-8")
    virtual = ["--clock", "jump"] if jumps else ["--workers", "4"]
    sys.argv = [str(script), "--on", executor, *virtual, *settings().get(script.stem, [])]
    interleave._state = None
    end = "finished"
    try:
        runpy.run_path(str(script), run_name="__main__")
    except Ended:
        end = "deadlock"
    except BaseException as error:
        end = f"failed {type(error).__name__}"
        if os.environ.get("SHOW"):
            traceback.print_exc(file=sys.__stderr__)
    signal.setitimer(signal.ITIMER_REAL, 0)
    state = interleave._state
    kept.append(state)
    tasks = " ".join(map(str, state.trace.order)) if state else ""
    result.write_text(f"end {end}\norder {tasks}\n{out.getvalue()}", encoding="utf-8")


def run_once(script, executor, half_done):
    """What the result file holds. What has threads or processes of its own gets a process of its own, too."""
    if executor in ("serial", "loop"):
        run_here(script, executor, half_done)
    else:
        child = os.fork()
        if child == 0:
            try:
                run_here(script, executor, half_done)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
    text = half_done.read_text(encoding="utf-8") if half_done.exists() else "end died\norder \n"
    half_done.unlink(missing_ok=True)
    return text


def run_all(jobs):
    """One after the other. A busy machine may make a run too long: that is asked again, now and the next time."""
    for script, executor, result, key in jobs:
        half_done = result.with_suffix(".half")
        text = run_once(script, executor, half_done)
        if text.startswith("end failed TooLong\n"):
            print(f"{script.stem} on {executor} took CPython more than {TIME_LIMIT_S} s; once more", file=sys.__stderr__)
            text = run_once(script, executor, half_done)
        known = not text.startswith("end failed TooLong\n")
        result.write_text(f"key {key if known else 'none'}\n{text}", encoding="utf-8")


def main(folder, scripts):
    folder.mkdir(parents=True, exist_ok=True)
    base = hashlib.sha256(module.read_bytes() + pathlib.Path(__file__).read_bytes() + (here / "lessons.txt").read_bytes() + sys.version.encode())
    jobs = []
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        digest = base.copy()
        digest.update(text.encode())
        key = digest.hexdigest()
        for executor in executors_of(text):
            result = folder / f"{script.stem}.{executor}.txt"
            # CPython has no `stealing`: what it prints is compared with what threads print.
            if executor != "stealing" and not (result.exists() and result.read_text(encoding="utf-8").startswith(f"key {key}\n")):
                jobs.append((script, executor, result, key))
    at_once = min(os.cpu_count() or 1, len(jobs))
    gc.freeze()
    for i in range(at_once):
        if os.fork() == 0:
            status = 1
            try:
                run_all(jobs[i::at_once])
                status = 0
            finally:
                os._exit(status)
    sys.exit(any([os.wait()[1] for _ in range(at_once)]))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), [pathlib.Path(name).resolve() for name in sys.argv[2:]])
