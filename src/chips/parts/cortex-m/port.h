/* Cortex-M: the inline parts of the port. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PORT_H
#define MOTE_PORT_H

#include <stdint.h>

typedef struct port_state {
    uintptr_t in, out; /* semihosting handles */
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

    __asm volatile("mov %0, sp" : "=r"(pointer));
    return pointer;
}

static inline uintptr_t semihosting_call(uintptr_t operation, const void *block)
{
    register uintptr_t   r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = block;

    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static inline void semihosting_exit(uintptr_t operation, uintptr_t reason)
{
    semihosting_call(operation, (const void *)reason);
}

#endif
