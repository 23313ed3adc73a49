/* A board of QEMU's with nothing but the generated code on it: start-up and serial line are those of src/chips/parts, what
 * is here is the rest of what a board needs, as anybody's glue has it.
 *
 * UART_KIND 1: Arm's CMSDK, as on mps2; 2: a 16550, as on RISC-V's virt. SPDX-License-Identifier: Apache-2.0 */
#include BOARD_LINK

#include "harness.h"
#include "uart.h"

static BOARD_ARENA arena;
static mrt_link    board;

#if UART_KIND == 1
typedef struct uart_registers {
    volatile uint32_t byte, state, control;
} uart_registers;

extern uart_registers UART; /* linker */

static void open_line(void)
{
    uart_open();
    UART.control |= 2; /* receive */
}

static int read_byte(void *user)
{
    (void)user;
    return UART.state & 2 ? (int)(UART.byte & 0xff) : -1;
}

/* SysTick counts down 24 bits of 25 MHz. */
#define SYSTICK ((volatile uint32_t *)0xe000e010u)

static void open_clock(void)
{
    SYSTICK[1] = 0xffffff;
    SYSTICK[2] = 0;
    SYSTICK[0] = 5;
}

static uint32_t ticks, before;

static uint32_t microseconds(void *user)
{
    const uint32_t now = SYSTICK[2];

    (void)user;
    ticks += (before - now) & 0xffffff;
    before = now;
    return ticks / 25;
}
#else
extern volatile uint8_t UART[]; /* linker */

static void open_line(void)
{
    uart_open();
}

static int read_byte(void *user)
{
    (void)user;
    return UART[5] & 1 ? UART[0] : -1;
}

static void open_clock(void)
{
}

/* The CLINT's mtime: 10 MHz. */
static uint32_t microseconds(void *user)
{
    (void)user;
    return *(volatile uint32_t *)0x0200bff8u / 10;
}
#endif

static void write_bytes(void *user, const uint8_t *bytes, uint32_t count)
{
    (void)user;
    while (count-- > 0)
        uart_put(*bytes++);
}

int main(void)
{
    board.port.read = read_byte;
    board.port.write = write_bytes;
    board.port.microseconds = microseconds;
    open_line();
    open_clock();
    for (;;)
        BOARD_SERVE(&board, &arena);
}
