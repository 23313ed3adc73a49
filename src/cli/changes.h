/* What passes told, kept to be printed at the end.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CLI_CHANGES_H
#define MOTE_CLI_CHANGES_H

#include "cli/cli.h"

typedef struct cli_changes {
    mote_change *list;
    int          count, capacity;
    size_t       tensor_bytes;
    mote_arena   arena;
    mote_error   failure; /* out of memory: told when they are printed */
} cli_changes;

/* A mote_optimize_options.explain; user is a zeroed cli_changes. */
void cli_changes_add(void *user, const mote_change *change);
/* A table, one row a change, and a sum. */
mote_status cli_changes_print(const cli_changes *changes, mote_error *err);
/* What became of each name of the file; of one that a pass left out, as the pass tells it. */
mote_status cli_names_print(const mote_name_map *names, const cli_changes *changes, mote_error *err);
json_t     *cli_names_json(const mote_name_map *names, const cli_changes *changes);
json_t     *cli_changes_json(const cli_changes *changes);
void        cli_changes_free(cli_changes *changes);

#endif
