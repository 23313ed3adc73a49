/* The main program that counts start-up: what lies in RAM before main is set up once more. WITH_MODEL 0 is the same without
 * a model: the difference is the model's. SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"
#include "mote_bound.h"

#if WITH_MODEL
static __attribute__((section(".bss.~arena"))) mote_bound_arena arena;
static void                                                     use_model(void)
{
    mote_bound_reset(&arena);
    mote_bound_invoke(&arena);
}
#else
static void use_model(void)
{
}
#endif

static __attribute__((noinline)) harness_count count_call(harness_function function)
{
    port_count_start();
    function(NULL);
    return port_count_stop();
}

int main(void)
{
    harness_report   report;
    volatile uint8_t is_used = 0;

    if (is_used) /* linked, not called */
        use_model();
    report.magic = HARNESS_MAGIC;
    report.is_fault = report.fault_address = report.fault_caller = report.fault_cause = 0;
    report.stack_bytes = report.harness_stack_bytes = report.free_bytes = report.overrun_bytes = 0;
    report.model = count_call(port_set_up_memory);
    report.empty = count_call(port_empty);
    port_finish(&report);
}
