/* The UART of Nordic's nRF51. Source: "nRF51 Series Reference Manual", version 3.0, 29. SPDX-License-Identifier: Apache-2.0
 */
#include "uart.h"

typedef union uart_registers {
    volatile uint32_t at[0x520 / 4];
} uart_registers;

enum { START_SENDING = 0x008 / 4, IS_SENT = 0x11c / 4, ENABLE = 0x500 / 4, BYTE = 0x51c / 4, ENABLED = 4 };

extern uart_registers UART; /* linker */

void uart_open(void)
{
    UART.at[ENABLE] = ENABLED;
    UART.at[START_SENDING] = 1;
}

void uart_put(uint8_t byte)
{
    UART.at[IS_SENT] = 0;
    UART.at[BYTE] = byte;
    while (!UART.at[IS_SENT]) {
    }
}
