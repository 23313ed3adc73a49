#!/bin/sh
# ESP-IDF's command: `set-target CHIP`, `build`, `flash`, `monitor`, any of them in a row. CMake itself configures the project, with a
# stand-in of ESP-IDF's functions; all sources are compiled with gcc for Xtensa and for RISC-V, and this machine's program is what
# the board runs. SPDX-License-Identifier: Apache-2.0
. "$STANDIN/common.sh"

# KIND: configures build/KIND with that compiler
configure() {
    cmake -S . -B "build/$1" -DCMAKE_TOOLCHAIN_FILE="$IDF_PATH/tools/cmake/$1.cmake" || fail "CMake refuses the project for $1"
}

set_target() {
    case $1 in
    esp32 | esp32s2 | esp32s3) kind=xtensa ;;
    esp32c2 | esp32c3 | esp32c6 | esp32h2 | esp32p4) kind=riscv ;;
    *) fail "set-target: unknown chip $1" ;;
    esac
    rm -rf build
    configure $kind
    echo "CONFIG_IDF_TARGET=\"$1\"" >sdkconfig
}

build() {
    [ -f sdkconfig ] || set_target esp32
    for kind in xtensa riscv here; do
        configure $kind
        cmake --build build/$kind || fail "the project does not compile for $kind"
    done
}

grep -qF 'include($ENV{IDF_PATH}/tools/cmake/project.cmake)' CMakeLists.txt || fail "there is no project of ESP-IDF here"
[ $# -gt 0 ] || fail "no command"
while [ $# -gt 0 ]; do
    case $1 in
    set-target) set_target "${2-}" && shift ;;
    build) build ;;
    flash) build && flash build/here/*.elf ;;
    monitor) open_line ;;
    *) fail "unknown command $1" ;;
    esac
    shift
done
