/* chips/: what may not happen without a word: a program that is confined and changes something, one that outlives who
 * started it, an invoke that writes behind its arena. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mote/emulate.h>

#include "base/file.h"
#include "chips/confine.h"
#include "chips/process.h"

#define FOLDER "build/tests/confine"

/* ---- helpers ---- */

static void write_file(const char *path, const char *text)
{
    mote_error err = {0};

    if (mote_file_write(path, text, strlen(text), &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static void make_folder(const char *path)
{
    mote_error err = {0};

    if (mote_make_dirs(path, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static mote_process_result run_shell(const char *script, bool is_confined)
{
    const char *const arguments[] = {"bash", "-c", script, NULL};
    mote_process process = {.arguments = arguments, .folder = FOLDER, .time_limit_seconds = 20, .is_confined = is_confined};
    mote_process_result result;
    mote_error          err = {0};

    if (mote_process_run(&process, &result, &err) != MOTE_OK)
        fail_msg("%s: %s", script, err.text);
    return result;
}

/* ---- confinement ---- */

/* Each succeeds when it is not confined, but for the socket, which nobody listens to. */
static void a_confined_program_changes_nothing(void **state)
{
    static const char *const scripts[] = {"echo x >made",
                                          "echo x >>there",
                                          "exec rm there",
                                          "exec mv there made",
                                          "exec mkdir made",
                                          "exec chmod 777 there",
                                          "exec ln there made",
                                          "exec ln -s there made",
                                          "exec touch -d 2001-01-01 there",
                                          "exec truncate -s 0 there",
                                          "/bin/true; /bin/true",
                                          "kill -0 $PPID",
                                          "exec mkfifo made"};
    size_t                   i;
    (void)state;
    for (i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        mote_process_result result;
        mote_error          err = {0};
        mote_remove_tree(FOLDER, &err);
        make_folder(FOLDER);
        write_file(FOLDER "/there", "untouched");
        result = run_shell(scripts[i], true);
        if (result.exit_status == 0 || mote_path_exists(FOLDER "/made") || !mote_path_exists(FOLDER "/there"))
            fail_msg("%s: status %d", scripts[i], result.exit_status);
        mote_process_result_free(&result);
        result = run_shell(scripts[i], false);
        if (result.exit_status != 0)
            fail_msg("%s fails unconfined, too: %s", scripts[i], result.err.bytes);
        mote_process_result_free(&result);
    }
}

typedef struct system_call {
    const char *name;
    long        call, arguments[4];
} system_call;

/* A process that is confined, and its first call that does not answer so: its place in the list plus 1, or 0. */
static int try_confined(const system_call *calls, int count, bool is_allowed)
{
    const pid_t child = fork();
    int         ending, i;

    if (child == 0) {
        if (mote_confine() != 0)
            _exit(255);
        for (i = 0; i < count; i++) {
            const long *a = calls[i].arguments;
            errno = 0;
            (void)syscall(calls[i].call, a[0], a[1], a[2], a[3]);
            if ((errno != EACCES) != is_allowed)
                _exit(i + 1);
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, &ending, 0), child);
    assert_true(WIFEXITED(ending) && WEXITSTATUS(ending) < 255);
    return WEXITSTATUS(ending);
}

/* Signals through a file's owner, others' limits and priority, and memory that is shared by its number. */
static void a_confined_program_reaches_no_other(void **state)
{
    const long        other = (long)getpid();
    const system_call denied[] = {
        {"F_SETOWN", SYS_fcntl, {0, F_SETOWN, other}},
        {"F_SETOWN_EX", SYS_fcntl, {0, F_SETOWN_EX, 0}},
        {"F_SETSIG", SYS_fcntl, {0, F_SETSIG, SIGUSR1}},
        {"setpriority", SYS_setpriority, {0, other, 19}},
        {"prlimit64", SYS_prlimit64, {other, RLIMIT_CORE, 0, 0}},
#ifdef SYS_shmat
        {"shmat", SYS_shmat, {-1}},
        {"shmctl", SYS_shmctl, {-1}},
        {"msgsnd", SYS_msgsnd, {-1}},
        {"msgrcv", SYS_msgrcv, {-1}},
        {"msgctl", SYS_msgctl, {-1}},
        {"semctl", SYS_semctl, {-1}},
#endif
#ifdef SYS_semop
        {"semop", SYS_semop, {-1}},
#endif
#ifdef SYS_semtimedop
        {"semtimedop", SYS_semtimedop, {-1}},
#endif
    };
    const system_call allowed[] = {
        {"F_GETFL", SYS_fcntl, {0, F_GETFL}},
        {"F_DUPFD", SYS_fcntl, {0, F_DUPFD, 10}},
        {"getpriority", SYS_getpriority, {0, 0}},
        {"prlimit64 of its own", SYS_prlimit64, {0, RLIMIT_CORE, 0, 0}},
    };
    int failed;
    (void)state;
    if ((failed = try_confined(denied, sizeof denied / sizeof *denied, false)) != 0)
        fail_msg("%s is allowed", denied[failed - 1].name);
    if ((failed = try_confined(allowed, sizeof allowed / sizeof *allowed, true)) != 0)
        fail_msg("%s is denied", allowed[failed - 1].name);
}

static void a_confined_program_reaches_no_network(void **state)
{
    mote_process_result result;
    (void)state;
    make_folder(FOLDER);
    result = run_shell("exec 3<>/dev/tcp/127.0.0.1/9", true);
    assert_non_null(strstr(result.err.bytes, "Permission denied"));
    mote_process_result_free(&result);
}

static void a_confined_program_still_reads_and_answers(void **state)
{
    mote_process_result result;
    (void)state;
    make_folder(FOLDER);
    write_file(FOLDER "/there", "read");
    result = run_shell("exec cat there", true);
    assert_int_equal(result.exit_status, 0);
    assert_string_equal(result.out.bytes, "read");
    mote_process_result_free(&result);
}

/* ---- ends ---- */

static bool is_alive(const char *path)
{
    mote_error err = {0};
    mote_file  file;
    pid_t      pid;

    assert_int_equal(mote_file_open(&file, path, &err), MOTE_OK);
    pid = (pid_t)strtol((const char *)file.bytes, NULL, 10);
    mote_file_close(&file);
    return kill(pid, 0) == 0;
}

/* The shell starts a process that knows nothing of who waits for it. */
static void start_and_be_killed(void)
{
    pid_t child = fork();
    int   tries;

    if (child == 0) {
        mote_process_result result =
            run_shell("sleep 60 & echo $! >grandchild; echo $$ >child.new; mv child.new child; wait", false);
        _exit(result.exit_status);
    }
    for (tries = 0; tries < 100 && !mote_path_exists(FOLDER "/child"); tries++)
        usleep(50000);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void what_was_started_ends_with_who_started_it(void **state)
{
    mote_error err = {0};
    int        tries;
    (void)state;
    mote_remove_tree(FOLDER, &err);
    make_folder(FOLDER);
    start_and_be_killed();
    for (tries = 0; tries < 100 && (is_alive(FOLDER "/child") || is_alive(FOLDER "/grandchild")); tries++)
        usleep(50000);
    assert_false(is_alive(FOLDER "/child"));
    assert_false(is_alive(FOLDER "/grandchild"));
}

/* A reader of the pipe that stays behind must not be waited for. */
static void what_a_program_leaves_behind_ends_with_it(void **state)
{
    mote_process_result result;
    mote_error          err = {0};
    int                 tries;
    (void)state;
    mote_remove_tree(FOLDER, &err);
    make_folder(FOLDER);
    result = run_shell("sleep 60 >/dev/null 2>&1 & echo $! >grandchild", false);
    mote_process_result_free(&result);
    for (tries = 0; tries < 100 && is_alive(FOLDER "/grandchild"); tries++)
        usleep(50000);
    assert_false(is_alive(FOLDER "/grandchild"));
}

static void a_program_that_is_not_there_is_said(void **state)
{
    const char *const   arguments[] = {"no-such-program", NULL};
    mote_process        process = {.arguments = arguments, .folder = "/", .time_limit_seconds = 1};
    mote_process_result result;
    mote_error          err = {0};
    (void)state;
    assert_int_equal(mote_process_run(&process, &result, &err), MOTE_ERR_IO);
    assert_string_equal(err.text, "no-such-program cannot be started: No such file or directory");
    mote_process_result_free(&result);
}

/* The process would look for it from its own folder. */
static void a_program_is_looked_for_in_absolute_folders(void **state)
{
    static const char *const paths[] = {"bin", "./bin", ":", "/nonexistent:bin"};
    char                    *old = strdup(getenv("PATH")), *top = getcwd(NULL, 0), path[5000];
    bool                     is_found[sizeof paths / sizeof *paths], is_found_at_all;
    size_t                   i;
    (void)state;
    make_folder(FOLDER "/bin");
    write_file(FOLDER "/bin/tool", "");
    write_file(FOLDER "/tool", "");
    assert_int_equal(chmod(FOLDER "/bin/tool", 0700), 0);
    assert_int_equal(chmod(FOLDER "/tool", 0700), 0);
    assert_int_equal(chdir(FOLDER), 0);
    for (i = 0; i < sizeof paths / sizeof *paths; i++) {
        setenv("PATH", paths[i], 1);
        is_found[i] = mote_process_exists("tool");
    }
    snprintf(path, sizeof path, "bin:%s/" FOLDER "/bin", top);
    setenv("PATH", path, 1);
    is_found_at_all = mote_process_exists("tool");
    setenv("PATH", old, 1);
    assert_int_equal(chdir(top), 0);
    free(old);
    free(top);
    for (i = 0; i < sizeof paths / sizeof *paths; i++)
        if (is_found[i])
            fail_msg("it is found by PATH=%s", paths[i]);
    assert_true(is_found_at_all);
}

/* ---- behind the arena ---- */

/* A model that writes a byte behind its arena where its input says: so many bytes behind its end, plus 1; 0: it does not. */
static void write_model(int arena_bytes)
{
    static const char header[] =
        "#include <stdint.h>\n"
        "#define OVER_INPUT_COUNT 1\n#define OVER_OUTPUT_COUNT 1\n#define OVER_INPUT_0_BYTES 1\n"
        "#define OVER_OUTPUT_0_BYTES 1\n#define OVER_HAS_STATE 0\n"
        "typedef struct over_arena { uint8_t bytes[%d]; } over_arena;\n"
        "void over_invoke(over_arena *arena);\n"
        "static inline uint8_t *over_input_0(over_arena *a) { return a->bytes; }\n"
        "static inline const uint8_t *over_output_0(const over_arena *a) { return a->bytes + 1; }\n";
    char text[1000];

    snprintf(text, sizeof text, header, arena_bytes);
    make_folder(FOLDER "/over");
    write_file(FOLDER "/over/over.h", text);
    write_file(FOLDER "/over/over.c", "#include \"over.h\"\n"
                                      "void over_invoke(over_arena *arena)\n"
                                      "{\n"
                                      "    volatile uint8_t *bytes = arena->bytes;\n"
                                      "    bytes[1] = bytes[0];\n"
                                      "    if (bytes[0])\n"
                                      "        bytes[sizeof *arena + bytes[0] - 1] = 1;\n"
                                      "}\n");
}

static bool is_overrun_seen(const char *chip, const uint8_t *inputs, size_t count)
{
    mote_emulate_options options = {.chip = chip, .inputs = inputs, .input_bytes = count};
    mote_emulation       run;
    mote_error           err = {0};
    mote_status          status = mote_emulate(&run, FOLDER "/over", NULL, &options, &err);

    mote_emulation_free(&run);
    if (status != MOTE_OK && !strstr(err.text, "wrote behind its arena of"))
        fail_msg("%s: %s", chip, err.text);
    return status != MOTE_OK;
}

static void check_overruns(const char *chip, int arena_bytes)
{
    static const uint8_t places[] = {1, 2, 4, 5, 9, 200};
    size_t               i;

    write_model(arena_bytes);
    assert_false(is_overrun_seen(chip, (const uint8_t[]){0, 0, 0}, 3));
    assert_true(is_overrun_seen(chip, (const uint8_t[]){1}, 1));
    for (i = 0; i < sizeof places; i++) {
        const uint8_t inputs[3] = {0, 0, places[i]};
        if (!is_overrun_seen(chip, inputs, sizeof inputs))
            fail_msg("%s, arena of %d: not seen %d bytes behind it, in the third invoke", chip, arena_bytes, places[i] - 1);
    }
}

static void every_invoke_is_watched_from_the_first_byte_behind_the_arena(void **state)
{
    static const struct {
        const char *chip;
        int         arena_bytes;
    } rows[] = {{"cortex-m0", 13}, {"cortex-m4", 8}, {"rv32imc", 8}, {"atmega328p", 13}, {"cortex-m0plus", 13},
                {"rv32imafc", 8},  {"xtensa", 8},    {"xtensa", 13}, {"atmega2560", 13}};
    size_t i, tested = 0;
    (void)state;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        mote_error err = {0};
        if (mote_chip_check(mote_chip_find(rows[i].chip), &err) != MOTE_OK) {
            print_message("NOT TESTED on %s: %s\n", rows[i].chip, err.text);
            continue;
        }
        check_overruns(rows[i].chip, rows[i].arena_bytes);
        tested++;
    }
    if (tested == 0)
        skip();
}

/* ---- samples that no run can take ---- */

/* More input than the place that QEMU's boards have for it, in an arena that any chip has room for. */
static void write_huge_model(void)
{
    make_folder(FOLDER "/huge");
    write_file(FOLDER "/huge/huge.h",
               "#include <stdint.h>\n"
               "#define HUGE_INPUT_COUNT 1\n#define HUGE_OUTPUT_COUNT 1\n#define HUGE_INPUT_0_BYTES 16777216\n"
               "#define HUGE_OUTPUT_0_BYTES 1\n#define HUGE_HAS_STATE 0\n"
               "typedef struct huge_arena { uint8_t bytes[8]; } huge_arena;\n"
               "void huge_invoke(huge_arena *arena);\n"
               "static inline uint8_t *huge_input_0(huge_arena *a) { return a->bytes; }\n"
               "static inline const uint8_t *huge_output_0(const huge_arena *a) { return a->bytes; }\n");
    write_file(FOLDER "/huge/huge.c", "#include \"huge.h\"\nvoid huge_invoke(huge_arena *arena) { (void)arena; }\n");
}

static void a_sample_larger_than_its_place_is_refused(void **state)
{
    mote_emulate_options options = {.chip = "cortex-m4"};
    mote_emulation       run;
    mote_error           err = {0};
    (void)state;
    if (mote_chip_check(mote_chip_find(options.chip), &err) != MOTE_OK) {
        tell_untested(options.chip, err.text);
        skip();
    }
    write_huge_model();
    assert_int_equal(mote_emulate(&run, FOLDER "/huge", NULL, &options, &err), MOTE_ERR_LIMIT);
    assert_non_null(strstr(err.text, "a sample has 16777216 bytes, more than can be emulated on cortex-m4"));
    mote_emulation_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_confined_program_changes_nothing),
        cmocka_unit_test(a_confined_program_reaches_no_other),
        cmocka_unit_test(a_confined_program_reaches_no_network),
        cmocka_unit_test(a_confined_program_still_reads_and_answers),
        cmocka_unit_test(what_was_started_ends_with_who_started_it),
        cmocka_unit_test(what_a_program_leaves_behind_ends_with_it),
        cmocka_unit_test(a_program_that_is_not_there_is_said),
        cmocka_unit_test(a_program_is_looked_for_in_absolute_folders),
        cmocka_unit_test(every_invoke_is_watched_from_the_first_byte_behind_the_arena),
        cmocka_unit_test(a_sample_larger_than_its_place_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
