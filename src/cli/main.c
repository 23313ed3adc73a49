/* Finds the command, parses its options, runs it, and says what went wrong.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const cli_command *const commands[] = {&cli_build,   &cli_train,   &cli_convert, &cli_run,
                                              &cli_eval,    &cli_compare, &cli_inspect, &cli_verify,
                                              &cli_compile, &cli_emulate, &cli_bench,   &cli_data};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static const cli_command *find_command(const char *name)
{
    int i;

    for (i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static void fail_command(const char *name)
{
    const char *names[COMMAND_COUNT], *nearest;
    int         i;

    for (i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i]->name;
    nearest = mote_nearest_word(name, names, COMMAND_COUNT);
    fprintf(stderr, "mote: command \"%s\" does not exist%s%s%s\n", mote_show_string(name).text,
            nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "; `mote --help` lists them all");
}

/* The table's rows as getopt wants them; index i + 256 is returned for row i. */
static void fill_getopt(const cli_command *command, struct option *longs, char *shorts)
{
    int i, used = 0;

    shorts[used++] = ':';
    for (i = 0; command->options[i].name; i++) {
        assert(i < CLI_OPTIONS_MAX);
        longs[i] = (struct option){command->options[i].name, command->options[i].value ? required_argument : no_argument,
                                   NULL, i + 256};
        if (command->options[i].letter) {
            shorts[used++] = command->options[i].letter;
            if (command->options[i].value)
                shorts[used++] = ':';
        }
    }
    longs[i] = (struct option){"help", no_argument, NULL, 'h' + 1024};
    longs[i + 1] = (struct option){0};
    shorts[used] = '\0';
}

static int row_of(const cli_command *command, int code)
{
    int i;

    if (code >= 256)
        return code - 256;
    for (i = 0; command->options[i].name; i++)
        if (command->options[i].letter == code)
            return i;
    return -1;
}

static void fail_option(const cli_command *command, int code, const char *given)
{
    const char *names[CLI_OPTIONS_MAX], *nearest, *word = given + strspn(given, "-");
    mote_shown  shown = mote_show(given, strcspn(given, "="));
    char        name[64];
    int         count = 0;

    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    while (command->options[count].name) {
        names[count] = command->options[count].name;
        count++;
    }
    nearest = mote_nearest_word(name, names, (size_t)count);
    if (code == ':')
        fprintf(stderr, "mote: %s: a value is missing after %s\n", command->name, shown.text);
    else if (nearest && strcmp(nearest, name) == 0)
        fprintf(stderr, "mote: %s: --%s takes no value\n", command->name, nearest);
    else if (nearest)
        fprintf(stderr, "mote: %s: option %s does not exist; did you mean --%s?\n", command->name, shown.text, nearest);
    else
        fprintf(stderr, "mote: %s: option %s does not exist; see `mote %s --help`\n", command->name, shown.text,
                command->name);
}

/* Room for as many values and positionals as there are words. */
static mote_status make_lists(cli_args *args, int words, mote_error *err)
{
    int i;

    args->positional = MOTE_NEW(&args->arena, const char *, words, err);
    for (i = 0; args->command->options[i].name && err->code == MOTE_OK; i++)
        args->values[i] = MOTE_NEW(&args->arena, const char *, words, err);
    return err->code;
}

/* 0 go on, 1 help was printed, 2 wrong usage. */
static int parse(cli_args *args, int argc, char **argv)
{
    const cli_command *command = args->command;
    struct option      longs[CLI_OPTIONS_MAX + 2];
    char               shorts[2 * CLI_OPTIONS_MAX + 2];
    int                code, row, i;

    fill_getopt(command, longs, shorts);
    opterr = 0;
    while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (code == 'h' + 1024) {
            cli_print_command_help(command);
            return 1;
        }
        if (code == '?' || code == ':') {
            fail_option(command, code, argv[optind - 1]);
            return 2;
        }
        row = row_of(command, code);
        if (optarg && *optarg == '\0') {
            fprintf(stderr, "mote: %s: the value of --%s is empty; a value is expected\n", command->name,
                    command->options[row].name);
            return 2;
        }
        args->values[row][args->value_count[row]++] = optarg ? optarg : "";
    }
    if (argc - optind < command->positional_min || argc - optind > command->positional_max) {
        fprintf(stderr, "mote: %s: usage: mote %s %s\n", command->name, command->name, command->operands);
        return 2;
    }
    for (i = optind; i < argc; i++)
        args->positional[args->positional_count++] = argv[i];
    return 0;
}

/* The exit status, with the one line that a failure is told in. */
static int finish(mote_error *err)
{
    if (err->code == MOTE_OK && cli_flush(err) != MOTE_OK && errno == EPIPE)
        cli_end_by_pipe();
    cli_signals_end();
    cli_progress_end();
    if (err->code == MOTE_OK)
        return 0;
    fprintf(stderr, "mote: %s\n", err->text);
    cli_end_if_interrupted();
    return err->code == MOTE_ERR_USAGE ? 2 : 1;
}

/* A stream that was closed (`>&-`) must not become the first file that is opened. Writing to this one fails. */
static void hold_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    cli_args   args = {0};
    mote_error err = {0};
    int        parsed = 0;

    hold_streams();
    cli_signals_begin();
    cli_escape_stdout();
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 0); /* without one, compilers are found, but not their parts */
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)) {
        cli_print_help(commands, COMMAND_COUNT);
        return finish(&err);
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        puts("mote " MOTE_VERSION);
        return finish(&err);
    }
    if (argc < 2) {
        fputs("mote: usage: mote COMMAND [options]; `mote --help` lists the commands\n", stderr);
        return 2;
    }
    args.command = find_command(argv[1]);
    if (!args.command) {
        fail_command(argv[1]);
        return 2;
    }
    if (make_lists(&args, argc, &err) == MOTE_OK) {
        parsed = parse(&args, argc - 1, argv + 1);
        if (parsed == 0 && cli_check_outputs(&args, &err) == MOTE_OK)
            args.command->run(&args, &err);
    }
    mote_arena_destroy(&args.arena);
    return parsed == 2 ? 2 : finish(&err);
}
