/* A board that is a process of this machine on a pseudo-terminal, with the code that real ones have, and their faults.
 *
 *     cc -DBOARD_LINK='"NAME_link.h"' -DBOARD_ARENA=NAME_arena -DBOARD_SERVE=NAME_link_serve -I FOLDER host.c FOLDER/NAME.c ...
 *     with -DBOARD_MEMORY=NAME_all_memory -DBOARD_ARENA_IN=NAME_arena_in where the arena has several regions
 *     ./board FAULT [N]        writes the terminal's name, then serves until it is ended, or for two minutes
 *
 * lose, flip           the N-th byte that arrives, once; lose-all, flip-all: every N-th
 * lose-sent, flip-sent the N-th byte that it sends, once
 * reset, stop, gone    after N bytes that arrived: starts anew, says nothing more, is unplugged
 * silent, garbage, text, echo, chatter    says nothing; noise for each byte; text; what it hears; noise without end, and
 * hears
 *                      nothing
 * slow                 takes three seconds for an inference
 * no-clock             has no clock; loses the N-th byte
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include BOARD_LINK

typedef struct board {
    const char *fault;
    long        at;
    long        heard, sent;
    int         master, slave;
    int         has_restarted;
    unsigned    noise;
    mrt_link    link;
    BOARD_ARENA arena;
} board;

#ifdef BOARD_MEMORY
static BOARD_MEMORY memory;
#endif

static int has(const board *b, const char *fault)
{
    return strcmp(b->fault, fault) == 0;
}

static uint8_t make_noise(board *b)
{
    b->noise = b->noise * 1664525u + 1013904223u;
    return (uint8_t)(b->noise >> 24);
}

/* What is not read on the other side is lost: nobody waits for a host. */
static void put(board *b, const uint8_t *bytes, size_t count)
{
    struct pollfd wanted = {.fd = b->master, .events = POLLOUT};
    ssize_t       done;

    while (count > 0 && poll(&wanted, 1, 2000) > 0) {
        done = write(b->master, bytes, count);
        if (done < 0 && errno != EAGAIN)
            exit(1);
        bytes += done > 0 ? done : 0;
        count -= done > 0 ? (size_t)done : 0;
    }
}

static int get(board *b)
{
    uint8_t byte;

    if (read(b->master, &byte, 1) != 1)
        return -1;
    b->heard++;
    return byte;
}

static uint32_t microseconds(void *user)
{
    struct timespec now;

    (void)user;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u);
}

static int read_byte(void *user)
{
    board *b = user;
    int    byte = get(b);

    if (byte < 0)
        return -1;
    if ((has(b, "lose") || has(b, "no-clock")) && b->heard == b->at)
        return read_byte(b);
    if (has(b, "lose-all") && b->heard % b->at == 0)
        return read_byte(b);
    if ((has(b, "flip") && b->heard == b->at) || (has(b, "flip-all") && b->heard % b->at == 0))
        byte ^= 4;
    if (has(b, "gone") && b->heard == b->at)
        exit(0);
    while (has(b, "stop") && b->heard >= b->at)
        pause();
    return byte;
}

/* As if the inference took so long: what is said next is its answer. */
static void take_time(const board *b, const uint8_t *bytes, uint32_t count)
{
    if (has(b, "slow") && count == MRT_LINK_HEADER && bytes[5] == MRT_LINK_RUN && bytes[7] == MRT_LINK_OK)
        sleep(3);
}

static void write_bytes(void *user, const uint8_t *bytes, uint32_t count)
{
    board   *b = user;
    uint32_t i;
    uint8_t  byte;

    take_time(b, bytes, count);
    for (i = 0; i < count; i++) {
        byte = bytes[i];
        b->sent++;
        if (has(b, "lose-sent") && b->sent == b->at)
            continue;
        if (has(b, "flip-sent") && b->sent == b->at)
            byte ^= 4;
        put(b, &byte, 1);
    }
}

static void start(board *b)
{
    const mrt_link_port port = {read_byte, write_bytes, has(b, "no-clock") ? NULL : microseconds, b};

    memset(&b->link, 0, sizeof b->link);
    memset(&b->arena, 0, sizeof b->arena);
#ifdef BOARD_MEMORY
    memset(&memory, 0, sizeof memory);
    b->arena = BOARD_ARENA_IN(&memory);
#endif
    b->link.port = port;
}

static void open_terminal(board *b)
{
    struct termios line;

    b->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (b->master < 0 || grantpt(b->master) != 0 || unlockpt(b->master) != 0)
        exit(2);
    b->slave = open(ptsname(b->master), O_RDWR | O_NOCTTY); /* so that the terminal lives on between two users */
    tcgetattr(b->slave, &line);
    cfmakeraw(&line);
    tcsetattr(b->slave, TCSANOW, &line);
    puts(ptsname(b->master));
    fclose(stdout);
}

static void restart(board *b)
{
    static const uint8_t boot[] = "\r\nets Jul 29 2019 12:21:46\r\nrst:0xc\r\n";

    b->has_restarted = 1;
    start(b);
    put(b, boot, sizeof boot - 1);
}

/* One turn of what would be loop(). */
static void turn(board *b)
{
    static const uint8_t text[] = "temperature 21.5\r\n";
    uint8_t              byte;
    int                  heard;

    if (has(b, "silent")) {
        get(b);
    } else if (has(b, "garbage") || has(b, "echo")) {
        heard = get(b);
        byte = has(b, "echo") ? (uint8_t)heard : make_noise(b);
        if (heard >= 0)
            put(b, &byte, 1);
    } else if (has(b, "chatter")) {
        byte = make_noise(b);
        put(b, &byte, 1);
    } else if (has(b, "text")) {
        put(b, text, sizeof text - 1);
        usleep(100000);
    } else {
        BOARD_SERVE(&b->link, &b->arena);
        if (has(b, "reset") && b->heard >= b->at && !b->has_restarted)
            restart(b);
    }
}

int main(int count, char **arguments)
{
    static board b;

    b.fault = count > 1 ? arguments[1] : "none";
    b.at = count > 2 ? atol(arguments[2]) : -1;
    alarm(120);
    open_terminal(&b);
    start(&b);
    for (;;) {
        struct pollfd wanted = {.fd = b.master, .events = POLLIN};
        if (!has(&b, "chatter"))
            poll(&wanted, 1, 10);
        turn(&b);
    }
}
