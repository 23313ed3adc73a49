/* On Cortex-M and Xtensa: 1 instruction to load, 2 a loop, 1 to return; on RISC-V 2 to load. On AVR in cycles: 3 to load, 5
 * a loop (sbiw 2, sbci 1, brne 2, but 1 the last time), 4 to return, 5 where a return address has 3 bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "counted.h"

#define COUNTED_LOOPS 3000000
#define TEXT_(x)      #x
#define TEXT(x)       TEXT_(x)

__attribute__((naked)) void counted_invoke(counted_arena *arena)
{
    (void)arena;
#if defined(__AVR__)
    __asm volatile("ldi r24, lo8(" TEXT(
        COUNTED_LOOPS) ")\n"
                       "ldi r25, hi8(" TEXT(COUNTED_LOOPS) ")\n"
                                                           "ldi r18, hlo8(" TEXT(COUNTED_LOOPS) ")\n"
                                                                                                "1: sbiw r24, 1\n"
                                                                                                "sbci r18, 0\n"
                                                                                                "brne 1b\n"
                                                                                                "ret");
#elif defined(__riscv)
    __asm volatile("lui a0, %hi(" TEXT(COUNTED_LOOPS) ")\n"
                                                      "addi a0, a0, %lo(" TEXT(COUNTED_LOOPS) ")\n"
                                                                                              "1: addi a0, a0, -1\n"
                                                                                              "bnez a0, 1b\n"
                                                                                              "ret");
#elif defined(__XTENSA__)
    __asm volatile("movi a2, " TEXT(COUNTED_LOOPS) "\n"
                                                   "1: addi a2, a2, -1\n"
                                                   "bnez a2, 1b\n"
                                                   "ret");
#else
    __asm volatile(".syntax unified\n"
                   "ldr r0, =" TEXT(COUNTED_LOOPS) "\n"
                                                   "1: subs r0, #1\n"
                                                   "bne 1b\n"
                                                   "bx lr\n"
                                                   ".ltorg");
#endif
}
