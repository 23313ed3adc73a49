/* Sums of scaled rows, picked by a list. SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/sparse.h"

INLINE void sum_tile(const int R, const int V, const bool is_full, const sparse_sum_job *job, const float *in, float *out,
                     int part)
{
    const ptrdiff_t in_row = job->in_row, out_row = job->out_row, count = job->count;
    const int32_t  *offset = job->offset;
    const float    *value = job->value;
    vf              acc[3][4];
    int             r, v;

#define LAST(v)           (!is_full && (v) == V - 1)
#define LOAD(p, v)        (LAST(v) ? load_part((p) + (v)*LANES, part) : load((p) + (v)*LANES))
#define STORE(p, v, what) (LAST(v) ? store_part((p) + (v)*LANES, what, part) : store((p) + (v)*LANES, what))
    UNROLL for (r = 0; r < R; r++)
    {
        UNROLL for (v = 0; v < V; v++) acc[r][v] = job->adds ? LOAD(out + r * out_row, v) : set1(0);
    }
    for (ptrdiff_t j = 0; j < count; j++) {
        const float *from = in + offset[j];
        vf           factor = set1(value[j]);
        UNROLL for (r = 0; r < R; r++)
        {
            UNROLL for (v = 0; v < V; v++) acc[r][v] = fma_(factor, LOAD(from + r * in_row, v), acc[r][v]);
        }
    }
    UNROLL for (r = 0; r < R; r++)
    {
        UNROLL for (v = 0; v < V; v++) STORE(out + r * out_row, v, acc[r][v]);
    }
#undef LAST
#undef LOAD
#undef STORE
}

typedef void tile_function(const sparse_sum_job *job, const float *in, float *out, int part);

#define TILE(R, V)                                                                                                          \
    static void tile_##R##_##V(const sparse_sum_job *job, const float *in, float *out, int part)                            \
    {                                                                                                                       \
        if (part == LANES)                                                                                                  \
            sum_tile(R, V, true, job, in, out, part);                                                                       \
        else                                                                                                                \
            sum_tile(R, V, false, job, in, out, part);                                                                      \
    }
TILE(1, 1)
TILE(1, 2)
TILE(1, 3)
TILE(1, 4)
TILE(3, 1)
TILE(3, 2)
TILE(3, 3)

void ISA(sparse_sum)(const sparse_sum_job *job)
{
    static tile_function *const ones[] = {NULL, tile_1_1, tile_1_2, tile_1_3, tile_1_4};
    static tile_function *const threes[] = {NULL, tile_3_1, tile_3_2, tile_3_3};
    ptrdiff_t                   r, c, step;

    for (r = 0; r < job->rows; r += step) {
        bool      is_three = job->rows - r >= 3;
        ptrdiff_t most = is_three ? 3 : 4;
        step = is_three ? 3 : 1;
        for (c = 0; c < job->width; c += most * LANES) {
            ptrdiff_t left = job->width - c, vectors = (left + LANES - 1) / LANES;
            int       part;
            vectors = vectors < most ? vectors : most;
            part = left >= vectors * LANES ? LANES : (int)(left - (vectors - 1) * LANES);
            (is_three ? threes : ones)[vectors](job, job->in + r * job->in_row + c, job->out + r * job->out_row + c, part);
        }
    }
}

#if defined(MOTE_ISA_avx2)
#define BIT(b, i)         ((uint64_t)(b) >> (i)&1u)
#define BELOW_2(b)        (BIT(b, 0) + BIT(b, 1))
#define BELOW_4(b)        (BELOW_2(b) + BIT(b, 2) + BIT(b, 3))
#define BELOW_6(b)        (BELOW_4(b) + BIT(b, 4) + BIT(b, 5))
#define PLACE(b, i, rank) (BIT(b, i) * ((uint64_t)(i) << 8 * (rank)))
#define SET_BITS(b)                                                                                                         \
    PLACE(b, 1, BIT(b, 0)) | PLACE(b, 2, BELOW_2(b)) | PLACE(b, 3, BELOW_2(b) + BIT(b, 2)) | PLACE(b, 4, BELOW_4(b)) |      \
        PLACE(b, 5, BELOW_4(b) + BIT(b, 4)) | PLACE(b, 6, BELOW_6(b)) | PLACE(b, 7, BELOW_6(b) + BIT(b, 6))
#define SET_BITS_4(b)  SET_BITS(b), SET_BITS((b) + 1), SET_BITS((b) + 2), SET_BITS((b) + 3)
#define SET_BITS_16(b) SET_BITS_4(b), SET_BITS_4((b) + 4), SET_BITS_4((b) + 8), SET_BITS_4((b) + 12)
#define SET_BITS_64(b) SET_BITS_16(b), SET_BITS_16((b) + 16), SET_BITS_16((b) + 32), SET_BITS_16((b) + 48)
const uint64_t ISA(set_bits)[256] = {SET_BITS_64(0), SET_BITS_64(64), SET_BITS_64(128), SET_BITS_64(192)};
#endif

ptrdiff_t ISA(count_nonzero)(ptrdiff_t count, const float *x)
{
    ptrdiff_t total = 0;

    for (; count > 0; x += LANES, count -= LANES)
        total += __builtin_popcount(nonzero_lanes(load_up_to(x, count)));
    return total;
}

ptrdiff_t ISA(count_gradient)(ptrdiff_t count, activation_kind activation, const float *y, const float *dy)
{
    ptrdiff_t total = 0;

    if (activation == MOTE_MATH_LINEAR)
        return ISA(count_nonzero)(count, dy);
    for (; count > 0; y += LANES, dy += LANES, count -= LANES)
        total += __builtin_popcount(nonzero_lanes(mask_gradient(load_up_to(dy, count), load_up_to(y, count), activation)));
    return total;
}
