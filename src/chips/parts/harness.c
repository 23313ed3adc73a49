/* The main program on the chip: every sample straight into the arena's input, invoke, outputs straight out of the arena;
 * then the first sample once more to count. No library, no formatting, and the arena is its only static memory.
 *
 * mote_bound.h is written by the host: it names the model's functions as mote_bound_arena, mote_bound_reset,
 * mote_bound_read, mote_bound_write. SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"
#include "mote_bound.h"

#define PAINT ((port_word)0xa5a5a5a5u)

/* The last of .bss: what runs over its end is met by the paint, which begins with a whole word. */
static __attribute__((section(".bss.~arena"))) struct {
    mote_bound_arena of_model;
    volatile uint8_t rest[(sizeof(port_word) - sizeof(mote_bound_arena) % sizeof(port_word)) % sizeof(port_word)];
} arena;

/* Fills all free memory below the stack pointer, calls, and looks what is still paint. The stack reaches down to the longest
 * painted stretch, if that is more than half of all; what lies below it was not the stack. All in this very function, so
 * that the stack pointer is the same while painting, at the call and while looking. Later it only looks once more: what any
 * invoke wrote behind the arena is still there. */
static __attribute__((noinline, noclone)) void invoke_on_painted_stack(harness_report *report, int is_painted)
{
    volatile port_word *bottom = port_stack_bottom();
    volatile port_word *top = port_stack_pointer();
    volatile port_word *word, *first = bottom, *from = bottom, *to = bottom;
    size_t              i;

    if (!is_painted) {
        for (i = 0; i < sizeof arena.rest; i++)
            arena.rest[i] = (uint8_t)PAINT;
        for (word = bottom; word < top; word++)
            *word = PAINT;
        mote_bound_invoke(&arena.of_model);
    }
    for (word = bottom; word < top; word++) {
        if (*word != PAINT)
            first = word + 1;
        else if (word + 1 - first > to - from) {
            from = first;
            to = word + 1;
        }
    }
    if (to - from <= (top - bottom) / 2) /* the stack reached far, or all the way: count from the lowest that was written */
        for (from = to = bottom; to < top && *to == PAINT; to++) {
        }
    report->overrun_bytes = (uint32_t)((uintptr_t)from - (uintptr_t)bottom);
    for (i = 0; i < sizeof arena.rest; i++)
        report->overrun_bytes += arena.rest[i] != (uint8_t)PAINT;
    if (is_painted)
        return;
    report->stack_bytes = (uint32_t)((uintptr_t)top - (uintptr_t)to);
    report->harness_stack_bytes = (uint32_t)(port_stack_top() - (uintptr_t)top);
    report->free_bytes = (uint32_t)((uintptr_t)top - (uintptr_t)bottom);
}

/* Not inlined and called with both functions: what is not the function's own costs the same and is subtracted. */
static __attribute__((noinline)) harness_count count_call(harness_function function)
{
    port_count_start();
    function(&arena.of_model);
    return port_count_stop();
}

int main(void)
{
    harness_report report; /* filled piece by piece: an initialiser would link memset */
    port_state     state;

    report.magic = HARNESS_MAGIC;
    report.is_fault = report.fault_address = report.fault_caller = report.fault_cause = 0;
    report.stack_bytes = report.harness_stack_bytes = report.free_bytes = report.overrun_bytes = 0;
    port_open(&state);
    mote_bound_reset(&arena.of_model);
    if (mote_bound_read(&state, &arena.of_model)) {
        invoke_on_painted_stack(&report, 0);
        mote_bound_write(&state, &arena.of_model);
        while (mote_bound_read(&state, &arena.of_model)) {
            mote_bound_invoke(&arena.of_model);
            mote_bound_write(&state, &arena.of_model);
        }
    }
    port_rewind(&state); /* an invoke may have written over its input */
    mote_bound_read(&state, &arena.of_model);
    report.model = count_call((harness_function)mote_bound_invoke);
    report.empty = count_call(port_empty);
    invoke_on_painted_stack(&report, 1);
    port_finish(&report);
}
