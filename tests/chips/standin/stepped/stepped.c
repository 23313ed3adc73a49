/* Two runs of a loop, in the shape of a compiled model with its marks. On Cortex-M, RISC-V and Xtensa: 2 instructions a
 * loop; 1 to load its number (RISC-V: 2), 1 to call and 1 to return. On AVR in cycles: 5 a loop, but 4 the last; 3 to load,
 * 4 to call (clearing nothing), 4 to return; 5 each where a return address has 3 bytes. SPDX-License-Identifier: Apache-2.0
 */
#include "stepped.h"

#if !defined(MRT_STEP)
#define MRT_STEP(step) ((void)0)
#define MRT_LAYER(index, step, op, shape, macs, name)
#endif

MRT_LAYER(0, 0, "CONV_2D", "[1,2]", 12345678901, "long, \"quoted\"\nand in two lines")
MRT_LAYER(1, none, "RESHAPE", "[2]", 0, "")
MRT_LAYER(2, 1, "SOFTMAX", "[1,4]", 7, "short")

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

#if defined(__AVR__)
#define LOOP(n)                                                                                                             \
    __asm volatile("ldi r24, lo8(" TEXT(n) ")\n"                                                                            \
                                           "ldi r25, hi8(" TEXT(n) ")\n"                                                    \
                                                                   "ldi r18, hlo8(" TEXT(n) ")\n"                           \
                                                                                            "1: sbiw r24, 1\n"              \
                                                                                            "sbci r18, 0\n"                 \
                                                                                            "brne 1b\n"                     \
                                                                                            "ret")
#elif defined(__riscv)
#define LOOP(n)                                                                                                             \
    __asm volatile("lui a0, %hi(" TEXT(n) ")\n"                                                                             \
                                          "addi a0, a0, %lo(" TEXT(n) ")\n"                                                 \
                                                                      "1: addi a0, a0, -1\n"                                \
                                                                      "bnez a0, 1b\n"                                       \
                                                                      "ret")
#elif defined(__XTENSA__)
#define LOOP(n)                                                                                                             \
    __asm volatile("movi a2, " TEXT(n) "\n"                                                                                 \
                                       "1: addi a2, a2, -1\n"                                                               \
                                       "bnez a2, 1b\n"                                                                      \
                                       "ret")
#else
#define LOOP(n)                                                                                                             \
    __asm volatile(".syntax unified\n"                                                                                      \
                   "ldr r0, =" TEXT(n) "\n"                                                                                 \
                                       "1: subs r0, #1\n"                                                                   \
                                       "bne 1b\n"                                                                           \
                                       "bx lr\n"                                                                            \
                                       ".ltorg")
#endif

static __attribute__((naked, noinline)) void loop_long(void)
{
    LOOP(3000000);
}

static __attribute__((naked, noinline)) void loop_short(void)
{
    LOOP(5000);
}

void stepped_invoke(stepped_arena *arena)
{
    MRT_STEP(0);
    loop_long();
    MRT_STEP(1);
    loop_short();
    arena->out[0] = arena->in[0];
}
