/* A board that ends once its check is done and the sample asks its line. SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <zephyr/device.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

const struct device standin_zephyr_console;

void printk(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
}

int uart_poll_in(const struct device *line, unsigned char *byte)
{
    (void)byte;
    exit(line != &standin_zephyr_console);
}

void uart_poll_out(const struct device *line, unsigned char byte)
{
    (void)line;
    putchar(byte);
}

uint32_t k_cycle_get_32(void)
{
    static uint32_t now;

    return ++now;
}

uint32_t k_cyc_to_us_floor32(uint32_t cycles)
{
    return cycles;
}
