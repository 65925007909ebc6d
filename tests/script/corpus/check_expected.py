"""Runs every script of this folder under CPython, with the module interleave of src/workloads, and compares with its .expected.

With --update it writes them instead: CPython says what is right.
"""
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
modules = here.parents[2] / "src" / "workloads"
wrong = []
for script in sorted(here.glob("*.py")):
    if script.stem == "check_expected":
        continue
    ran = subprocess.run([sys.executable, "-B", script, "--on", "serial", "--clock", "jump", "--workers", "1", "--cores", "1"],
                         env={**os.environ, "PYTHONPATH": str(modules)}, capture_output=True, text=True, check=False)
    expected = script.with_suffix(".expected")
    if ran.returncode != 0:
        wrong.append(f"{script.name} ({ran.stderr.strip().splitlines()[-1]})")
    elif "--update" in sys.argv:
        expected.write_text(ran.stdout)
    elif ran.stdout != expected.read_text():
        wrong.append(script.name)
sys.exit("not what CPython prints: " + ", ".join(wrong) if wrong else 0)
