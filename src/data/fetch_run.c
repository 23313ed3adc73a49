/* Running a package manager's own program: it has the registry, the proxy and the keys of whoever runs mote.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "data/fetch.h"

extern char **environ;

#define ERRORS "program.err"

mote_status mote_fetch_report(const mote_progress *progress, int64_t done, int64_t total, const char *detail,
                              mote_error *err)
{
    const mote_progress_event event = {.stage = "fetch", .done = done, .total = total, .detail = detail};

    if (progress && progress->report && !progress->report(progress->user, &event))
        return mote_fail(err, MOTE_ERR_USAGE, "stopped");
    return MOTE_OK;
}

static bool is_telling(const char *line, const char *word)
{
    return strncasecmp(line, word, strlen(word)) == 0 && !strstr(line, " code ") && !strstr(line, " syscall ");
}

/* The program's own words for what went wrong: the first line of its errors that says more than a code. */
static mote_status program_failed(const mote_fetchable_set *set, const mote_fetch_program *program, const char *log_path,
                                  mote_error *err)
{
    FILE *log = fopen(log_path, "r");
    char  line[256] = "";

    while (log && !is_telling(line, program->error_word) && fgets(line, sizeof line, log))
        line[strcspn(line, "\r\n")] = '\0';
    if (log)
        fclose(log);
    return mote_fail(
        err, MOTE_ERR_IO,
        "%s could not fetch %s (%s); get the file %s another way and unpack it with mote data fetch %s --package FILE",
        program->name, set->package, line[0] ? mote_show_string(line).text : "it does not say why", set->file,
        set->said.name);
}

/* Looks in every 50 ms, so that the caller's progress can stop it. */
static mote_status wait_for(pid_t child, const mote_fetchable_set *set, const mote_fetch_program *program,
                            const char *log_path, const mote_progress *progress, mote_error *err)
{
    const struct timespec pause = {0, 50 * 1000 * 1000};
    char                  detail[160];
    int                   result = 0;
    pid_t                 ended;

    snprintf(detail, sizeof detail, "%s %s", program->name, set->package);
    while ((ended = waitpid(child, &result, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (mote_fetch_report(progress, 0, 0, detail, err) != MOTE_OK) {
            kill(child, SIGTERM);
            waitpid(child, &result, 0);
            return err->code;
        }
        nanosleep(&pause, NULL);
    }
    if (ended != child || !WIFEXITED(result) || WEXITSTATUS(result) != 0)
        return program_failed(set, program, log_path, err);
    return MOTE_OK;
}

static int spawn(pid_t *child, const mote_fetch_program *program, const char *folder)
{
    posix_spawn_file_actions_t actions;
    int                        reason = posix_spawn_file_actions_init(&actions);

    if (reason != 0)
        return reason;
    reason = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (reason == 0)
        reason = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (reason == 0 && program->output)
        reason =
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, program->output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    else if (reason == 0)
        reason = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (reason == 0)
        reason = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, ERRORS, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (reason == 0)
        reason = posix_spawnp(child, program->name, &actions, NULL, (char *const *)(uintptr_t)program->arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return reason;
}

mote_status mote_fetch_run(const mote_fetchable_set *set, const mote_fetch_program *program, const char *folder,
                           const mote_progress *progress, mote_error *err)
{
    mote_arena  scratch = {0};
    const char *log_path = mote_path_join(&scratch, folder, ERRORS, err);
    pid_t       child;
    const int   reason = log_path ? spawn(&child, program, folder) : 0;

    if (log_path && reason == ENOENT)
        mote_fail(err, MOTE_ERR_IO,
                  "the program %s is missing: install it (Debian: %s), or get %s another way and unpack it with mote data "
                  "fetch %s --package FILE",
                  program->name, program->install, set->file, set->said.name);
    else if (log_path && reason != 0)
        mote_fail(err, MOTE_ERR_IO, "%s cannot be run: %s", program->name, strerror(reason));
    else if (log_path)
        wait_for(child, set, program, log_path, progress, err);
    mote_arena_destroy(&scratch);
    return err->code;
}
