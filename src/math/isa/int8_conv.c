/* CONV_2D in int8 (FULLY_CONNECTED too): the image is widened to int16 once, with its paddings; then tiles of positions x
 * vectors of channels, in registers, read each position's runs of taps where they lie. Positions are numbered through the
 * whole image, so that narrow ones fill tiles too.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/kernels.h"
#include "math/isa/integer.h"

enum { TALL = REGISTERS == 32 ? 8 : 5 };

/* One image's work, as all tiles see it. */
typedef struct conv_job {
    const mote_int8_conv *p;
    mote_int8_runs        runs;
    ptrdiff_t             tap_row;          /* in the staged image: from tap row to tap row, */
    ptrdiff_t             step_y, step_x;   /* from output to output */
    ptrdiff_t             panel, per_array; /* values of a whole panel's weights; of a vector's constants */
} conv_job;

/* ---- staging ---- */

INLINE int16_t *fill_zero(int16_t *out, ptrdiff_t count, int32_t zero)
{
    ptrdiff_t i;

    for (i = 0; i < count; i++)
        out[i] = (int16_t)zero;
    return out + count;
}

INLINE int16_t *widen(int16_t *out, const int8_t *in, ptrdiff_t count)
{
    ptrdiff_t i;

    for (i = 0; i < count; i++)
        out[i] = in[i];
    return out + count;
}

/* The part of `staged` values (rows or columns) before, inside and after the input. */
typedef struct staged_parts {
    ptrdiff_t before, inside, after;
} staged_parts;

INLINE staged_parts parts_of(ptrdiff_t staged, ptrdiff_t pad, ptrdiff_t in)
{
    staged_parts parts;

    parts.before = pad < staged ? pad : staged;
    parts.inside = staged - parts.before < in ? staged - parts.before : in;
    parts.after = staged - parts.before - parts.inside;
    return parts;
}

static void stage(const mote_int8_conv *p, const int8_t *in, int16_t *out)
{
    const mrt_window  *window = &p->window;
    const ptrdiff_t    in_c = window->in_c, width = (ptrdiff_t)mote_int8_staged_w(window), in_row = window->in_w * in_c;
    const staged_parts rows = parts_of((ptrdiff_t)mote_int8_staged_h(window), window->pad_top, window->in_h);
    const staged_parts columns = parts_of(width, window->pad_left, window->in_w);
    ptrdiff_t          y;

    out = fill_zero(out, rows.before * width * in_c, p->in_zero);
    if (columns.inside * in_c == in_row && columns.before + columns.after == 0) {
        out = widen(out, in, rows.inside * in_row);
    } else {
        for (y = 0; y < rows.inside; y++, in += in_row) {
            out = fill_zero(out, columns.before * in_c, p->in_zero);
            out = widen(out, in, columns.inside * in_c);
            out = fill_zero(out, columns.after * in_c, p->in_zero);
        }
    }
    out = fill_zero(out, rows.after * width * in_c, p->in_zero);
    *out = 0;
}

/* ---- tiles ---- */

/* Where a tile works: each position's first tap; the panel's weights and constants; the first position's output of the
 * panel's first channel, and how many positions to store, and channels there are, from there on. */
typedef struct conv_place {
    const int16_t *x[TALL];
    const int16_t *w;
    const int32_t *channels;
    int8_t        *y;
    ptrdiff_t      positions, left;
} conv_place;

INLINE void store_tile(const int M, const int V, const mote_int8_way way, const conv_job *job, const conv_place *place,
                       vi (*acc)[MOTE_INT8_PANEL])
{
    const mote_int8_conv *p = job->p;
    const output_range    range = {set1_int(p->out_zero), set1_int(p->act_min), set1_int(p->act_max)};
    int8_t               *y = place->y;
    int                   m, v;

    UNROLL for (v = 0; v < V; v++)
    {
        const channel_vector channels = load_channels(place->channels + v * job->per_array, way);
        UNROLL for (m = 0; m < M; m++)
        {
            acc[m][v] = output_of(acc[m][v], &channels, range.zero, way);
            if (p->clamps)
                acc[m][v] = clamp_to(acc[m][v], &range);
        }
    }
    UNROLL for (m = 0; m < M; m++)
    {
        if (m >= place->positions)
            return;
        if (V == 2 && place->left >= 2 * LANES) {
            store_int8_two(y, acc[m][0], acc[m][V - 1]);
        } else {
            UNROLL for (v = 0; v < V; v++) store_int8_up_to(y + v * LANES, acc[m][v], place->left - v * LANES);
        }
        y += p->window.out_c;
    }
}

