# SPDX-License-Identifier: Apache-2.0
#
# The commands of this project. Each installs what is missing, by
# scripts/bootstrap.sh; everything built lies in folders named target.

SHELL := /bin/bash
MVN ?= mvn

# The sanitizers want their shadow memory at fixed addresses, which the address
# layout of newer kernels may have taken.
FIXED_ADDRESSES = $$(setarch "$$(uname -m)" -R true 2>/dev/null \
	&& echo setarch "$$(uname -m)" -R)

# The program savant; made again when a file or a folder of the sources changes.
PROGRAM = examples/target/savant.jar
PROGRAM_SOURCES := $(shell find pom.xml .mvn gst-plugin java-bindings pipelines \
	examples -name target -prune -o -path examples/media -prune -o -print)

.PHONY: help bootstrap native program demo demo-launch test test-gpu soak \
	soak-gpu bench bench-batch bench-gpu bench-java check-asan check-tsan \
	check-valgrind check-format format clean

help:
	@echo 'make demo            letterboxes and batches four videos, shows a picture'
	@echo 'make demo-launch     the elements alone, with gst-launch-1.0'
	@echo 'make test            all checks and tests, also under sanitizers'
	@echo 'make soak            sources, pipelines, consumers, failures for 15 minutes or SOAK_HOURS'
	@echo 'make test-gpu        all tests that need an NVIDIA GPU'
	@echo 'make soak-gpu        pipelines on GPU 0 for SOAK_SECONDS, 480'
	@echo 'make bench           measures, beside libyuv, OpenCV and others'
	@echo 'make bench-batch     measures what batching adds to 1 to 128 live sources'
	@echo 'make bench-gpu       measures on GPU 0, beside NvBufSurfTransform'
	@echo 'make bench-java      measures what Java adds to a batch'
	@echo 'make check-asan      the tests under Address- and UBSanitizer'
	@echo 'make check-tsan      the tests of shared state under ThreadSanitizer'
	@echo 'make check-valgrind  tests under memcheck'
	@echo 'make program         only the program savant, examples/target/savant.jar'
	@echo 'make native          only library and plugin, release build'
	@echo 'make format          formats C and Java sources'
	@echo 'make clean           removes what was built'

bootstrap:
	@scripts/bootstrap.sh

native: bootstrap
	cd gst-plugin && cmake --preset release && \
	  cmake --build --preset release --target gstsavant

$(PROGRAM): $(PROGRAM_SOURCES) | bootstrap
	$(MVN) -q package -DskipTests -Dspotless.check.skip -Dnative.target=gstsavant
	@touch $@

program: $(PROGRAM)

demo: $(PROGRAM)
	@scripts/demo.sh

demo-launch: native
	scripts/demo-launch.sh

test: check-format
	$(MVN) verify
	+$(MAKE) --no-print-directory check-asan check-tsan

soak: bootstrap
	$(MVN) -q test -pl pipelines -am -Dnative.skipTests=true \
	  -Dtest='CyclesTest,LifetimeTest#eightThreads*' \
	  -Dsurefire.failIfNoSpecifiedTests=false -Dsavant.test.cycles=1000 \
	  -Dsavant.test.soakSeconds=60
	cd gst-plugin && cmake --preset tsan && \
	  cmake --build --preset tsan --target test_gst_pool_threads test_registry && \
	  SAVANT_SOAK_SECONDS=60 $(FIXED_ADDRESSES) ctest --preset tsan -R pool_threads
	cd gst-plugin && cmake --preset release && \
	  cmake --build --preset release --target soak

bench bench-batch bench-gpu: bootstrap
	cd gst-plugin && cmake --preset release && \
	  cmake --build --preset release --target $@

test-gpu:
	scripts/test-on-gpu.sh native java sanitizers

soak-gpu:
	scripts/test-on-gpu.sh soak

bench-java: bootstrap
	$(MVN) -q verify -Pjmh -DskipTests -pl pipelines -am

check-asan check-tsan: check-%: bootstrap
	cd gst-plugin && cmake --preset $* && cmake --build --preset $* && \
	  $(FIXED_ADDRESSES) ctest --preset $*

check-valgrind: bootstrap
	cd gst-plugin && cmake --preset release && cmake --build --preset release && \
	  ctest --preset memcheck

check-format: bootstrap
	scripts/format.sh --check

format: bootstrap
	scripts/format.sh
	$(MVN) -q spotless:apply

clean:
	rm -rf target gst-plugin/target java-bindings/target \
	  java-bindings/core/target pipelines/target examples/target
