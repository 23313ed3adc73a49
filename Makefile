# The front door. CMake and Ninja do the work; everything built goes to build/, the program is build/mote.
# SPDX-License-Identifier: Apache-2.0
BUILD ?= build
CMAKE_FLAGS ?=
FUZZ_SECONDS ?= 60
CLANG ?= $(shell command -v clang-14 || echo clang)
CLANG_FORMAT ?= clang-format-14
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
# On a terminal Ninja shows how far it is, in one line; elsewhere it is silent unless something fails.
NINJA = if [ -t 1 ]; then ninja -C $(BUILD); else ninja -C $(BUILD) --quiet; fi
SOURCES = find src include runtime tests bench examples -name '*.[ch]'

.PHONY: all
all: configure ## build the program (build/mote) and the library (build/libmote.a)
	@$(NINJA)

# Ninja runs CMake again by itself when sources come or go; this is for the first time, and when CMAKE_FLAGS change.
.PHONY: configure
configure:
	@command -v cmake >/dev/null && command -v ninja >/dev/null || { echo "mote: run ./setup first: cmake or ninja is missing" >&2; exit 1; }
	@mkdir -p $(BUILD)
	@if [ ! -f $(BUILD)/build.ninja ] || [ "$$(cat $(BUILD)/flags 2>/dev/null)" != "$(CMAKE_FLAGS)" ]; then \
	    cmake -S . -B $(BUILD) -G Ninja -Wno-dev $(CMAKE_FLAGS) >$(BUILD)/cmake.log 2>&1 || { \
	        tail -n 20 $(BUILD)/cmake.log >&2; rm -f $(BUILD)/build.ninja; \
	        echo "mote: run ./setup, which installs what is missing" >&2; exit 1; }; \
	    echo "$(CMAKE_FLAGS)" >$(BUILD)/flags; fi

.PHONY: demo
demo: ## install what is missing, build, and take MNIST to firmware on an emulated Cortex-M4
	@./setup --demo
	@echo "building build/mote"
	@$(MAKE) --no-print-directory BUILD=$(BUILD) mote
	@$(BUILD)/mote build examples/mnist/mnist.yaml

.PHONY: mote
mote: configure
	@if [ -t 1 ]; then ninja -C $(BUILD) mote; else ninja -C $(BUILD) --quiet mote; fi

.PHONY: test
test: ## install what is missing, build, and run all tests
	@./setup || { [ "$$CI" != true ] && echo "mote: going on with what is installed" >&2; }
	@$(MAKE) --no-print-directory BUILD=$(BUILD) CMAKE_FLAGS="$(CMAKE_FLAGS)" all check-includes
	@ctest --test-dir $(BUILD) --output-on-failure -j$(JOBS)

.PHONY: check
check: ## the tests again, built by clang (build-sanitize/), under AddressSanitizer and UndefinedBehaviorSanitizer; warnings are errors
	@$(MAKE) --no-print-directory BUILD=build-sanitize CMAKE_FLAGS="-DMOTE_SANITIZE=ON -DCMAKE_C_COMPILER=$(CLANG) \
	    -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=-O1" test

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZ_SECONDS (60); what is found stays in build-fuzz/NAME
	@CC=$(CLANG) $(MAKE) --no-print-directory BUILD=build-fuzz CMAKE_FLAGS="-DMOTE_FUZZ=ON" all
	@tools/fuzz build-fuzz $(FUZZ_SECONDS)

.PHONY: tidy
tidy: configure ## clang-tidy over the library, the commands and the kernels that they include
	@tools/tidy $(BUILD)

.PHONY: format
format: ## lay out all sources with clang-format 14
	@$(SOURCES) | xargs $(CLANG_FORMAT) -i

.PHONY: check-format
check-format: ## sources that `make format` would change are an error
	@command -v $(CLANG_FORMAT) >/dev/null || { echo "mote: $(CLANG_FORMAT) is missing: ./setup installs it" >&2; exit 1; }
	@$(SOURCES) | xargs $(CLANG_FORMAT) --dry-run -Werror

.PHONY: check-includes
check-includes: ## no include goes against the rooms' order
	@tools/check-includes

.PHONY: docs
docs: mote ## write docs/OPERATORS.md anew from the operators' own tables
	@tools/write-operators $(BUILD)/mote docs/OPERATORS.md

.PHONY: bench
bench: all ## measure, and write bench/RESULTS.md
	@bench/run

.PHONY: install
install: all ## install the program, the library, the headers and mote.pc (PREFIX=/usr/local)
	@cmake --install $(BUILD) --prefix $(abspath $(or $(PREFIX),/usr/local))

.PHONY: clean
clean: ## remove all that was built
	@rm -rf build build-sanitize build-fuzz

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20
