/* Layers that move values and compute none. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/keras/layer.h"

MOTE_KERAS_FUNCTION(pass)
{
    mote_keras_return(k, MOTE_KERAS_IN(k));
}

/* In training alone; a rate of 0 or 1 is passed over. */
static void add_noise(mote_keras_call *k, mrt_dropout_attributes noise, bool is_there)
{
    mote_id   x = MOTE_KERAS_IN(k);
    mote_node node = {.op = MOTE_OP_DROPOUT, .in = &x, .in_count = 1, .as.dropout = noise};

    mote_keras_return(k, k->reader->is_inferring || !is_there ? x : mote_keras_node(k, &node));
}

static void add_dropout(mote_keras_call *k, mrt_noise noise)
{
    const float rate = (float)mote_keras_number(k, "rate", 0);

    add_noise(k, (mrt_dropout_attributes){.rate = rate, .noise = (int32_t)noise}, rate > 0 && rate < 1);
}

MOTE_KERAS_FUNCTION(dropout)
{
    add_dropout(k, MRT_NOISE_DROPOUT);
}

MOTE_KERAS_FUNCTION(spatial_dropout)
{
    if (mote_keras_is_channels_first(k) && !k->reader->is_inferring)
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "it drops channels that come first; training has them last");
    else
        add_dropout(k, MRT_NOISE_CHANNELS);
}

MOTE_KERAS_FUNCTION(alpha_dropout)
{
    add_dropout(k, MRT_NOISE_ALPHA);
}

MOTE_KERAS_FUNCTION(gaussian_dropout)
{
    const double rate = mote_keras_number(k, "rate", 0);
    const bool   is_there = rate > 0 && rate < 1;

    add_noise(k,
              (mrt_dropout_attributes){.stddev = is_there ? (float)sqrt(rate / (1 - rate)) : 0, .noise = MRT_NOISE_PRODUCT},
              is_there);
}

MOTE_KERAS_FUNCTION(gaussian_noise)
{
    const float stddev = (float)mote_keras_number(k, "stddev", 0);

    add_noise(k, (mrt_dropout_attributes){.stddev = stddev, .noise = MRT_NOISE_SUM}, stddev > 0);
}

MOTE_KERAS_FUNCTION(flatten)
{
    mote_id       x = mote_keras_to_last(k, MOTE_KERAS_IN(k), mote_keras_is_channels_first(k));
    const size_t  all = mote_tensor_count(mote_keras_tensor(k, x));
    const int32_t count = (int32_t)(all / (size_t)mote_keras_tensor(k, x)->dim[0]);

    mote_keras_return(k, mote_keras_reshape(k, x, 1, &count));
}

/* One dimension of -1 is worked out. */
static void reshape_to(mote_keras_call *k, mote_id x, int32_t rank, int32_t *dim)
{
    const mote_tensor *in = mote_keras_tensor(k, x);
    const size_t       count = mote_tensor_count(in) / (size_t)(in->dim[0] > 0 ? in->dim[0] : 1);
    size_t             known = 1;
    int32_t            open = -1, i;

    for (i = 0; i < rank; i++)
        if (dim[i] == -1 && open < 0)
            open = i;
        else
            known = dim[i] > 0 ? mote_size_mul(known, (size_t)dim[i]) : 0;
    if (open >= 0 && known > 0 && count % known == 0) {
        dim[open] = (int32_t)(count / known);
        known = count;
    }
    if (known != count && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its target shape does not hold the %zu elements of its input", count);
    if (!mote_keras_failed(k))
        mote_keras_return(k, mote_keras_reshape(k, x, rank, dim));
}

MOTE_KERAS_FUNCTION(reshape)
{
    int32_t       dim[MOTE_RANK_MAX];
    const int32_t rank = mote_keras_ints(k, "target_shape", dim, MOTE_RANK_MAX - 1);

    reshape_to(k, MOTE_KERAS_IN(k), rank, dim);
}

MOTE_KERAS_FUNCTION(permute)
{
    int32_t       order[MOTE_RANK_MAX] = {0}, i, seen = 0;
    const int32_t rank = mote_keras_tensor(k, MOTE_KERAS_IN(k))->rank;
    const int32_t count = mote_keras_ints(k, "dims", order + 1, MOTE_RANK_MAX - 1);

    for (i = 1; i <= count; i++)
        seen |= order[i] >= 1 && order[i] < MOTE_RANK_MAX ? 1 << order[i] : 0;
    if (!mote_keras_failed(k) && (count != rank - 1 || seen != (1 << rank) - 2))
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "dims does not order the %d axes of its input", (int)rank - 1);
    if (!mote_keras_failed(k))
        mote_keras_return(k, mote_keras_transpose(k, MOTE_KERAS_IN(k), order));
}

