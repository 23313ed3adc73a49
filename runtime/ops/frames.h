/* Operators of TensorFlow Lite Micro's audio front end that cut signals into pieces and put them together again.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_FRAMES_H
#define MRT_OPS_FRAMES_H

#include "../attributes.h"
#include "../kernels/frames.h"
#include "../op.h"

MRT_FIELDS(mrt_delay_params, outer, count, delay);
MRT_FIELDS(mrt_framer_params, outer, frames, step, size, history, prefilled);
MRT_FIELDS(mrt_stacker_params, channels, left, stack, step);
MRT_FIELDS(mrt_overlap_add_params, outer, frames, size, step);
MRT_FIELDS(mrt_signal_window_params, outer, size, shift);
MRT_KERNEL(mrt_signal_delay_i16, mrt_delay_params, "kernels/frames.h");
MRT_KERNEL(mrt_signal_framer_i16, mrt_framer_params, "kernels/frames.h");
MRT_KERNEL(mrt_signal_stacker_i16, mrt_stacker_params, "kernels/frames.h");
MRT_KERNEL(mrt_signal_overlap_add_i16, mrt_overlap_add_params, "kernels/frames.h");
MRT_KERNEL(mrt_signal_overlap_add_f32, mrt_overlap_add_params, "kernels/frames.h");
MRT_KERNEL(mrt_signal_window_i16, mrt_signal_window_params, "kernels/frames.h");

/* ---- what several share ---- */

static MRT_COLD int32_t mrt_last_size(const mrt_tensor *tensor)
{
    return tensor->rank > 0 ? tensor->dim[tensor->rank - 1] : 0;
}

/* The operator's own memory: `head` int32, then outer * count elements. */
static MRT_COLD mrt_reason mrt_set_state(mrt_call *c, uint32_t head, int32_t outer, int32_t count, uint32_t width)
{
    const uint64_t bytes = (uint64_t)(uint32_t)outer * (uint32_t)count * width;

    MRT_REQUIRE(c, bytes <= INT32_MAX - 64u, SIZE, "what it keeps from invoke to invoke is larger than 2 GiB");
    c->state_bytes = head * (uint32_t)sizeof(int32_t) + (uint32_t)bytes;
    return MRT_REASON_NONE;
}

/* Output 1: a truth value. */
static MRT_COLD mrt_reason mrt_set_valid(mrt_call *c)
{
    static const int32_t none[1] = {0};

    return mrt_set_further_shape(c, 1, MRT_BOOL, 0, none);
}

/* ---- SignalDelay ---- */

static const char *const   mrt_signal_delay_names[] = {"SignalDelay", "delay_length"};
static const mrt_attribute mrt_signal_delay_fields[] = {MRT_ATTRIBUTE(I32, mrt_delay_attributes, delay_length, 1, 0)};

static MRT_COLD mrt_reason mrt_signal_delay_shape(mrt_call *c)
{
    const mrt_delay_attributes *as = (const mrt_delay_attributes *)c->attributes;

    MRT_REQUIRE(c, mrt_last_size(&c->in[0]) >= 1 && c->in[0].count >= 1, SHAPE, "input %s has no samples",
                MRT_SHAPE(&c->in[0]));
    MRT_REQUIRE(c, as->delay_length >= 0, OPTIONS, "delay_length is %d, 0 or more expected", (int)as->delay_length);
    return mrt_shape_as_first(c);
}

