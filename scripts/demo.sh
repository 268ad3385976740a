#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the program savant over four forms of a video, which stock elements make,
# and leaves contact sheets, an encoded video and a line about every frame.
# Fails if a frame is missing.
#
#   scripts/demo.sh [VIDEO]
#
# Needs the packed program (`mvn package`); `make demo` does both.
set -euo pipefail

case ${1:-} in
  -h | --help)
    sed -n '4,/^set/s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac

cd "$(dirname "$0")/.."

clip=examples/media/bigbuckbunny.mp4
clip_frames=132
jar=examples/target/savant.jar
out=target/demo

die () { printf 'demo: %s\n' "$*" >&2; exit 1; }

video=${1:-$clip}
[ -f "$video" ] || die "no file $video"
[ -f "$jar" ] || die "no $jar: 'make demo' builds it"

square=pixel-aspect-ratio=1/1
scaled () { printf '%s!%s ! video/x-raw,width=%d,height=%d,%s' "$video" "$@"; }

java -jar "$jar" run --out "$out" --batch 4 --size 640x640 --mp4 \
  "$(scaled videoscale 1280 720 $square)" \
  "$(scaled videoscale 640 360 $square)" \
  "$(scaled videoscale 720 576 pixel-aspect-ratio=64/45)" \
  "$(scaled 'aspectratiocrop aspect-ratio=9/16 ! videoscale' 360 640 $square)"

# The frames of a source, and its first line.
frames_of () { grep -c "^{\"source\": $1, " "$out/frames.jsonl" || true; }
first_of () { grep -m1 "^{\"source\": $1, " "$out/frames.jsonl"; }

wanted=$(frames_of 0)
[ "$video" != "$clip" ] || wanted=$clip_frames
for source in 0 1 2 3; do
  found=$(frames_of $source)
  [ "$found" -gt 0 ] && [ "$found" -eq "$wanted" ] ||
    die "$found frames of source $source in $out/frames.jsonl instead of $wanted"
  [[ $(first_of $source) == *'"id": 0, '*'"batch": 0, '* ]] ||
    die "source $source does not begin with its first frame: $(first_of $source)"
done

printf 'demo: all %d frames of 4 sources are in %s/%s\n' $((4 * wanted)) "$PWD" \
  "$out/frames.jsonl"
sheets=("$out"/sheet-*.png)
for file in "$out/letterbox.mp4" "${sheets[-1]}"; do
  [ -s "$file" ] || die "$file is empty"
done
printf 'demo: encoded video %s/%s\n' "$PWD" "$out/letterbox.mp4"
printf 'demo: contact sheet %s/%s\n' "$PWD" "${sheets[-1]}"
