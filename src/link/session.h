/* What the room's own sources know of a session. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LINK_SESSION_H
#define MOTE_LINK_SESSION_H

#include <mote/link.h>

const mote_link_options *mote_link_options_of(const mote_link *link);

/* What the board says that a step gave. */
typedef struct mote_link_told {
    uint32_t step, crc;
} mote_link_told;

/* As mote_link_run, with what each layer gave: told[board.layer_count]. */
mote_status mote_link_run_told(mote_link *link, const void *inputs, mote_link_told *told, mote_error *err);

/* Whether these samples can be given to this board: USAGE, FORMAT. */
mote_status mote_link_check_samples(const mote_link *link, const mote_model *model, const mote_samples *inputs,
                                    mote_error *err);

/* Reports progress; USAGE "stopped". */
mote_status mote_link_tell(const mote_link *link, size_t done, size_t total, mote_error *err);

#endif
