/* SPDX-License-Identifier: Apache-2.0 */
#include "chips/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "chips/confine.h"

extern char **environ;

enum { TICK_MS = 100, BLOCK_MS = 2, GRACE_MS = 1000, DEFAULT_OUTPUT_LIMIT = 1 << 20 };

/* The program leads a session of its own, so that all it starts can be ended at once, and no terminal is its. Whatever ends
 * this process ends the program by the kernel's hand; the keeper, which outlives this process for a moment, ends the rest.
 */
typedef struct child {
    pid_t pid, keeper;
    int   out, err; /* reading ends, non-blocking; -1 once at their end */
} child;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The environment with these in front: compilers' messages are read, and their temporary files lie in the folder in which
 * they run, which is temporary itself. The array is the caller's, the strings are not. */
static char **plain_environment(void)
{
    static char plain_locale[] = "LC_ALL=C", here[] = "TMPDIR=.";
    size_t      count = 0, kept = 0, i;
    char      **list;

    while (environ[count])
        count++;
    list = calloc(count + 3, sizeof *list);
    if (!list)
        return NULL;
    list[kept++] = plain_locale;
    list[kept++] = here;
    for (i = 0; i < count; i++)
        if (strncmp(environ[i], "LC_ALL=", 7) != 0 && strncmp(environ[i], "TMPDIR=", 7) != 0)
            list[kept++] = environ[i];
    return list;
}

/* ---- between fork and exec: only system calls ---- */

typedef struct launch {
    const mote_process *process;
    char              **environment;
    sigset_t            signals; /* as they were blocked */
    pid_t               parent;
    int                 out[2], err[2], failure[2]; /* pipes; what is told through the last is a failure */
} launch;

typedef struct failure {
    bool is_of_confinement;
    int  reason; /* errno */
} failure;

static void tell_failure(const launch *l, bool is_of_confinement, int reason)
{
    const failure f = {is_of_confinement, reason};
    const ssize_t written = write(l->failure[1], &f, sizeof f);

    _exit(written == (ssize_t)sizeof f ? 127 : 126);
}

/* The caller's handlers are no business of the new process; what is ignored stays so. */
static void reset_signals(void)
{
    struct sigaction action;
    int              i;

    for (i = 1; i < NSIG; i++)
        if (sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            signal(i, SIG_DFL);
}

static bool set_up_streams(const launch *l)
{
    const int none = open("/dev/null", O_RDONLY);

    return none >= 0 && dup2(none, 0) == 0 && dup2(l->out[1], 1) == 1 && dup2(l->err[1], 2) == 2 &&
           (none <= 2 || close(none) == 0);
}

static void limit_memory(size_t bytes)
{
    const struct rlimit limit = {bytes, bytes};

    if (bytes > 0)
        setrlimit(RLIMIT_AS, &limit);
}

static void become_program(const launch *l)
{
    int reason;

    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != l->parent) /* it ended before it could be watched */
        _exit(127);
    reset_signals();
    sigprocmask(SIG_SETMASK, &l->signals, NULL);
    if (!set_up_streams(l) || chdir(l->process->folder) != 0)
        tell_failure(l, false, errno);
    limit_memory(l->process->memory_limit);
    reason = l->process->is_confined ? mote_confine() : 0;
    if (reason != 0)
        tell_failure(l, true, reason);
    execvpe(l->process->arguments[0], (char *const *)(uintptr_t)l->process->arguments, l->environment);
    tell_failure(l, false, errno);
}

/* Holds no file: a pipe's end would keep its reader waiting. */
static void close_all_files(void)
{
    long i, count = sysconf(_SC_OPEN_MAX);

    if (close_range(0, ~0u, 0) == 0)
        return;
    for (i = 0; i < count; i++)
        close((int)i);
}

/* Waits, deaf to all but the end of the parent, and of itself. */
static void become_keeper(const launch *l, pid_t program)
{
    sigset_t end;
    int      which;

    sigfillset(&end);
    sigprocmask(SIG_SETMASK, &end, NULL);
    close_all_files();
    sigemptyset(&end);
    sigaddset(&end, SIGUSR1);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    while (getppid() == l->parent && sigwait(&end, &which) != 0) {
    }
    kill(-program, SIGKILL);
    _exit(0);
}

/* ---- starting ---- */

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_pair(int pair[2])
{
    close_end(&pair[0]);
    close_end(&pair[1]);
}