/* [C] -> [n, C] */
MOTE_KERAS_FUNCTION(repeat_vector)
{
    const mote_tensor in = *mote_keras_tensor(k, MOTE_KERAS_IN(k));
    const int32_t     times[] = {1, mote_keras_int(k, "n", MOTE_KERAS_REQUIRED, 1, 65536), 1};
    const int32_t     dim[] = {1, in.dim[1]};
    mote_id           x;

    if (in.rank != 2 && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its input %s is no vector", mote_shape_show(&in).text);
    x = mote_keras_reshape(k, MOTE_KERAS_IN(k), 2, dim);
    mote_keras_return(k, mote_keras_binary(k, MOTE_OP_TILE, x, mote_keras_ints_const(k, times, 3)));
}

/* ---- other sizes ---- */

static mote_id margin_input(mote_keras_call *k, int32_t n, bool is_first)
{
    const mote_tensor *in = mote_keras_tensor(k, MOTE_KERAS_IN(k));

    if (in->rank != n + 2 && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its input has %d dimensions, %d expected, the batch included", (int)in->rank,
                        (int)n + 2);
    return mote_keras_to_last(k, MOTE_KERAS_IN(k), is_first);
}

static mote_id resize(mote_keras_call *k, mote_id x, int32_t height, int32_t width, const char *interpolation)
{
    const bool    is_nearest = strcmp(interpolation, "nearest") == 0;
    const int32_t size[] = {height, width};
    mote_id       in[2] = {x, mote_keras_ints_const(k, size, 2)};
    mote_node node = {.op = is_nearest ? MOTE_OP_RESIZE_NEAREST_NEIGHBOR : MOTE_OP_RESIZE_BILINEAR, .in = in, .in_count = 2};

    if (!is_nearest && strcmp(interpolation, "bilinear") != 0 && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "interpolation %s is not supported; nearest and bilinear are",
                        mote_show_string(interpolation).text);
    if (is_nearest)
        node.as.resize_nearest_neighbor.half_pixel_centers = 1;
    else
        node.as.resize_bilinear.half_pixel_centers = 1;
    return mote_keras_node(k, &node);
}

MOTE_KERAS_FUNCTION(resizing)
{
    const bool    is_first = mote_keras_is_channels_first(k);
    mote_id       x = margin_input(k, 2, is_first);
    const int32_t height = mote_keras_int(k, "height", MOTE_KERAS_REQUIRED, 1, 65536),
                  width = mote_keras_int(k, "width", MOTE_KERAS_REQUIRED, 1, 65536);

    mote_keras_refuse_other(k, "crop_to_aspect_ratio", NULL);
    mote_keras_refuse_other(k, "pad_to_aspect_ratio", NULL);
    mote_keras_refuse_other(k, "antialias", NULL);
    x = resize(k, x, height, width, mote_keras_text(k, "interpolation", "bilinear"));
    mote_keras_return(k, mote_keras_to_first(k, x, is_first));
}

/* Where the image is larger: its middle; Keras enlarges smaller ones. */
MOTE_KERAS_FUNCTION(center_crop)
{
    const bool    is_first = mote_keras_is_channels_first(k);
    mote_id       x = margin_input(k, 2, is_first);
    const int32_t wanted[] = {mote_keras_int(k, "height", MOTE_KERAS_REQUIRED, 1, 65536),
                              mote_keras_int(k, "width", MOTE_KERAS_REQUIRED, 1, 65536)};
    int32_t       parts[2][2], i;

    for (i = 0; i < 2 && !mote_keras_failed(k); i++) {
        const int32_t size = mote_keras_tensor(k, x)->dim[i + 1];
        if (size < wanted[i])
            MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "its input is smaller than %d, and enlarging is not supported",
                            (int)wanted[i]);
        parts[i][0] = (size - wanted[i]) / 2;
        parts[i][1] = parts[i][0] + wanted[i];
    }
    if (!mote_keras_failed(k))
        x = mote_keras_slices(k, x, 1, 2, (const int32_t(*)[2])parts);
    mote_keras_return(k, mote_keras_to_first(k, x, is_first));
}

/* RandomCrop takes the middle when it does not train. */
MOTE_KERAS_FUNCTION(random_crop)
{
    mote_keras_add_center_crop(k);
}
