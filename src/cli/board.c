/* What commands share that let a board on a serial line answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

const char *cli_board_device(const char *given)
{
    static const char mark[] = "serial:";

    return strncmp(given, mark, strlen(mark)) == 0 ? given + strlen(mark) : NULL;
}

mote_status cli_board_open(mote_link **out, const char *device, int timeout_seconds, mote_error *err)
{
    const mote_link_options options = {.time_limit_seconds = timeout_seconds, .progress = cli_progress()};

    return mote_link_open(out, device, &options, err);
}

void cli_board_close(cli_board *board, mote_link *link)
{
    board->is_there = true;
    snprintf(board->model, sizeof board->model, "%s", mote_link_board_of(link)->name);
    board->repeats = mote_link_repeats(link);
    mote_link_close(link);
    cli_progress_end();
}

void cli_board_add(cli_table *table, const cli_board *board)
{
    if (!board->is_there)
        return;
    if (board->times.are_known) {
        cli_cell(table, "microseconds");
        cli_cell(table, "%u an inference on the board (%u to %u)", (unsigned)board->times.median,
                 (unsigned)board->times.least, (unsigned)board->times.most);
    }
    if (board->repeats > 0) {
        cli_cell(table, "sent again");
        cli_cell(table, "%d: bytes were lost or changed on the line", board->repeats);
    }
}

void cli_board_json(json_t **object, const cli_board *board)
{
    if (!board->is_there)
        return;
    mote_json_set(object, "board",
                  json_pack("{so sI}", "name", mote_json_text(board->model), "sent_again", (json_int_t)board->repeats));
    if (board->times.are_known)
        mote_json_set(object, "microseconds",
                      json_pack("{sI sI sI}", "median", (json_int_t)board->times.median, "min",
                                (json_int_t)board->times.least, "max", (json_int_t)board->times.most));
}
