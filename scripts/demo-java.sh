#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the program savant over four forms of a video, which stock elements make,
# and leaves contact sheets and a line about every frame.
#
#   scripts/demo-java.sh [VIDEO]
#
# Needs the packed program (`mvn package`); `make demo-java` does both.
set -euo pipefail

cd "$(dirname "$0")/.."

clip=${1:-examples/media/bigbuckbunny.mp4}
jar=examples/target/savant.jar
out=target/demo-java

die () { printf 'demo: %s\n' "$*" >&2; exit 1; }

[ -f "$clip" ] || die "no file $clip"
[ -f "$jar" ] || die "no $jar: 'make demo-java' builds it"

square=pixel-aspect-ratio=1/1
scaled () { printf '%s!%s ! video/x-raw,width=%d,height=%d,%s' "$clip" "$@"; }

java -jar "$jar" run --out "$out" --batch 4 --size 640x640 \
  "$(scaled videoscale 1280 720 $square)" \
  "$(scaled videoscale 640 360 $square)" \
  "$(scaled videoscale 720 576 pixel-aspect-ratio=64/45)" \
  "$(scaled 'aspectratiocrop aspect-ratio=9/16 ! videoscale' 360 640 $square)"

printf 'demo: %d frames in %s/%s\n' "$(wc -l <"$out/frames.jsonl")" "$PWD" \
  "$out/frames.jsonl"
for sheet in "$out"/sheet-*.png; do
  last=$sheet
done
printf 'demo: contact sheet %s/%s\n' "$PWD" "$last"
