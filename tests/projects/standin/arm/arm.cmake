# gcc for Arm in the place of an SDK's toolchain, and a program that QEMU runs: included before project().
# SPDX-License-Identifier: Apache-2.0
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_ASM_COMPILER arm-none-eabi-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(STANDIN_ARM ${CMAKE_CURRENT_LIST_DIR})

function(standin_link TARGET CODE DATA)
  target_sources(${TARGET} PRIVATE ${STANDIN_ARM}/start.c)
  target_link_options(${TARGET} PRIVATE --specs=rdimon.specs -nostartfiles -T ${STANDIN_ARM}/memory.ld
    -Wl,--defsym=code_at=${CODE} -Wl,--defsym=data_at=${DATA} -Wl,--no-warn-rwx-segments)
  # newlib's start itself, which the linker would not look for
  execute_process(COMMAND ${CMAKE_C_COMPILER} ${ARGN} --print-file-name=rdimon-crt0.o OUTPUT_VARIABLE START OUTPUT_STRIP_TRAILING_WHITESPACE)
  target_link_libraries(${TARGET} PRIVATE ${START})
endfunction()
