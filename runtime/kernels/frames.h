/* A signal in pieces: operators of TensorFlow Lite Micro's audio front end that keep samples from invoke to invoke.
 * Each has `outer` signals beside each other, and zeros for a state where nothing has come yet.
 * Source: signal/micro/kernels and signal/src/{circular_buffer,overlap_add,window}.cc of tflite-micro.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_FRAMES_H
#define MRT_FRAMES_H

#include "../mrt.h"

MRT_INLINE void mrt_copy_i16(int16_t *to, const int16_t *from, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        to[i] = from[i];
}

MRT_INLINE void mrt_zero_i16(int16_t *to, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        to[i] = 0;
}

/* The first `count` samples of held [held_count] followed by fresh; held then loses its first `step` and gains as many of
 * the fresh ones, of which there are at least so many. out NULL: only that. */
MRT_INLINE void mrt_slide_i16(int16_t *held, int32_t held_count, const int16_t *fresh, int32_t step, int16_t *out,
                              int32_t count)
{
    const int32_t from_held = mrt_min_i32(held_count, count), kept = mrt_max_i32(held_count - step, 0);

    mrt_copy_i16(out, held, from_held);
    mrt_copy_i16(out + from_held, fresh, count - from_held);
    mrt_copy_i16(held, held + (held_count - kept), kept);
    mrt_copy_i16(held + kept, fresh + (step - (held_count - kept)), held_count - kept);
}

/* SignalDelay, int16: in [outer, count] -> what came `delay` samples before. State [outer, delay]. */
typedef struct mrt_delay_params {
    int32_t outer, count, delay;
} mrt_delay_params;

MRT_INLINE void mrt_signal_delay_i16(const mrt_delay_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    int16_t       *out = (int16_t *)io->out[0], *held = p->delay > 0 ? (int16_t *)io->state : out;
    int32_t        o;

    for (o = 0; o < p->outer; o++)
        mrt_slide_i16(held + o * p->delay, p->delay, in + o * p->count, p->count, out + o * p->count, p->count);
}

/* SignalFramer, int16: in [outer, frames * step] -> [outer, frames, size], and whether all frames are there. A frame is the
 * oldest `size` of `history` samples and the `step` that follow them; frames of before there was so much history are zeros
 * (where TensorFlow Lite Micro leaves what was in its memory). prefilled: of the history, zeros that count as samples.
 * State: int32 samples of history that came [1], then int16 history [outer, history]. */
typedef struct mrt_framer_params {
    int32_t outer, frames, step, size;
    int32_t history, prefilled;
} mrt_framer_params;

/* One signal; returns how much of its history it has. */
MRT_INLINE int32_t mrt_framer_one(const mrt_framer_params *p, int32_t filled, const int16_t *in, int16_t *held, int16_t *out,
                                  uint8_t *is_valid)
{
    int32_t f;

    for (f = 0; f < p->frames; f++, in += p->step, out += p->size) {
        if (filled >= p->history) {
            mrt_slide_i16(held, p->history, in, p->step, out, p->size);
            continue;
        }
        mrt_copy_i16(held + filled, in, p->step);
        mrt_zero_i16(out, p->size);
        filled += p->step;
        *is_valid = 0;
    }
    return filled;
}

MRT_INLINE void mrt_signal_framer_i16(const mrt_framer_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    int16_t       *out = (int16_t *)io->out[0], *held = (int16_t *)(void *)((uint8_t *)io->state + sizeof(int32_t));
    uint8_t       *is_valid = (uint8_t *)io->out[1];
    int32_t       *came = (int32_t *)io->state;
    const int32_t  filled = *came + p->prefilled;
    int32_t        now = filled, o;

    *is_valid = 1;
    for (o = 0; o < p->outer; o++)
        now = mrt_framer_one(p, filled, in + o * p->frames * p->step, held + o * p->history, out + o * p->frames * p->size,
                             is_valid);
    *came = now - p->prefilled;
}

