/* `mote --help` and `mote COMMAND --help`, from the tables of commands and options, in lines that fit 80 columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

enum { HELP_WIDTH = 80, HELP_INDENT = 30 };

static void print_wrapped(const char *text, mote_wrap wrap)
{
    mote_text lines = {0};

    wrap.width = HELP_WIDTH;
    mote_wrap_put(&lines, text, wrap);
    puts(lines.bytes ? lines.bytes : "");
    mote_text_free(&lines);
}

static void print_option(const cli_option *option)
{
    char left[96];
    int  used;

    used =
        snprintf(left, sizeof left, "  %s%c%s--%s%s%s", option->letter ? "-" : " ", option->letter ? option->letter : ' ',
                 option->letter ? ", " : "  ", option->name, option->value ? " " : "", option->value ? option->value : "");
    if (used > HELP_INDENT - 2) /* the text begins in the next line */
        printf("%s\n%*s", left, HELP_INDENT, "");
    else
        printf("%-*s", HELP_INDENT, left);
    print_wrapped(option->help, (mote_wrap){.column = HELP_INDENT, .indent = HELP_INDENT});
}

/* A line that is too long goes on as a shell would read it; what stands at its right as a remark goes below. */
static void print_example(const char *line, int length)
{
    enum { EXAMPLE_INDENT = 6 };
    const char *remark = strstr(line + strspn(line, " "), "   ");
    const int   command = remark && remark < line + length ? (int)(remark - line) : length;
    char        text[300];

    snprintf(text, sizeof text, "%.*s", length > HELP_WIDTH ? command : length, line);
    print_wrapped(text, (mote_wrap){.indent = EXAMPLE_INDENT, .joint = " \\"});
    if (length <= HELP_WIDTH || command == length)
        return;
    remark += strspn(remark, " ");
    printf("%*s%.*s\n", EXAMPLE_INDENT, "", length - (int)(remark - line), remark);
}

static void print_examples(const char *lines)
{
    for (; *lines; lines += strcspn(lines, "\n") + (lines[strcspn(lines, "\n")] == '\n'))
        print_example(lines, (int)strcspn(lines, "\n"));
}

void cli_print_command_help(const cli_command *command)
{
    static const cli_option help = {"help", 0, NULL, "this text"};
    const cli_option       *option;
    char                    usage[300];

    snprintf(usage, sizeof usage, "usage: mote %s %s", command->name, command->operands);
    print_wrapped(usage, (mote_wrap){.indent = (int)strlen("usage: mote ") + (int)strlen(command->name) + 1});
    puts("");
    print_wrapped(command->summary, (mote_wrap){0});
    puts("");
    for (option = command->options; option->name; option++)
        print_option(option);
    print_option(&help);
    puts("\nexamples:");
    print_examples(command->examples);
}

void cli_print_help(const cli_command *const *commands, int count)
{
    enum { NAME_INDENT = 11 };
    int i;

    fputs("mote: a neural network from a data set to verified firmware\n\nusage: mote COMMAND [options]\n\n", stdout);
    for (i = 0; i < count; i++) {
        printf("  %-9s", commands[i]->name);
        print_wrapped(commands[i]->summary, (mote_wrap){.column = NAME_INDENT, .indent = NAME_INDENT});
    }
    fputs("\n`mote COMMAND --help` tells a command's options and shows examples.\n"
          "Exit status: 0 done, 1 failed, 2 wrong usage; ended by a signal: its own.\n",
          stdout);
}
