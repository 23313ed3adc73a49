/* A serial line that only sends. Its registers lie at UART, which the linker is told.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_UART_H
#define MOTE_UART_H

#include <stdint.h>

void uart_open(void); /* may be called again */
void uart_put(uint8_t byte);

#endif
