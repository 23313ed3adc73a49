/* The main program that watches a model's steps: each sample as harness.c does, and for every step what began and how long
 * the one before took. The counter stands still while that is told.
 * SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"
#include "hook.h"
#include "mote_bound.h"

static __attribute__((section(".bss.~arena"))) mote_bound_arena arena;

/* Not inlined: what a mark itself takes is the same everywhere, and seen between the first two. */
__attribute__((noinline)) void harness_mark(uint16_t step)
{
    harness_mark_record record;

    record.count = port_count_stop();
    record.step = step;
    port_mark(&record);
    port_count_start();
}

int main(void)
{
    harness_report report;
    port_state     state;

    report.magic = HARNESS_MAGIC;
    report.is_fault = report.fault_address = report.fault_caller = report.fault_cause = 0;
    report.stack_bytes = report.harness_stack_bytes = report.free_bytes = report.overrun_bytes = 0;
    port_open(&state);
    port_count_start();
    mote_bound_reset(&arena);
    while (mote_bound_read(&state, &arena)) {
        harness_mark(HARNESS_MARK_EMPTY);
        harness_mark(HARNESS_MARK_BEGIN);
        mote_bound_invoke(&arena);
        harness_mark(HARNESS_MARK_END);
        mote_bound_write(&state, &arena);
    }
    report.model = report.empty = port_count_stop();
    port_finish(&report);
}
