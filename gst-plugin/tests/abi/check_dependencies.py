# SPDX-License-Identifier: Apache-2.0
"""Library and plugin find each other in one directory and need no library of
a GPU vendor to load."""

import argparse
import re

import elf

VENDOR = re.compile(r"cuda|nv|nppi|cudnn|cublas|tensorrt|amdhip|OpenCL", re.I)


def main():
    parser = argparse.ArgumentParser()
    for option in ("--readelf", "--library", "--plugin"):
        parser.add_argument(option, required=True)
    args = parser.parse_args()

    faults = []
    entries = {}
    for role in ("library", "plugin"):
        entries[role] = elf.dynamic(args.readelf, getattr(args, role))
        faults += [
            f"{role}: needs {value}"
            for tag, value in entries[role]
            if tag == "NEEDED" and VENDOR.search(value)
        ]
        faults += [
            f"{role}: has RPATH {value}"
            for tag, value in entries[role]
            if tag == "RPATH"
        ]

    soname = [value for tag, value in entries["library"] if tag == "SONAME"]
    if soname != ["libgstsavant-1.0.so.0"]:
        faults.append(f"library: SONAME is {soname}")
    runpath = [value for tag, value in entries["plugin"] if tag == "RUNPATH"]
    if runpath != ["$ORIGIN"]:
        faults.append(f"plugin: RUNPATH is {runpath}, not $ORIGIN")
    if ("NEEDED", "libgstsavant-1.0.so.0") not in entries["plugin"]:
        faults.append("plugin: does not need libgstsavant-1.0.so.0")
    elf.finish(faults, "dependencies are as they should be")


main()
