/* The start of a program on an emulated Cortex-M; newlib's own start, which calls _init and _fini, and files by semihosting
 * follow. SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

extern uint32_t stack_top;
void            _start(void), standin_start(void), _init(void), _fini(void);

static const void *const vectors[16] __attribute__((section(".vectors"), used)) = {&stack_top, standin_start};

void _init(void)
{
}
void _fini(void)
{
}

void standin_start(void)
{
#if __ARM_ARCH > 6
    *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20; /* the FPU, where there is one */
#endif
    _start();
}
