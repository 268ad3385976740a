# SPDX-License-Identifier: Apache-2.0
"""No GStreamer symbol that we import is newer than the oldest GStreamer that
we support, by the version marks of the installed .gir files."""

import argparse
import pathlib
import re
import xml.etree.ElementTree as ElementTree

import elf

C_IDENTIFIER = "{http://www.gtk.org/introspection/c/1.0}identifier"
GET_TYPE = "{http://www.gtk.org/introspection/glib/1.0}get-type"


def version_key(text):
    return tuple(int(part) for part in re.findall(r"\d+", text))


def introduced(gir_dirs):
    """symbol -> version it came with, or None where it is as old as 1.0."""
    found = {}

    def walk(node, version):
        version = node.get("version", version)
        for name in (node.get(C_IDENTIFIER), node.get(GET_TYPE)):
            if name:
                found[name] = version
        for child in node:
            walk(child, version)

    for gir_dir in gir_dirs:
        for path in sorted(pathlib.Path(gir_dir).glob("Gst*.gir")):
            for namespace in ElementTree.parse(path).getroot():
                # A namespace has a version too: that of the API, 1.0.
                for node in namespace:
                    walk(node, None)
    return found


def read_exceptions(path):
    """symbol -> reason, from lines 'symbol  # reason'."""
    exceptions = {}
    for line in pathlib.Path(path).read_text().splitlines():
        name, _, reason = (part.strip() for part in line.partition("#"))
        if name and not reason:
            raise SystemExit(f"{path}: {name} has no reason")
        if name:
            exceptions[name] = reason
    return exceptions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nm", required=True)
    parser.add_argument("--gir-dir", action="append", required=True)
    parser.add_argument("--exceptions", required=True)
    parser.add_argument("--max", required=True, help="for instance 1.20")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()

    limit = version_key(args.max)
    versions = introduced(args.gir_dir)
    exceptions = read_exceptions(args.exceptions)
    if not versions:
        elf.finish([f"no Gst*.gir in {args.gir_dir}"], "")

    ours = set()
    imported = set()
    for path in args.files:
        ours |= elf.symbols(args.nm, path, "--defined-only")
        imported |= elf.symbols(args.nm, path, "--undefined-only")
    imported = {
        name for name in imported - ours if re.match(r"_?gst_", name)
    }

    faults = []
    for name in sorted(imported):
        if name in exceptions:
            continue
        if name not in versions:
            faults.append(
                f"{name}: in no .gir file; if it is not newer than "
                f"{args.max}, list it with the reason in {args.exceptions}"
            )
        elif versions[name] and version_key(versions[name]) > limit:
            faults.append(
                f"{name}: since {versions[name]}, which is newer than "
                f"{args.max}"
            )
    elf.finish(
        faults,
        f"{len(imported)} GStreamer symbols imported, none newer than "
        f"{args.max}",
    )


main()
