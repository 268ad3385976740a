#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what building, testing and running needs; nothing else in this
# project installs anything. For Debian 12, Ubuntu 22.04 and Ubuntu 24.04.
#
#   scripts/bootstrap.sh            everything for the targets of the Makefile
#   scripts/bootstrap.sh runtime    only what running the elements needs
#
# System packages come from apt, as root or through sudo. clang-format, what some
# tests hand pixels to (numpy, JPype) and the CUDA compiler come from PyPI into
# target/venv; the build goes on without them where they are not to be had.
# Called again, it only looks whether all is there.
set -euo pipefail

case ${1:-} in
  -h | --help)
    sed -n '4,/^set/s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac

cd "$(dirname "$0")/.."
script=scripts/bootstrap.sh

mode=${1:-build}
build_dir=target
venv=$build_dir/venv
stamp=$build_dir/bootstrap.stamp

runtime_packages=(
  gstreamer1.0-tools
  gstreamer1.0-plugins-base
  gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad
  gstreamer1.0-plugins-ugly
  gstreamer1.0-libav
)
build_packages=(
  build-essential
  ca-certificates
  cmake
  git
  libc6-dbg
  libgstreamer-plugins-base1.0-dev
  libgstreamer1.0-dev
  maven
  ninja-build
  openjdk-17-jdk-headless
  pkg-config
  python3
  python3-venv
  valgrind
  xz-utils
)
# What the build can do without, and what is missing then.
declare -A optional_packages=(
  [libhwy-dev]="the host backend is plain C, several times slower"
  [libyuv-dev]="the benchmark does not show libyuv"
  [libswscale-dev]="the benchmark does not show libswscale"
  [libopencv-imgproc-dev]="the benchmark does not show OpenCV"
)
cuda_wheels=(
  nvidia-cuda-nvcc==13.0.88
  nvidia-nvvm==13.0.88
  nvidia-cuda-crt==13.0.88
  nvidia-cuda-runtime==13.0.96
)
clang_format_wheel=clang-format==18.1.8
test_wheels=(numpy==2.2.6 JPype1==1.6.0)

say () { printf 'bootstrap: %s\n' "$*"; }
die () { say "$*" >&2; exit 1; }

# The packages among the arguments that are not installed, one a line. The exit
# status of dpkg-query tells of packages that it does not know.
missing () {
  local installed package
  installed=" $({ dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" \
    2>/dev/null || true; } | sed -n 's/^ii *//p' | tr '\n' ' ')"
  for package in "$@"; do
    [[ $installed == *" $package "* ]] || printf '%s\n' "$package"
  done
}

as_root () {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "root or sudo is needed for: $*"
  fi
}

apt_get () {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

install_packages () {
  local wanted=("$@") absent
  mapfile -t absent < <(missing "${wanted[@]}")
  [ ${#absent[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    die "no apt-get here; install what these packages hold: ${absent[*]}"
  say "installing ${absent[*]}"
  refresh_lists
  apt_get install -y --no-install-recommends "${absent[@]}" ||
    die "apt-get could not install the packages above"
}

lists_fresh=no
refresh_lists () {
  [ $lists_fresh = no ] || return 0
  lists_fresh=yes
  apt_get update ||
    say "apt-get update failed; going on with the package lists of this machine"
}

install_optional_packages () {
  local package
  for package in "${!optional_packages[@]}"; do
    [ -n "$(missing "$package")" ] || continue
    refresh_lists
    apt_get install -y --no-install-recommends "$package" ||
      say "no package $package here: ${optional_packages[$package]}"
  done
}

pip_install () {
  local log=$build_dir/pip.log
  say "installing $* into $venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --timeout 30 \
    --retries 2 "$@" >"$log" 2>&1 && return 0
  say "pip refused: $(grep -m1 -i error "$log" || tail -n1 "$log")"
  return 1
}

# Compiles a kernel with the nvcc of the venv. Neither a GPU nor a driver takes
# part.
prove_nvcc () {
  local nvcc work start end
  nvcc=$(find "$venv" -path '*/bin/nvcc' | head -n1)
  [ -n "$nvcc" ] || return 1
  work=$(mktemp -d)
  echo '__global__ void twice (float *x) { x[threadIdx.x] *= 2.0f; }' \
    >"$work/twice.cu"
  start=$(date +%s%N)
  if ! "$nvcc" -fatbin -arch=sm_75 -o "$work/twice.fatbin" "$work/twice.cu" \
    2>"$build_dir/nvcc.log"; then
    rm -rf "$work"
    say "nvcc failed: $(tail -n1 "$build_dir/nvcc.log")"
    return 1
  fi
  end=$(date +%s%N)
  say "$("$nvcc" --version | sed -n 's/^.*release.*\(V[0-9.]*\)$/nvcc \1/p')" \
    "compiled a kernel of $(stat -c %s "$work/twice.fatbin") bytes without a" \
    "GPU in $(((end - start) / 1000000)) ms"
  rm -rf "$work"
}

make_venv () {
  "$venv/bin/python" -m pip --version >"$build_dir/pip.log" 2>&1 || python3 -m venv "$venv" || {
    rm -rf "$venv"
    say "python3 makes no virtual environment: no format check, no CUDA"
    return 0
  }
  pip_install "$clang_format_wheel" ||
    say "going on without clang-format: C is not checked for its format"
  pip_install "${test_wheels[@]}" ||
    say "going on without numpy and JPype: their tests are skipped"
  { pip_install "${cuda_wheels[@]}" && prove_nvcc; } ||
    say "going on without CUDA"
}

case $mode in
  runtime)
    install_packages "${runtime_packages[@]}"
    exit 0
    ;;
  build) ;;
  *) die "unknown argument '$mode': none or 'runtime'" ;;
esac

install_packages "${build_packages[@]}" "${runtime_packages[@]}"

# What may fail is tried once for each version of this script and each place.
version="$(sha256sum <"$script") $PWD"
if [ "$(cat "$stamp" 2>/dev/null)" = "$version" ]; then
  exit 0
fi
mkdir -p "$build_dir"
install_optional_packages
make_venv
printf '%s\n' "$version" >"$stamp"
say "done; remove $stamp to try again what was not to be had"
