/* SPDX-License-Identifier: Apache-2.0 */
#include "chips/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

extern char **environ;

enum { TICK_MS = 100, GRACE_MS = 1000, DEFAULT_OUTPUT_LIMIT = 1 << 20 };

typedef struct child {
    pid_t pid;
    int   out, err; /* reading ends, non-blocking; -1 once at their end */
} child;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The environment with LC_ALL=C in front: compilers' messages are read. The array is the caller's, the strings are not. */
static char **plain_environment(void)
{
    static char plain_locale[] = "LC_ALL=C";
    size_t      count = 0, kept = 0, i;
    char      **list;

    while (environ[count])
        count++;
    list = calloc(count + 2, sizeof *list);
    if (!list)
        return NULL;
    list[kept++] = plain_locale;
    for (i = 0; i < count; i++)
        if (strncmp(environ[i], "LC_ALL=", 7) != 0)
            list[kept++] = environ[i];
    return list;
}

static int spawn_with_actions(const mote_process *process, posix_spawn_file_actions_t *actions, pid_t *pid)
{
    char **environment = plain_environment();
    int    reason = environment ? 0 : ENOMEM;

    if (reason == 0)
        reason = posix_spawnp(pid, process->arguments[0], actions, NULL, (char *const *)(uintptr_t)process->arguments,
                              environment);
    free(environment);
    return reason;
}

static int spawn_into(const mote_process *process, int out, int err, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int                        reason = posix_spawn_file_actions_init(&actions);

    if (reason != 0)
        return reason;
    if ((reason = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)) == 0 &&
        (reason = posix_spawn_file_actions_adddup2(&actions, out, 1)) == 0 &&
        (reason = posix_spawn_file_actions_adddup2(&actions, err, 2)) == 0 &&
        (reason = posix_spawn_file_actions_addchdir_np(&actions, process->folder)) == 0)
        reason = spawn_with_actions(process, &actions, pid);
    posix_spawn_file_actions_destroy(&actions);
    return reason;
}

static void close_pair(int pair[2])
{
    if (pair[0] >= 0) {
        close(pair[0]);
        close(pair[1]);
    }
}

static mote_status start_child(child *c, const mote_process *process, mote_error *err)
{
    int out[2] = {-1, -1}, errors[2] = {-1, -1}, reason = 0;

    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0)
        reason = errno;
    if (reason == 0)
        reason = spawn_into(process, out[1], errors[1], &c->pid);
    if (reason != 0) {
        close_pair(out);
        close_pair(errors);
        return mote_fail(err, MOTE_ERR_IO, "%s cannot be started: %s", process->arguments[0], strerror(reason));
    }
    close(out[1]);
    close(errors[1]);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(errors[0], F_SETFL, O_NONBLOCK);
    c->out = out[0];
    c->err = errors[0];
    return MOTE_OK;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Takes what is there, but no more than a few blocks, so that the limits are looked at; closes at the end. */
static void drain(int *fd, mote_text *text)
{
    char    bytes[8192];
    ssize_t count;
    int     block;

    for (block = 0; block < 8 && *fd >= 0; block++) {
        count = read(*fd, bytes, sizeof bytes);
        if (count > 0)
            mote_text_add(text, bytes, (size_t)count);
        else if (count == 0 || (errno != EAGAIN && errno != EINTR))
            close_end(fd);
        else if (errno == EAGAIN)
            return;
    }
}

/* Reads until both ends close, or until something says stop. */
static mote_status watch(child *c, const mote_process *process, mote_process_result *result, mote_error *err)
{
    int64_t end_ms = now_ms() + (int64_t)process->time_limit_seconds * 1000, next_tick_ms = now_ms() + TICK_MS;
    size_t  limit = process->output_limit ? process->output_limit : DEFAULT_OUTPUT_LIMIT;

    while (c->out >= 0 || c->err >= 0) {
        struct pollfd ends[2] = {{.fd = c->out, .events = POLLIN}, {.fd = c->err, .events = POLLIN}};
        poll(ends, 2, TICK_MS);
        drain(&c->out, &result->out);
        drain(&c->err, &result->err);
        if (result->out.count > limit || result->err.count > limit)
            return mote_fail(err, MOTE_ERR_LIMIT, "%s printed more than %zu bytes", process->arguments[0], limit);
        if (now_ms() >= end_ms)
            return mote_fail(err, MOTE_ERR_LIMIT, "%s did not end within %d s", process->arguments[0],
                             process->time_limit_seconds);
        if (process->tick && now_ms() >= next_tick_ms) {
            next_tick_ms = now_ms() + TICK_MS;
            if (!process->tick(process->user))
                return mote_fail(err, MOTE_ERR_USAGE, "stopped");
        }
    }
    return MOTE_OK;
}

/* Asks first: gcc removes its temporary files then. */
static void stop_child(pid_t pid)
{
    int64_t end_ms = now_ms() + GRACE_MS;

    kill(pid, SIGTERM);
    while (now_ms() < end_ms) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid)
            return;
        poll(NULL, 0, 10);
    }
    kill(pid, SIGKILL);
}

mote_status mote_process_run(const mote_process *process, mote_process_result *result, mote_error *err)
{
    child c = {.out = -1, .err = -1};
    int   ending = 0;

    *result = (mote_process_result){0};
    MOTE_TRY(start_child(&c, process, err));
    if (watch(&c, process, result, err) != MOTE_OK)
        stop_child(c.pid);
    close_end(&c.out);
    close_end(&c.err);
    while (waitpid(c.pid, &ending, 0) < 0 && errno == EINTR) {
    }
    result->exit_status = WIFEXITED(ending) ? WEXITSTATUS(ending) : -1;
    result->signal = WIFSIGNALED(ending) ? WTERMSIG(ending) : 0;
    if (err->code == MOTE_OK && mote_text_status(&result->out, err) == MOTE_OK)
        mote_text_status(&result->err, err);
    return err->code;
}

void mote_process_result_free(mote_process_result *result)
{
    mote_text_free(&result->out);
    mote_text_free(&result->err);
}

static bool is_program(const char *folder, size_t folder_length, const char *program)
{
    char path[4096];
    int  length = snprintf(path, sizeof path, "%.*s/%s", (int)folder_length, folder_length ? folder : ".", program);

    return length > 0 && (size_t)length < sizeof path && access(path, X_OK) == 0 && !mote_path_is_dir(path);
}

bool mote_process_exists(const char *program)
{
    const char *path = getenv("PATH");

    if (!path)
        path = "/bin:/usr/bin"; /* what posix_spawnp takes then */
    for (;;) {
        size_t length = strcspn(path, ":");
        if (is_program(path, length, program))
            return true;
        if (path[length] == '\0')
            return false;
        path += length + 1;
    }
}
