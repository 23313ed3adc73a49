/* Model files of all kinds: recognised by their content when read, by the path's suffix when written. The public face is
 * mote_model_load and mote_model_save in mote/model.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_FORMATS_H
#define MOTE_FORMATS_FORMATS_H

#include "formats/tflite/tflite.h"

/* mote_model_load for a file in memory; nothing of it is kept. options may be NULL. The text does not name a path. */
mote_status mote_model_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                            mote_error *err);

#endif
