/* What the channels of a model can be, whatever comes in: exact interval analysis over int8; of float32, whether they are 0.
 *
 * An activation's channels are those of its last axis. Each has a range [low, high]; graph inputs have all of int8, and
 * every operator's ranges follow from its operands' by the runtime's own arithmetic. A value outside its range cannot occur;
 * inside it not every value need occur. Where low == high the channel is constant. Of float32 there are two ranges: 0 alone,
 * for channels that are 0 as their weights are, and all.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PASSES_CHANNEL_RANGES_H
#define MOTE_PASSES_CHANNEL_RANGES_H

#include "ops/op.h"

/* How the channels of an operator's output hang together with those of its operands. */
typedef enum mote_channel_rule {
    MOTE_CHANNELS_OTHER = 0, /* nobody knows: SOFTMAX, and what nobody has thought about */
    MOTE_CHANNELS_WEIGHT,    /* sums over all channels, weighted */
    MOTE_CHANNELS_DEPTHWISE, /* the same of each channel alone */
    MOTE_CHANNELS_MAP,       /* each value by itself */
    MOTE_CHANNELS_POOL,      /* one of the window's values, or their mean */
    MOTE_CHANNELS_MEAN,
    MOTE_CHANNELS_ADD,
    MOTE_CHANNELS_RESHAPE
} mote_channel_rule;

/* OTHER also for operands that are not int8, or float32, and computed (of ADD, one may be a constant). */
mote_channel_rule mote_channel_rule_of(const mote_graph *graph, const mote_node *node);

/* What a layer with weights adds up in each of its 32-bit accumulators, whatever comes in. */
typedef struct mote_sums {
    bool    is_known;  /* the node is a mote_weighted */
    int64_t low, high; /* where every one of them ends */
    int64_t most;      /* no partial sum is further from 0, in whatever order products are added, with or without the input's
                          zero point folded into the bias */
    int32_t act_min, act_max; /* what outputs are clamped to */
} mote_sums;

/* All activations together have at most 2^20 slots, so that no file can claim memory that it does not hold. A tensor for
 * which there are too few, or that is not of the type that was asked for, int8 with one scale or float32, has one slot for
 * all of its channels. */
typedef struct mote_channel_ranges {
    const mote_graph *graph;
    mote_dtype        type;
    int32_t          *first, *count; /* [tensor_count]: the tensor's first slot, and how many; 0: not an activation */
    int8_t           *low, *high;    /* [slot_count]; of other types than int8 meaningless */
    int32_t           slot_count;
    mote_sums        *sums; /* [node_count] */
} mote_channel_ranges;

/* Of a model that mote_model_verify has passed, of its tensors of one type, int8 or float32; all arrays are in arena. Time
 * is linear in the weights and channels. */
mote_status mote_channel_ranges_find(mote_channel_ranges *out, const mote_graph *graph, mote_dtype type, mote_arena *arena,
                                     mote_error *err);

/* The slot of a channel. */
int32_t mote_channel_slot(const mote_channel_ranges *ranges, mote_id id, int32_t channel);
/* Size of the last axis; 1 for a scalar. */
int32_t mote_channel_count(const mote_tensor *tensor);
/* Whether a MEAN is not of the channels themselves: output channel c comes of input channel c. */
bool mote_channel_mean_is_each(const mote_graph *graph, const mote_node *node);

/* ---- layers with weights ---- */

/* Whether a tap of the window reads input at some, at all, or at no output positions; else it lies in the padding. */
typedef enum mote_tap { MOTE_TAP_NEVER = 0, MOTE_TAP_SOMETIMES, MOTE_TAP_ALWAYS } mote_tap;

/* CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED in int8; in float32, where w and bias say of each weight whether it is one:
 * 0 where it is 0, else 1. Weight of output o, tap t, channel c, less its zero point:
 *     w[(o * taps + t) * channels + c] - w_zero    where every output sums over the channels: out[o] of in[c]
 *     w[t * outs + o] - w_zero                     depthwise: out[o] of in[o / (outs / in_channels)], channels is 1
 * A dense layer over a flattened image has a tap a position. */
typedef struct mote_weighted {
    bool           is_depthwise;
    const int8_t  *w;
    const int32_t *bias; /* NULL: none */
    const uint8_t *tap;  /* [taps] mote_tap */
    int32_t        outs, taps, channels;
    int32_t        in_zero, w_zero;
} mote_weighted;

/* False, and err as it was, for any other node, and where a dense layer's columns do not go round with its input's channels.
 * tap is in arena; of float32 all is. */
bool mote_weighted_of(mote_weighted *out, const mote_graph *graph, const mote_node *node, mote_arena *arena,
                      mote_error *err);

#endif
