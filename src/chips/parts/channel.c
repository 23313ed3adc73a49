/* The port's inputs and outputs where the emulated board has RAM that the chip has not, and a serial line: samples lie at
 * INPUTS (their bytes' number, and from 16 on the samples); outputs, marks and the report leave by the line, each as a
 * letter, its length in four bytes, little-endian, and its bytes. src/chips/run_qemu.c is the other end.
 * SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"
#include "uart.h"

enum { INPUTS_HEADER = 16 };

extern const volatile uint32_t INPUTS[]; /* linker */

static void put(const uint8_t *bytes, size_t count)
{
    while (count-- > 0)
        uart_put(*bytes++);
}

static void tell(uint8_t kind, const void *bytes, uint32_t count)
{
    uart_open(); /* a fault may be told before anything else */
    uart_put(kind);
    put((const uint8_t *)&count, 4);
    put(bytes, count);
}

void port_open(port_state *state)
{
    port_rewind(state);
}

/* The source is volatile, so that no call of memcpy is made of the loop. */
int port_read(port_state *state, void *to, size_t bytes)
{
    const volatile uint8_t *from = (const volatile uint8_t *)INPUTS + INPUTS_HEADER + state->position;
    uint8_t                *next = to;

    if (INPUTS[0] - state->position < bytes)
        return 0;
    state->position += bytes;
    while (bytes-- > 0)
        *next++ = *from++;
    return 1;
}

void port_rewind(port_state *state)
{
    state->position = 0;
}

void port_write(port_state *state, const void *from, size_t bytes)
{
    (void)state;
    tell('o', from, bytes);
}

void port_mark(const harness_mark_record *record)
{
    tell('m', record, sizeof *record);
}

void port_finish(const harness_report *report)
{
    tell('r', report, sizeof *report);
    for (;;)
        port_reset(); /* which ends the emulator */
}
