/* Passes: model to model. The public face is mote_model_infer (mote/convert.h); each pass edits a working copy in place, and
 * compacting ends them all.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PASSES_PASSES_H
#define MOTE_PASSES_PASSES_H

#include <mote/convert.h>

#include "ops/op.h"

/* A working copy, and which of its nodes are gone. Passes that add nodes put them where they belong in the order. */
typedef struct mote_edit {
    mote_model *model;
    bool       *is_dead; /* [dead_capacity], by node */
    int32_t     dead_capacity;
    mote_arena  arena;
} mote_edit;

mote_status mote_edit_begin(mote_edit *edit, const mote_model *from, mote_error *err);
/* A fresh model of what is left: live nodes, and the tensors that they and the graph's ends use. Ends the edit. */
mote_status mote_edit_end(mote_edit *edit, mote_stage stage, mote_model **out, mote_error *err);
void        mote_edit_abandon(mote_edit *edit); /* a no-op after mote_edit_end */

/* Every reader of tensor `from` reads `to` instead, the graph's outputs too. */
void mote_edit_redirect(mote_edit *edit, mote_id from, mote_id to);
/* The live node that computes a tensor, or NULL. */
mote_node *mote_edit_producer(mote_edit *edit, mote_id id);
/* How many live operands, and graph outputs, read it. */
int32_t mote_edit_use_count(const mote_edit *edit, mote_id id);
void    mote_edit_kill(mote_edit *edit, const mote_node *node);
/* A copy of *node becomes node `index`; those from there on move back by one, so pointers to nodes are lost. */
mote_status mote_edit_insert(mote_edit *edit, int32_t index, const mote_node *node, mote_error *err);

void mote_pass_drop_dropout(mote_edit *edit);
/* Into the convolution or dense layer before it; where there is none, it becomes a 1x1 depthwise convolution, between two
 * RESHAPEs (which are views) where its input is no image. */
mote_status mote_pass_fold_batch_normalization(mote_edit *edit, mote_error *err);
/* RELU and RELU6 into the node before them. */
void mote_pass_fuse_activations(mote_edit *edit);

/* The model as one graph without IF and WHILE (flatten.c), for programs only. Tensors of the main graph keep their numbers;
 * constants and scales stay the model's, which must outlive *out. Errors: LIMIT, FORMAT. */
mote_status mote_model_flatten(mote_model **out, const mote_model *model, mote_error *err);

#endif
