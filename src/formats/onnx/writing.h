/* From mote's graph to ONNX', node by node: what all families of operators share.
 *
 * Values. A value is what a node of the file makes, an input, or an initializer. A tensor of ours has one or more of them,
 * its forms: the same numbers in other orders of axes. Axis k of a form is the tensor's axis order[k].
 *
 *     ours  [N, H, W, C]   form 0, 1, 2, 3   [N, H, W, C]
 *                          form 0, 3, 1, 2   [N, C, H, W], as operators on images want it
 *
 * An operator's function asks for its operands in an order (mote_ox_in), adds nodes (mote_ox_add and its short forms) and
 * gives its outputs with their order (mote_ox_give). A form that is not there is made by a Transpose, once; constants are
 * permuted here. Most operators take any order and hand it on, so that a network's images turn once, where they come in, and
 * a TRANSPOSE of ours is only another order.
 *
 * Integers with scales. Functions see real numbers: an operand comes out of a DequantizeLinear, and a given output goes into
 * a QuantizeLinear, so that none of them knows of integers (QDQ).
 *
 * Errors stay: after a failure, or a refusal within the same operator, all of these do nothing and give NULL, so that no
 * function needs a check. Refusals are gathered, so that one message names them all.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_ONNX_WRITING_H
#define MOTE_FORMATS_ONNX_WRITING_H

#include "base/index.h"
#include "base/text.h"
#include "formats/onnx/schema.h"
#include "graph/graph.h"

typedef struct mote_ox_order {
    int32_t rank, axis[MOTE_RANK_MAX];
} mote_ox_order;

typedef struct mote_ox_attribute {
    struct mote_ox_attribute *next;
    const char               *name, *string; /* string, ints (count of them), or one of the two numbers */
    const int64_t            *ints;
    size_t                    count;
    int64_t                   i;
    float                     f;
    int32_t                   type;
} mote_ox_attribute;

struct mote_ox_node;

typedef struct mote_ox_value {
    const char          *name;  /* NULL: none yet */
    struct mote_ox_node *maker; /* NULL: an input or initializer */
    bool                 is_end, is_needed;
    /* of an initializer */
    const void *bytes;
    size_t      byte_count;
    int32_t     onnx_type, rank, dim[MOTE_RANK_MAX];
} mote_ox_value;

typedef struct mote_ox_node {
    const char        *type, *name;
    mote_ox_value    **in, **out; /* NULL where an optional operand is absent */
    int32_t            in_count, out_count;
    mote_ox_attribute *attributes, **last;
    bool               is_needed;
} mote_ox_node;

/* A tensor's numbers in an order of axes. */
typedef struct mote_ox_form {
    struct mote_ox_form *next;
    mote_ox_order        order;
    mote_ox_value       *stored, *real; /* as the tensor holds them; as real numbers, NULL: not made yet */
} mote_ox_form;

typedef struct mote_ox_tensor {
    mote_ox_form      *forms, **last; /* the first is what was given */
    mote_ox_value     *scale, *zero;  /* NULL: not made yet */
    mote_ox_value     *flat;    /* real: [N, C * H * W] of an image, whose readers permute their weights; NULL: it is none */
    const mote_tensor *flat_of; /* the image */
    bool               is_const;
} mote_ox_tensor;

/* Operators that are refused for the same reason. */
typedef struct mote_ox_refusal {
    struct mote_ox_refusal *next;
    const char             *why, *which; /* "operator 0 (IF), operator 3 (WHILE "loop")" */
} mote_ox_refusal;

typedef struct mote_ox {
    const mote_model *model;
    const mote_graph *graph;
    mote_arena        arena;
    mote_ox_tensor   *tensors;
    mote_ox_node    **nodes;
    mote_ox_value   **initializers;
    int32_t           node_count, node_capacity, initializer_count, initializer_capacity;
    mote_index        names, node_names;
    const char      **name_list;
    int32_t           name_count, name_capacity;
    bool             *wants_image; /* [tensor]: of what reads it, the first operator that cares wants channels second */
    int32_t           opset;
    mote_ox_refusal  *refusals;
    int32_t           refusal_count; /* of operators */
    mote_error       *err;
} mote_ox;