/* SignalStacker, int16: in [channels] -> [stack, channels], the last `stack` inputs, and whether they are there; each time
 * they are, the oldest `step` are dropped. The first input counts 1 + left times. Else zeros, where TensorFlow Lite Micro
 * leaves what was in its memory. State: int32 [2], inputs held, and whether one came; then int16 [stack, channels]. */
typedef struct mrt_stacker_params {
    int32_t channels, left, stack, step;
} mrt_stacker_params;

MRT_INLINE void mrt_signal_stacker_i16(const mrt_stacker_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    int16_t       *out = (int16_t *)io->out[0], *stack = (int16_t *)(void *)((uint8_t *)io->state + 2 * sizeof(int32_t));
    int32_t       *held = (int32_t *)io->state, *has_first = held + 1, copies = *has_first ? 1 : 1 + p->left;
    const int32_t  all = p->stack * p->channels, drop = p->step * p->channels;

    *has_first = 1;
    for (; copies > 0; copies--, ++*held)
        mrt_copy_i16(stack + *held * p->channels, in, p->channels);
    *(uint8_t *)io->out[1] = *held >= p->stack;
    if (*held < p->stack) {
        mrt_zero_i16(out, all);
        return;
    }
    mrt_copy_i16(out, stack, all);
    mrt_copy_i16(stack, stack + drop, all - drop);
    *held -= p->step;
}

/* SignalOverlapAdd: in [outer, frames, size] -> [outer, frames * step]: frames are added where they lie over each other,
 * each `step` behind the one before. State [outer, size - step]. int16 sums saturate. */
typedef struct mrt_overlap_add_params {
    int32_t outer, frames, size, step;
} mrt_overlap_add_params;

MRT_INLINE void mrt_signal_overlap_add_i16(const mrt_overlap_add_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    int16_t       *out = (int16_t *)io->out[0], *held = (int16_t *)io->state;
    const int32_t  kept = p->size - p->step;
    int32_t        o, f, i;

    for (o = 0; o<p->outer; o++, held = kept> 0 ? held + kept : held) /* without overlap there is no state */
        for (f = 0; f < p->frames; f++, in += p->size, out += p->step)
            for (i = 0; i < p->size; i++) {
                const int32_t sum = in[i] + (i < kept ? held[i] : 0);
                *(i < p->step ? &out[i] : &held[i - p->step]) = (int16_t)mrt_clamp_i32(sum, INT16_MIN, INT16_MAX);
            }
}

MRT_INLINE void mrt_signal_overlap_add_f32(const mrt_overlap_add_params *p, const mrt_io *io)
{
    const float  *in = (const float *)io->in[0];
    float        *out = (float *)io->out[0], *held = (float *)io->state;
    const int32_t kept = p->size - p->step;
    int32_t       o, f, i;

    for (o = 0; o<p->outer; o++, held = kept> 0 ? held + kept : held)
        for (f = 0; f < p->frames; f++, in += p->size, out += p->step)
            for (i = 0; i < p->size; i++)
                *(i < p->step ? &out[i] : &held[i - p->step]) = (i < kept ? held[i] : 0.0f) + in[i];
}

/* SignalWindow, int16: in [outer, size], weights [size] -> clamp(in * weight >> shift). The output may be in. */
typedef struct mrt_signal_window_params {
    int32_t outer, size, shift;
} mrt_signal_window_params;

MRT_INLINE void mrt_signal_window_i16(const mrt_signal_window_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0], *weights = (const int16_t *)io->in[1];
    int16_t       *out = (int16_t *)io->out[0];
    int32_t        o, i;

    for (o = 0; o < p->outer; o++, in += p->size, out += p->size)
        for (i = 0; i < p->size; i++)
            out[i] = (int16_t)mrt_clamp_i32(((int32_t)in[i] * weights[i]) >> p->shift, INT16_MIN, INT16_MAX);
}

#endif
