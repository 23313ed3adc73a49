/* RISC-V: minstret counts instructions, exactly under QEMU's -icount. SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

enum { STACK_OVERFLOW = 8 };

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

void port_count_start(void)
{
    __asm volatile("csrw minstreth, zero\n csrw minstret, zero" ::: "memory");
}

harness_count port_count_stop(void)
{
    harness_count count;

    __asm volatile("csrr %0, minstret\n csrr %1, minstreth" : "=r"(count.ticks), "=r"(count.wraps)::"memory");
    return count;
}
