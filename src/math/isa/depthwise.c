/* DepthwiseConv2D: vectors run along the channels. One inner function serves forward and dx: a row of outputs, each the sum
 * over taps of an input vector times a weight vector. With a depth multiplier the input is first spread to the output's
 * channels in scratch, and the input's gradient gathered from there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/image.h"

enum { TILE = 4, TAPS = 9 };

typedef struct row_job {
    ptrdiff_t        positions, channels, taps, in_step, out_step;
    const float     *in, *w, *bias;
    const ptrdiff_t *in_tap, *w_tap;
    float           *out;
    bool             adds;
    activation_kind  activation;
} row_job;

INLINE void positions_of(const row_job *job, const int count, ptrdiff_t first, ptrdiff_t c, ptrdiff_t lanes)
{
    const float *in = job->in + first * job->in_step + c;
    float       *out = job->out + first * job->out_step + c;
    vf           acc[TILE], bias = job->bias ? load_up_to(job->bias + c, lanes) : set1(0);

    UNROLL for (int p = 0; p < count; p++) acc[p] = set1(0);
    for (ptrdiff_t t = 0; t < job->taps; t++) {
        vf           w = load_up_to(job->w + job->w_tap[t] + c, lanes);
        const float *from = in + job->in_tap[t];
        UNROLL for (int p = 0; p < count; p++) acc[p] = fma_(load_up_to(from + p * job->in_step, lanes), w, acc[p]);
    }
    UNROLL for (int p = 0; p < count; p++)
    {
        vf value = apply_activation(acc[p] + bias, job->activation);
        if (job->adds)
            value += load_up_to(out + p * job->out_step, lanes);
        store_up_to(out + p * job->out_step, value, lanes);
    }
}

static void run_row(const row_job *job)
{
    for (ptrdiff_t c = 0; c < job->channels; c += LANES) {
        ptrdiff_t lanes = job->channels - c, p = 0;
        if (lanes >= LANES) {
            for (; p + TILE <= job->positions; p += TILE)
                positions_of(job, TILE, p, c, LANES);
            for (; p < job->positions; p++)
                positions_of(job, 1, p, c, LANES);
        } else {
            for (; p + TILE <= job->positions; p += TILE)
                positions_of(job, TILE, p, c, smaller(lanes, LANES - 1));
            for (; p < job->positions; p++)
                positions_of(job, 1, p, c, smaller(lanes, LANES - 1));
        }
    }
}

typedef struct depthwise_job {
    conv_shape     *shape;
    const float    *x, *w, *b;
    float          *y;
    mote_math_grads grads;
    padded          in, out;
    ptrdiff_t       multiplier;
    bool            copies_input;
    int             shards;
    size_t          shard_bytes;
    char           *scratch;
} depthwise_job;

typedef struct depthwise_scratch {
    float     *in, *out, *dw, *db, *dx;
    ptrdiff_t *in_tap, *w_tap;
} depthwise_scratch;

INLINE ptrdiff_t taps_of(conv_shape *s)
{
    return (ptrdiff_t)s->kernel_h * s->kernel_w;
}

INLINE double multiply_adds(conv_shape *s)
{
    return conv_outputs(s) * (double)taps_of(s);
}

INLINE size_t scratch_taps(conv_shape *s)
{
    return ((size_t)taps_of(s) * sizeof(ptrdiff_t) + 63) / 64 * 64;
}

/* dx of one image at the output's channels, before it is gathered. */
INLINE ptrdiff_t spread_gradient(const depthwise_job *job)
{
    return job->multiplier == 1 ? 0 : (ptrdiff_t)job->shape->in_h * job->shape->in_w * job->shape->out_c;
}

static depthwise_job make_job(conv_shape *s, void *scratch)
{
    depthwise_job job = {.shape = s, .in = covered_input(s, s->out_c), .out = covered_output(s), .scratch = scratch};

    job.multiplier = s->out_c / s->in_c;
    job.copies_input = needs_padding(s) || job.multiplier != 1;
    job.shards = 4 * multiply_adds(s) < WORK_WORTH_SHARDS ? 1 : s->n < SHARDS_MAX ? s->n : SHARDS_MAX;
    job.shard_bytes = (job.copies_input ? scratch_floats(padded_size(&job.in)) : 0) + scratch_floats(padded_size(&job.out)) +
                      scratch_floats(taps_of(s) * s->out_c) + scratch_floats(s->out_c) + 2 * scratch_taps(s) +
                      scratch_floats(spread_gradient(&job));
    return job;
}

