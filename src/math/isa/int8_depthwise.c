/* DEPTHWISE_CONV_2D in int8: channels are the lanes. Input rows are staged one by one, as the outputs come to need them, in
 * a ring of as many as one output row reads: widened to int16, padded, channels repeated by the multiplier, and each value
 * beside the one that the next tap of the row reads, so that one multiply-add takes two taps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/kernels.h"
#include "math/isa/integer.h"

enum { WIDE = 4 };

typedef struct depthwise_job {
    const mote_int8_conv *p;
    ptrdiff_t             channels, width;  /* channels filled up to vectors; columns staged */
    ptrdiff_t             reach, row;       /* rows of the ring; values of one */
    ptrdiff_t             pairs;            /* in a row of taps */
    ptrdiff_t             step_x, tap_step; /* values from output to output, from pair to pair */
    int16_t              *ring;
    int8_t               *line; /* one row before it is paired: width + dilation_w columns */
} depthwise_job;

/* ---- staging ---- */

static void spread_channels(const depthwise_job *job, const int8_t *in, int8_t *out, ptrdiff_t columns)
{
    const mrt_window *window = &job->p->window;
    const ptrdiff_t   multiplier = window->out_c / window->in_c;
    ptrdiff_t         x, o;

    if (job->channels == window->in_c) {
        memcpy(out, in, (size_t)(columns * window->in_c));
        return;
    }
    for (x = 0; x < columns; x++, in += window->in_c, out += job->channels) {
        if (multiplier == 1)
            memcpy(out, in, (size_t)window->in_c);
        else
            for (o = 0; o < window->out_c; o++)
                out[o] = in[o / multiplier];
    }
}

/* in NULL: a row of padding. */
static void stage_row(const depthwise_job *job, const int8_t *in, int16_t *out)
{
    const mrt_window *window = &job->p->window;
    const ptrdiff_t   all = (job->width + window->dilation_w) * job->channels, count = job->width * job->channels;
    const ptrdiff_t   before = window->pad_left < job->width ? window->pad_left : job->width;
    const ptrdiff_t   inside = window->in_w < job->width - before ? window->in_w : job->width - before;
    const int8_t     *line = job->line, *next = line + window->dilation_w * job->channels;
    ptrdiff_t         i;

    memset(job->line, job->p->in_zero, (size_t)all);
    if (in)
        spread_channels(job, in, job->line + before * job->channels, inside);
    for (i = 0; i < count; i++) {
        out[2 * i] = line[i];
        out[2 * i + 1] = next[i];
    }
}

/* ---- outputs ---- */

/* Where a tile works: the ring's slot of its first input row, its first column in that row (both for channel 0 of the
 * vector), the vector's weights and constants, the output of its first channel, and how many channels there are from it on.
 */
typedef struct depthwise_place {
    ptrdiff_t      slot, x;
    const int16_t *w;
    const int32_t *channels;
    int8_t        *y;
    ptrdiff_t      left;
} depthwise_place;

INLINE void store_tile(const int M, const mote_int8_way way, const depthwise_job *job, const depthwise_place *place, vi *acc)
{
    const mote_int8_conv *p = job->p;
    const output_range    range = {set1_int(p->out_zero), set1_int(p->act_min), set1_int(p->act_max)};
    const channel_vector  channels = load_channels(place->channels, way);
    int                   m;

    UNROLL for (m = 0; m < M; m++)
    {
        vi value = output_of(acc[m], &channels, range.zero, way);
        if (p->clamps)
            value = clamp_to(value, &range);
        store_int8_up_to(place->y + m * p->window.out_c, value, place->left);
    }
}

/* height, pairs: of the window. */
INLINE void tile(const int M, const mote_int8_way way, ptrdiff_t height, ptrdiff_t pairs, const depthwise_job *job,
                 const depthwise_place *place)
{
    const int16_t  *w = place->w;
    const vi        bias = load_int(place->channels);
    const ptrdiff_t dilation_h = job->p->window.dilation_h;
    ptrdiff_t       slot = place->slot, ky, k;
    vi              acc[WIDE];
    int             m;

    UNROLL for (m = 0; m < M; m++) acc[m] = bias;
    for (ky = 0; ky < height; ky++) {
        const int16_t *at = job->ring + slot * job->row + place->x;
        for (k = 0; k < pairs; k++, w += 2 * LANES, at += job->tap_step) {
            const vs wv = load_pairs(w);
            UNROLL for (m = 0; m < M; m++) acc[m] = add_int(acc[m], multiply_pairs(load_pairs(at + m * job->step_x), wv));
        }
        slot += dilation_h;
        slot -= slot >= job->reach ? job->reach : 0;
    }
    store_tile(M, way, job, place, acc);
}

