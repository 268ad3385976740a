# SPDX-License-Identifier: Apache-2.0
"""What the checks of this folder read from shared objects."""

import subprocess
import sys


def symbols(nm, path, *options):
    """The dynamic symbols of a file, without symbol versions."""
    text = subprocess.run(
        [nm, "-D", "--format=posix", *options, path],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {line.split()[0].split("@")[0] for line in text.splitlines() if line}


def dynamic(readelf, path):
    """The dynamic section as a list of (tag, value)."""
    text = subprocess.run(
        [readelf, "-d", "-W", path], check=True, capture_output=True, text=True
    ).stdout
    entries = []
    for line in text.splitlines():
        if "(" in line and "[" in line:
            tag = line.split("(")[1].split(")")[0]
            entries.append((tag, line.split("[")[1].split("]")[0]))
    return entries


def finish(faults, summary):
    """Prints the faults, or the summary if there are none, and exits."""
    for fault in faults:
        print(fault)
    if not faults:
        print(summary)
    sys.exit(1 if faults else 0)
