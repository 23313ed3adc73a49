/* The parts of a .tflite that running it needs: tensors and operators, by their numbers in the file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_MODEL_H
#define MRT_INTERPRETER_MODEL_H

#include "reader.h"

typedef struct mrt_model {
    mrt_reader r;
    mrt_vector buffers, codes, tensors, inputs, outputs, operators;
    uint32_t   scales_checked;
} mrt_model;

typedef enum mrt_kind { MRT_ACTIVATION = 0, MRT_CONST, MRT_STATE } mrt_kind;

typedef struct mrt_tensor {
    mrt_type   type;
    mrt_kind   kind;
    int32_t    is_batched;
    int32_t    rank, dim[MRT_RANK_MAX];
    uint32_t   count, bytes;  /* both at most INT32_MAX */
    uint32_t   data;          /* CONST: where in the file */
    mrt_vector scales, zeros; /* none: real numbers; zeros may be fewer than scales */
    int32_t    axis;          /* along which there are several scales */
} mrt_tensor;

/* Finds the tables, and checks what is not about a tensor or an operator. */
MRT_API mrt_reason mrt_model_open(mrt_model *m, const mrt_file *file);

/* index < m->tensors.count. */
MRT_API mrt_reason mrt_model_tensor(mrt_model *m, uint32_t index, mrt_tensor *out);

/* Scales are positive and as many as the axis is long, zero points fit the type. */
MRT_API mrt_reason mrt_check_quantization(mrt_model *m, const mrt_tensor *tensor);

/* Of scale 0; 1 and 0 where there is none. */
MRT_API float   mrt_scale_of(const mrt_model *m, const mrt_tensor *tensor);
MRT_API int32_t mrt_zero_of(const mrt_model *m, const mrt_tensor *tensor, uint32_t index);

/* What an integer type holds, as far as an int32 can say; 0 for others. */
MRT_API int mrt_type_limits(mrt_type type, int32_t *low, int32_t *high);

/* An operator's code, version, operands and options. */
enum { MRT_NODE_IN_MAX = 64 };

typedef struct mrt_node {
    int32_t    builtin_code, version;
    mrt_vector in, out;
    uint32_t   options_type;
    mrt_table  options;
} mrt_node;

/* index < m->operators.count. An operand is -1 or below m->tensors.count; a -1 at the end of the inputs does not count. */
MRT_API mrt_reason mrt_model_node(mrt_model *m, uint32_t index, mrt_node *out);

/* Whether some operator computes the tensor: the index of the first, or -1. */
MRT_API int32_t mrt_model_producer(mrt_model *m, uint32_t tensor);

/* The last operator that reads the tensor: -1 none, the number of operators where it is an output of the model. */
MRT_API int32_t mrt_model_last_use(mrt_model *m, uint32_t tensor);

#endif
