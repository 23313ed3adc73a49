# The front door. CMake and Ninja do the work; everything built goes to build/, the program is build/mote.
# SPDX-License-Identifier: Apache-2.0
BUILD ?= build
CMAKE_FLAGS ?=

.PHONY: all
all: $(BUILD)/build.ninja ## build the program (build/mote) and the library (build/libmote.a)
	@ninja -C $(BUILD) --quiet

$(BUILD)/build.ninja: CMakeLists.txt tests/CMakeLists.txt
	@command -v cmake >/dev/null && command -v ninja >/dev/null || { echo "mote: run ./setup first: cmake or ninja is missing" >&2; exit 1; }
	@cmake -S . -B $(BUILD) -G Ninja -Wno-dev $(CMAKE_FLAGS) >$(BUILD).log 2>&1 || { cat $(BUILD).log >&2; echo "mote: run ./setup, which installs what is missing" >&2; exit 1; }
	@mv $(BUILD).log $(BUILD)/cmake.log

.PHONY: test
test: all ## build and run all tests
	@tools/check-includes
	@ctest --test-dir $(BUILD) --output-on-failure -j2

.PHONY: check
check: ## the tests again under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory BUILD=build-sanitize CMAKE_FLAGS="-DMOTE_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=-O1" test

.PHONY: install
install: all ## install the program, the library and the headers (PREFIX=/usr/local)
	@cmake --install $(BUILD) --prefix $(or $(PREFIX),/usr/local)

.PHONY: clean
clean: ## remove all that was built
	@rm -rf build build-sanitize build-fuzz

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile
