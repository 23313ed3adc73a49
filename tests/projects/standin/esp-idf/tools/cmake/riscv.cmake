# SPDX-License-Identifier: Apache-2.0
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_C_COMPILER_FORCED TRUE) # there is nothing to link a program with
set(CMAKE_C_FLAGS_INIT "-march=rv32imc -mabi=ilp32 -isystem $ENV{STANDIN}/bare")
