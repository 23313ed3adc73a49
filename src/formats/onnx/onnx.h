/* ONNX models (.onnx), read. What is read and how: docs/ONNX.md.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_ONNX_ONNX_H
#define MOTE_FORMATS_ONNX_ONNX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/model.h>

/* Whether bytes may be an ONNX model: it has no mark at its beginning, so that this is a guess. */
bool mote_is_onnx(const void *bytes, size_t count);

/* As mote_model_read. */
mote_status mote_onnx_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                           mote_error *err);

#endif
