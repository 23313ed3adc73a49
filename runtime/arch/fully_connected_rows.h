/* FULLY_CONNECTED, int8, in plain C: four outputs at a time, so that an input is loaded once for all of them. See
 * fully_connected_channels.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_FULLY_CONNECTED_ROWS_H
#define MRT_ARCH_FULLY_CONNECTED_ROWS_H

#include "fully_connected_channels.h"

/* Sums of up to four rows from w on; the first row stands in for those that are missing. Not unrolled: gcc would begin all
 * products before it adds one, for which no chip has registers. */
MRT_INLINE mrt_fully_connected_sums mrt_fully_connected_rows_sums(const int8_t *w, int32_t in_count, int32_t left,
                                                                  const int8_t *in)
{
    const int8_t            *b = left > 1 ? w + in_count : w, *c = left > 2 ? w + 2 * in_count : w;
    const int8_t            *d = left > 3 ? w + 3 * in_count : w;
    mrt_fully_connected_sums s = {0, 0, 0, 0};
    int32_t                  i;

    for (i = 0; i < in_count; i++) {
        const int32_t x = in[i];
        s.a += (uint32_t)(x * w[i]);
        s.b += (uint32_t)(x * b[i]);
        s.c += (uint32_t)(x * c[i]);
        s.d += (uint32_t)(x * d[i]);
    }
    return s;
}

MRT_INLINE void mrt_fully_connected_rows_store(const mrt_fully_connected_channels_params *p, int32_t o,
                                               const mrt_fully_connected_sums *s, int8_t *out)
{
    const MRT_FLASH int32_t *entry = p->channels + o * MRT_CHANNEL_WORDS;
    const mrt_channel        a = mrt_channel_at(entry), b = mrt_channel_at(entry + MRT_CHANNEL_WORDS),
                      c = mrt_channel_at(entry + 2 * MRT_CHANNEL_WORDS), d = mrt_channel_at(entry + 3 * MRT_CHANNEL_WORDS);

    out[o] = mrt_output_of(&p->output, &a, s->a);
    if (o + 1 < p->out_count)
        out[o + 1] = mrt_output_of(&p->output, &b, s->b);
    if (o + 2 < p->out_count)
        out[o + 2] = mrt_output_of(&p->output, &c, s->c);
    if (o + 3 < p->out_count)
        out[o + 3] = mrt_output_of(&p->output, &d, s->d);
}

/* Outputs o to o + 3, as far as there are so many. */
MRT_INLINE void mrt_fully_connected_4(const mrt_fully_connected_channels_params *p, int32_t o, const int8_t *in, int8_t *out)
{
    const mrt_fully_connected_sums s =
        mrt_fully_connected_rows_sums(p->w + o * p->in_count, p->in_count, p->out_count - o, in);

    mrt_fully_connected_rows_store(p, o, &s, out);
}

MRT_INLINE void mrt_fully_connected_i8_rows(const mrt_fully_connected_channels_params *p, const int8_t *in, int8_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count, out += p->out_count)
        for (o = 0; o < p->out_count; o += 4)
            mrt_fully_connected_4(p, o, in, out);
}

#endif
