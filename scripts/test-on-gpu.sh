#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything that needs an NVIDIA GPU, in one command.
#
#   scripts/test-on-gpu.sh [PART...]        builds, then runs
#   scripts/test-on-gpu.sh --pack DIR       builds, and makes DIR a folder that
#                                           runs on a machine without build tools
#   DIR/test-on-gpu.sh [PART...]            runs it there
#
# Parts; without any: native java
#   native      the tests of CTest's labels gpu and gpu-short
#   java        the TestNG group gpu
#   sanitizers  the tests of label gpu-short under compute-sanitizer: memcheck,
#               racecheck and initcheck
#   soak        pipelines for SOAK_SECONDS (480), the GPU's memory watched
#   bench       the figures of make bench-gpu
#   all         all of these
#
# A machine that runs a packed folder has GStreamer 1.20 or newer with its base
# plugins, a JRE 17 for the part java and compute-sanitizer for sanitizers, on
# PATH and LD_LIBRARY_PATH. Logs are left in LOGS, by default the folder logs
# beside the packed script. A machine without a GPU is a failure; a test that
# wants a second one is skipped.
#
# TESTS=REGEX runs only native tests of these names, JAVA_TESTS=CLASS,... only
# these classes with all their groups, TOOLS="memcheck ..." only these tools.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
failures=0

say() {
  printf '%s\n' "$*"
}

die() {
  say "test-on-gpu: $*" >&2
  exit 2
}

# ---- Building and packing ---------------------------------------------------

# Lines of label, name, program with arguments, and environment, of what CTest knows.
list_tests() {
  (cd "$build" && ctest --show-only=json-v1 -L gpu) | python3 -c '
import json, os, sys

own = ("GST_", "SAVANT_TEST_NATIVE_DIR", "LSAN_", "LD_LIBRARY_PATH")
for test in json.load(sys.stdin)["tests"]:
    properties = {p["name"]: p["value"] for p in test["properties"]}
    labels = properties.get("LABELS", [])
    if not {"gpu", "gpu-short"} & set(labels):
        continue
    program = " ".join([os.path.basename(test["command"][0]), *test["command"][1:]])
    words = [w for w in properties.get("ENVIRONMENT", []) if not w.startswith(own)]
    label = "gpu-short" if "gpu-short" in labels else "gpu"
    print(label, test["name"], program, *words, sep="\t")'
}

