/* up_sampling1d, up_sampling2d: Keras' UpSampling1D and UpSampling2D, channels last. SPDX-License-Identifier: Apache-2.0 */
#include "layers/parts.h"

/* x, an image, `size` times as high and wide. suffix NULL: the layer's output. */
static mote_layer_id resize(const mote_layer_call *call, mote_layer_id x, const int32_t *size,
                            mote_interpolation interpolation, const char *suffix)
{
    const mote_tensor *in = mote_layer_tensor(call, x);
    const int64_t      height = (int64_t)in->dim[1] * size[0], width = (int64_t)in->dim[2] * size[1];
    const int32_t      out[] = {(int32_t)height, (int32_t)width};
    const bool         is_nearest = interpolation == MOTE_INTERPOLATION_NEAREST;
    mote_id            operands[2] = {x, MOTE_NONE};
    mote_node          node = {
                 .op = is_nearest ? MOTE_OP_RESIZE_NEAREST_NEIGHBOR : MOTE_OP_RESIZE_BILINEAR, .in = operands, .in_count = 2};

    if (height > INT32_MAX || width > INT32_MAX)
        return mote_layer_fail(call, MOTE_ERR_LIMIT, "its output would have %lld rows or columns",
                               (long long)(height > width ? height : width));
    operands[1] = mote_layer_integers(call, "size", out, 2);
    if (is_nearest)
        node.as.resize_nearest_neighbor.half_pixel_centers = 1;
    else
        node.as.resize_bilinear.half_pixel_centers = 1;
    return suffix ? mote_layer_inner_node(call, &node, suffix) : mote_layer_node(call, &node);
}

static mote_layer_id add_up_sampling2d(const mote_layer_call *call, const void *options)
{
    const mote_up_sampling2d_options *o = options;

    return resize(call, call->in[0], o->size, o->interpolation, NULL);
}

/* A sequence as an image of width 1: each step so many times. */
static mote_layer_id add_up_sampling1d(const mote_layer_call *call, const void *options)
{
    const mote_up_sampling1d_options *o = options;
    const mote_tensor                 in = *mote_layer_in(call, 0);
    const int32_t                     size[] = {o->size, 1}, column[] = {in.dim[1], 1, in.dim[2]};
    mote_layer_id                     x = mote_layer_reshaped(call, call->in[0], 3, column, "column");
    int32_t                           dims[2] = {0, in.dim[2]};

    x = resize(call, x, size, MOTE_INTERPOLATION_NEAREST, "repeated");
    dims[0] = mote_layer_tensor(call, x)->dim[1];
    return mote_layer_reshaped(call, x, 2, dims, NULL);
}

static const mote_word interpolation_words[] = {
    {"nearest", MOTE_INTERPOLATION_NEAREST}, {"bilinear", MOTE_INTERPOLATION_BILINEAR}, {NULL, 0}};

static const mote_key keys_1d[] = {
    MOTE_KEY("size", mote_up_sampling1d_options, size, .min = 1, .max = MOTE_LAYER_SIZE_MAX, .standard = 2),
    {0},
};
static const mote_key keys_2d[] = {
    MOTE_KEY("size", mote_up_sampling2d_options, size, .min = 1, .max = MOTE_LAYER_SIZE_MAX, .standard = 2),
    MOTE_KEY("interpolation", mote_up_sampling2d_options, interpolation, .words = interpolation_words),
    {0},
};

const mote_layer_type mote_layer_type_up_sampling1d = {.name = "up_sampling1d",
                                                       .keras_class = "UpSampling1D",
                                                       .options_bytes = sizeof(mote_up_sampling1d_options),
                                                       .keys = keys_1d,
                                                       .is_sequence = true,
                                                       .add = add_up_sampling1d};

const mote_layer_type mote_layer_type_up_sampling2d = {.name = "up_sampling2d",
                                                       .keras_class = "UpSampling2D",
                                                       .options_bytes = sizeof(mote_up_sampling2d_options),
                                                       .keys = keys_2d,
                                                       .is_image = true,
                                                       .add = add_up_sampling2d};
