/* AVR: the inline parts of the port. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PORT_H
#define MOTE_PORT_H

#include <avr/io.h>
#include <stdint.h>

typedef struct port_state {
    uint16_t position; /* in mote_samples */
} port_state;

typedef uint8_t port_word;

extern port_word __heap_start[]; /* the end of .bss */

static inline volatile port_word *port_stack_bottom(void)
{
    return __heap_start;
}

static inline uintptr_t port_stack_top(void)
{
    return RAMEND;
}

/* SP names the next free byte, which a push fills: the first byte in use is the one above. */
static inline __attribute__((always_inline)) volatile port_word *port_stack_pointer(void)
{
    return (volatile port_word *)SP + 1;
}

#endif