size_t ISA(depthwise_scratch)(conv_shape *s)
{
    depthwise_job job = make_job(s, NULL);

    return (size_t)job.shards * job.shard_bytes;
}

static depthwise_scratch shard_scratch(const depthwise_job *job, int shard)
{
    conv_shape       *s = job->shape;
    depthwise_scratch own;
    char             *at = job->scratch + (size_t)shard * job->shard_bytes;

    own.in_tap = (ptrdiff_t *)(void *)at;
    own.w_tap = (ptrdiff_t *)(void *)(at + scratch_taps(s));
    at += 2 * scratch_taps(s);
    own.dw = (float *)(void *)at;
    at += scratch_floats(taps_of(s) * s->out_c);
    own.db = (float *)(void *)at;
    at += scratch_floats(s->out_c);
    own.dx = (float *)(void *)at;
    at += scratch_floats(spread_gradient(job));
    own.out = (float *)(void *)at;
    at += scratch_floats(padded_size(&job->out));
    own.in = (float *)(void *)at;
    return own;
}

/* The image at the output's channels, padded; the border of scratch is zero already. */
static const float *input_image(const depthwise_job *job, const float *x, ptrdiff_t image, float *scratch, padded *layout)
{
    conv_shape *s = job->shape;
    padded      p = job->in;
    ptrdiff_t   rows = smaller(s->in_h, p.height - p.top), columns = larger(0, smaller(s->in_w, p.width - p.left));
    ptrdiff_t   m = job->multiplier;

    x += image * s->in_h * s->in_w * s->in_c;
    if (!job->copies_input) {
        *layout = (padded){s->in_h, s->in_w, s->in_c, 0, 0};
        return x;
    }
    *layout = p;
    for (ptrdiff_t row = 0; row < rows; row++) {
        const float *from = x + row * s->in_w * s->in_c;
        float       *to = scratch + ((p.top + row) * p.width + p.left) * p.channels;
        if (m == 1)
            memcpy(to, from, (size_t)(columns * s->in_c) * sizeof *to);
        else
            for (ptrdiff_t i = 0; i < columns * s->in_c; i++)
                for (ptrdiff_t j = 0; j < m; j++)
                    to[i * m + j] = from[i];
    }
    return scratch;
}

static void forward_shard(void *context, int shard)
{
    const depthwise_job *job = context;
    conv_shape          *s = job->shape;
    depthwise_scratch    own = shard_scratch(job, shard);
    ptrdiff_t            image = shard_begin(s->n, shard, job->shards), end = shard_begin(s->n, shard + 1, job->shards);
    row_job              row = {.positions = s->out_w,
                                .channels = s->out_c,
                                .taps = taps_of(s),
                                .in_step = (ptrdiff_t)s->stride_w * s->out_c,
                                .out_step = s->out_c,
                                .w = job->w,
                                .bias = job->b,
                                .in_tap = own.in_tap,
                                .w_tap = own.w_tap,
                                .activation = s->activation};

    if (job->copies_input)
        memset(own.in, 0, (size_t)padded_size(&job->in) * sizeof(float));
    for (; image < end; image++) {
        padded       layout;
        const float *x = input_image(job, job->x, image, own.in, &layout);
        for (ptrdiff_t t = 0; t < row.taps; t++) {
            own.w_tap[t] = t * s->out_c;
            own.in_tap[t] = (t / s->kernel_w * s->dilation_h * layout.width + t % s->kernel_w * s->dilation_w) * s->out_c;
        }
        for (ptrdiff_t oy = 0; oy < s->out_h; oy++) {
            row.in = x + oy * s->stride_h * layout.width * s->out_c;
            row.out = job->y + (image * s->out_h + oy) * s->out_w * s->out_c;
            run_row(&row);
        }
    }
}

