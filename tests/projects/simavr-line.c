/* An AVR of simavr's whose serial line 0 is a pseudo-terminal: its name is printed, then the program runs until it is
 * killed.
 *
 *     simavr-line MCU PROGRAM.elf
 *
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

enum { CLOCK_HZ = 16000000, CYCLES_A_LOOK = 2000 };

typedef struct line {
    int        terminal;
    avr_irq_t *to_chip;
    int        is_ready; /* the chip has room for a byte */
} line;

static void on_byte(struct avr_irq_t *irq, uint32_t value, void *user)
{
    const unsigned char byte = (unsigned char)value;

    (void)irq;
    if (write(((line *)user)->terminal, &byte, 1) != 1)
        exit(1);
}

static void on_room(struct avr_irq_t *irq, uint32_t value, void *user)
{
    (void)irq;
    (void)value;
    ((line *)user)->is_ready = 1;
}

static void on_no_room(struct avr_irq_t *irq, uint32_t value, void *user)
{
    (void)irq;
    (void)value;
    ((line *)user)->is_ready = 0;
}

/* A terminal that passes all bytes on, whoever opens its other end. */
static int open_terminal(void)
{
    struct termios how;
    const int      terminal = posix_openpt(O_RDWR | O_NOCTTY);

    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0 || tcgetattr(terminal, &how) != 0)
        return -1;
    cfmakeraw(&how);
    if (tcsetattr(terminal, TCSANOW, &how) != 0 || open(ptsname(terminal), O_RDWR | O_NOCTTY) < 0)
        return -1; /* the second descriptor stays open, so that the first never ends */
    return terminal;
}

static void connect_line(avr_t *avr, line *l)
{
    uint32_t   flags = 0;
    avr_irq_t *uart = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), 0);

    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    l->to_chip = uart + UART_IRQ_INPUT;
    avr_irq_register_notify(uart + UART_IRQ_OUTPUT, on_byte, l);
    avr_irq_register_notify(uart + UART_IRQ_OUT_XON, on_room, l);
    avr_irq_register_notify(uart + UART_IRQ_OUT_XOFF, on_no_room, l);
}

static void pass_byte(line *l)
{
    struct pollfd look = {.fd = l->terminal, .events = POLLIN};
    unsigned char byte;

    if (l->is_ready && poll(&look, 1, 0) == 1 && (look.revents & POLLIN) && read(l->terminal, &byte, 1) == 1)
        avr_raise_irq(l->to_chip, byte);
}

int main(int argc, char **argv)
{
    elf_firmware_t program = {0};
    line           l = {.is_ready = 1};
    avr_t         *avr;
    int            state = cpu_Running;

    if (argc != 3 || elf_read_firmware(argv[2], &program) != 0 || !(avr = avr_make_mcu_by_name(argv[1])))
        return 2;
    avr_init(avr);
    program.frequency = CLOCK_HZ;
    avr_load_firmware(avr, &program);
    avr->frequency = CLOCK_HZ;
    l.terminal = open_terminal();
    if (l.terminal < 0)
        return 1;
    connect_line(avr, &l);
    puts(ptsname(l.terminal));
    fflush(stdout);
    while (state != cpu_Done && state != cpu_Crashed) {
        const avr_cycle_count_t until = avr->cycle + CYCLES_A_LOOK;
        while (avr->cycle < until && state != cpu_Done && state != cpu_Crashed)
            state = avr_run(avr);
        pass_byte(&l);
    }
    return 1;
}
