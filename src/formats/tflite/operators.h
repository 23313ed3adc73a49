/* How the graph's operators stand in a .tflite: their descriptions (runtime/ops) say codes, options and versions; here is
 * what a file wants besides. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_OPERATORS_H
#define MOTE_FORMATS_TFLITE_OPERATORS_H

#include "formats/tflite/flatbuffer_reader.h"
#include "formats/tflite/flatbuffer_writer.h"
#include "graph/graph.h"

/* What an operator needs besides its description; most need nothing. */
typedef struct mote_tflite_operator {
    /* Writes the options table, in place of its attributes. */
    mote_fb_ref (*write_options)(mote_fb_writer *w, const mote_graph *graph, const mote_node *node);
    /* The version that TensorFlow Lite gives the operator: by_types is the lowest that has these types.
     * Source: tensorflow/lite/tools/versioning/op_version.cc */
    int32_t (*version)(const mote_graph *graph, const mote_node *node, int32_t by_types);
    /* Makes the last operand, a constant, where a graph may do without it and a file may not. Its data live as long as the
     * arena and the node. */
    mote_status (*make_operand)(const mote_graph *graph, const mote_node *node, mote_tensor *out, mote_arena *arena,
                                mote_error *err);
    int32_t in_count; /* with that operand; where none is made, those at the end that are left out are written as -1 */
} mote_tflite_operator;

const mote_tflite_operator *mote_tflite_operator_exceptions(mote_op_kind kind);

/* MOTE_OP_COUNT when mote cannot read it. custom: the name of one that is not builtin. */
mote_op_kind mote_tflite_operator_find(int32_t builtin_code, mote_fb_string custom);

int32_t mote_tflite_operator_version(const mote_graph *graph, const mote_node *node);

/* The newest of TensorFlow Lite's versions that mote reads; 0: none. */
int32_t mote_tflite_newest_version(mote_op_kind kind);
/* That, or less; or mote's own, where the operator has it. */
bool mote_tflite_reads_version(mote_op_kind kind, int32_t version);

/* Fills node->as and node->activation by the operator's attributes; the table is empty where the file has none. */
mote_status mote_tflite_read_options(const mote_fb_table *options, mote_node *node, mote_error *err);
/* The same by the map of a custom operator, which node->options is to keep. */
mote_status mote_tflite_read_custom_options(const mote_fb_vector *options, mote_node *node, mote_error *err);
/* The options table; 0: the operator has none. */
mote_fb_ref mote_tflite_write_options(mote_fb_writer *w, const mote_graph *graph, const mote_node *node);

/* TensorFlow Lite's name of any builtin code, for messages; NULL for newer ones. */
const char *mote_tflite_operator_name(int32_t builtin_code);

#endif