INLINE void tile(const int M, const int V, const conv_job *job, const conv_place *place)
{
    const mote_int8_conv *p = job->p;
    const int16_t        *w = place->w;
    vi                    acc[TALL][MOTE_INT8_PANEL];
    ptrdiff_t             ky, run, k;
    int                   m, v;

    UNROLL for (v = 0; v < V; v++)
    {
        UNROLL for (m = 0; m < M; m++) acc[m][v] = load_int(place->channels + v * job->per_array);
    }
    for (ky = 0; ky < p->window.kernel_h; ky++)
        for (run = 0; run < job->runs.runs; run++) {
            const ptrdiff_t at = ky * job->tap_row + run * (ptrdiff_t)job->runs.step;
            const int16_t  *xs[TALL];
            UNROLL for (m = 0; m < M; m++) xs[m] = place->x[m] + at;
            for (k = 0; k < job->runs.pairs; k++, w += V * 2 * LANES) {
                vs wv[MOTE_INT8_PANEL];
                UNROLL for (v = 0; v < V; v++) wv[v] = load_pairs(w + v * 2 * LANES);
                UNROLL for (m = 0; m < M; m++)
                {
                    const vs xv = spread_pair(xs[m] + 2 * k);
                    UNROLL for (v = 0; v < V; v++) acc[m][v] = add_int(acc[m][v], multiply_pairs(xv, wv[v]));
                }
            }
        }
    if (p->way == MOTE_INT8_POSITIVE)
        store_tile(M, V, MOTE_INT8_POSITIVE, job, place, acc);
    else if (p->way == MOTE_INT8_SIGNED)
        store_tile(M, V, MOTE_INT8_SIGNED, job, place, acc);
    else
        store_tile(M, V, MOTE_INT8_GENERAL, job, place, acc);
}

typedef void tile_function(const conv_job *job, const conv_place *place);

#define TILE(name, M, V)                                                                                                    \
    static void name(const conv_job *job, const conv_place *place)                                                          \
    {                                                                                                                       \
        tile(M, V, job, place);                                                                                             \
    }

TILE(tile_one_1, 1, 1)
TILE(tile_one_2, 1, 2)
TILE(tile_tall_1, TALL, 1)
TILE(tile_tall_2, TALL, 2)

/* For one position, and for several. */
static tile_function *const tiles[2][MOTE_INT8_PANEL] = {{tile_one_1, tile_one_2}, {tile_tall_1, tile_tall_2}};

/* All channels of the place's positions. */
static void run_panels(const conv_job *job, conv_place *place, bool is_one)
{
    place->w = job->p->w;
    place->channels = job->p->channels;
    for (place->left = job->p->window.out_c; place->left > 0; place->left -= MOTE_INT8_PANEL * LANES) {
        tiles[!is_one][place->left > LANES](job, place);
        place->w += job->panel;
        place->channels += MOTE_INT8_PANEL * job->per_array;
        place->y += MOTE_INT8_PANEL * LANES;
    }
}

static void run_image(const conv_job *job, const int16_t *staged, int8_t *out)
{
    const mrt_window *window = &job->p->window;
    const ptrdiff_t   count = (ptrdiff_t)window->out_h * window->out_w, tall = count == 1 ? 1 : TALL;
    const int16_t    *row = staged, *at = staged;
    conv_place        place = {0};
    ptrdiff_t         first, m, ox = 0;

    for (first = 0; first < count; first += tall, out += tall * window->out_c) {
        for (m = 0; m < tall; m++) {
            place.x[m] = at;
            if (first + m + 1 >= count) /* past the end: the last one again, not stored */
                continue;
            at += job->step_x;
            if (++ox == window->out_w)
                ox = 0, at = row += job->step_y;
        }
        place.y = out;
        place.positions = count - first;
        run_panels(job, &place, tall == 1);
    }
}

void ISA(conv_i8)(const mote_int8_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    const mrt_window *window = &p->window;
    int16_t          *staged = (int16_t *)(((uintptr_t)scratch + 63) / 64 * 64);
    conv_job          job = {.p = p, .runs = mote_int8_runs_of(window), .per_array = MOTE_INT8_CHANNEL_ARRAYS * LANES};
    const ptrdiff_t   row = (ptrdiff_t)mote_int8_staged_w(window) * window->in_c;
    int32_t           b;

    job.tap_row = row * window->dilation_h;
    job.step_y = row * window->stride_h;
    job.step_x = (ptrdiff_t)window->stride_w * window->in_c;
    job.panel = (ptrdiff_t)window->kernel_h * job.runs.runs * job.runs.pairs * MOTE_INT8_PANEL * 2 * LANES;
    for (b = 0; b < window->batch; b++) {
        stage(p, in, staged);
        run_image(&job, staged, out);
        in += (ptrdiff_t)window->in_h * window->in_w * window->in_c;
        out += (ptrdiff_t)window->out_h * window->out_w * window->out_c;
    }
}
