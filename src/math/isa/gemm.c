/* Tiles of the matrix product: M rows x V vectors of accumulators held in registers. One instance of `tile` exists for each
 * M and V that fits the registers of the level; `gemm` cuts c into panels of vectors and those into tiles of even height.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/gemm.h"

/* Tallest tile for 1, 2, 3, 4 vectors: accumulators + V + 1 registers. */
enum {
    VECTORS_MAX = REGISTERS == 32 ? 4 : 3,
    TALL_1 = REGISTERS == 32 ? 14 : 12,
    TALL_2 = REGISTERS == 32 ? 12 : 6,
    TALL_3 = REGISTERS == 32 ? 8 : 4,
    TALL_4 = REGISTERS == 32 ? 6 : 3
};

/* part: lanes of the last vector that exist. */
typedef void tile_function(const gemm_job *job, const float *a, const float *b, const float *bias, float *c, int part);

INLINE void tile(const int M, const int V, const bool is_full, const gemm_job *job, const float *a, const float *b,
                 const float *bias, float *c, int part)
{
    const ptrdiff_t a_row = job->a_row, a_k = job->a_k, b_k = job->b_k, length = job->length, c_row = job->c_row;
    vf              acc[14][4];
    ptrdiff_t       s, k;
    int             m, v;

#define LAST(v)           (!is_full && (v) == V - 1)
#define LOAD(p, v)        (LAST(v) ? load_part((p) + (v)*LANES, part) : load((p) + (v)*LANES))
#define STORE(p, v, what) (LAST(v) ? store_part((p) + (v)*LANES, what, part) : store((p) + (v)*LANES, what))
    UNROLL for (m = 0; m < M; m++)
    {
        UNROLL for (v = 0; v < V; v++) acc[m][v] = job->adds ? LOAD(c + m * c_row, v) : set1(0);
    }
    for (s = 0; s < job->segments; s++) {
        const float *as = a + (job->a_segment ? job->a_segment[s] : 0);
        const float *bs = b + (job->b_segment ? job->b_segment[s] : 0);
        const float *ap[4];
        UNROLL for (m = 0; m < M; m += 4) ap[m / 4] = as + m * a_row;
        for (k = 0; k < length; k++) {
            vf bv[4];
            UNROLL for (v = 0; v < V; v++) bv[v] = LOAD(bs, v);
            UNROLL for (m = 0; m < M; m++)
            {
                vf av = set1(ap[m / 4][(m % 4) * a_row]);
                UNROLL for (v = 0; v < V; v++) acc[m][v] = fma_(av, bv[v], acc[m][v]);
            }
            UNROLL for (m = 0; m < M; m += 4) ap[m / 4] += a_k;
            bs += b_k;
        }
    }
    if (bias) {
        UNROLL for (v = 0; v < V; v++)
        {
            vf bv = LOAD(bias, v);
            UNROLL for (m = 0; m < M; m++) acc[m][v] += bv;
        }
    }
    if (job->activation != MOTE_MATH_LINEAR) {
        UNROLL for (m = 0; m < M; m++)
        {
            UNROLL for (v = 0; v < V; v++) acc[m][v] = apply_activation(acc[m][v], job->activation);
        }
    }
    UNROLL for (m = 0; m < M; m++)
    {
        UNROLL for (v = 0; v < V; v++) STORE(c + m * c_row, v, acc[m][v]);
    }
#undef LAST
#undef LOAD
#undef STORE
}

#define TILE(M, V)                                                                                                          \
    static void tile_##M##_##V(const gemm_job *job, const float *a, const float *b, const float *bias, float *c, int part)  \
    {                                                                                                                       \
        if (part == LANES)                                                                                                  \
            tile(M, V, true, job, a, b, bias, c, part);                                                                     \
        else                                                                                                                \
            tile(M, V, false, job, a, b, bias, c, part);                                                                    \
    }
#define TILES_1_TO_3(V) TILE(1, V) TILE(2, V) TILE(3, V)
#define TILES_4(V)      TILE(4, V)
#define TILES_5_TO_6(V) TILE(5, V) TILE(6, V)
#define TILES_7_TO_8(V) TILE(7, V) TILE(8, V)
#define TILES_TO_12(V)  TILE(9, V) TILE(10, V) TILE(11, V) TILE(12, V)

/* clang-format off: it takes the next lines for an unfinished declaration */
TILES_1_TO_3(1)
TILES_4(1)
TILES_5_TO_6(1)
TILES_7_TO_8(1)
TILES_TO_12(1)
TILES_1_TO_3(2)
TILES_4(2)
TILES_5_TO_6(2)
TILES_1_TO_3(3)
TILES_4(3)
#if defined(MOTE_ISA_avx512)
TILE(13, 1)
TILE(14, 1)
TILES_7_TO_8(2)
TILES_TO_12(2)
TILES_5_TO_6(3)
TILES_7_TO_8(3)
TILES_1_TO_3(4)
TILES_4(4)
TILES_5_TO_6(4)
#endif

