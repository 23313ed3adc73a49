/* Start-up of any Cortex-M, v6-M to v8.1-M: vectors, .data and .bss, the FPU where the compiler uses it. A fault ends the
 * run with a report. SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

#define CPACR (*(volatile uint32_t *)0xe000ed88u)
#define CFSR  (*(volatile uint32_t *)0xe000ed28u)

enum { HARD_FAULT = 3, MEMORY_FAULT = 4, BUS_FAULT = 5, USAGE_FAULT = 6, STACK_OVERFLOW = 8 };

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[]; /* link.ld */

int  main(void);
void start(void);
void fault(void);
void fault_report(const uint32_t *frame, uint32_t cause);
void count_wrap(void);

/* The volatile writes keep the compiler from making calls of memcpy and memset out of the loops. */
void port_set_up_memory(void *arena)
{
    const uint32_t    *from = data_load;
    volatile uint32_t *to;

    (void)arena;
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

/* The emulated boards have RAM where chips have flash, and ignore writes to where nothing is: below RAM, where a stack that
 * overflows gets to. Region 0, 256 MB at 0: read-only; region 1, the next 256 MB: nothing; the rest as without an MPU. */
#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__)
static void guard_memory(void)
{
    volatile uint32_t *const mpu = (volatile uint32_t *)0xe000ed94u; /* CTRL, RNR, RBAR, RASR */

    mpu[2] = 0x00000010; /* address, valid, region */
    mpu[3] = 6u << 24 | 27u << 1 | 1;
    mpu[2] = 0x10000011;
    mpu[3] = 1u << 28 | 27u << 1 | 1;
    mpu[0] = 5;
    __asm volatile("dsb\n isb" ::: "memory");
}
#else
static void guard_memory(void)
{
}
#endif

__attribute__((noreturn)) void start(void)
{
    port_set_up_memory(0);
    enable_float();
    guard_memory();
    main();
    for (;;) {
    }
}

#if defined(__ARM_ARCH_6M__)
static uint32_t tell_apart(uint32_t cause)
{
    return cause;
}
#else
/* Nobody enabled the other faults, so that each comes as a hard fault; the status says what it was. */
static uint32_t tell_apart(uint32_t cause)
{
    const uint32_t status = CFSR;

    if (cause != HARD_FAULT || status == 0)
        return cause;
    return status > 0xffff ? USAGE_FAULT : status > 0xff ? BUS_FAULT : MEMORY_FAULT;
}
#endif

/* The hardware pushed r0-r3, r12, lr, pc and the status, if the stack was good for it. */
__attribute__((used, noreturn)) void fault_report(const uint32_t *frame, uint32_t cause)
{
    harness_report report;

    report.magic = HARNESS_MAGIC;
    report.is_fault = 1;
    report.fault_address = report.fault_caller = 0;
    if (frame < port_stack_bottom() || frame >= (const uint32_t *)port_stack_top()) {
        report.fault_cause = STACK_OVERFLOW;
    } else {
        report.fault_address = frame[6];
        report.fault_caller = frame[5] & ~(uint32_t)1; /* without the Thumb bit */
        report.fault_cause = tell_apart(cause);
    }
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