/* The errno of the failure, or 0 with both processes running. */
static int fork_both(child *c, const launch *l)
{
    c->pid = fork();
    if (c->pid == 0)
        become_program(l);
    if (c->pid < 0)
        return errno;
    c->keeper = fork();
    if (c->keeper == 0)
        become_keeper(l, c->pid);
    return c->keeper < 0 ? errno : 0;
}

/* With all signals blocked: no handler of the caller must run in the new processes. */
static int start_both(child *c, launch *l)
{
    sigset_t all;
    int      reason;

    l->parent = getpid();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &l->signals);
    reason = fork_both(c, l);
    pthread_sigmask(SIG_SETMASK, &l->signals, NULL);
    return reason;
}

static bool wait_for(pid_t pid, int *ending)
{
    pid_t ended;

    do
        ended = waitpid(pid, ending, 0);
    while (ended < 0 && errno == EINTR);
    return ended == pid;
}

/* Ends what is left of both, and of what the program started. */
static void end_child(child *c, int *ending)
{
    siginfo_t info;

    while (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    kill(-c->pid, SIGKILL);
    wait_for(c->pid, ending);
    if (c->keeper <= 0)
        return;
    kill(c->keeper, SIGKILL);
    wait_for(c->keeper, &(int){0});
}

static mote_status fail_start(const mote_process *process, const failure *f, mote_error *err)
{
    if (f->is_of_confinement)
        return mote_fail(err, MOTE_ERR_IO,
                         "%s is not run: this system has no filter of system calls (seccomp: %s) to confine it with",
                         process->arguments[0], strerror(f->reason));
    return mote_fail(err, MOTE_ERR_IO, "%s cannot be started: %s", process->arguments[0], strerror(f->reason));
}

/* Nothing comes through the pipe where the program began. */
static bool has_begun(int fd, failure *f)
{
    ssize_t count;

    do
        count = read(fd, f, sizeof *f);
    while (count < 0 && errno == EINTR);
    return count != (ssize_t)sizeof *f;
}

static mote_status launch_child(child *c, launch *l, mote_error *err)
{
    failure f = {.reason = 0};

    if (!l->environment)
        f.reason = ENOMEM;
    else if (pipe2(l->out, O_CLOEXEC) != 0 || pipe2(l->err, O_CLOEXEC) != 0 || pipe2(l->failure, O_CLOEXEC) != 0)
        f.reason = errno;
    else
        f.reason = start_both(c, l);
    close_end(&l->out[1]);
    close_end(&l->err[1]);
    close_end(&l->failure[1]);
    if (f.reason == 0 && has_begun(l->failure[0], &f))
        return MOTE_OK;
    if (c->pid > 0) {
        kill(c->pid, SIGKILL);
        end_child(c, &(int){0});
    }
    return fail_start(l->process, &f, err);
}

static mote_status start_child(child *c, const mote_process *process, mote_error *err)
{
    launch l = {
        .process = process, .environment = plain_environment(), .out = {-1, -1}, .err = {-1, -1}, .failure = {-1, -1}};

    if (launch_child(c, &l, err) == MOTE_OK) {
        fcntl(l.out[0], F_SETFL, O_NONBLOCK);
        fcntl(l.err[0], F_SETFL, O_NONBLOCK);
        c->out = l.out[0];
        c->err = l.err[0];
        l.out[0] = l.err[0] = -1;
    }
    close_pair(l.out);
    close_pair(l.err);
    close_pair(l.failure);
    free(l.environment);
    return err->code;
}

/* ---- watching ---- */

typedef struct watch {
    const mote_process  *process;
    mote_process_result *result;
    size_t               limit, taken_bytes;
    int64_t              end_ms, next_tick_ms;
    bool                 is_stopped; /* take said so */
} watch;

static void restart_limit(watch *w)
{
    w->end_ms = now_ms() + (int64_t)w->process->time_limit_seconds * 1000;
}

static void hand_over(watch *w, mote_process_stream stream, const char *bytes, size_t count)
{
    const mote_process *p = w->process;
    mote_process_take   says = MOTE_PROCESS_GO_ON;

    if (!p->take || p->taken != stream) {
        mote_text_add(stream == MOTE_PROCESS_OUT ? &w->result->out : &w->result->err, bytes, count);
        return;
    }
    w->taken_bytes += count;
    if (!w->is_stopped)
        says = p->take(p->user, bytes, count);
    if (says == MOTE_PROCESS_STEP)
        restart_limit(w);
    w->is_stopped |= says == MOTE_PROCESS_STOP;
}

/* Takes what is there, but no more than a few blocks, so that the limits are looked at; closes at the end. */
static void drain(watch *w, mote_process_stream stream, int *fd)
{
    char    bytes[8192];
    ssize_t count;
    int     block;

    for (block = 0; block < 8 && *fd >= 0; block++) {
        count = read(*fd, bytes, sizeof bytes);
        if (count > 0)
            hand_over(w, stream, bytes, (size_t)count);
        else if (count == 0 || (errno != EAGAIN && errno != EINTR))
            close_end(fd);
        else if (errno == EAGAIN)
            return;
    }
}

static mote_status check_limits(watch *w, mote_error *err)
{
    const mote_process *p = w->process;

    if (w->result->out.count > w->limit || w->result->err.count > w->limit || w->taken_bytes > w->limit)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s printed more than %zu bytes", p->arguments[0], w->limit);
    if (now_ms() >= w->end_ms)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s did not end within %d s; --timeout SECONDS gives it longer",
                         p->arguments[0], p->time_limit_seconds);
    if (p->tick && now_ms() >= w->next_tick_ms) {
        w->next_tick_ms = now_ms() + TICK_MS;
        if (!p->tick(p->user))
            return mote_fail(err, MOTE_ERR_USAGE, "stopped");
    }
    return MOTE_OK;
}

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
}

