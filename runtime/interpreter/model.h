/* The parts of a .tflite that running it needs: tensors and operators, by their numbers in the file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_MODEL_H
#define MRT_INTERPRETER_MODEL_H

#include "reader.h"

typedef struct mrt_model {
    mrt_reader r;
    mrt_vector buffers, codes, subgraphs, tensors, inputs, outputs, operators; /* tensors ... of one subgraph, 0 at first */
    uint32_t   scales_checked;
} mrt_model;

/* Fields of a SubGraph. */
enum { MRT_GRAPH_TENSORS = 0, MRT_GRAPH_INPUTS = 1, MRT_GRAPH_OUTPUTS = 2, MRT_GRAPH_OPERATORS = 3 };

/* Finds the tables, and checks what is not about a tensor or an operator. */
MRT_API mrt_reason mrt_model_open(mrt_model *m, const mrt_file *file);

/* Subgraph `index` in the place of the one that was there; nothing of it is checked. */
MRT_API mrt_reason mrt_model_enter(mrt_model *m, uint32_t index);

/* index < m->tensors.count. */
MRT_API mrt_reason mrt_model_tensor(mrt_model *m, uint32_t index, mrt_tensor *out);

/* Whether the tensor is no state, and has no elements of 64 bits: most are so, and need no look at the rest. */
MRT_API int mrt_model_is_plain(mrt_model *m, uint32_t index);

/* Scales are positive and as many as the axis is long, zero points fit the type. */
MRT_API mrt_reason mrt_check_quantization(mrt_model *m, const mrt_tensor *tensor);

/* An operator's code, version, operands and options. */
enum { MRT_NODE_IN_MAX = 64 };

typedef struct mrt_node {
    int32_t    builtin_code, version;
    mrt_vector in, out;
    uint32_t   options_type;
    mrt_table  options;
    mrt_vector custom_code, custom_options; /* bytes */
} mrt_node;

/* Who defines MRT_NO_CUSTOM has no custom operators, and so none with memory of its own. */
#if defined(MRT_NO_CUSTOM)
#define mrt_is_custom(op) ((void)(op), 0)
#else
#define mrt_is_custom(op) ((op)->names != NULL)
#endif

/* index < m->operators.count. An operand is -1 or below m->tensors.count; a -1 at the end of the inputs does not count. */
MRT_API mrt_reason mrt_model_node(mrt_model *m, uint32_t index, mrt_node *out);

/* Whether some operator computes the tensor: the index of the first, or -1. */
MRT_API int32_t mrt_model_producer(mrt_model *m, uint32_t tensor);

/* The last operator that reads the tensor: -1 none, the number of operators where it is an output of the model. */
MRT_API int32_t mrt_model_last_use(mrt_model *m, uint32_t tensor);

#endif