/* One output row, one vector of channels. */
INLINE void vector_row(const mote_int8_way way, ptrdiff_t height, ptrdiff_t pairs, const depthwise_job *job,
                       const depthwise_place *first)
{
    const mrt_window *window = &job->p->window;
    depthwise_place   place = *first;
    ptrdiff_t         ox;

    for (ox = 0; ox + WIDE <= window->out_w; ox += WIDE) {
        tile(WIDE, way, height, pairs, job, &place);
        place.x += WIDE * job->step_x;
        place.y += (ptrdiff_t)WIDE * window->out_c;
    }
    for (; ox < window->out_w; ox++) {
        tile(1, way, height, pairs, job, &place);
        place.x += job->step_x;
        place.y += window->out_c;
    }
}

typedef void vector_row_function(const depthwise_job *job, const depthwise_place *first);

/* Any window; then 3 x 3, unrolled. */
#define VECTOR_ROW(name, way, height, pairs)                                                                                \
    static void name(const depthwise_job *job, const depthwise_place *first)                                                \
    {                                                                                                                       \
        vector_row(way, height, pairs, job, first);                                                                         \
    }

VECTOR_ROW(general_row, MOTE_INT8_GENERAL, job->p->window.kernel_h, job->pairs)
VECTOR_ROW(signed_row, MOTE_INT8_SIGNED, job->p->window.kernel_h, job->pairs)
VECTOR_ROW(positive_row, MOTE_INT8_POSITIVE, job->p->window.kernel_h, job->pairs)
VECTOR_ROW(signed_row_3x3, MOTE_INT8_SIGNED, 3, 2)
VECTOR_ROW(positive_row_3x3, MOTE_INT8_POSITIVE, 3, 2)

static vector_row_function *choose_row(const depthwise_job *job)
{
    static vector_row_function *const rows[2][3] = {
        {[MOTE_INT8_GENERAL] = general_row, [MOTE_INT8_SIGNED] = signed_row, [MOTE_INT8_POSITIVE] = positive_row},
        {[MOTE_INT8_GENERAL] = general_row, [MOTE_INT8_SIGNED] = signed_row_3x3, [MOTE_INT8_POSITIVE] = positive_row_3x3}};

    return rows[job->p->window.kernel_h == 3 && job->pairs == 2][job->p->way];
}

static void run_row(const depthwise_job *job, ptrdiff_t slot, int8_t *y)
{
    const mote_int8_conv      *p = job->p;
    vector_row_function *const vector = choose_row(job);
    depthwise_place            place = {slot, 0, p->w, p->channels, y, p->window.out_c};

    for (; place.left > 0; place.left -= LANES, place.y += LANES) {
        vector(job, &place);
        place.x += 2 * LANES;
        place.w += p->window.kernel_h * job->pairs * 2 * LANES;
        place.channels += MOTE_INT8_CHANNEL_ARRAYS * LANES;
    }
}

static void run_image(const depthwise_job *job, const int8_t *in, int8_t *out)
{
    const mrt_window *window = &job->p->window;
    const ptrdiff_t   in_row = (ptrdiff_t)window->in_w * window->in_c;
    ptrdiff_t         oy, staged = 0; /* rows that are, or need not be, in the ring */

    for (oy = 0; oy < window->out_h; oy++, out += (ptrdiff_t)window->out_w * window->out_c) {
        const ptrdiff_t first = oy * window->stride_h;
        for (staged = staged < first ? first : staged; staged < first + job->reach; staged++) {
            const ptrdiff_t y = staged - window->pad_top;
            stage_row(job, y < 0 || y >= window->in_h ? NULL : in + y * in_row, job->ring + staged % job->reach * job->row);
        }
        run_row(job, first % job->reach, out);
    }
}

void ISA(depthwise_i8)(const mote_int8_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    const mrt_window *window = &p->window;
    depthwise_job     job = {.p = p, .ring = (int16_t *)(((uintptr_t)scratch + 63) / 64 * 64)};
    int32_t           b;

    job.channels = ((ptrdiff_t)window->out_c + LANES - 1) / LANES * LANES;
    job.width = (ptrdiff_t)mote_int8_staged_w(window);
    job.reach = ((ptrdiff_t)window->kernel_h - 1) * window->dilation_h + 1;
    job.row = 2 * job.width * job.channels;
    job.pairs = ((ptrdiff_t)window->kernel_w + 1) / 2;
    job.step_x = 2 * job.channels * window->stride_w;
    job.tap_step = 4 * job.channels * window->dilation_w;
    job.line = (int8_t *)(job.ring + job.reach * job.row);
    for (b = 0; b < window->batch; b++) {
        run_image(&job, in, out);
        in += (ptrdiff_t)window->in_h * window->in_w * window->in_c;
        out += (ptrdiff_t)window->out_h * window->out_w * window->out_c;
    }
}
