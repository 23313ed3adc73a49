/* Keras' ZeroPadding and Cropping of one and two dimensions, channels last. SPDX-License-Identifier: Apache-2.0 */
#include "layers/parts.h"

enum { MARGIN_MAX = 65536 };

/* [axes of a sample but the channels'][before, after] */
typedef struct margins {
    int32_t sides[2][2];
} margins;

/* One number for all, {before, after}; of images {rows, columns} or {top, bottom, left, right}. */
static margins margins_of(const mote_numbers *given, int n)
{
    const int32_t *v = given->values;

    if (given->count < 2)
        return (margins){{{v[0], v[0]}, {v[0], v[0]}}};
    if (given->count == 4)
        return (margins){{{v[0], v[1]}, {v[2], v[3]}}};
    return n == 1 ? (margins){{{v[0], v[1]}}} : (margins){{{v[0], v[0]}, {v[1], v[1]}}};
}

static mote_layer_id add_padding(const mote_layer_call *call, const mote_numbers *padding)
{
    const int     n = mote_layer_in(call, 0)->rank - 2;
    const margins by = margins_of(padding, n);
    int32_t       pads[4][2] = {{0}};
    int           i;

    for (i = 0; i < n; i++) {
        pads[i + 1][0] = by.sides[i][0];
        pads[i + 1][1] = by.sides[i][1];
    }
    return mote_layer_padded(call, call->in[0], (const int32_t(*)[2])pads, NULL);
}

static mote_layer_id add_zero_padding1d(const mote_layer_call *call, const void *options)
{
    return add_padding(call, &((const mote_zero_padding1d_options *)options)->padding);
}

static mote_layer_id add_zero_padding2d(const mote_layer_call *call, const void *options)
{
    return add_padding(call, &((const mote_zero_padding2d_options *)options)->padding);
}

/* A part of each axis that is cut; the others whole. */
static mote_layer_id add_slice(const mote_layer_call *call, const margins *by, int n)
{
    const mote_tensor *in = mote_layer_in(call, 0);
    int32_t            from[4] = {0}, to[4] = {0}, steps[4] = {1, 1, 1, 1}, whole = (1 << in->rank) - 1, i;
    const int32_t      rank = in->rank;
    mote_id            operands[4] = {call->in[0], MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node          node = {.op = MOTE_OP_STRIDED_SLICE, .in = operands, .in_count = 4};

    for (i = 0; i < n; i++) {
        from[i + 1] = by->sides[i][0];
        to[i + 1] = in->dim[i + 1] - by->sides[i][1];
        whole &= ~(1 << (i + 1));
    }
    operands[1] = mote_layer_integers(call, "begin", from, rank);
    operands[2] = mote_layer_integers(call, "end", to, rank);
    operands[3] = mote_layer_integers(call, "steps", steps, rank);
    node.as.strided_slice.begin_mask = node.as.strided_slice.end_mask = whole;
    return mote_layer_node(call, &node);
}

static mote_layer_id add_cropping(const mote_layer_call *call, const mote_numbers *cropping)
{
    const int     n = mote_layer_in(call, 0)->rank - 2;
    const margins by = margins_of(cropping, n);
    int           i;

    for (i = 0; i < n; i++)
        if (by.sides[i][0] + by.sides[i][1] >= mote_layer_in(call, 0)->dim[i + 1])
            return mote_layer_fail(call, MOTE_ERR_USAGE, "cropping leaves nothing of %d %s",
                                   mote_layer_in(call, 0)->dim[i + 1],
                                   n == 1   ? "steps"
                                   : i == 0 ? "rows"
                                            : "columns");
    return add_slice(call, &by, n);
}

static mote_layer_id add_cropping1d(const mote_layer_call *call, const void *options)
{
    return add_cropping(call, &((const mote_cropping1d_options *)options)->cropping);
}

static mote_layer_id add_cropping2d(const mote_layer_call *call, const void *options)
{
    return add_cropping(call, &((const mote_cropping2d_options *)options)->cropping);
}

static const mote_key zero_padding1d_keys[] = {
    MOTE_KEY("padding", mote_zero_padding1d_options, padding, .max = MARGIN_MAX, .standard = 1, .most = 2),
    {0},
};
static const mote_key zero_padding2d_keys[] = {
    MOTE_KEY("padding", mote_zero_padding2d_options, padding, .max = MARGIN_MAX, .standard = 1, .most = 4, .in_pairs = true),
    {0},
};
static const mote_key cropping1d_keys[] = {
    MOTE_KEY("cropping", mote_cropping1d_options, cropping, .max = MARGIN_MAX, .standard = 1, .most = 2),
    {0},
};
static const mote_key cropping2d_keys[] = {
    MOTE_KEY("cropping", mote_cropping2d_options, cropping, .max = MARGIN_MAX, .most = 4, .in_pairs = true),
    {0},
};

#define TYPE(layer, class_name, what)                                                                                       \
    const mote_layer_type mote_layer_type_##layer = {.name = #layer,                                                        \
                                                     .keras_class = class_name,                                             \
                                                     .options_bytes = sizeof(mote_##layer##_options),                       \
                                                     .keys = layer##_keys,                                                  \
                                                     .what = true,                                                          \
                                                     .add = add_##layer}
TYPE(zero_padding1d, "ZeroPadding1D", is_sequence);
TYPE(zero_padding2d, "ZeroPadding2D", is_image);
TYPE(cropping1d, "Cropping1D", is_sequence);
TYPE(cropping2d, "Cropping2D", is_image);
