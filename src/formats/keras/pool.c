/* Pooling over all positions. SPDX-License-Identifier: Apache-2.0 */
#include "formats/keras/layer.h"

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

#define GLOBAL(name, KIND, n)                                                                                               \
    MOTE_KERAS_FUNCTION(name)                                                                                               \
    {                                                                                                                       \
        add_global(k, MOTE_OP_##KIND, n);                                                                                   \
    }
GLOBAL(global_max_pooling1d, REDUCE_MAX, 1)
GLOBAL(global_max_pooling2d, REDUCE_MAX, 2)
GLOBAL(global_average_pooling1d, MEAN, 1)
GLOBAL(global_average_pooling2d, MEAN, 2)
