/* Xtensa on QEMU's lx60: the inline parts of the port. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PORT_H
#define MOTE_PORT_H

#include <stddef.h>
#include <stdint.h>

typedef struct port_state {
    size_t position; /* in the inputs */
} port_state;

typedef uint32_t port_word;

extern port_word stack_bottom[], stack_top[]; /* link.ld */

static inline volatile port_word *port_stack_bottom(void)
{
    return stack_bottom;
}

static inline uintptr_t port_stack_top(void)
{
    return (uintptr_t)stack_top;
}

static inline __attribute__((always_inline)) volatile port_word *port_stack_pointer(void)
{
    volatile port_word *pointer;

    __asm volatile("mov %0, a1" : "=r"(pointer));
    return pointer;
}

static inline void port_reset(void)
{
    *(volatile uint32_t *)0x9d020010u = 0xdead; /* the board's register for it */
}

#endif
