/* The UART of Arm's Cortex-M System Design Kit. Source: DDI 0479, "APB UART". SPDX-License-Identifier: Apache-2.0 */
#include "uart.h"

typedef struct uart_registers {
    volatile uint32_t byte, state, control, interrupt, divider;
} uart_registers;

enum { STATE_FULL = 1, CONTROL_SEND = 1, DIVIDER_LEAST = 16 };

extern uart_registers UART; /* linker */

void uart_open(void)
{
    UART.divider = DIVIDER_LEAST;
    UART.control = CONTROL_SEND;
}

void uart_put(uint8_t byte)
{
    while (UART.state & STATE_FULL) {
    }
    UART.byte = byte;
}
