/* ONNX models (.onnx), written. What is written and how: docs/ONNX.md.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_ONNX_WRITE_H
#define MOTE_FORMATS_ONNX_WRITE_H

#include "base/text.h"
#include "graph/graph.h"

/* The model is for inference. Integers become QuantizeLinear and DequantizeLinear around real operators (QDQ). The same
 * model gives the same bytes. Errors: USAGE where it is in training; UNSUPPORTED where ONNX has not what it needs: one line
 * that names all such operators; LIMIT beyond 2 GiB. */
mote_status mote_onnx_write(mote_text *out, const mote_model *model, mote_error *err);

#endif
