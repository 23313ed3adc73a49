/* The check is done once the example asks its line. SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
enum { UART_NUM_0 };
static inline int uart_driver_install(int port, int in, int out, int size, void *queue, int flags)
{
    if (port != UART_NUM_0 || in <= 128 || out != 0 || size != 0 || queue != NULL || flags != 0)
        exit(2); /* the driver takes no buffer smaller than the chip's own */
    return 0;
}
static inline int uart_read_bytes(int port, void *bytes, uint32_t count, uint32_t ticks)
{
    (void)bytes;
    exit(port != UART_NUM_0 || count != 1 || ticks != 1);
}
static inline int uart_write_bytes(int port, const void *bytes, size_t count)
{
    return bytes ? (int)count : port;
}
