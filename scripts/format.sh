#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Formats C, C++ and CUDA sources by .clang-format.
#
#   scripts/format.sh            rewrites what differs
#   scripts/format.sh --check    changes nothing; fails and shows what differs
set -euo pipefail

case ${1:-} in
  -h | --help)
    sed -n '4,/^set/s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac

cd "$(dirname "$0")/.."

say () { printf 'format: %s\n' "$*"; }

clang_format=$(find target/venv/ -type f -path '*/clang_format/data/bin/*' \
  -name clang-format 2>/dev/null | head -n1)
if [ -z "$clang_format" ]; then
  say "C sources not checked: scripts/bootstrap.sh could not get clang-format"
  exit 0
fi

mapfile -d '' files < <(find gst-plugin java-bindings examples -name target -prune -o -type f \
  \( -name '*.[ch]' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' \) \
  -print0 | sort -z)

case ${1:-} in
  '')
    "$clang_format" -i "${files[@]}"
    ;;
  --check)
    if ! "$clang_format" --dry-run --Werror "${files[@]}"; then
      say "'make format' mends this" >&2
      exit 1
    fi
    say "${#files[@]} C sources are as .clang-format wants them"
    ;;
  *)
    say "unknown argument '$1': none or --check" >&2
    exit 2
    ;;
esac
