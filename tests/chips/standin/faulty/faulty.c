/* SPDX-License-Identifier: Apache-2.0 */
#include "faulty.h"

__attribute__((noinline)) static void stumble(faulty_arena *arena)
{
#if defined(__arm__)
    __asm volatile("udf #1");
#elif defined(__riscv)
    __asm volatile("unimp");
#elif defined(__XTENSA__)
    __asm volatile("ill");
#else
    ((void (*)(void))0)();
#endif
    arena->out[0] = 1;
}

void faulty_invoke(faulty_arena *arena)
{
    stumble(arena);
    arena->out[1] = 2;
}
