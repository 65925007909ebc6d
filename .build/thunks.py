#!/usr/bin/env python3
"""thunks.py FOLDER -- fails if an object file has a thunk that leaves its frame before who it calls has read it.

LLVM 19 lets the thunk of a second base's virtual function copy an argument that is passed in memory (std::shared_ptr,
std::string_view) into a frame of its own, and then leave by return_call. What such a function does to its argument it does to
whatever lies there later. Such functions take references (CMakeLists.txt); this finds the one that does not.
"""
import pathlib
import re
import shutil
import subprocess
import sys


def thunks_that_leave(objdump, path):
    listing = subprocess.run([objdump, "-d", "--no-show-raw-insn", path], capture_output=True, text=True, check=True).stdout
    for function in re.split(r"\n\n+", listing):
        name = re.search(r"<(_ZT[hvc]\w+)>:", function)
        if name and "return_call" in function and "global.set" in function:
            yield name[1]


def main():
    objdump = shutil.which("llvm-objdump-19") or shutil.which("llvm-objdump")
    if not objdump:
        return print("There is no llvm-objdump: thunks are not looked at.", file=sys.stderr)
    objects = [path for path in pathlib.Path(sys.argv[1]).rglob("*.o") if "/src/" in str(path)]
    found = [(path.name, name) for path in objects for name in thunks_that_leave(objdump, path)]
    for file, name in found:
        print(f"{file}: {name} takes an argument by value that is passed in memory; let it take a reference (CMakeLists.txt says why).", file=sys.stderr)
    if found or not objects:
        sys.exit(1)


main()
