/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/strides.h"

void mote_strides_of_tensor(mote_strides *strides, const mote_tensor *tensor, int32_t batch)
{
    size_t  step = 1;
    int32_t i;

    strides->rank = tensor->rank;
    for (i = tensor->rank - 1; i >= 0; i--) {
        strides->size[i] = (size_t)tensor->dim[i] * (i == 0 && tensor->is_batched ? (size_t)batch : 1);
        strides->from[i] = step;
        step *= strides->size[i];
    }
}

mote_strides mote_strides_turned(mote_strides strides)
{
    int32_t i;

    for (i = 0; i < strides.rank; i++) {
        const size_t from = strides.from[i];
        strides.from[i] = strides.to[i];
        strides.to[i] = from;
    }
    return strides;
}

/* Where the innermost axis begins. */
typedef struct row {
    size_t at[MOTE_STRIDES_RANK_MAX], from, to;
} row;

static bool next_row(const mote_strides *s, row *r)
{
    int32_t d;

    for (d = s->rank - 2; d >= 0; d--) {
        r->from += s->from[d];
        r->to += s->to[d];
        if (++r->at[d] < s->size[d])
            return true;
        r->from -= s->size[d] * s->from[d];
        r->to -= s->size[d] * s->to[d];
        r->at[d] = 0;
    }
    return false;
}

void mote_strides_copy(const mote_strides *s, const float *from, float *to)
{
    const size_t count = s->size[s->rank - 1], from_step = s->from[s->rank - 1], to_step = s->to[s->rank - 1];
    row          r = {{0}, 0, 0};
    size_t       i;

    do
        for (i = 0; i < count; i++)
            to[r.to + i * to_step] = from[r.from + i * from_step];
    while (next_row(s, &r));
}

void mote_strides_add(const mote_strides *s, const float *from, float *to)
{
    const size_t count = s->size[s->rank - 1], from_step = s->from[s->rank - 1], to_step = s->to[s->rank - 1];
    row          r = {{0}, 0, 0};
    size_t       i;

    do
        for (i = 0; i < count; i++)
            to[r.to + i * to_step] += from[r.from + i * from_step];
    while (next_row(s, &r));
}
