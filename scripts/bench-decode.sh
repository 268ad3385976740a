#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Decodes a clip by nvv4l2decoder and letterboxes it into RGBA 640x640: by
# savanttransform, by nvvideoconvert, and not at all, on the same machine one
# after the other. Prints frames a second and the CPU time of a frame, without
# what a pipeline costs to start: a long stream is timed against a short one.
#
#   scripts/bench-decode.sh CLIP.mp4 [COPIES [ROUNDS]]
#
# COPIES (40): how often the short stream repeats the clip, the long one three
# times as often. Needs gst-launch-1.0, DeepStream's nvv4l2decoder and our plugin
# (GST_PLUGIN_PATH); an element that is missing is told and its row left out.
set -euo pipefail

case ${1:-} in
  -h | --help)
    sed -n '4,/^set/s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac

say () { printf 'bench-decode: %s\n' "$*" >&2; }

clip=${1:-}
copies=${2:-40}
rounds=${3:-3}
if [ ! -r "$clip" ]; then
  say "'$clip' is no file that can be read; usage: $0 CLIP.mp4 [COPIES [ROUNDS]]"
  exit 2
fi
# Not by --exists, which wants plugins to be as new as GStreamer.
exists () { gst-inspect-1.0 "$1" > /dev/null 2>&1; }
for element in nvv4l2decoder h264parse qtdemux; do
  if ! exists "$element"; then
    say "left out: there is no element $element"
    exit 77
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gst-launch-1.0 -q filesrc location="$clip" ! qtdemux ! h264parse ! \
  video/x-h264,stream-format=byte-stream,alignment=au ! \
  filesink location="$work/once.h264"
frames=$(gst-launch-1.0 -v filesrc location="$clip" ! qtdemux ! h264parse ! \
  video/x-h264,alignment=au ! fakesink silent=false | grep -c 'last-message = chain')

repeat () {
  local n
  for ((n = 0; n < $1; n++)); do cat "$work/once.h264"; done > "$2"
}
repeat "$copies" "$work/short.h264"
repeat $((3 * copies)) "$work/long.h264"

# seconds FILE ELEMENT...: wall and CPU seconds of a pipeline.
seconds () {
  local file=$1 TIMEFORMAT='%R %U %S'
  shift
  { time gst-launch-1.0 -q filesrc location="$file" blocksize=1048576 ! \
    h264parse ! nvv4l2decoder ! "$@" ! fakesink sync=false \
    > "$work/log" 2>&1; } 2> "$work/time" || { cat "$work/log" >&2; return 1; }
  awk '{ print $1, $2 + $3 }' "$work/time"
}

# Best of the rounds, of the two numbers by themselves.
best () {
  local n
  for ((n = 0; n < rounds; n++)); do seconds "$@" || return 1; done |
    awk 'NR == 1 || $1 < w { w = $1 } NR == 1 || $2 < c { c = $2 }
      END { print w, c }'
}

row () {
  local name=$1 short long
  shift
  if ! short=$(best "$work/short.h264" "$@") ||
    ! long=$(best "$work/long.h264" "$@"); then
    say "$name: the pipeline failed"
    return
  fi
  awk -v name="$name" -v n=$((2 * copies * frames)) -v s="$short" -v l="$long" \
    'BEGIN { split(s, a); split(l, b);
      printf "| %s | %.0f | %.1f |\n", name, n / (b[1] - a[1]),
        (b[2] - a[2]) / n * 1e6 }'
}

caps='video/x-raw(memory:NVMM),format=RGBA,width=640,height=640'
printf '| after nvv4l2decoder | frames/s | CPU us a frame |\n|---|---|---|\n'
row 'nothing' identity
if exists nvvideoconvert; then
  row 'nvvideoconvert, bilinear, dest-crop' nvvideoconvert \
    interpolation-method=1 dest-crop=0:140:640:360 ! "$caps"
else
  say 'left out: there is no element nvvideoconvert'
fi
if exists savanttransform; then
  row 'savanttransform, bilinear, symmetric' savanttransform \
    interpolation=bilinear padding=symmetric ! "$caps"
else
  say 'left out: there is no element savanttransform (GST_PLUGIN_PATH)'
fi