#define ROW_1_TO_4(V) NULL, tile_1_##V, tile_2_##V, tile_3_##V, tile_4_##V
#define ROW_5_TO_6(V) tile_5_##V, tile_6_##V
#define ROW_7_TO_8(V) tile_7_##V, tile_8_##V
#define ROW_TO_12(V)  tile_9_##V, tile_10_##V, tile_11_##V, tile_12_##V
static tile_function *const tiles[VECTORS_MAX + 1][15] = {
#if defined(MOTE_ISA_avx512)
    {NULL},
    {ROW_1_TO_4(1), ROW_5_TO_6(1), ROW_7_TO_8(1), ROW_TO_12(1), tile_13_1, tile_14_1},
    {ROW_1_TO_4(2), ROW_5_TO_6(2), ROW_7_TO_8(2), ROW_TO_12(2)},
    {ROW_1_TO_4(3), ROW_5_TO_6(3), ROW_7_TO_8(3)},
    {ROW_1_TO_4(4), ROW_5_TO_6(4)},
#else
    {NULL},
    {ROW_1_TO_4(1), ROW_5_TO_6(1), ROW_7_TO_8(1), ROW_TO_12(1)},
    {ROW_1_TO_4(2), ROW_5_TO_6(2)},
    {ROW_1_TO_4(3)},
#endif
};
/* clang-format on */
static const ptrdiff_t tallest[5] = {0, TALL_1, TALL_2, TALL_3, TALL_4};

/* Cuts `whole` into the fewest pieces of at most `most`, as even as possible: the size of the first ones. */
INLINE ptrdiff_t even_piece(ptrdiff_t whole, ptrdiff_t most)
{
    ptrdiff_t pieces = (whole + most - 1) / most;
    return (whole + pieces - 1) / pieces;
}

void ISA(gemm)(const gemm_job *job)
{
    ptrdiff_t vectors = (job->columns + LANES - 1) / LANES, panel = even_piece(vectors, VECTORS_MAX), n, m;

    for (n = 0; n < job->columns; n += panel * LANES) {
        ptrdiff_t left = job->columns - n, v = left >= panel * LANES ? panel : (left + LANES - 1) / LANES;
        ptrdiff_t height = even_piece(job->rows, tallest[v]);
        int       part = left >= v * LANES ? LANES : (int)(left - (v - 1) * LANES);
        for (m = 0; m < job->rows; m += height) {
            ptrdiff_t rows = job->rows - m < height ? job->rows - m : height;
            tiles[v][rows](job, job->a + m * job->a_row, job->b + n, job->bias ? job->bias + n : NULL,
                           job->c + m * job->c_row + n, part);
        }
    }
}

INLINE void put(float *out, vf value, bool adds)
{
    store(out, adds ? load(out) + value : value);
}

/* A square of LANES rows and columns, four columns at a time: row r + 4 k of them lies in the k-th four lanes of vector r.
 */
INLINE void transpose_square(const float *in, ptrdiff_t in_row, float *out, ptrdiff_t out_row, bool adds)
{
    for (int c = 0; c < LANES; c += 4, in += 4, out += 4 * out_row) {
        vf r0 = load_fours(in, in_row), r1 = load_fours(in + in_row, in_row);
        vf r2 = load_fours(in + 2 * in_row, in_row), r3 = load_fours(in + 3 * in_row, in_row);
        vf low02 = interleave_low(r0, r2), low13 = interleave_low(r1, r3);
        vf high02 = interleave_high(r0, r2), high13 = interleave_high(r1, r3);
        put(out, interleave_low(low02, low13), adds);
        put(out + out_row, interleave_high(low02, low13), adds);
        put(out + 2 * out_row, interleave_low(high02, high13), adds);
        put(out + 3 * out_row, interleave_high(high02, high13), adds);
    }
}

static void transpose_part(ptrdiff_t rows, ptrdiff_t columns, const float *in, ptrdiff_t in_row, float *out,
                           ptrdiff_t out_row, bool adds)
{
    for (ptrdiff_t i = 0; i < columns; i++)
        for (ptrdiff_t o = 0; o < rows; o++)
            out[i * out_row + o] = in[o * in_row + i] + (adds ? out[i * out_row + o] : 0);
}

void ISA(transpose)(ptrdiff_t rows, ptrdiff_t columns, const float *in, ptrdiff_t in_row, float *out, ptrdiff_t out_row,
                    bool adds)
{
    for (ptrdiff_t o = 0; o < rows; o += LANES)
        for (ptrdiff_t i = 0; i < columns; i += LANES) {
            ptrdiff_t    high = rows - o < LANES ? rows - o : LANES, wide = columns - i < LANES ? columns - i : LANES;
            const float *from = in + o * in_row + i;
            float       *to = out + i * out_row + o;
            if (high == LANES && wide == LANES)
                transpose_square(from, in_row, to, out_row, adds);
            else
                transpose_part(high, wide, from, in_row, to, out_row, adds);
        }
}
