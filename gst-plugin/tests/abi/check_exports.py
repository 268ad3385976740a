# SPDX-License-Identifier: Apache-2.0
"""The library exports what its public headers declare, the plugin its entry
points, and neither anything else."""

import argparse
import pathlib
import re

import elf

LIBRARY_NAMES = re.compile(
    r"(gst_)?savant_\w+|gst_is_savant_\w+|gst_buffer_(get|set)_savant_\w+"
)
PLUGIN_NAMES = {"gst_plugin_savant_get_desc", "gst_plugin_savant_register"}
# Put into every shared object by some linkers.
LINKER_NAMES = {"_init", "_fini", "_edata", "_end", "__bss_start"}


def declared(headers):
    """Names that the headers mark SAVANT_API."""
    names = set()
    for header in sorted(pathlib.Path(headers).glob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        text = re.sub(r"^\s*#.*?(?<!\\)$", "", text, flags=re.M | re.S)
        for match in re.finditer(r"SAVANT_API\s+([^;]*);", text):
            declaration = match.group(1)
            type_macro = re.match(
                r"G_DECLARE_\w+\s*\(\s*\w+\s*,\s*(\w+)", declaration
            )
            if type_macro:
                names.add(type_macro.group(1) + "_get_type")
            else:
                names.add(re.match(r"[^(]*?(\w+)\s*\(", declaration).group(1))
    return names


def main():
    parser = argparse.ArgumentParser()
    for option in ("--nm", "--headers", "--library", "--plugin"):
        parser.add_argument(option, required=True)
    args = parser.parse_args()

    library = elf.symbols(args.nm, args.library, "--defined-only")
    library -= LINKER_NAMES
    plugin = elf.symbols(args.nm, args.plugin, "--defined-only") - LINKER_NAMES
    public = declared(args.headers)

    faults = [
        f"{name}: exported by the library under a name that is not ours"
        for name in sorted(library)
        if not LIBRARY_NAMES.fullmatch(name)
    ]
    faults += [
        f"{name}: exported by the library, declared in no public header"
        for name in sorted(library - public)
    ]
    faults += [
        f"{name}: declared in a public header, not exported by the library"
        for name in sorted(public - library)
    ]
    faults += [
        f"{name}: exported by the plugin, which has entry points only"
        for name in sorted(plugin - PLUGIN_NAMES)
    ]
    faults += [
        f"{name}: not exported by the plugin"
        for name in sorted(PLUGIN_NAMES - plugin)
    ]
    elf.finish(faults, f"{len(library)} symbols exported, each one public")


main()