void ISA(depthwise_forward)(conv_shape *s, const float *x, const float *w, const float *b, float *y, mote_math_work work)
{
    depthwise_job job = make_job(s, work.scratch);

    job.x = x;
    job.w = w;
    job.b = b;
    job.y = y;
    mote_pool_run(pool_if_worth(work.pool, 4 * multiply_adds(s)), forward_shard, &job, job.shards);
}

static void gradient_image(const depthwise_job *job, ptrdiff_t image, float *out)
{
    conv_shape *s = job->shape;
    ptrdiff_t   row_floats = (ptrdiff_t)s->out_w * s->out_c;

    for (ptrdiff_t row = 0; row < s->out_h; row++) {
        ptrdiff_t from = (image * s->out_h + row) * row_floats;
        float    *to = out + ((job->out.top + row) * job->out.width + job->out.left) * s->out_c;
        if (s->activation == MOTE_MATH_LINEAR)
            memcpy(to, job->grads.dy + from, (size_t)row_floats * sizeof *to);
        else
            ISA(activation_backward)
        ((size_t)row_floats, s->activation, job->grads.y + from, job->grads.dy + from, to, false);
    }
}

static void input_gradient_phase(const depthwise_job *job, ptrdiff_t py, ptrdiff_t px, const float *g,
                                 depthwise_scratch *own, float *dx, bool adds)
{
    conv_shape *s = job->shape;
    ptrdiff_t   iy = phase_begin(py, s->pad_top, s->stride_h), ix = phase_begin(px, s->pad_left, s->stride_w);
    row_job     row = {.channels = s->out_c,
                       .in_step = s->out_c,
                       .out_step = (ptrdiff_t)s->stride_w * s->out_c,
                       .w = job->grads.w,
                       .in_tap = own->in_tap,
                       .w_tap = own->w_tap,
                       .adds = adds};

    for (ptrdiff_t ky = 0; ky < s->kernel_h; ky++)
        for (ptrdiff_t kx = 0; kx < s->kernel_w; kx++) {
            ptrdiff_t y = ky * s->dilation_h, x = kx * s->dilation_w;
            if (y % s->stride_h != py || x % s->stride_w != px)
                continue;
            own->in_tap[row.taps] = -(y / s->stride_h * job->out.width + x / s->stride_w) * s->out_c;
            own->w_tap[row.taps++] = (ky * s->kernel_w + kx) * s->out_c;
        }
    row.positions = ix < s->in_w ? (s->in_w - ix + s->stride_w - 1) / s->stride_w : 0;
    for (; iy < s->in_h; iy += s->stride_h) {
        ptrdiff_t u = (iy + s->pad_top) / s->stride_h, ux = (ix + s->pad_left) / s->stride_w;
        row.in = g + ((job->out.top + u) * job->out.width + job->out.left + ux) * s->out_c;
        row.out = dx + (iy * s->in_w + ix) * s->out_c;
        run_row(&row);
    }
}

static void input_gradient(const depthwise_job *job, ptrdiff_t image, const float *g, depthwise_scratch *own)
{
    conv_shape *s = job->shape;
    ptrdiff_t   size = (ptrdiff_t)s->in_h * s->in_w * s->in_c, m = job->multiplier;
    float      *dx = job->grads.dx + image * size, *to = m == 1 ? dx : own->dx;

    for (ptrdiff_t py = 0; py < s->stride_h; py++)
        for (ptrdiff_t px = 0; px < s->stride_w; px++)
            input_gradient_phase(job, py, px, g, own, to, m == 1 && job->grads.dx_adds);
    if (m == 1)
        return;
    for (ptrdiff_t i = 0; i < size; i++) {
        float sum = 0;
        for (ptrdiff_t j = 0; j < m; j++)
            sum += own->dx[i * m + j];
        dx[i] = job->grads.dx_adds ? dx[i] + sum : sum;
    }
}

