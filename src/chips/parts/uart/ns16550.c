/* The UART 16550, as on QEMU's virt and lx60; UART_STRIDE: from register to register. Source: National Semiconductor,
 * PC16550D. SPDX-License-Identifier: Apache-2.0 */
#include "uart.h"

#if !defined(UART_STRIDE)
#define UART_STRIDE 1
#endif

enum { BYTE = 0, STATE = 5 * UART_STRIDE, STATE_EMPTY = 0x20 };

extern volatile uint8_t UART[]; /* linker */

void uart_open(void)
{
}

void uart_put(uint8_t byte)
{
    while (!(UART[STATE] & STATE_EMPTY)) {
    }
    UART[BYTE] = byte;
}
