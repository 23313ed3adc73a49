/* AVR under simavr, which has no files: inputs lie in flash, outputs and the report leave as lines of hex digits on UART 0
 * ("o", "r"; "m" what port_mark tells), and timer 1 counts cycles. SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

#include <avr/interrupt.h>
#include <avr/pgmspace.h>
#include <avr/sleep.h>

extern const uint8_t  mote_samples[];
extern const uint16_t mote_samples_bytes;

enum { BYTES_PER_LINE = 64, CAUSE_RESTART = 1 };

static void put(uint8_t c)
{
    while (!(UCSR0A & (1 << UDRE0))) {
    }
    UDR0 = c;
}

static void put_digit(uint8_t digit)
{
    put((uint8_t)(digit < 10 ? '0' + digit : 'a' - 10 + digit));
}

static void put_bytes(char kind, const uint8_t *bytes, size_t count)
{
    uint8_t column = 0;

    while (count-- > 0) {
        if (column == 0)
            put((uint8_t)kind);
        put_digit(*bytes >> 4);
        put_digit(*bytes++ & 15);
        if (++column == BYTES_PER_LINE || count == 0) {
            put('\n');
            column = 0;
        }
    }
}

/* GPIOR0 is 0 only after a reset: a program that ran wild comes back here sooner or later, and ends. */
void port_open(port_state *state)
{
    UCSR0A = 1 << U2X0;
    UCSR0B = 1 << TXEN0;
    state->position = 0;
    if (GPIOR0 != 0) {
        harness_report report = {.magic = HARNESS_MAGIC, .is_fault = 1, .fault_cause = CAUSE_RESTART};
        port_finish(&report);
    }
    GPIOR0 = 1;
}

int port_read(port_state *state, void *to, size_t bytes)
{
    if (pgm_read_word(&mote_samples_bytes) - state->position < bytes)
        return 0;
    memcpy_P(to, mote_samples + state->position, bytes);
    state->position += (uint16_t)bytes;
    return 1;
}

void port_rewind(port_state *state)
{
    state->position = 0;
}

void port_write(port_state *state, const void *from, size_t bytes)
{
    (void)state;
    put_bytes('o', from, bytes);
}

void port_mark(const harness_mark_record *record)
{
    put_bytes('m', (const uint8_t *)record, sizeof *record);
}

/* Sleeping with interrupts off ends the simulation. */
void port_finish(const harness_report *report)
{
    put_bytes('r', (const uint8_t *)report, sizeof *report);
    while (!(UCSR0A & (1 << UDRE0))) {
    }
    cli();
    for (;;)
        sleep_mode();
}

/* Counts in two general purpose I/O registers, which cost no RAM. Takes WRAP_COST cycles, from the overflow to the return.
 */
ISR(TIMER1_OVF_vect, ISR_NAKED)
{
    __asm volatile("push r24\n"
                   "in r24, __SREG__\n"
                   "push r24\n"
                   "in r24, %0\n subi r24, 0xff\n out %0, r24\n"
                   "in r24, %1\n sbci r24, 0xff\n out %1, r24\n"
                   "pop r24\n"
                   "out __SREG__, r24\n"
                   "pop r24\n"
                   "reti\n" ::"I"(_SFR_IO_ADDR(GPIOR1)),
                   "I"(_SFR_IO_ADDR(GPIOR2)));
}

void port_count_start(void)
{
    GPIOR1 = 0;
    GPIOR2 = 0;
    TCCR1A = 0;
    TCCR1B = 0;
    TCNT1 = 0;
    TIFR1 = 1 << TOV1;
    TIMSK1 = 1 << TOIE1;
    sei();
    TCCR1B = 1 << CS10;
}

/* An overflow that is not served any more is a wrap all the same, but took no time. */
harness_count port_count_stop(void)
{
    harness_count count;
    uint16_t      ticks;

    cli();
    ticks = TCNT1;
    count.ticks = ticks;
    count.wraps = (uint16_t)(GPIOR1 | GPIOR2 << 8);
    if ((TIFR1 & (1 << TOV1)) && ticks < 0x8000) {
        count.ticks += WRAP_COST;
        count.wraps++;
    }
    TCCR1B = 0;
    return count;
}

__attribute__((naked)) void port_empty(void *arena)
{
    (void)arena;
    __asm volatile("ret");
}
