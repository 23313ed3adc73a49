/* What a run took, from the counter's readings and the marks of a hooked firmware (firmware.h, runner.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_COUNT_H
#define MOTE_CHIPS_COUNT_H

#include <mote/emulate.h>

#include "chips/firmware.h"
#include "chips/runner.h"

/* Fills out->layers, in arena. The marks are those of one sample. */
mote_status mote_layers_take(mote_emulation *out, const mote_firmware *firmware, const mote_text *marks, mote_arena *arena,
                             mote_error *err);

/* A counter's reading in instructions or cycles. */
uint64_t mote_count_units(const struct mote_chip_row *row, mote_count_reading reading);

#endif
