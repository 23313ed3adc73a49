/* TensorFlow Lite's file format: into a graph, and from one.
 *
 * What is read is copied: the model never points into the file. What the graph has no place for (signatures of other
 * subgraphs, debug data) is left out; metadata that mote does not know is kept byte for byte (a
 * plan of memory for TensorFlow Lite Micro is read, but not written again); metadata "mote.recipe" becomes
 * model->recipe. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_TFLITE_H
#define MOTE_FORMATS_TFLITE_TFLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "graph/graph.h"

/* Stage INFER, or QUANTIZED when an activation is quantized; checked by mote_model_verify. The memory taken is bounded by
 * the file's size (shared parts of a file cannot be multiplied without limit) and by options->memory_bytes. options may be
 * NULL. The caller destroys the model. Errors: FORMAT, UNSUPPORTED, LIMIT; the text names tensor, operator or table. */
mote_status mote_tflite_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                             mote_error *err);

/* Adds a file of the model to *out, which the caller frees. Stages INFER and QUANTIZED only (TRAIN: MOTE_ERR_USAGE). The
 * same model gives the same bytes. Tensors that nothing uses are left out, equal constants are stored once. Errors:
 * UNSUPPORTED (what the format cannot say), LIMIT; *out is as it was then. */
mote_status mote_tflite_write(mote_text *out, const mote_model *model, mote_error *err);

/* Where TensorFlow Lite Micro is to put a file's tensors (its docs/memory_management.md): int32, little-endian: version 1,
 * subgraphs, tensors, then each tensor's offset, or -1 where it may choose. It holds for one numbering of tensors, so a
 * model that came with one is written without it. */
#define MOTE_OFFLINE_PLAN_NAME "OfflineMemoryAllocation"

/* The main graph as a file numbers it. */
typedef struct mote_tflite_numbers {
    int32_t *index;         /* of each of the graph's tensors in the file, or MOTE_NONE where it is left out */
    int32_t  tensor_count;  /* in the file: operands that only it has come last */
    int32_t  variables_set; /* variables with first values: they bring CALL_ONCE and another subgraph */
} mote_tflite_numbers;
mote_status mote_tflite_number(mote_tflite_numbers *out, const mote_model *model, mote_arena *arena, mote_error *err);

/* mote_tflite_write with such a plan of a model that has one graph: an offset for each tensor of the file. */
mote_status mote_tflite_write_planned(mote_text *out, const mote_model *model, const int32_t *offsets, int32_t count,
                                      mote_error *err);

#endif
