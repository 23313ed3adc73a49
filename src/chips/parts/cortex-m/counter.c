/* SysTick as a counter of instructions: under QEMU's -icount one instruction takes 2^shift ns of virtual time, which is
 * some ticks of the chip's clock. 24 bits are soon gone, so that an interrupt counts the wraps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

typedef struct systick_registers {
    volatile uint32_t control, reload, value;
} systick_registers;

#define SYSTICK ((systick_registers *)0xe000e010u)

enum { ENABLE = 1, INTERRUPT = 2, CORE_CLOCK = 4, LAST = 0xffffff };

static volatile uint32_t wraps;

void count_wrap(void);

/* Naked, so that it is known how many instructions it adds: wrap_cost in src/chips/chips.c. */
__attribute__((naked)) void count_wrap(void)
{
    __asm volatile("ldr r0, =%c0\n"
                   "ldr r1, [r0]\n"
                   "add r1, #1\n"
                   "str r1, [r0]\n"
                   "bx lr\n"
                   ".ltorg" ::"i"(&wraps));
}

void port_count_start(void)
{
    wraps = 0;
    SYSTICK->reload = LAST;
    SYSTICK->control = CORE_CLOCK;
    SYSTICK->value = 0; /* any write clears it; the first tick reloads */
    SYSTICK->control = ENABLE | INTERRUPT | CORE_CLOCK;
}

harness_count port_count_stop(void)
{
    harness_count count;

    SYSTICK->control = CORE_CLOCK; /* a change of clock would rescale the value */
    count.ticks = LAST - SYSTICK->value;
    count.wraps = wraps;
    if (count.ticks == LAST) /* stopped in the tick that raised the interrupt, one before the reload */
        count.wraps--;
    return count;
}

__attribute__((naked)) void port_empty(void *arena)
{
    (void)arena;
    __asm volatile("bx lr");
}