/* Reads until both ends close and the program ends, or until something says stop. */
static mote_status watch_child(child *c, watch *w, mote_error *err)
{
    while ((c->out >= 0 || c->err >= 0) && !w->is_stopped) {
        struct pollfd ends[2] = {{.fd = c->out, .events = POLLIN}, {.fd = c->err, .events = POLLIN}};
        poll(ends, 2, TICK_MS);
        drain(w, MOTE_PROCESS_OUT, &c->out);
        drain(w, MOTE_PROCESS_ERR, &c->err);
        MOTE_TRY(check_limits(w, err));
        if (w->process->take) /* which comes byte by byte: a block at a time saves a switch of processes for each */
            poll(NULL, 0, BLOCK_MS);
    }
    while (!w->is_stopped && !has_ended(c->pid)) {
        poll(NULL, 0, 1);
        MOTE_TRY(check_limits(w, err));
    }
    return MOTE_OK;
}

/* Asks first: a compiler removes its temporary files then. An emulator has none, and its firmware no right to a second. */
static void stop_child(pid_t pid, bool is_asked)
{
    int64_t end_ms = now_ms() + GRACE_MS;

    kill(-pid, is_asked ? SIGTERM : SIGKILL);
    while (now_ms() < end_ms) {
        if (has_ended(pid))
            return;
        poll(NULL, 0, 10);
    }
    kill(-pid, SIGKILL);
}

mote_status mote_process_run(const mote_process *process, mote_process_result *result, mote_error *err)
{
    child c = {.out = -1, .err = -1};
    watch w = {.process = process,
               .result = result,
               .limit = process->output_limit ? process->output_limit : DEFAULT_OUTPUT_LIMIT,
               .next_tick_ms = now_ms() + TICK_MS};
    int   ending = 0;

    *result = (mote_process_result){0};
    MOTE_TRY(start_child(&c, process, err));
    restart_limit(&w);
    if (watch_child(&c, &w, err) != MOTE_OK || w.is_stopped)
        stop_child(c.pid, !process->is_confined);
    close_end(&c.out);
    close_end(&c.err);
    end_child(&c, &ending);
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

/* Programs run in folders of their own, from which another folder of PATH is another place. */
static bool is_program(const char *folder, size_t folder_length, const char *program)
{
    char path[4096];
    int  length = snprintf(path, sizeof path, "%.*s/%s", (int)folder_length, folder, program);

    return folder[0] == '/' && length > 0 && (size_t)length < sizeof path && access(path, X_OK) == 0 &&
           !mote_path_is_dir(path);
}

bool mote_process_exists(const char *program)
{
    const char *path = getenv("PATH");

    if (!path)
        path = "/bin:/usr/bin"; /* what execvpe takes then */
    for (;;) {
        size_t length = strcspn(path, ":");
        if (is_program(path, length, program))
            return true;
        if (path[length] == '\0')
            return false;
        path += length + 1;
    }
}
