/* Xtensa: CCOUNT counts the board's clock, of which under QEMU's -icount an instruction takes a known part; a timer at 0
 * counts its wraps. SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

enum { STACK_OVERFLOW = 8, TIMER_INTERRUPT = 1 << 6 };

void fault_report(uint32_t address, uint32_t caller, uint32_t cause, uintptr_t stack);

__attribute__((noreturn)) void fault_report(uint32_t address, uint32_t caller, uint32_t cause, uintptr_t stack)
{
    harness_report report;

    report.magic = HARNESS_MAGIC;
    report.is_fault = 1;
    report.fault_address = address;
    report.fault_caller = caller;
    report.fault_cause = stack < (uintptr_t)port_stack_bottom() || stack > port_stack_top() ? STACK_OVERFLOW : cause;
    port_finish(&report);
}

/* EXCSAVE3, which is free where no such interrupt comes, counts the wraps: see startup.S. */
void port_count_start(void)
{
    __asm volatile("wsr %0, excsave3\n"
                   "wsr %0, ccount\n"
                   "wsr %0, ccompare0\n"
                   "wsr %1, intenable\n"
                   "rsync" ::"r"(0),
                   "r"(TIMER_INTERRUPT)
                   : "memory");
}

/* A wrap may come in between: it is counted in what is read later, and the ticks say on which side they are. */
harness_count port_count_stop(void)
{
    harness_count count;
    uint32_t      before, after;

    __asm volatile("rsr %0, excsave3\n"
                   "rsr %1, ccount\n"
                   "rsr %2, excsave3\n"
                   "wsr %3, intenable"
                   : "=&r"(before), "=&r"(count.ticks), "=&r"(after)
                   : "r"(0)
                   : "memory");
    count.wraps = count.ticks >> 31 ? before : after;
    return count;
}