/* An operator being written. */
typedef struct mote_ox_call {
    mote_ox         *x;
    const mote_node *node;
    mote_ox_node    *last; /* that was added: attributes go there */
    int32_t          made; /* nodes so far */
    bool             is_refused;
} mote_ox_call;

/* What an operator wants of the order of its operands' axes. */
/* The first whose QuantizeLinear and DequantizeLinear take int16. */
enum { MOTE_OX_OPSET_OF_INT16 = 21 };

typedef enum mote_ox_layout {
    MOTE_OX_OURS = 0, /* ours */
    MOTE_OX_IMAGE,    /* channels second */
    MOTE_OX_ANY       /* any; the function goes by mote_ox_common_order */
} mote_ox_layout;

/* An operator of ours; tables of these end without a function. */
typedef struct mote_ox_row {
    mote_op_kind   op;
    mote_ox_layout layout;
    void (*write)(mote_ox_call *c);
    const char *onnx; /* what the function wants to know: mostly ONNX' operator */
} mote_ox_row;

extern const mote_ox_row mote_ox_images[], mote_ox_elementwise[], mote_ox_products[], mote_ox_reductions[], mote_ox_moves[],
    mote_ox_recurrent[];
const mote_ox_row *mote_ox_find_row(mote_op_kind op); /* NULL: there is none */

/* ---- failing ---- */

void mote_ox_refuse(mote_ox_call *c, const char *format, ...) MOTE_PRINTF(2, 3);
bool mote_ox_failed(const mote_ox_call *c);
/* The file's opset is at least this one. */
void mote_ox_need(mote_ox_call *c, int32_t opset);

/* ---- what an operator says ---- */

const mote_tensor *mote_ox_operand(const mote_ox_call *c, int32_t i); /* NULL: absent */
const mote_tensor *mote_ox_result(const mote_ox_call *c, int32_t i);
/* Whole numbers of a constant operand, which must be one. NULL with a refusal where it is not. */
const int64_t *mote_ox_numbers(mote_ox_call *c, int32_t i, size_t *count);
/* Memory that lasts as long as the writing. */
void *mote_ox_take(mote_ox_call *c, size_t count, size_t size);

/* ---- orders ---- */

mote_ox_order mote_ox_ours(int32_t rank);
mote_ox_order mote_ox_channels_second(int32_t rank);
bool          mote_ox_is_ours(const mote_ox_order *order);
bool          mote_ox_same_order(const mote_ox_order *a, const mote_ox_order *b);
/* The order of the operand's first form. */
mote_ox_order mote_ox_given_order(const mote_ox_call *c, int32_t i);
int32_t       mote_ox_place(const mote_ox_order *order, int32_t axis); /* where our axis lies */
/* The order of the operands from `first` on for an operator that takes any: that of those which are computed and have the
 * output's rank, where they agree; what reads the result decides where they are in ours. */
mote_ox_order mote_ox_common_order(const mote_ox_call *c, int32_t first, int32_t count);

/* ---- operands ---- */

/* Operand i in the order: real numbers where it has scales. NULL: it is absent, or after a failure. */
mote_ox_value *mote_ox_in(mote_ox_call *c, int32_t i, const mote_ox_order *order);
mote_ox_value *mote_ox_in_ours(mote_ox_call *c, int32_t i);
/* The same, as the tensor stores it: integers stay integers. */
mote_ox_value *mote_ox_in_stored(mote_ox_call *c, int32_t i, const mote_ox_order *order);
/* An operand that repeats along the axes that it has not: a constant gets leading axes of 1 where the order is not ours. */
mote_ox_value *mote_ox_in_repeated(mote_ox_call *c, int32_t i, const mote_ox_order *order);
/* A constant looked at in another shape of ours (of as many values), permuted, and then in the shape `dim`; of several
 * scales there is one for each along the file's axis `scales_along`. NULL as shape: the constant's own. */
