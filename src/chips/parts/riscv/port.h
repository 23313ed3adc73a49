/* RISC-V under QEMU's -semihosting: the inline parts of the port. SPDX-License-Identifier: Apache-2.0 */
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

    __asm volatile("mv %0, sp" : "=r"(pointer));
    return pointer;
}

/* The three instructions must be full-width and in one page. */
static inline uintptr_t semihosting_call(uintptr_t operation, const void *block)
{
    register uintptr_t   a0 __asm("a0") = operation;
    register const void *a1 __asm("a1") = block;

    __asm volatile(".option push\n .option norvc\n .balign 16\n"
                   "slli zero, zero, 0x1f\n ebreak\n srai zero, zero, 7\n"
                   ".option pop"
                   : "+r"(a0)
                   : "r"(a1)
                   : "memory");
    return a0;
}

static inline void semihosting_exit(uintptr_t operation, uintptr_t reason)
{
    semihosting_call(operation, (const void *)reason);
}

#endif
