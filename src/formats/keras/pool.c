/* Pooling. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"

/* [T, C] -> [1, T, C], and back */
static mote_id as_image(mote_keras_call *k, mote_id x, int32_t n)
{
    const mote_tensor in = *mote_keras_tensor(k, x);
    const int32_t     dim[3] = {1, in.dim[1], in.dim[2]};

    if (!mote_keras_failed(k) && in.rank != n + 2)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its input has %d dimensions, %d expected, the batch included", (int)in.rank,
                        (int)n + 2);
    return n == 2 ? x : mote_keras_reshape(k, x, 3, dim);
}

static void add_window(mote_keras_call *k, mote_op_kind op, int32_t n)
{
    const bool  is_first = mote_keras_is_channels_first(k);
    const char *padding = mote_keras_text(k, "padding", "valid");
    int32_t     size[2], strides[2];
    mote_id     x = as_image(k, mote_keras_to_last(k, MOTE_KERAS_IN(k), is_first), n);
    mote_node   node = {.op = op, .in = &x, .in_count = 1};

    mote_keras_sizes(k, "pool_size", n, size, 2);
    memcpy(strides, size, sizeof strides);
    if (mote_keras_get(k, "strides"))
        mote_keras_sizes(k, "strides", n, strides, 0);
    if (strcmp(padding, "valid") != 0 && strcmp(padding, "same") != 0)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "padding %s is unknown", mote_show_string(padding).text);
    node.as.max_pool_2d =
        (mrt_pool_attributes){.filter_h = n == 2 ? size[0] : 1,
                              .filter_w = size[n - 1],
                              .stride_h = n == 2 ? strides[0] : 1,
                              .stride_w = strides[n - 1],
                              .padding = strcmp(padding, "same") == 0 ? MRT_PADDING_SAME : MRT_PADDING_VALID};
    x = mote_keras_node(k, &node);
    if (n == 1)
        x = mote_keras_reshape(k, x, 2, (const int32_t[]){mote_keras_tensor(k, x)->dim[2], mote_keras_tensor(k, x)->dim[3]});
    mote_keras_return(k, mote_keras_to_first(k, x, is_first));
}

static void add_global(mote_keras_call *k, mote_op_kind op, int32_t n)
{
    const bool    is_first = mote_keras_is_channels_first(k), keeps = mote_keras_flag(k, "keepdims", false);
    const int32_t last[] = {1, 2}, first[] = {2, 3};
    const mote_id before = is_first && !keeps ? mote_keras_before_turn(k, MOTE_KERAS_IN(k)) : MOTE_NONE;

    if (!mote_keras_failed(k) && mote_keras_tensor(k, MOTE_KERAS_IN(k))->rank != n + 2)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its input %s has not %d dimensions",
                        mote_shape_show(mote_keras_tensor(k, MOTE_KERAS_IN(k))).text, (int)n + 2);
    /* channels first: where its input was just turned, it reads what was there before */
    if (before != MOTE_NONE)
        mote_keras_return(k, mote_keras_reduce(k, op, before, last, n, false));
    else
        mote_keras_return(k, mote_keras_reduce(k, op, MOTE_KERAS_IN(k), is_first ? first : last, n, keeps));
}

#define WINDOW(name, KIND, n)                                                                                               \
    MOTE_KERAS_FUNCTION(name)                                                                                               \
    {                                                                                                                       \
        add_window(k, MOTE_OP_##KIND, n);                                                                                   \
    }
#define GLOBAL(name, KIND, n)                                                                                               \
    MOTE_KERAS_FUNCTION(name)                                                                                               \
    {                                                                                                                       \
        add_global(k, MOTE_OP_##KIND, n);                                                                                   \
    }
WINDOW(max_pooling1d, MAX_POOL_2D, 1)
WINDOW(max_pooling2d, MAX_POOL_2D, 2)
WINDOW(average_pooling1d, AVERAGE_POOL_2D, 1)
WINDOW(average_pooling2d, AVERAGE_POOL_2D, 2)
GLOBAL(global_max_pooling1d, REDUCE_MAX, 1)
GLOBAL(global_max_pooling2d, REDUCE_MAX, 2)
GLOBAL(global_average_pooling1d, MEAN, 1)
GLOBAL(global_average_pooling2d, MEAN, 2)
