# SPDX-License-Identifier: Apache-2.0
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER xtensa-lx106-elf-gcc)
set(CMAKE_C_COMPILER_FORCED TRUE) # there is nothing to link a program with
set(CMAKE_C_FLAGS_INIT "-isystem $ENV{STANDIN}/bare")
