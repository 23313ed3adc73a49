/* Inside boards/: a board from the text of its file. The files are those of boards/ in the source tree, which the program
 * carries (base/embedded.h): docs/BOARDS.md has their keys.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BOARDS_BOARDS_H
#define MOTE_BOARDS_BOARDS_H

#include <mote/boards.h>

#include "base/arena.h"

/* Texts go into the arena. Errors: USAGE with path:line. */
mote_status mote_board_read(mote_board *out, const char *path, const char *bytes, size_t count, mote_arena *arena,
                            mote_error *err);

#endif
