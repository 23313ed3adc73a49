/* Start-up of any Cortex-M, v6-M to v8.1-M: vectors, .data and .bss, the FPU where the compiler uses it. A fault ends the
 * run with a report. SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

#define CPACR (*(volatile uint32_t *)0xe000ed88u)

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[]; /* link.ld */

int  main(void);
void start(void);
void fault(void);
void fault_report(const uint32_t *frame, uint32_t cause);
void count_wrap(void);

/* The volatile writes keep the compiler from making calls of memcpy and memset out of the loops. */
static void set_up_memory(void)
{
    const uint32_t    *from = data_load;
    volatile uint32_t *to;

    for (to = data_start; to < data_end; to++)
        *to = *from++;
    for (to = bss_start; to < bss_end; to++)
        *to = 0;
}

static void enable_float(void)
{
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    CPACR |= 0xfu << 20; /* full access to coprocessors 10 and 11 */
    __asm volatile("dsb\n isb" ::: "memory");
#endif
#if defined(__ARM_FEATURE_MVE)
    __asm volatile("mov r0, #0x40000\n vmsr fpscr, r0" ::: "r0"); /* FPSCR.LTPSIZE = 4: no tail predication */
#endif
}

__attribute__((noreturn)) void start(void)
{
    set_up_memory();
    enable_float();
    main();
    for (;;) {
    }
}

/* The hardware pushed r0-r3, r12, lr, pc and the status. */
__attribute__((used, noreturn)) void fault_report(const uint32_t *frame, uint32_t cause)
{
    harness_report report;

    report.magic = HARNESS_MAGIC;
    report.is_fault = 1;
    report.fault_address = frame[6];
    report.fault_caller = frame[5] & ~(uint32_t)1; /* without the Thumb bit */
    report.fault_cause = cause;
    port_finish(&report);
}

/* The stack pointer may be what is broken: the report is made on a fresh stack. */
__attribute__((naked)) void fault(void)
{
    __asm volatile("mov r0, sp\n"
                   "mrs r1, ipsr\n"
                   "ldr r2, =stack_top\n"
                   "mov sp, r2\n"
                   "bl fault_report\n"
                   ".ltorg");
}

/* Stack, reset, NMI, hard, memory, bus, usage and secure fault; SVCall, debug, PendSV; SysTick. */
__attribute__((section(".vectors"), used)) void (*const vectors[16])(void) = {
    (void (*)(void))stack_top, start, fault, fault, fault, fault, fault, fault, 0, 0, 0, fault, fault, 0, fault, count_wrap};
