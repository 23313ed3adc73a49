/* Passes: model to model. The public faces are mote_model_freeze and mote_model_optimize (mote/convert.h); each pass edits a
 * working copy in place, one of its graphs after the other, and compacting ends them all.
 *
 * Operands of nodes are renamed lazily: mote_edit_redirect notes that readers of one tensor are to read another, and
 * mote_edit_node gives a node with its operands as they are by now. So a pass that looks at each node once takes time in
 * proportion to the graph, whatever it changes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PASSES_PASSES_H
#define MOTE_PASSES_PASSES_H

#include <mote/convert.h>

#include "ops/op.h"

typedef struct mote_edit {
    mote_model *model;
    mote_graph *graph;   /* of the model's, the one that is edited */
    bool       *is_dead; /* [node_capacity] */
    int32_t     node_capacity;
    mote_id    *renamed;   /* [tensor_capacity]: whom readers read instead; itself: nobody */
    int32_t    *maker;     /* [tensor_capacity]: 1 + the node that computes it; 0: none does */
    int32_t    *uses;      /* [tensor_capacity]: by live operands and the graph's outputs */
    bool       *is_output; /* [tensor_capacity]: of the graph */
    int32_t     tensor_capacity;
    mote_arena  arena;

    /* what is told of it */
    const mote_optimize_options *options; /* NULL: nobody asks */
    const char                  *pass;
    int32_t                      change_count;
    size_t                       work; /* what is left for computing operators, see mote_op_evaluate */
} mote_edit;

/* A copy of the model, with graph 0 open. */
mote_status mote_edit_begin(mote_edit *edit, const mote_model *from, mote_error *err);
/* Graph g is edited from now on; the one before is settled. */
mote_status mote_edit_open(mote_edit *edit, int32_t g, mote_error *err);
/* Dead nodes are taken out and operands renamed; pointers to nodes are lost. */
mote_status mote_edit_settle(mote_edit *edit, mote_error *err);
/* Finds anew who computes and who reads what, after nodes were changed by hand. */
mote_status mote_edit_index(mote_edit *edit, mote_error *err);
/* The model with what is left: live nodes, and the tensors that they and the graphs' ends use, in the order in which they
 * are met. Ends the edit. */
mote_status mote_edit_end(mote_edit *edit, mote_stage stage, mote_model **out, mote_error *err);
void        mote_edit_abandon(mote_edit *edit); /* a no-op after mote_edit_end */

/* Node n with its operands as they are by now; NULL where it is gone. */
mote_node *mote_edit_node(mote_edit *edit, int32_t n);
/* The tensor that is read where `id` was. */
mote_id mote_edit_renamed(mote_edit *edit, mote_id id);
/* Every reader of tensor `from` reads `to` instead, the graph's outputs too. */
void mote_edit_redirect(mote_edit *edit, mote_id from, mote_id to);
/* The live node that computes a tensor, or NULL. */
mote_node *mote_edit_producer(mote_edit *edit, mote_id id);
/* How many live operands, and graph outputs, read it. */
int32_t mote_edit_use_count(mote_edit *edit, mote_id id);
bool    mote_edit_is_output(const mote_edit *edit, mote_id id);
/* Node `node` computes output 0 of `instead`, which must go, rather than its own. */
void mote_edit_take_output(mote_edit *edit, mote_node *node, const mote_node *instead);
/* The node becomes *by, which has the same outputs; its operands are the model's. */
void mote_edit_replace(mote_edit *edit, mote_node *node, const mote_node *by);
/* Operand i of the node becomes `id`. */
void mote_edit_set_operand(mote_edit *edit, mote_node *node, int32_t i, mote_id id);
void mote_edit_kill(mote_edit *edit, const mote_node *node);
/* A new constant; MOTE_NONE with err filled on failure. */
mote_id mote_edit_add_const(mote_edit *edit, const char *name, mote_dtype dtype, int32_t rank, const int32_t *dim,
                            const void *bytes, mote_error *err);
/* A copy of *node becomes node `index`; those from there on move back by one, so pointers to nodes are lost. */
mote_status mote_edit_insert(mote_edit *edit, int32_t index, const mote_node *node, mote_error *err);

/* ---- exactness ---- */

/* A pass does without what it cannot find out: only lack of memory is left in err. */
mote_status mote_edit_forgive(mote_error *err);

