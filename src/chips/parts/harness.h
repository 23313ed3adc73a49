/* What the harness needs from a chip's port, and what it reports. Each family's port.h declares the inline parts
 * (port_state, port_word, port_stack_...); the functions below are in its port.c, or in channel.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_HARNESS_H
#define MOTE_HARNESS_H

#include <stddef.h>
#include <stdint.h>

#include "port.h"

#define HARNESS_MAGIC 0x45544f4du /* "MOTE" */

/* A counter's reading: wraps * 2^bits + ticks; bits and what a tick is are the host's knowledge (src/chips/chips.c). */
typedef struct harness_count {
    uint32_t wraps, ticks;
} harness_count;

/* The host reads it as 32-bit little-endian words in this order (src/chips/runner.h). */
typedef struct harness_report {
    uint32_t      magic;
    uint32_t      is_fault;
    uint32_t      fault_address, fault_caller, fault_cause;
    uint32_t      stack_bytes, harness_stack_bytes, free_bytes;
    uint32_t      overrun_bytes; /* behind the arena, up to the last one that an invoke wrote into, or some more */
    harness_count model, empty;  /* of one invoke, and of a call to a function that only returns */
} harness_report;

/* What harness_layers.c tells at each step: which begins, and the count of the one that ended. */
typedef struct harness_mark_record {
    uint32_t      step;
    harness_count count;
} harness_mark_record;

enum { HARNESS_MARK_EMPTY = 0xffff, HARNESS_MARK_BEGIN = 0xfffe, HARNESS_MARK_END = 0xfffd }; /* steps that are none */

typedef void (*harness_function)(void *arena);

void port_open(port_state *state);
/* Reads the next bytes of the inputs; 0 at their end. */
int  port_read(port_state *state, void *to, size_t bytes);
void port_rewind(port_state *state);
void port_write(port_state *state, const void *from, size_t bytes);
void port_mark(const harness_mark_record *record);
/* Hands the report to the host and ends the run. */
void port_finish(const harness_report *report) __attribute__((noreturn));
/* The counter runs from start to stop; both take the same time whatever lies between. */
void          port_count_start(void);
harness_count port_count_stop(void);
void          port_empty(void *arena); /* returns at once */
/* What start-up does to RAM before main; arena is not looked at. */
void port_set_up_memory(void *arena);

#endif
