/* Protocol Buffers' wire format, written. A message within a message is begun and ended; its length is put in front of it
 * when it is known.
 *
 *     mote_pb_put_varint(&text, MODEL_IR_VERSION, 7);
 *     size_t graph = mote_pb_begin(&text);
 *     mote_pb_put_string(&text, GRAPH_NAME, "net");
 *     mote_pb_end(&text, MODEL_GRAPH, graph);
 *
 * Text remembers that memory ran out (mote_text_status); all that comes after does nothing.
 * Source: https://protobuf.dev/programming-guides/encoding/
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_ONNX_PROTOBUF_WRITE_H
#define MOTE_FORMATS_ONNX_PROTOBUF_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

void mote_pb_put_varint(mote_text *text, uint32_t field, int64_t value);
void mote_pb_put_float(mote_text *text, uint32_t field, float value);
void mote_pb_put_bytes(mote_text *text, uint32_t field, const void *bytes, size_t count);
void mote_pb_put_string(mote_text *text, uint32_t field, const char *string);
/* A repeated field, packed; of no numbers nothing. */
void mote_pb_put_varints(mote_text *text, uint32_t field, const int64_t *values, size_t count);
void mote_pb_put_floats(mote_text *text, uint32_t field, const float *values, size_t count);

/* What is written between the two is a message, the field of the one around it. */
size_t mote_pb_begin(const mote_text *text);
void   mote_pb_end(mote_text *text, uint32_t field, size_t begin);

#endif
