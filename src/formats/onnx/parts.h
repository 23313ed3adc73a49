/* Pieces that several families of ONNX' operators are made of; each is explained where its family is.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_ONNX_PARTS_H
#define MOTE_FORMATS_ONNX_PARTS_H

#include "formats/onnx/import.h"

/* ---- elementwise.c ---- */

/* Operand i's tensor as it is, whatever its order, and even if it waits; and output i, which is held as operand 0 is. */
mote_id mote_onnx_as_held(mote_onnx_call *c, int32_t i);
void    mote_onnx_give_like(mote_onnx_call *c, int32_t i, mote_id id);
/* Output i in the order; a tensor of lower rank, made of constants, gets its leading axes of 1 back. */
void    mote_onnx_give_ranked(mote_onnx_call *c, int32_t i, mote_id id, const mote_onnx_order *order);
int32_t mote_onnx_highest_rank(const mote_onnx_call *c);
mote_id mote_onnx_cast(mote_onnx_call *c, mote_id x, mote_dtype to);
mote_id mote_onnx_select(mote_onnx_call *c, mote_id condition, mote_id a, mote_id b);

/* Of operators that are only read where everything is known. */
void mote_onnx_import_known_only(mote_onnx_call *c);

/* ---- shape.c ---- */

/* Output i is the value's elements in another shape of the file. */
void    mote_onnx_give_reshaped(mote_onnx_call *c, int32_t i, const mote_onnx_value *x, const mote_onnx_shape *shape);
mote_id mote_onnx_slice(mote_onnx_call *c, mote_id x, const int32_t *begin, const int32_t *size);
/* begin and behind: of each axis of the tensor. */
mote_id mote_onnx_pad_zero(mote_onnx_call *c, mote_id x, const int32_t *before, const int32_t *behind);
mote_id mote_onnx_pad_with(mote_onnx_call *c, mote_id x, const int32_t *before, const int32_t *behind, float value);
mote_id mote_onnx_pad_mirror(mote_onnx_call *c, mote_id x, const int32_t *before, const int32_t *behind, bool is_symmetric);
/* Elements of constant numbers along the tensor's axis. */
mote_id mote_onnx_gather(mote_onnx_call *c, mote_id x, int32_t axis, const int32_t *numbers, int32_t count);
mote_id mote_onnx_concat(mote_onnx_call *c, const mote_id *in, int32_t count, int32_t axis);

/* ---- reduce.c ---- */

/* Over the tensor's axes, a bit each. */
mote_id mote_onnx_reduce(mote_onnx_call *c, mote_op_kind op, mote_id x, uint32_t axes, bool keeps);
/* A bit each of the file's axes, as bits of the tensor's. */
uint32_t mote_onnx_turned(const mote_onnx_order *order, uint32_t axes);

/* ---- matmul.c ---- */

/* x [.., depth] by weights [depth, count] of the file, which lie transposed if is_turned; bias [count] or NULL.
 * is_operand_1: the weights are all of operand 1. */
mote_id mote_onnx_dense(mote_onnx_call *c, mote_id x, const float *weights, int32_t depth, int32_t count, bool is_turned,
                        const float *bias, bool is_operand_1);
mote_id mote_onnx_batch_matmul(mote_onnx_call *c, mote_id a, mote_id b, bool turn_a, bool turn_b);

/* ---- einsum.c ---- */

void mote_onnx_import_einsum(mote_onnx_call *c);

#endif
