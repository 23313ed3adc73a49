/* A serial port, or any other device of characters, of which nothing waits beyond a deadline.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LINK_PORT_H
#define MOTE_LINK_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include <mote/status.h>

typedef struct mote_port {
    int            fd;
    bool           is_line; /* has a speed, which is put back when it is closed */
    struct termios before;
} mote_port;

/* Milliseconds of a clock that nobody sets. */
int64_t mote_port_now(void);

/* Raw, 8 bits, no parity, no flow control, for this process alone. Errors: USAGE (a speed that there is not), IO. */
mote_status mote_port_open(mote_port *port, const char *path, int32_t baud, mote_error *err);

/* Lets DTR and RTS go for a moment: boards that are reset by them start anew, and what came before is forgotten. */
void mote_port_restart(mote_port *port);

/* Waits until bytes can be read, or, where wants_write, written, or the deadline is there. False: it passed. */
bool mote_port_wait(const mote_port *port, bool wants_write, int64_t deadline);

/* As many as there are, or as there is room for; perhaps none. IO where the device is gone. */
mote_status mote_port_read(mote_port *port, void *bytes, size_t room, size_t *count, mote_error *err);
mote_status mote_port_write(mote_port *port, const void *bytes, size_t room, size_t *count, mote_error *err);

void mote_port_close(mote_port *port); /* a no-op where it was never opened and fd is -1 */

#endif
