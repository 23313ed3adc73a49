/* An ONNX file as plain structs: nodes, attributes, constants, what goes in and comes out. Nothing here knows what an
 * operator means.
 *
 * Names, strings and lists are copied into the arena, ended and aligned; constants, too, in mote's element types. Sizes are
 * checked against the bytes that there are before memory is taken. Graphs within attributes (If, Loop, Scan) are not read:
 * an attribute says that it holds one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_ONNX_ONNX_FILE_H
#define MOTE_FORMATS_ONNX_ONNX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/dtype.h>
#include <mote/status.h>

#include "base/arena.h"
#include "formats/import/nodes.h"

/* Whether bytes may be an ONNX model: protocol buffers have no mark at their beginning, so that this is a guess. */
bool mote_is_onnx(const void *bytes, size_t count);

/* folder: where the files lie that hold its constants, if others do; NULL: nowhere. Everything is in the arena, whose cap
 * grows by what those files justify, up to cap_most. */
mote_status mote_onnx_file_read(mote_import_file *out, const uint8_t *bytes, size_t count, const char *folder,
                                size_t cap_most, mote_arena *arena, mote_error *err);

const char *mote_onnx_type_name(int32_t type); /* ONNX' own: "FLOAT16"; "type 99" is "of no known type" */
/* What mote has for it; MOTE_DTYPE_COUNT: nothing. */
mote_dtype mote_onnx_dtype(int32_t type);
int32_t    mote_onnx_type_of(mote_dtype dtype);

#endif
