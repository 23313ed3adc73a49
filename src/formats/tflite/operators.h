/* How the graph's operators stand in a .tflite: one row each. Adding an operator to the format is one row in operators.c,
 * and functions for its options where no row there has fitting ones.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_OPERATORS_H
#define MOTE_FORMATS_TFLITE_OPERATORS_H

#include "formats/tflite/flatbuffer_reader.h"
#include "formats/tflite/flatbuffer_writer.h"
#include "graph/graph.h"

typedef struct mote_tflite_operator {
    int32_t      builtin_code;
    mote_op_kind kind;
    uint8_t      options_type; /* of the union BuiltinOptions */
    /* Fills node->as and node->activation from an options table (an empty one where the file has none); the node's operands
     * and the graph's tensors are in place. NULL: there is nothing to read. */
    mote_status (*read_options)(const mote_fb_table *options, const mote_graph *graph, mote_node *node, mote_error *err);
    /* Writes the options table. NULL: none. */
    mote_fb_ref (*write_options)(mote_fb_writer *w, const mote_graph *graph, const mote_node *node);
    /* The version that TensorFlow Lite gives the operator for these operand types and options: the lowest that can run it.
     * Source: tensorflow/lite/tools/versioning/op_version.cc */
    int32_t (*version)(const mote_graph *graph, const mote_node *node);
    /* Makes the last operand, a constant, where a graph may do without it and a file may not. Its data live as long as the
     * arena and the node. NULL: operands are the same in both. */
    mote_status (*make_operand)(const mote_graph *graph, const mote_node *node, mote_tensor *out, mote_arena *arena,
                                mote_error *err);
    int32_t in_count; /* with that operand; only where make_operand is given */
} mote_tflite_operator;

/* NULL when mote cannot read it. */
const mote_tflite_operator *mote_tflite_operator_find(int32_t builtin_code);
/* NULL when the format has no such operator (training's). */
const mote_tflite_operator *mote_tflite_operator_of(mote_op_kind kind);

/* TensorFlow Lite's name of any builtin code, for messages; NULL for StableHLO's, and for newer ones. */
const char *mote_tflite_operator_name(int32_t builtin_code);

#endif