typedef struct mote_ox_view {
    int32_t        rank;
    const int32_t *dim;
    mote_ox_order  order;
    int32_t        out_rank;
    const int32_t *out_dim; /* NULL: as the order leaves it */
    int32_t        scales_along;
} mote_ox_view;
mote_ox_value *mote_ox_in_view(mote_ox_call *c, int32_t i, const mote_ox_view *view);
/* The bias of integers: of scale in * weights, where it does not say its own. */
mote_ox_value *mote_ox_in_bias(mote_ox_call *c, int32_t i, int32_t in, int32_t weights);

/* New constants. */
mote_ox_value *mote_ox_const(mote_ox_call *c, mote_dtype dtype, int32_t rank, const int32_t *dim, const void *bytes);
mote_ox_value *mote_ox_ints(mote_ox_call *c, const int64_t *values, size_t count); /* int64 [count] */
mote_ox_value *mote_ox_float(mote_ox_call *c, float value);
/* One number, of the real or whole type that the operand has between nodes: float32 where it has scales. */
mote_ox_value *mote_ox_number_like(mote_ox_call *c, const mote_tensor *tensor, double value);
/* A shape as Reshape takes it: -1 where axis 0 counts samples. */
mote_ox_value *mote_ox_shape(mote_ox_call *c, const mote_tensor *tensor, const mote_ox_order *order);

/* ---- nodes ---- */

/* Adds a node with one output; operands that are NULL are absent, and not written at the end. */
mote_ox_value *mote_ox_add(mote_ox_call *c, const char *type, mote_ox_value *const *in, int32_t in_count);
mote_ox_value *mote_ox_unary(mote_ox_call *c, const char *type, mote_ox_value *a);
mote_ox_value *mote_ox_binary(mote_ox_call *c, const char *type, mote_ox_value *a, mote_ox_value *b);
mote_ox_value *mote_ox_ternary(mote_ox_call *c, const char *type, mote_ox_value *a, mote_ox_value *b, mote_ox_value *d);
mote_ox_value *mote_ox_cast(mote_ox_call *c, mote_ox_value *a, mote_dtype dtype);
mote_ox_value *mote_ox_transpose(mote_ox_call *c, mote_ox_value *a, const int32_t *perm, int32_t rank);
/* One more output of the last node. */
mote_ox_value *mote_ox_more(mote_ox_call *c);

/* Attributes of the last node. */
void mote_ox_set_int(mote_ox_call *c, const char *name, int64_t value);
void mote_ox_set_float(mote_ox_call *c, const char *name, float value);
void mote_ox_set_string(mote_ox_call *c, const char *name, const char *value);
void mote_ox_set_ints(mote_ox_call *c, const char *name, const int64_t *values, size_t count);

/* ---- outputs ---- */

/* Output i is the value, in the order (NULL: ours): real numbers where it has scales, before its fused activation. */
void mote_ox_give(mote_ox_call *c, int32_t i, mote_ox_value *value, const mote_ox_order *order);
/* The same, already as the tensor stores it, and without an activation. */
void mote_ox_give_stored(mote_ox_call *c, int32_t i, mote_ox_value *value, const mote_ox_order *order);
/* Output 0 is an image's values as [N, C * H * W], whose readers permute their weights (mote_ox_feeds_dense_only). */
void mote_ox_give_flat(mote_ox_call *c, mote_ox_value *value, const mote_tensor *image);
/* The value as it is after being stored as the tensor stores it: real numbers again. */
mote_ox_value *mote_ox_rounded(mote_ox_call *c, mote_ox_value *value, const mote_tensor *like);
/* The value clipped by the node's fused activation. */
mote_ox_value *mote_ox_activate(mote_ox_call *c, mote_ox_value *value, const mote_tensor *like);

/* ---- the graph ---- */

const char     *mote_ox_unique_name(mote_ox *x, const char *wanted); /* of a value */
mote_ox_tensor *mote_ox_tensor_of(const mote_ox_call *c, const mote_tensor *tensor);
/* Whether all that reads the tensor are dense layers with constant weights of rank 2. */
bool mote_ox_feeds_dense_only(const mote_ox *x, mote_id id);

#endif