/* dw of `count` taps from `first`, one vector of channels. */
INLINE void weight_taps(const depthwise_job *job, const int count, ptrdiff_t first, const float *x, ptrdiff_t row_floats,
                        const float *g, depthwise_scratch *own, ptrdiff_t c, ptrdiff_t lanes)
{
    conv_shape *s = job->shape;
    ptrdiff_t   tap[TAPS];
    vf          acc[TAPS];

    UNROLL for (int t = 0; t < count; t++)
    {
        acc[t] = load_up_to(own->dw + (first + t) * s->out_c + c, lanes);
        tap[t] = own->in_tap[first + t];
    }
    for (ptrdiff_t oy = 0; oy < s->out_h; oy++) {
        const float *from = x + oy * s->stride_h * row_floats + c;
        const float *gradient = g + ((job->out.top + oy) * job->out.width + job->out.left) * s->out_c + c;
        for (ptrdiff_t ox = 0; ox < s->out_w; ox++, from += (ptrdiff_t)s->stride_w * s->out_c, gradient += s->out_c) {
            vf value = load_up_to(gradient, lanes);
            UNROLL for (int t = 0; t < count; t++) acc[t] = fma_(value, load_up_to(from + tap[t], lanes), acc[t]);
        }
    }
    UNROLL for (int t = 0; t < count; t++) store_up_to(own->dw + (first + t) * s->out_c + c, acc[t], lanes);
}

static void weight_gradient(const depthwise_job *job, const float *x, const padded *layout, const float *g,
                            depthwise_scratch *own)
{
    conv_shape *s = job->shape;
    ptrdiff_t   row_floats = layout->width * s->out_c, taps = taps_of(s);

    for (ptrdiff_t t = 0; t < taps; t++)
        own->in_tap[t] = t / s->kernel_w * s->dilation_h * row_floats + t % s->kernel_w * s->dilation_w * s->out_c;
    for (ptrdiff_t c = 0; c < s->out_c; c += LANES) {
        ptrdiff_t lanes = s->out_c - c, t = 0;
        if (lanes >= LANES)
            for (; t + TAPS <= taps; t += TAPS)
                weight_taps(job, TAPS, t, x, row_floats, g, own, c, LANES);
        else
            for (; t + TAPS <= taps; t += TAPS)
                weight_taps(job, TAPS, t, x, row_floats, g, own, c, smaller(lanes, LANES - 1));
        for (; t < taps; t++)
            weight_taps(job, 1, t, x, row_floats, g, own, c, lanes);
    }
}

static void backward_shard(void *context, int shard)
{
    const depthwise_job *job = context;
    conv_shape          *s = job->shape;
    depthwise_scratch    own = shard_scratch(job, shard);
    ptrdiff_t            image = shard_begin(s->n, shard, job->shards), end = shard_begin(s->n, shard + 1, job->shards);

    memset(own.dw, 0, (size_t)(taps_of(s) * s->out_c) * sizeof(float));
    memset(own.db, 0, (size_t)s->out_c * sizeof(float));
    memset(own.out, 0, (size_t)padded_size(&job->out) * sizeof(float));
    if (job->copies_input)
        memset(own.in, 0, (size_t)padded_size(&job->in) * sizeof(float));
    for (; image < end; image++) {
        gradient_image(job, image, own.out);
        if (job->grads.dx)
            input_gradient(job, image, own.out, &own);
        if (job->grads.dw) {
            padded       layout;
            const float *x = input_image(job, job->grads.x, image, own.in, &layout);
            weight_gradient(job, x, &layout, own.out, &own);
        }
        if (job->grads.db)
            ISA(bias_grad)((size_t)(job->out.height * job->out.width), s->out_c, own.out, own.db);
    }
}

void ISA(depthwise_backward)(conv_shape *s, grads_in *grads, mote_math_work work)
{
    depthwise_job job = make_job(s, work.scratch);

    job.grads = *grads;
    mote_pool_run(pool_if_worth(work.pool, 4 * multiply_adds(s)), backward_shard, &job, job.shards);
    for (int shard = 0; shard < job.shards; shard++) {
        depthwise_scratch own = shard_scratch(&job, shard);
        if (grads->dw)
            ISA(axpy)((size_t)(taps_of(s) * s->out_c), 1, own.dw, grads->dw);
        if (grads->db)
            ISA(axpy)((size_t)s->out_c, 1, own.db, grads->db);
    }
}
