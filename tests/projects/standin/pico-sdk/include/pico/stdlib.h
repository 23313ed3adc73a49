/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
bool     stdio_init_all(void);
void     sleep_ms(uint32_t);
uint32_t time_us_32(void);
int      getchar_timeout_us(uint32_t), putchar_raw(int);
#if LIB_PICO_STDIO_USB
bool stdio_usb_connected(void);
#endif
