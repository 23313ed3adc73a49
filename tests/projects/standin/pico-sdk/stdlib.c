/* A board that ends once its check is done and the example asks its line; a terminal opens its USB port after two seconds,
 * and what is printed before is lost. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "pico/stdlib.h"

static uint32_t now;
static bool     is_ready;

bool stdio_init_all(void)
{
    return is_ready = true;
}

void sleep_ms(uint32_t milliseconds)
{
    now += milliseconds * 1000;
}

uint32_t time_us_32(void)
{
    return ++now;
}

#if LIB_PICO_STDIO_USB
bool stdio_usb_connected(void)
{
    return is_ready && now >= 2000000;
}
#endif

int putchar_raw(int byte)
{
    return putchar(byte);
}

int getchar_timeout_us(uint32_t microseconds)
{
    (void)microseconds;
    exit(!is_ready || now < 2000000);
}
