"""Runs every script of this folder under CPython, with the stand-in for interleave, and compares with its .expected.

With --update it writes them instead: CPython says what is right.
"""
import contextlib
import io
import pathlib
import runpy
import sys

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))
wrong = []
for script in sorted(here.glob("*.py")):
    if script.stem in ("interleave", "check_expected"):
        continue
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(str(script), run_name="__main__")
    expected = script.with_suffix(".expected")
    if "--update" in sys.argv:
        expected.write_text(out.getvalue())
    elif out.getvalue() != expected.read_text():
        wrong.append(script.name)
sys.exit("not what CPython prints: " + ", ".join(wrong) if wrong else 0)