/* The same scales; none is NULL. */
bool mote_same_quant(const mote_quant *a, const mote_quant *b);
/* Type and scales: the same bytes mean the same. */
bool mote_same_meaning(const mote_tensor *a, const mote_tensor *b);
/* The same, and the shape: a reader of one may read the other. */
bool mote_same_tensor(const mote_tensor *a, const mote_tensor *b);
/* Operators whose last step is a clamp, by a fused activation or to finite numbers; of all types. */
bool mote_op_clamps(mote_op_kind kind);
/* It has no states as operands or outputs, and runs no subgraph. */
bool mote_edit_is_plain(const mote_edit *edit, const mote_node *node);
/* The node depends on nothing but its operands, changes nothing but its outputs, and answers the same each time.
 * False where that cannot be found out; err is filled only where memory is lacking. */
bool mote_edit_is_pure(const mote_edit *edit, const mote_node *node, mote_error *err);
/* The operator still takes what the node has, and computes what its outputs say. */
bool mote_edit_is_right(mote_edit *edit, mote_node *node);
/* Two chains of operators with one operand and one output each read the same tensor, of 8 or 16 bit integers and one scale:
 * whether their reference kernels make the same bytes of every value that there is. a_count is at least 1; a chain of none
 * hands its operand on. False where that cannot be found out; err is filled only where memory is lacking. */
bool mote_edit_same_for_all(mote_edit *edit, const mote_node *const *a, int32_t a_count, const mote_node *const *b,
                            int32_t b_count, mote_error *err);

/* ---- the account ---- */

/* The node goes, and the readers of its output 0 read `id` instead, which must be the same tensor by mote_same_tensor, byte
 * for byte. False, and nothing done, where that cannot be: the graph's outputs keep their names. `why`: what became of it.
 */
bool mote_edit_bypass(mote_edit *edit, mote_node *node, mote_id id, const char *why);
/* Tells that the node is about to go. */
void mote_edit_tell(mote_edit *edit, const mote_node *node, const char *why);
/* "done by operator 4 (CONV_2D)" */
mote_node_text mote_done_by(const mote_node *node);

/* ---- passes ---- */

/* The model that compiled code is made of: in its inference form, optimized, and if it is quantized without its constant
 * channels. Zeroed works; pruned and left_out (how many operators went) are filled. */
typedef struct mote_code_form {
    bool keeps_operators, keeps_constant_channels;
} mote_code_form;
mote_status mote_model_for_code(mote_model **out, const mote_model *model, const mote_code_form *form,
                                mote_prune_result *pruned, int *left_out, mote_error *err);

void mote_pass_drop_dropout(mote_edit *edit);
/* Into the convolution or dense layer before it, constants that are added or multiplied too; where there is none, it becomes
 * a 1x1 depthwise convolution, or, where its input is no image with channels last, MUL and ADD. */
mote_status mote_pass_fold_batch_normalization(mote_edit *edit, mote_error *err);
/* Layer, group and RMS normalizations into operators that files have. */
mote_status mote_pass_lower_group_normalization(mote_edit *edit, mote_error *err);
/* A channel's y = x factor + shift: gamma / sqrt(variance + epsilon), beta - mean factor. */
typedef struct mote_line {
    double factor, shift;
} mote_line;
mote_line mote_normalization_line(const mote_graph *graph, const mote_node *node, int32_t channel);

/* Those of mote_model_optimize, in its order; each file says what it does, and why no byte of an answer changes. */
mote_status mote_pass_fold_constants(mote_edit *edit, mote_error *err);
mote_status mote_pass_drop_identities(mote_edit *edit, mote_error *err);
mote_status mote_pass_merge_views(mote_edit *edit, mote_error *err);
mote_status mote_pass_fuse_quantization(mote_edit *edit, mote_error *err);
mote_status mote_pass_fold_padding(mote_edit *edit, mote_error *err);
mote_status mote_pass_fuse_activations(mote_edit *edit, mote_error *err);
mote_status mote_pass_share_subexpressions(mote_edit *edit, mote_error *err);
mote_status mote_pass_drop_unread(mote_edit *edit, mote_error *err);

/* The model as one graph without IF and WHILE (flatten.c), for programs only. Tensors of the main graph keep their numbers;
 * constants and scales stay the model's, which must outlive *out. sources (may be NULL): what each tensor of *out is in the
 * model, in the arena of *out. Errors: LIMIT, FORMAT. */
typedef struct mote_flat_source {
    int32_t graph; /* -1: it is the flat form's own */
    mote_id id;
} mote_flat_source;
mote_status mote_model_flatten(mote_model **out, const mote_model *model, const mote_flat_source **sources, mote_error *err);

/* Whether an inference model of real numbers has operators with int8 weights ("dynamic range"); and a copy, the caller's to
 * destroy, in which those weights are the real numbers that they stand for. */
bool        mote_model_has_int8_weights(const mote_model *model);
mote_status mote_model_with_real_weights(mote_model **out, const mote_model *model, mote_error *err);

#endif
