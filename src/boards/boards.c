/* All boards, from the files inside the program. SPDX-License-Identifier: Apache-2.0 */
#include "boards/boards.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/embedded.h"
#include "base/text.h"

struct mote_boards {
    mote_arena  arena;
    mote_board *boards;
    int32_t     count;
};

#define FOLDER "boards/"

static bool is_board(const mote_embedded_file *file)
{
    return strncmp(file->path, FOLDER, sizeof FOLDER - 1) == 0;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const mote_board *)a)->id, ((const mote_board *)b)->id);
}

static mote_status read_all(mote_boards *boards, mote_error *err)
{
    const mote_embedded_file *file;
    int32_t                   count = 0;

    for (file = mote_embedded_files; file->path; file++)
        count += is_board(file);
    boards->boards = MOTE_NEW(&boards->arena, mote_board, count, err);
    for (file = mote_embedded_files; err->code == MOTE_OK && file->path; file++)
        if (is_board(file))
            mote_board_read(&boards->boards[boards->count++], file->path, file->text, file->count, &boards->arena, err);
    if (err->code == MOTE_OK)
        qsort(boards->boards, (size_t)count, sizeof *boards->boards, by_id);
    return err->code;
}

mote_status mote_boards_load(mote_boards **out, mote_error *err)
{
    mote_boards *boards = calloc(1, sizeof *boards);

    *out = NULL;
    if (!boards)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (read_all(boards, err) == MOTE_OK)
        *out = boards;
    else
        mote_boards_destroy(boards);
    return err->code;
}

void mote_boards_destroy(mote_boards *boards)
{
    if (boards)
        mote_arena_destroy(&boards->arena);
    free(boards);
}

int32_t mote_boards_count(const mote_boards *boards)
{
    return boards->count;
}

const mote_board *mote_boards_at(const mote_boards *boards, int32_t index)
{
    return index >= 0 && index < boards->count ? &boards->boards[index] : NULL;
}

/* ---- finding ---- */

static bool is_called(const mote_board *board, const char *name)
{
    int32_t i;

    if (strcasecmp(board->id, name) == 0)
        return true;
    for (i = 0; i < board->alias_count; i++)
        if (strcasecmp(board->aliases[i], name) == 0)
            return true;
    return false;
}

/* Ids and aliases, or the count alone. */
static size_t list_names(const mote_boards *boards, const char **names)
{
    size_t  count = 0;
    int32_t i, k;

    for (i = 0; i < boards->count; i++)
        for (k = -1; k < boards->boards[i].alias_count; k++, count++)
            if (names)
                names[count] = k < 0 ? boards->boards[i].id : boards->boards[i].aliases[k];
    return count;
}

static mote_status fail_unknown(const mote_boards *boards, const char *name, mote_error *err)
{
    mote_arena   scratch = {0};
    const size_t count = list_names(boards, NULL);
    const char **names = MOTE_NEW(&scratch, const char *, count, err), *nearest;

    if (names) {
        list_names(boards, names);
        nearest = name ? mote_nearest_word(name, names, count) : NULL;
        mote_fail(err, MOTE_ERR_USAGE, nearest ? "no board is named %s; did you mean %s?" : "no board is named %s; %s",
                  mote_show_string(name).text, nearest ? nearest : "`mote inspect --boards` lists them");
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

const mote_board *mote_boards_find(const mote_boards *boards, const char *name, mote_error *err)
{
    int32_t i;

    for (i = 0; name && i < boards->count; i++)
        if (is_called(&boards->boards[i], name))
            return &boards->boards[i];
    fail_unknown(boards, name, err);
    return NULL;
}
