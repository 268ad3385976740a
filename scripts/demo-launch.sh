#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Letterboxes a video to 640x640 with savanttransform and leaves an encoded
# video and a contact sheet of its frames, with nothing but gst-launch-1.0.
#
#   scripts/demo-launch.sh [VIDEO]
#
# Needs the release build (`make native`); `make demo-launch` does both.
set -euo pipefail

case ${1:-} in
  -h | --help)
    sed -n '4,/^set/s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac

cd "$(dirname "$0")/.."

clip=${1:-examples/media/bigbuckbunny.mp4}
native=gst-plugin/target/native/release
out=target/demo-launch
columns=4
rows=3
tile=320
gap=4

export GST_PLUGIN_PATH=$PWD/$native/native
export GST_REGISTRY=$PWD/$native/registry.bin

die () { printf 'demo: %s\n' "$*" >&2; exit 1; }

[ -f "$clip" ] || die "no file $clip"
gst-inspect-1.0 savanttransform >/dev/null 2>&1 ||
  die "no savanttransform in $GST_PLUGIN_PATH: 'make native' builds it"

encoder=
for choice in x264enc openh264enc; do
  if gst-inspect-1.0 "$choice" >/dev/null 2>&1; then
    encoder=$choice
    break
  fi
done
[ -n "$encoder" ] || die "no H.264 encoder among the plugins here"
[ $encoder != openh264enc ] || encoder='openh264enc ! h264parse'

rm -rf "$out"
mkdir -p "$out/frames"

letterbox="savanttransform padding=symmetric pad-color=0x727272"
size_of () { printf 'width=%d,height=%d' "$1" "$1"; }

# One decoder feeds both: every frame to the encoder, two a second as pictures.
# The encoder looks ahead before its first output; the other queue takes what
# comes meanwhile.
gst-launch-1.0 -q \
  filesrc "location=$clip" ! decodebin ! tee name=t \
  t. ! queue ! $letterbox ! "video/x-raw,format=I420,$(size_of 640)" \
     ! $encoder ! mp4mux ! filesink "location=$out/letterbox.mp4" \
  t. ! videorate drop-only=true ! video/x-raw,framerate=9/4 \
     ! queue max-size-bytes=0 max-size-time=0 \
     ! $letterbox ! "video/x-raw,format=RGB,$(size_of "$tile")" \
     ! pngenc ! multifilesink "location=$out/frames/%02d.png"

# The first pictures side by side, as the inputs of one compositor.
step=$((tile + gap))
sheet_caps="width=$((columns * step + gap)),height=$((rows * step + gap))"
sheet=()
pads=()
for ((i = 0; i < columns * rows; i++)); do
  frame=$(printf '%s/frames/%02d.png' "$out" "$i")
  [ -f "$frame" ] || break
  pads+=("sink_$i::xpos=$((gap + i % columns * step))"
    "sink_$i::ypos=$((gap + i / columns * step))")
  sheet+=(filesrc "location=$frame" ! pngdec ! "c.sink_$i")
done
gst-launch-1.0 -q compositor name=c background=black "${pads[@]}" \
  ! "video/x-raw,format=RGBA,$sheet_caps" \
  ! pngenc snapshot=true ! filesink "location=$out/contact-sheet.png" \
  "${sheet[@]}"
rm -r "$out/frames"

for file in "$out/letterbox.mp4" "$out/contact-sheet.png"; do
  [ -s "$file" ] || die "$file is empty"
  printf 'demo: %s/%s (%d bytes)\n' "$PWD" "$file" "$(stat -c %s "$file")"
done
