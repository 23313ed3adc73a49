/* Ending by a signal without leaving temporaries.
 *
 * A handler may do next to nothing, least of all remove a tree: it passes the signal through a pipe to a thread, which
 * cleans up and then lets the signal do what it would have done, so that whoever started mote sees the true status (128 + n
 * in a shell). Signals that were ignored from the start (nohup) stay so. Handlers, unlike ignored signals, are not inherited
 * by compilers and emulators.
 *
 * A training has something to do before it ends: while one runs, the first SIGINT only asks it to stop, and mote ends by the
 * signal when that is done and told. The second one is like any other. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include <mote/temporaries.h>

#include "cli/cli.h"

static int                   pipe_ends[2];
static volatile sig_atomic_t is_ending;

static void pass_on(int number)
{
    const int           reason = errno;
    const unsigned char byte = (unsigned char)number;

    is_ending = 1;
    (void)!write(pipe_ends[1], &byte, 1);
    errno = reason;
}

/* Written by whichever thread the handler runs in. */
static atomic_bool  is_training, wants_stop;
static atomic_llong asked_at; /* milliseconds */

static long long milliseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A terminal sends it to all of a group, and some wrappers pass it on to a child that has it already: two within so short a
 * time are one. */
static void interrupt(int number)
{
    enum { ONE = 200 };

    if (atomic_load(&is_training) && !atomic_load(&wants_stop)) {
        atomic_store(&asked_at, milliseconds());
        atomic_store(&wants_stop, true);
    } else if (!atomic_load(&wants_stop) || milliseconds() - atomic_load(&asked_at) > ONE) {
        pass_on(number);
    }
}

/* The last question, without a training, is answered as well: what came before it is not lost, what comes after it ends mote
 * at once. */
bool cli_wants_stop(void *unused, bool trains)
{
    (void)unused;
    atomic_store(&is_training, trains);
    return atomic_load(&wants_stop);
}

static void *end_by_signal(void *unused)
{
    unsigned char byte;

    (void)unused;
    while (read(pipe_ends[0], &byte, 1) != 1) {
    }
    mote_cleanup_temporaries();
    signal(byte, SIG_DFL);
    kill(getpid(), byte);
    return NULL;
}

static void set_handler(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;

    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

static void do_nothing(int number)
{
    (void)number;
}

void cli_signals_begin(void)
{
    pthread_t thread;

    set_handler(SIGPIPE, do_nothing); /* writing then fails with EPIPE, */
    set_handler(SIGXFSZ, do_nothing); /* or EFBIG, which are told in a line */
    if (pipe2(pipe_ends, O_CLOEXEC) != 0 || pthread_create(&thread, NULL, end_by_signal, NULL) != 0)
        return; /* no more threads: signals end mote at once, and its next run clears up */
    pthread_detach(thread);
    set_handler(SIGHUP, pass_on);
    set_handler(SIGINT, interrupt);
    set_handler(SIGTERM, pass_on);
}

void cli_end_by_pipe(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}

void cli_end_if_interrupted(void)
{
    if (!atomic_load(&wants_stop))
        return;
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
}

void cli_signals_end(void)
{
    while (is_ending)
        pause();
}
