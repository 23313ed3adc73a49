/* SPDX-License-Identifier: Apache-2.0 */
#include "link/port.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct speed_row {
    int32_t baud;
    speed_t speed;
} speed_row;

static const speed_row speeds[] = {{9600, B9600},       {19200, B19200},     {38400, B38400},     {57600, B57600},
                                   {115200, B115200},   {230400, B230400},   {460800, B460800},   {500000, B500000},
                                   {576000, B576000},   {921600, B921600},   {1000000, B1000000}, {1152000, B1152000},
                                   {1500000, B1500000}, {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000},
                                   {3500000, B3500000}, {4000000, B4000000}};

enum { SPEED_COUNT = sizeof speeds / sizeof *speeds, RESET_MS = 100 };

int64_t mote_port_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const speed_row *find_speed(int32_t baud, mote_error *err)
{
    int i;

    for (i = 0; i < SPEED_COUNT; i++)
        if (speeds[i].baud == baud)
            return &speeds[i];
    mote_fail(err, MOTE_ERR_USAGE, "%d baud is no speed that serial ports have; 115200, 921600 and 2000000 are", (int)baud);
    return NULL;
}

/* The group that may use the device, "dialout" on Debian. */
static mote_status refuse_permission(const char *path, mote_error *err)
{
    struct stat         info;
    const struct group *group = stat(path, &info) == 0 ? getgrgid(info.st_gid) : NULL;
    const char         *name = group && group->gr_gid != 0 ? group->gr_name : "dialout";

    return mote_fail(err, MOTE_ERR_IO,
                     "permission denied; become a member of the group %s (sudo usermod -a -G %s $USER) and log in again",
                     name, name);
}

static mote_status explain_open(const char *path, int reason, mote_error *err)
{
    if (reason == ENOENT || reason == ENODEV || reason == ENXIO)
        return mote_fail(err, MOTE_ERR_IO, "no such device; plug the board in, and see ls /dev/serial/by-id /dev/tty*");
    if (reason == EACCES || reason == EPERM)
        return refuse_permission(path, err);
    if (reason == EBUSY)
        return mote_fail(err, MOTE_ERR_IO, "another program uses it (a serial monitor?); end that first");
    return mote_fail(err, MOTE_ERR_IO, "%s", strerror(reason));
}

static mote_status open_device(mote_port *port, const char *path, mote_error *err)
{
    struct stat info;

    if (stat(path, &info) == 0 && !S_ISCHR(info.st_mode))
        return mote_fail(err, MOTE_ERR_IO, "is no serial port");
    port->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->fd < 0)
        return explain_open(path, errno, err);
    if (flock(port->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return explain_open(path, EBUSY, err);
    return MOTE_OK;
}

static mote_status set_line(mote_port *port, const speed_row *row, mote_error *err)
{
    struct termios line;

    if (tcgetattr(port->fd, &port->before) != 0)
        return MOTE_OK; /* characters, but no line: what is there is taken as it is */
    port->is_line = true;
    line = port->before;
    cfmakeraw(&line);
    line.c_cflag &= ~(tcflag_t)(CRTSCTS | CSTOPB | HUPCL);
    line.c_cflag |= CLOCAL | CREAD;
    line.c_cc[VMIN] = line.c_cc[VTIME] = 0;
    cfsetispeed(&line, row->speed);
    cfsetospeed(&line, row->speed);
    if (tcsetattr(port->fd, TCSANOW, &line) != 0)
        return mote_fail(err, MOTE_ERR_IO, "does not take %d baud: %s", (int)row->baud, strerror(errno));
    if (tcgetattr(port->fd, &line) == 0 && cfgetospeed(&line) != row->speed)
        return mote_fail(err, MOTE_ERR_IO, "does not do %d baud", (int)row->baud);
    return MOTE_OK;
}

mote_status mote_port_open(mote_port *port, const char *path, int32_t baud, mote_error *err)
{
    const speed_row *row = find_speed(baud, err);

    *port = (mote_port){.fd = -1};
    if (!row || open_device(port, path, err) != MOTE_OK || set_line(port, row, err) != MOTE_OK)
        mote_port_close(port);
    return err->code;
}

/* Both at once: a board with an ESP32 takes one without the other for a command. */
void mote_port_restart(mote_port *port)
{
    const struct timespec moment = {.tv_nsec = RESET_MS * 1000000L};
    int                   lines = TIOCM_DTR | TIOCM_RTS;

    if (port->is_line && ioctl(port->fd, TIOCMBIC, &lines) == 0) {
        nanosleep(&moment, NULL);
        ioctl(port->fd, TIOCMBIS, &lines);
    }
    tcflush(port->fd, TCIOFLUSH);
}

bool mote_port_wait(const mote_port *port, bool wants_write, int64_t deadline)
{
    struct pollfd wanted = {.fd = port->fd, .events = (short)(POLLIN | (wants_write ? POLLOUT : 0))};
    const int64_t left = deadline - mote_port_now();

    if (left <= 0)
        return false;
    return poll(&wanted, 1, left > 1000 ? 1000 : (int)left) != 0 || mote_port_now() < deadline;
}

static mote_status explain_io(ssize_t got, mote_error *err)
{
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_IO, "the device is gone: was the board unplugged, or does it restart its USB?");
}

mote_status mote_port_read(mote_port *port, void *bytes, size_t room, size_t *count, mote_error *err)
{
    struct pollfd now = {.fd = port->fd, .events = POLLIN};
    ssize_t       got;

    *count = 0;
    if (poll(&now, 1, 0) == 0) /* a line that has nothing would read as one that is gone */
        return MOTE_OK;
    got = read(port->fd, bytes, room);
    if (got <= 0)
        return explain_io(got, err);
    *count = (size_t)got;
    return MOTE_OK;
}

mote_status mote_port_write(mote_port *port, const void *bytes, size_t room, size_t *count, mote_error *err)
{
    const ssize_t put = write(port->fd, bytes, room);

    *count = 0;
    if (put < 0)
        return explain_io(put, err);
    *count = (size_t)put;
    return MOTE_OK;
}

/* What the board does not take is not waited for. */
void mote_port_close(mote_port *port)
{
    if (port->fd < 0)
        return;
    if (port->is_line) {
        tcflush(port->fd, TCIOFLUSH);
        tcsetattr(port->fd, TCSANOW, &port->before);
    }
    close(port->fd);
    port->fd = -1;
}