pack() {
  local folder=$1 program
  local m2=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
  local core=$root/java-bindings/core/target

  rm -rf "$folder/bin" "$folder/native" "$folder/java"
  mkdir -p "$folder/bin" "$folder/native" "$folder/java" || exit 2
  list_tests > "$folder/tests.list" || die "no list of tests in $build"
  while read -r program; do
    strip -o "$folder/bin/$program" "$build/tests/$program" || exit 2
  done < <(cut -f3 "$folder/tests.list" | cut -d' ' -f1 | sort -u)
  for program in bench/bench_gpu bench/bench_upload bench/bench_sources; do
    [ ! -x "$build/$program" ] ||
      strip -o "$folder/bin/${program#*/}" "$build/$program" || exit 2
  done
  cp -P "$build"/native/*.so* "$folder/native" &&
    strip --strip-unneeded "$folder"/native/*.so || exit 2
  cp -r "$core/classes" "$core/test-classes" "$folder/java" || exit 2
  find "$m2" \( -name 'testng-7*.jar' -o -name 'jcommander-1*.jar' \
    -o -name 'slf4j-api-2*.jar' -o -name 'jna-5*.jar' \
    -o -name 'gst1-java-core-1*.jar' \) -exec cp {} "$folder/java" \;
  cp "${BASH_SOURCE[0]}" "$folder/test-on-gpu.sh"
}

make_all() {
  root=$(cd "$here/.." && pwd)
  build=$root/gst-plugin/target/native/release
  [ -n "${NO_BUILD:-}" ] && return
  "$root/scripts/bootstrap.sh" || exit 2
  (cd "$root/gst-plugin" && cmake --preset release &&
    cmake --build --preset release) || die "the native build failed"
  (cd "$root" && mvn -q test-compile -pl java-bindings/core -am \
    -Dnative.skip=true -Dspotless.check.skip) || die "the Java build failed"
}

# ---- Running ----------------------------------------------------------------

# run LIMIT NAME COMMAND...: one line for it, the last of its log on a failure.
run() {
  local limit=$1 name=$2 log rc start what
  shift 2
  log=$logs/${name//[\/ ]/-}.log
  start=$(date +%s%N)
  timeout -k 10 "$limit" "$@" > "$log" 2>&1
  rc=$?
  case $rc in
    0) what=passed ;;
    77) what=skipped ;;
    *) what="FAILED $rc" ;;
  esac
  printf '%-10s %-40s %6.1f s\n' "$what" "$name" \
    "$((($(date +%s%N) - start) / 100000000))e-1"
  [ $rc = 0 ] && return 0
  if [ $rc = 77 ]; then
    grep '^skipped' "$log" | sed 's/^/    /'
    return 0
  fi
  failures=$((failures + 1))
  tail -n "${TAIL:-25}" "$log" | sed 's/^/    /'
  return 1
}

# each_test LABELS COMMAND...: COMMAND in front of each program.
each_test() {
  local labels=$1 prefix=$2 label name program words
  shift 2
  while IFS=$'\t' read -r label name program words; do
    [[ $label =~ ^($labels)$ && $name =~ ${TESTS:-.} ]] || continue
    # shellcheck disable=SC2086
    run "${LIMIT:-600}" "$prefix$name" env ${words//$'\t'/ } "$@" "$here/bin/"$program
  done < "$here/tests.list"
}

sanitizers() {
  local tool
  command -v compute-sanitizer > /dev/null ||
    { say "FAILED    compute-sanitizer is not on PATH"; failures=$((failures + 1)); return; }
  for tool in ${TOOLS:-memcheck racecheck initcheck}; do
    LIMIT=${LIMIT:-300} each_test gpu-short "$tool:" \
      compute-sanitizer --tool "$tool" --error-exitcode 99 --print-limit 20
  done
}

java_tests() {
  local selection=(-groups gpu) pattern='*Gpu*Test.class' classes
  [ -z "${JAVA_TESTS:-}" ] || selection=()
  # The compiler that one test calls is no part of a JRE.
  [ "${JAVA_TESTS:-}" != all ] || pattern='*Test.class'
  classes=$(cd "$here/java/test-classes" && find . -name "$pattern" \
    ! -name SnippetsTest.class | sed 's|^\./||; s|\.class$||; s|/|.|g' |
    sort | paste -sd,)
  case ${JAVA_TESTS:-all} in all) ;; *) classes=$JAVA_TESTS ;; esac
  # shellcheck disable=SC2086
  TAIL=5 run 600 java bash -c '"$@"; rc=$?; [ $rc != 2 ] || rc=77; exit $rc' - \
    java -Djna.nosys=true -Xmx512m \
    -Djna.library.path="${LD_LIBRARY_PATH:-}" -Dsavant.native.dir="$here/native" \
    ${JAVA_OPTIONS:-} \
    -cp "$here/java/test-classes:$here/java/classes:$(echo "$here"/java/*.jar | tr ' ' :)" \
    org.testng.TestNG -usedefaultlisteners false -listener org.savantgst.LineReport \
    ${selection[@]+"${selection[@]}"} -testclass "$classes"
  # TestNG tells skips of some from skips of all by nothing but the reason.
  if grep -q '^skipped: no GPU was tried' "$logs/java.log"; then
    failures=$((failures + 1))
  fi
  grep -E -A6 '^(skipped|FAILED|Total)' "$logs/java.log" |
    grep -E '^(skipped|FAILED|Total|    )' | head -n 100 | sed 's/^/    /'
}

run_parts() {
  local part program
  logs=${LOGS:-$here/logs}
  mkdir -p "$logs" || exit 2
  export SAVANT_REQUIRE_GPU=1 SAVANT_TEST_NATIVE_DIR=$here/native
  export GST_REGISTRY=$logs/registry.bin CK_DEFAULT_TIMEOUT=300
  export GST_PLUGIN_PATH=$here/native${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}
  export LD_LIBRARY_PATH=$here/native${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  nvidia-smi --query-gpu=index,name,driver_version,memory.used \
    --format=csv,noheader 2> /dev/null || say "nvidia-smi does not answer"
  for part in "$@"; do
    case $part in
      native) each_test 'gpu|gpu-short' '' ;;
      java) java_tests ;;
      sanitizers) sanitizers ;;
      soak) run $((${SOAK_SECONDS:-480} + 120)) soak "$here/bin/soak_gpu" \
        "${SOAK_SECONDS:-480}" && sed 's/^/    /' "$logs/soak.log" ;;
      bench) for program in "$here"/bin/bench_*; do
        run 600 "${program##*/}" "$program" && cat "$logs/${program##*/}.log"
      done ;;
      *) die "there is no part $part" ;;
    esac
  done
  say "$failures failed; logs in $logs"
  [ "$failures" = 0 ]
}

case ${1:-} in
  -h | --help)
    sed -n '4,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit ;;
  --pack)
    [ -n "${2:-}" ] || die "--pack needs a folder"
    [ ! -e "$here/tests.list" ] || die "this is a packed folder already"
    make_all
    pack "$2"
    exit ;;
esac
[ $# -gt 0 ] || set -- native java
[ "$*" != all ] || set -- native java sanitizers soak bench
if [ ! -e "$here/tests.list" ]; then
  make_all
  pack "$root/target/gpu-tests"
  exec "$root/target/gpu-tests/test-on-gpu.sh" "$@"
fi
run_parts "$@"
