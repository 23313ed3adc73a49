/* `mote --help` and `mote COMMAND --help`, from the tables of commands and options, in lines that fit 80 columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

enum { HELP_WIDTH = 80, HELP_INDENT = 30 };

/* As many letters of text as fit into room, up to the end of a word where there is one. */
static int fitting(const char *text, int room)
{
    const int length = (int)strcspn(text, "\n");
    int       end = room;

    if (length <= room)
        return length;
    while (end > 0 && text[end] != ' ')
        end--;
    return end > 0 ? end : room;
}

/* Words in lines that fit; those after the first are indented, and the others end in `joint`. */
static void print_wrapped(const char *text, int column, int indent, const char *joint)
{
    int room = HELP_WIDTH - column - (int)strlen(joint), count;

    for (; (int)strcspn(text, "\n") > HELP_WIDTH - column; room = HELP_WIDTH - column - (int)strlen(joint)) {
        count = fitting(text, room);
        printf("%.*s%s\n%*s", count, text, joint, indent, "");
        text += count + (int)strspn(text + count, " ");
        column = indent;
    }
    printf("%.*s\n", (int)strcspn(text, "\n"), text);
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
    print_wrapped(option->help, HELP_INDENT, HELP_INDENT, "");
}

/* A line that is too long goes on as a shell would read it; what stands at its right as a remark goes below. */
static void print_example(const char *line, int length)
{
    enum { EXAMPLE_INDENT = 6 };
    const char *remark = strstr(line + strspn(line, " "), "   ");
    const int   command = remark && remark < line + length ? (int)(remark - line) : length;
    char        text[300];

    snprintf(text, sizeof text, "%.*s", length > HELP_WIDTH ? command : length, line);
    print_wrapped(text, 0, EXAMPLE_INDENT, " \\");
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
    print_wrapped(usage, 0, (int)strlen("usage: mote ") + (int)strlen(command->name) + 1, "");
    puts("");
    print_wrapped(command->summary, 0, 0, "");
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
        print_wrapped(commands[i]->summary, NAME_INDENT, NAME_INDENT, "");
    }
    fputs("\n`mote COMMAND --help` tells a command's options and shows examples.\n"
          "Exit status: 0 done, 1 failed, 2 wrong usage.\n",
          stdout);
}
