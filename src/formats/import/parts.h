/* Pieces that operators of several families are made of.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_IMPORT_PARTS_H
#define MOTE_FORMATS_IMPORT_PARTS_H

#include "formats/import/import.h"
#include "ops/recurrent.h"

/* ---- elements ---- */

/* Operand i's tensor as it is, whatever its order, and even if it waits; and output i, which is held as operand 0 is. */
mote_id mote_import_as_held(mote_import_call *c, int32_t i);
void    mote_import_give_like(mote_import_call *c, int32_t i, mote_id id);
/* Output i in the order; a tensor of lower rank, made of constants, gets its leading axes of 1 back. */
void    mote_import_give_ranked(mote_import_call *c, int32_t i, mote_id id, const mote_import_order *order);
int32_t mote_import_highest_rank(const mote_import_call *c);
mote_id mote_import_cast(mote_import_call *c, mote_id x, mote_dtype to);
mote_id mote_import_select(mote_import_call *c, mote_id condition, mote_id a, mote_id b);

/* Of operators that are only read where everything is known. */
void mote_import_known_only(mote_import_call *c);

/* ---- movers ---- */

/* Output i is the value's elements in another shape of the file. */
void mote_import_give_reshaped(mote_import_call *c, int32_t i, const mote_import_value *x, const mote_import_shape *shape);
mote_id mote_import_slice(mote_import_call *c, mote_id x, const int32_t *begin, const int32_t *size);
/* begin and behind: of each axis of the tensor. */
mote_id mote_import_pad_zero(mote_import_call *c, mote_id x, const int32_t *before, const int32_t *behind);
mote_id mote_import_pad_with(mote_import_call *c, mote_id x, const int32_t *before, const int32_t *behind, float value);
mote_id mote_import_pad_like(mote_import_call *c, mote_id x, const int32_t *before, const int32_t *behind, mote_id value);
mote_id mote_import_pad_mirror(mote_import_call *c, mote_id x, const int32_t *before, const int32_t *behind,
                               bool is_symmetric);
/* Elements of constant numbers along the tensor's axis. */
mote_id mote_import_gather(mote_import_call *c, mote_id x, int32_t axis, const int32_t *numbers, int32_t count);
mote_id mote_import_concat(mote_import_call *c, const mote_id *in, int32_t count, int32_t axis);

/* ---- reductions ---- */

/* Over the tensor's axes, a bit each. */
mote_id mote_import_reduce(mote_import_call *c, mote_op_kind op, mote_id x, uint32_t axes, bool keeps);
/* A bit each of the file's axes, as bits of the tensor's. */
uint32_t mote_import_turned(const mote_import_order *order, uint32_t axes);

/* ---- recurrent layers ---- */

/* What the operator's own begins with, to be a mote_cell_maker's `by`. */
typedef struct mote_import_cell {
    mote_import_call *c;
} mote_import_cell;
/* All but weight and activate. */
mote_cell_maker mote_import_cell_maker(mote_import_cell *by);

/* ---- products ---- */

/* x [.., depth] by weights [depth, count] of the file, which lie transposed if is_turned; bias [count] or NULL.
 * is_operand_1: the weights are all of operand 1. */
mote_id mote_import_dense(mote_import_call *c, mote_id x, const float *weights, int32_t depth, int32_t count, bool is_turned,
                          const float *bias, bool is_operand_1);
mote_id mote_import_batch_matmul(mote_import_call *c, mote_id a, mote_id b, bool turn_a, bool turn_b);

#endif