static MRT_COLD mrt_reason mrt_signal_delay_prepare(mrt_call *c)
{
    mrt_delay_params p;

    p.count = mrt_last_size(&c->in[0]);
    p.outer = (int32_t)c->in[0].count / p.count;
    p.delay = ((const mrt_delay_attributes *)c->attributes)->delay_length;
    MRT_TRY(mrt_set_state(c, 0, p.outer, p.delay, sizeof(int16_t)));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_delay_rows[] = {
    {MRT_I16, {MRT_I16}, 1, 1, 1, MRT_WITH(mrt_signal_delay_prepare, mrt_signal_delay_i16)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_delay = {
    MRT_CUSTOM_CODE,      0, 1, 1, 1, 1, MRT_CUSTOM(mrt_signal_delay_names, mrt_signal_delay_fields), mrt_signal_delay_shape,
    mrt_signal_delay_rows};

/* ---- SignalFramer ---- */

static const char *const   mrt_signal_framer_names[] = {"SignalFramer", "frame_size", "frame_step", "prefill"};
static const mrt_attribute mrt_signal_framer_fields[] = {MRT_ATTRIBUTE(I32, mrt_framer_attributes, frame_size, 1, 0),
                                                         MRT_ATTRIBUTE(I32, mrt_framer_attributes, frame_step, 2, 0),
                                                         MRT_ATTRIBUTE(BOOL, mrt_framer_attributes, prefill, 3, 0)};

static MRT_COLD mrt_reason mrt_signal_framer_shape(mrt_call *c)
{
    const mrt_framer_attributes *as = (const mrt_framer_attributes *)c->attributes;
    const mrt_tensor            *in = &c->in[0];
    int32_t                      dim[MRT_RANK_MAX], i;

    MRT_REQUIRE(c, in->rank >= 1 && in->rank < MRT_RANK_MAX && in->count >= 1, SHAPE, "input %s: [..., samples] expected",
                MRT_SHAPE(in));
    MRT_REQUIRE(c, as->frame_size >= 1 && as->frame_step >= 1 && as->frame_size <= INT32_MAX / 4, OPTIONS,
                "frame_size %d and frame_step %d; 1 or more expected", (int)as->frame_size, (int)as->frame_step);
    MRT_REQUIRE(c, !as->prefill || as->frame_size >= as->frame_step, OPTIONS,
                "prefill needs a frame_size, here %d, of at least frame_step, here %d", (int)as->frame_size,
                (int)as->frame_step);
    MRT_REQUIRE(c, mrt_last_size(in) % as->frame_step == 0, SHAPE, "input %s is not a multiple of frame_step %d long",
                MRT_SHAPE(in), (int)as->frame_step);
    for (i = 0; i < in->rank; i++)
        dim[i] = in->dim[i];
    dim[in->rank - 1] = mrt_last_size(in) / as->frame_step;
    dim[in->rank] = as->frame_size;
    MRT_TRY(mrt_set_valid(c));
    return mrt_set_shape(c, 0, in->type, in->rank + 1, dim);
}

/* TensorFlow Lite Micro waits for a whole number of steps, as many as a frame needs. */
static MRT_COLD mrt_reason mrt_signal_framer_prepare(mrt_call *c)
{
    const mrt_framer_attributes *as = (const mrt_framer_attributes *)c->attributes;
    mrt_framer_params            p;

    p.size = as->frame_size;
    p.step = as->frame_step;
    p.frames = mrt_last_size(&c->in[0]) / p.step;
    p.outer = (int32_t)c->in[0].count / mrt_last_size(&c->in[0]);
    p.prefilled = as->prefill ? p.size - p.step : 0;
    p.history = as->prefill ? p.prefilled : (p.size - 1) / p.step * p.step;
    MRT_TRY(mrt_set_state(c, 1, p.outer, p.history, sizeof(int16_t)));
    c->work = c->out[0].count;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_framer_rows[] = {
    {MRT_I16 | MRT_REST, {MRT_I16}, 1, 1, 1, MRT_WITH(mrt_signal_framer_prepare, mrt_signal_framer_i16)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_framer = {
    MRT_CUSTOM_CODE,
    0,
    1,
    1,
    2,
    2,
    MRT_CUSTOM(mrt_signal_framer_names, mrt_signal_framer_fields),
    mrt_signal_framer_shape,
    mrt_signal_framer_rows};

/* ---- SignalStacker ---- */

static const char *const   mrt_signal_stacker_names[] = {"SignalStacker", "num_channels", "stacker_left_context",
                                                         "stacker_right_context", "stacker_step"};
static const mrt_attribute mrt_signal_stacker_fields[] = {MRT_ATTRIBUTE(I32, mrt_stacker_attributes, num_channels, 1, 0),
                                                          MRT_ATTRIBUTE(I32, mrt_stacker_attributes, left_context, 2, 0),
                                                          MRT_ATTRIBUTE(I32, mrt_stacker_attributes, right_context, 3, 0),
                                                          MRT_ATTRIBUTE(I32, mrt_stacker_attributes, step, 4, 0)};

static MRT_COLD mrt_reason mrt_signal_stacker_shape(mrt_call *c)
{
    const mrt_stacker_attributes *as = (const mrt_stacker_attributes *)c->attributes;
    const mrt_tensor             *in = &c->in[0];
    const int64_t                 stack = (int64_t)as->left_context + as->right_context + 1;
    int32_t                       dim[1];

    MRT_REQUIRE(c, in->rank == 1 && in->dim[0] == as->num_channels && in->dim[0] >= 1 && !in->is_batched, SHAPE,
                "input %s: [num_channels] expected, which is %d", MRT_SHAPE(in), (int)as->num_channels);
    MRT_REQUIRE(c, as->left_context >= 0 && as->right_context >= 0 && stack <= INT32_MAX / 8 / in->dim[0], OPTIONS,
                "stacker_left_context %d and stacker_right_context %d: not below 0, and not that many expected",
                (int)as->left_context, (int)as->right_context);
    MRT_REQUIRE(c, as->step >= 1 && as->step <= stack, OPTIONS, "stacker_step is %d, 1 to %d expected", (int)as->step,
                (int)stack);
    dim[0] = (int32_t)stack * in->dim[0];
    MRT_TRY(mrt_set_valid(c));
    return mrt_set_shape(c, 0, in->type, 1, dim);
}

static MRT_COLD mrt_reason mrt_signal_stacker_prepare(mrt_call *c)
{
    const mrt_stacker_attributes *as = (const mrt_stacker_attributes *)c->attributes;
    mrt_stacker_params            p;

    p.channels = as->num_channels;
    p.left = as->left_context;
    p.stack = as->left_context + as->right_context + 1;
    p.step = as->step;
    MRT_TRY(mrt_set_state(c, 2, p.stack, p.channels, sizeof(int16_t)));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_stacker_rows[] = {
    {MRT_I16 | MRT_REST, {MRT_I16}, 1, 1, 1, MRT_WITH(mrt_signal_stacker_prepare, mrt_signal_stacker_i16)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_stacker = {
    MRT_CUSTOM_CODE,
    0,
    1,
    1,
    2,
    2,
    MRT_CUSTOM(mrt_signal_stacker_names, mrt_signal_stacker_fields),
    mrt_signal_stacker_shape,
    mrt_signal_stacker_rows};

/* ---- SignalOverlapAdd ---- */

static const char *const   mrt_signal_overlap_add_names[] = {"SignalOverlapAdd", "frame_step"};
static const mrt_attribute mrt_signal_overlap_add_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_overlap_add_attributes, frame_step, 1, 0)};

static MRT_COLD mrt_reason mrt_signal_overlap_add_shape(mrt_call *c)
{
    const int32_t     step = ((const mrt_overlap_add_attributes *)c->attributes)->frame_step;
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], i;

    MRT_REQUIRE(c, in->rank >= 2 && in->count >= 1, SHAPE, "input %s: [..., frames, samples] expected", MRT_SHAPE(in));
    MRT_REQUIRE(c, step >= 1 && step <= mrt_last_size(in), OPTIONS,
                "frame_step is %d, 1 to the %d samples of a frame expected", (int)step, (int)mrt_last_size(in));
    MRT_REQUIRE(c, !in->is_batched || in->rank > 2, AXES, "axis 0 counts samples; here it counts frames that are added");
    for (i = 0; i < in->rank - 1; i++)
        dim[i] = in->dim[i];
    dim[in->rank - 2] *= step; /* at most the input's count */
    return mrt_set_shape(c, 0, in->type, in->rank - 1, dim);
}

static MRT_COLD mrt_reason mrt_signal_overlap_add_prepare(mrt_call *c)
{
    const mrt_tensor      *in = &c->in[0];
    mrt_overlap_add_params p;

    p.size = mrt_last_size(in);
    p.frames = in->dim[in->rank - 2];
    p.outer = (int32_t)in->count / (p.size * p.frames);
    p.step = ((const mrt_overlap_add_attributes *)c->attributes)->frame_step;
    MRT_TRY(mrt_set_state(c, 0, p.outer, p.size - p.step, mrt_type_bits(in->type) / 8));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_overlap_add_rows[] = {
    {MRT_I16, {MRT_I16}, 1, 1, 1, MRT_WITH(mrt_signal_overlap_add_prepare, mrt_signal_overlap_add_i16)},
    {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_signal_overlap_add_prepare, mrt_signal_overlap_add_f32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_overlap_add = {
    MRT_CUSTOM_CODE,
    0,
    1,
    1,
    1,
    1,
    MRT_CUSTOM(mrt_signal_overlap_add_names, mrt_signal_overlap_add_fields),
    mrt_signal_overlap_add_shape,
    mrt_signal_overlap_add_rows};

/* ---- SignalWindow ---- */

static const char *const   mrt_signal_window_names[] = {"SignalWindow", "shift"};
static const mrt_attribute mrt_signal_window_fields[] = {MRT_ATTRIBUTE(I32, mrt_shift_attributes, shift, 1, 0)};

static MRT_COLD mrt_reason mrt_signal_window_shape(mrt_call *c)
{
    const int32_t     shift = ((const mrt_shift_attributes *)c->attributes)->shift;
    const mrt_tensor *in = &c->in[0], *weights = &c->in[1];

    MRT_REQUIRE(c, in->rank >= 1 && weights->rank == 1 && weights->count >= 1 && in->count % weights->count == 0, SHAPE,
                "input %s and weights %s: [..., samples] and [samples] expected", MRT_SHAPE(in), MRT_SHAPE(weights));
    MRT_REQUIRE(c, shift >= 0 && shift <= 31, OPTIONS, "shift is %d, 0 to 31 expected", (int)shift);
    MRT_REQUIRE(c, !weights->is_batched, AXES, "the weights' axis 0 counts samples: one window for all expected");
    return mrt_shape_as_first(c);
}

static MRT_COLD mrt_reason mrt_signal_window_prepare(mrt_call *c)
{
    mrt_signal_window_params p;

    p.size = (int32_t)c->in[1].count;
    p.outer = (int32_t)c->in[0].count / p.size;
    p.shift = ((const mrt_shift_attributes *)c->attributes)->shift;
    c->constants = 3;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_window_rows[] = {
    {MRT_I16, {MRT_I16}, 1, 1, 1, MRT_WITH(mrt_signal_window_prepare, mrt_signal_window_i16)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_window = {
    MRT_CUSTOM_CODE,
    0,
    2,
    2,
    1,
    1,
    MRT_CUSTOM(mrt_signal_window_names, mrt_signal_window_fields),
    mrt_signal_window_shape,
    mrt_signal_window_rows};

#endif
