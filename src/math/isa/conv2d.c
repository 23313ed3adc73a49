/* Conv2D on NHWC images: no matrix of patches is built; the taps of a kernel row are contiguous in the image, so the product
 * of gemm.h walks the image itself, one segment a kernel row. Padded images are copied into scratch one at a time.
 *
 *     y[oy]               = product of x's rows (broadcast) with w^T [taps * in, out]
 *     dx[iy]              = product of the padded gradient's rows with w as it lies, one segment a tap, one pass a stride
 *                           phase
 *     dw[:, ky]           = product of the gradient (broadcast, k along a row of outputs) with x's rows, one segment an
 *                           output row
 *     dw^T[ky]            = the same the other way round, where in * taps is too narrow for a vector
 *
 * Images are cut into shards, each with its own dw and db, summed in order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/conv2d.h"

#include "math/isa/gemm.h"
#include "math/isa/sparse.h"

INLINE ptrdiff_t weights_of(conv_shape *s)
{
    return taps_of(s) * s->in_c * s->out_c;
}

INLINE double multiply_adds(conv_shape *s)
{
    return conv_outputs(s) * (double)taps_of(s) * s->in_c;
}

INLINE bool is_pointwise(conv_shape *s)
{
    return taps_of(s) == 1 && s->stride_h == 1 && s->stride_w == 1 && s->out_h == s->in_h && s->out_w == s->in_w &&
           s->pad_top == 0 && s->pad_left == 0 && (int64_t)s->n * s->out_h * s->out_w <= INT32_MAX;
}

INLINE mote_math_dense as_dense(conv_shape *s)
{
    return (mote_math_dense){s->n * s->out_h * s->out_w, s->in_c, s->out_c, s->activation};
}

static int shard_count(conv_shape *s)
{
    if (multiply_adds(s) * 2 < WORK_WORTH_SHARDS)
        return 1;
    return s->n < SHARDS_MAX ? s->n : SHARDS_MAX;
}

INLINE ptrdiff_t segments_max(conv_shape *s)
{
    return larger(taps_of(s), s->out_h);
}

INLINE size_t scratch_segments(conv_shape *s)
{
    return ((size_t)segments_max(s) * sizeof(ptrdiff_t) + 63) / 64 * 64;
}

/* Whether dw has too few contiguous elements to fill vectors, and its transpose fills them better. */
static bool is_narrow(conv_shape *s)
{
    ptrdiff_t contiguous = (s->dilation_w == 1 ? s->kernel_w : 1) * (ptrdiff_t)s->in_c;
    ptrdiff_t vectors = (contiguous + LANES - 1) / LANES, other = ((ptrdiff_t)s->out_c + LANES - 1) / LANES;

    return 4 * contiguous < 3 * vectors * LANES && s->out_c * vectors * LANES > contiguous * other * LANES;
}

/* Whether rows of taps fill vectors well enough for sums over a list. */
static bool may_be_sparse(conv_shape *s)
{
    ptrdiff_t contiguous = (ptrdiff_t)s->kernel_w * s->in_c, vectors = (contiguous + LANES - 1) / LANES;

    return !is_narrow(s) && s->dilation_w == 1 && 2 * contiguous >= vectors * LANES && weights_of(s) <= INT32_MAX;
}

/* A list of all elements, and what writing a vector at its end may touch. */
INLINE size_t list_floats(conv_shape *s)
{
    return scratch_floats(positions_of(s) * s->out_c + LANES);
}

static size_t sparse_bytes(const conv_job *job)
{
    conv_shape *s = job->shape;

    if (!job->may_be_sparse)
        return 0;
    return (job->copies_input ? scratch_floats(padded_size(&job->in)) : 0) + 4 * list_floats(s) +
           2 * scratch_floats(positions_of(s) * s->out_c) + scratch_floats(s->out_c);
}

static conv_job make_job(conv_shape *s, void *scratch)
{
    conv_job job = {.shape = s, .in = covered_input(s, s->in_c), .out = covered_output(s)};

    job.copies_input = needs_padding(s);
    job.is_narrow = is_narrow(s);
    job.may_be_sparse = may_be_sparse(s);
    job.shards = shard_count(s);
    job.shard_bytes = (job.copies_input ? scratch_floats(padded_size(&job.in)) : 0) + scratch_floats(padded_size(&job.out)) +
                      scratch_floats(weights_of(s)) + scratch_floats(s->out_c) + 2 * scratch_segments(s) +
                      sparse_bytes(&job);
    job.transposed = scratch;
    job.shard_scratch = scratch ? (char *)scratch + scratch_floats(weights_of(s)) : NULL;
    return job;
}

static conv_scratch shard_scratch(const conv_job *job, int shard)
{
    conv_scratch own;
    char        *at = job->shard_scratch + (size_t)shard * job->shard_bytes;

    own.a_segment = (ptrdiff_t *)(void *)at;
    own.b_segment = (ptrdiff_t *)(void *)(at + scratch_segments(job->shape));
    at += 2 * scratch_segments(job->shape);
    own.dw = (float *)(void *)at;
    at += scratch_floats(weights_of(job->shape));
    own.db = (float *)(void *)at;
    at += scratch_floats(job->shape->out_c);
    own.out = (float *)(void *)at;
    at += scratch_floats(padded_size(&job->out));
    own.in = (float *)(void *)at;
    at += job->copies_input ? scratch_floats(padded_size(&job->in)) : 0;
    own.dx = (float *)(void *)at;
    at += job->copies_input ? scratch_floats(padded_size(&job->in)) : 0;
    own.value = (float *)(void *)at;
    own.weights = (int32_t *)(void *)(at += list_floats(job->shape));
    own.channel = (int32_t *)(void *)(at += list_floats(job->shape));
    own.window = (int32_t *)(void *)(at += list_floats(job->shape));
    own.channel_value = (float *)(void *)(at += list_floats(job->shape));
    at += scratch_floats(positions_of(job->shape) * job->shape->out_c);
    own.channel_window = (int32_t *)(void *)at;
    at += scratch_floats(positions_of(job->shape) * job->shape->out_c);
    own.channel_count = (int32_t *)(void *)at;
    return own;
}

size_t ISA(conv2d_scratch)(conv_shape *s)
{
    conv_job job;

    if (is_pointwise(s)) {
        mote_math_dense dense = as_dense(s);
        return ISA(dense_scratch)(&dense);
    }
    job = make_job(s, NULL);
    return scratch_floats(weights_of(s)) + (size_t)job.shards * job.shard_bytes;
}

const float *ISA(conv2d_input_image)(const conv_job *job, const float *x, ptrdiff_t image, float *scratch, padded *layout)
{
    conv_shape *s = job->shape;
    padded      p = job->in;
    ptrdiff_t   rows, columns;

    x += image * s->in_h * s->in_w * s->in_c;
    if (!job->copies_input) {
        *layout = (padded){s->in_h, s->in_w, s->in_c, 0, 0};
        return x;
    }
    *layout = p;
    rows = smaller(s->in_h, p.height - p.top);
    columns = larger(0, smaller(s->in_w, p.width - p.left));
    for (ptrdiff_t row = 0; row < rows; row++)
        memcpy(scratch + ((p.top + row) * p.width + p.left) * p.channels, x + row * s->in_w * s->in_c,
               (size_t)(columns * s->in_c) * sizeof *x);
    return scratch;
}

/* Segments along the kernel: one a row where the taps of a row are contiguous, else one a tap. */
static void kernel_segments(const conv_job *job, const padded *layout, conv_scratch *own, gemm_job *product)
{
    conv_shape *s = job->shape;
    ptrdiff_t   per_row = s->dilation_w == 1 ? 1 : s->kernel_w, taps = s->kernel_w / per_row, at = 0;

    for (ptrdiff_t ky = 0; ky < s->kernel_h; ky++)
        for (ptrdiff_t kx = 0; kx < per_row; kx++, at++) {
            own->a_segment[at] = (ky * s->dilation_h * layout->width + kx * s->dilation_w) * s->in_c;
            own->b_segment[at] = at * taps * s->in_c * s->out_c;
        }
    product->segments = at;
    product->length = taps * s->in_c;
    product->a_segment = own->a_segment;
    product->b_segment = own->b_segment;
}

enum { SINGLE = 6 };

/* 3x3 over one channel: nine weight vectors stay in registers, P outputs of a row at a time. */
INLINE void single_tile(const int P, const conv_job *job, const vf *w, vf bias, const float *x, ptrdiff_t row_floats,
                        float *y, int lanes)
{
    conv_shape     *s = job->shape;
    const ptrdiff_t step = s->stride_w, tap_row = s->dilation_h * row_floats, tap = s->dilation_w;
    vf              acc[6];

    UNROLL for (int p = 0; p < P; p++) acc[p] = set1(0);
    UNROLL for (int t = 0; t < 9; t++)
    {
        UNROLL for (int p = 0; p < P; p++) acc[p] = fma_(set1(x[p * step + t / 3 * tap_row + t % 3 * tap]), w[t], acc[p]);
    }
    UNROLL for (int p = 0; p < P; p++)
    {
        vf value = apply_activation(acc[p] + bias, s->activation);
        if (lanes == LANES)
            store(y + p * s->out_c, value);
        else
            store_part(y + p * s->out_c, value, lanes);
    }
}

static void single_image(const conv_job *job, const float *x, ptrdiff_t row_floats, float *y)
{
    conv_shape *s = job->shape;

    for (ptrdiff_t c = 0; c < s->out_c; c += LANES) {
        int lanes = (int)smaller(s->out_c - c, LANES);
        vf  w[9], bias = job->b ? load_up_to(job->b + c, lanes) : set1(0);
        UNROLL for (int t = 0; t < 9; t++) w[t] = load_up_to(job->transposed + t * s->out_c + c, lanes);
        for (ptrdiff_t oy = 0; oy < s->out_h; oy++) {
            const float *from = x + oy * s->stride_h * row_floats;
            float       *to = y + oy * s->out_w * s->out_c + c;
            ptrdiff_t    ox = 0;
            for (; ox + SINGLE <= s->out_w; ox += SINGLE)
                single_tile(SINGLE, job, w, bias, from + ox * s->stride_w, row_floats, to + ox * s->out_c, lanes);
            for (; ox < s->out_w; ox++)
                single_tile(1, job, w, bias, from + ox * s->stride_w, row_floats, to + ox * s->out_c, lanes);
        }
    }
}

static void forward_shard(void *context, int shard)
{
    const conv_job *job = context;
    conv_shape     *s = job->shape;
    conv_scratch    own = shard_scratch(job, shard);
    ptrdiff_t       image = shard_begin(s->n, shard, job->shards), end = shard_begin(s->n, shard + 1, job->shards);
    gemm_job        product = {.rows = s->out_w,
                               .columns = s->out_c,
                               .b = job->transposed,
                               .a_k = 1,
                               .b_k = s->out_c,
                               .a_row = (ptrdiff_t)s->stride_w * s->in_c,
                               .c_row = s->out_c,
                               .bias = job->b,
                               .activation = s->activation};

    if (job->copies_input)
        memset(own.in, 0, (size_t)padded_size(&job->in) * sizeof(float));
    for (; image < end; image++) {
        padded       layout;
        const float *x = ISA(conv2d_input_image)(job, job->x, image, own.in, &layout);
        if (REGISTERS == 32 && s->in_c == 1 && s->kernel_h == 3 && s->kernel_w == 3) {
            single_image(job, x, layout.width, job->y + image * positions_of(s) * s->out_c);
            continue;
        }
        kernel_segments(job, &layout, &own, &product);
        for (ptrdiff_t oy = 0; oy < s->out_h; oy++) {
            product.a = x + oy * s->stride_h * layout.width * s->in_c;
            product.c = job->y + (image * s->out_h + oy) * s->out_w * s->out_c;
            ISA(gemm)(&product);
        }
    }
}

void ISA(conv2d_forward)(conv_shape *s, const float *x, const float *w, const float *b, float *y, mote_math_work work)
{
    conv_job  job;
    ptrdiff_t depth = taps_of(s) * s->in_c;

    if (is_pointwise(s)) {
        mote_math_dense dense = as_dense(s);
        ISA(dense_forward)(&dense, x, w, b, y, work);
        return;
    }
    job = make_job(s, work.scratch);
    job.x = x;
    job.b = b;
    job.y = y;
    ISA(transpose)(s->out_c, depth, w, depth, work.scratch, s->out_c, false);
    mote_pool_run(pool_if_worth(work.pool, multiply_adds(s)), forward_shard, &job, job.shards);
}

/* The gradient before the activation, with the border that dx wants. */
static void gradient_image(const conv_job *job, ptrdiff_t image, float *out)
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

/* The rows and columns of one stride phase. */
static void input_gradient_phase(const conv_job *job, ptrdiff_t py, ptrdiff_t px, const float *g, conv_scratch *own,
                                 float *dx)
{
    conv_shape *s = job->shape;
    ptrdiff_t   iy = phase_begin(py, s->pad_top, s->stride_h), ix = phase_begin(px, s->pad_left, s->stride_w), count = 0;
    gemm_job    product = {.columns = s->in_c,
                           .length = s->out_c,
                           .b = job->grads.w,
                           .a_row = s->out_c,
                           .a_k = 1,
                           .b_k = taps_of(s) * s->in_c,
                           .c_row = (ptrdiff_t)s->stride_w * s->in_c,
                           .adds = job->grads.dx_adds,
                           .a_segment = own->a_segment,
                           .b_segment = own->b_segment};

    for (ptrdiff_t ky = 0; ky < s->kernel_h; ky++)
        for (ptrdiff_t kx = 0; kx < s->kernel_w; kx++) {
            ptrdiff_t y = ky * s->dilation_h, x = kx * s->dilation_w;
            if (y % s->stride_h != py || x % s->stride_w != px)
                continue;
            own->a_segment[count] = -(y / s->stride_h * job->out.width + x / s->stride_w) * s->out_c;
            own->b_segment[count++] = (ky * s->kernel_w + kx) * s->in_c;
        }
    product.segments = count;
    product.rows = ix < s->in_w ? (s->in_w - ix + s->stride_w - 1) / s->stride_w : 0;
    if (product.rows == 0)
        return;
    for (; iy < s->in_h; iy += s->stride_h) {
        ptrdiff_t u = (iy + s->pad_top) / s->stride_h, ux = (ix + s->pad_left) / s->stride_w;
        product.a = g + ((job->out.top + u) * job->out.width + job->out.left + ux) * s->out_c;
        product.c = dx + (iy * s->in_w + ix) * s->in_c;
        ISA(gemm)(&product);
    }
}

static void input_gradient(const conv_job *job, ptrdiff_t image, const float *g, conv_scratch *own)
{
    conv_shape *s = job->shape;
    float      *dx = job->grads.dx + image * s->in_h * s->in_w * s->in_c;

    for (ptrdiff_t py = 0; py < s->stride_h; py++)
        for (ptrdiff_t px = 0; px < s->stride_w; px++)
            input_gradient_phase(job, py, px, g, own, dx);
}

static void weight_gradient(const conv_job *job, const float *x, const padded *layout, const float *g, conv_scratch *own)
{
    conv_shape *s = job->shape;
    ptrdiff_t   per_row = s->dilation_w == 1 ? 1 : s->kernel_w, width = s->kernel_w / per_row * s->in_c;
    ptrdiff_t  *g_segment = job->is_narrow ? own->b_segment : own->a_segment;
    ptrdiff_t  *x_segment = job->is_narrow ? own->a_segment : own->b_segment;
    gemm_job    product = {.segments = s->out_h,
                           .length = s->out_w,
                           .adds = true,
                           .a_row = 1,
                           .a_segment = own->a_segment,
                           .b_segment = own->b_segment};

    for (ptrdiff_t oy = 0; oy < s->out_h; oy++) {
        g_segment[oy] = ((job->out.top + oy) * job->out.width + job->out.left) * s->out_c;
        x_segment[oy] = oy * s->stride_h * layout->width * s->in_c;
    }
    for (ptrdiff_t ky = 0; ky < s->kernel_h; ky++)
        for (ptrdiff_t kx = 0; kx < per_row; kx++) {
            const float *from = x + (ky * s->dilation_h * layout->width + kx * s->dilation_w) * s->in_c;
            ptrdiff_t    first = (ky * s->kernel_w + kx) * s->in_c; /* of the in * taps weights of an output channel */
            product.rows = job->is_narrow ? width : s->out_c;
            product.columns = job->is_narrow ? s->out_c : width;
            product.a = job->is_narrow ? from : g;
            product.b = job->is_narrow ? g : from;
            product.a_k = job->is_narrow ? (ptrdiff_t)s->stride_w * s->in_c : s->out_c;
            product.b_k = job->is_narrow ? s->out_c : (ptrdiff_t)s->stride_w * s->in_c;
            product.c = own->dw + (job->is_narrow ? first * s->out_c : first);
            product.c_row = job->is_narrow ? s->out_c : taps_of(s) * s->in_c;
            ISA(gemm)(&product);
        }
}

static void backward_shard(void *context, int shard)
{
    const conv_job *job = context;
    conv_shape     *s = job->shape;
    conv_scratch    own = shard_scratch(job, shard);
    ptrdiff_t       image = shard_begin(s->n, shard, job->shards), end = shard_begin(s->n, shard + 1, job->shards);

    memset(own.dw, 0, (size_t)weights_of(s) * sizeof(float));
    memset(own.db, 0, (size_t)s->out_c * sizeof(float));
    if (!is_first_layer(job))
        memset(own.out, 0, (size_t)padded_size(&job->out) * sizeof(float));
    if (job->copies_input)
        memset(own.in, 0, (size_t)padded_size(&job->in) * sizeof(float));
    for (; image < end; image++) {
        if (is_first_layer(job)) {
            ISA(conv2d_first_layer_image)(job, image, &own);
            continue;
        }
        if (ISA(conv2d_is_sparse)(job, image)) {
            ISA(conv2d_sparse_image)(job, image, &own);
            continue;
        }
        gradient_image(job, image, own.out);
        if (job->grads.dx)
            input_gradient(job, image, own.out, &own);
        if (job->grads.dw) {
            padded       layout;
            const float *x = ISA(conv2d_input_image)(job, job->grads.x, image, own.in, &layout);
            weight_gradient(job, x, &layout, own.out, &own);
        }
        if (job->grads.db) /* the border adds zeros */
            ISA(bias_grad)((size_t)(job->out.height * job->out.width), s->out_c, own.out, own.db);
    }
}

/* dw += a shard's own, or its transpose. */
static void add_weights(const conv_job *job, const conv_scratch *own)
{
    conv_shape *s = job->shape;
    ptrdiff_t   depth = taps_of(s) * s->in_c;

    if (!job->is_narrow) {
        ISA(axpy)((size_t)weights_of(s), 1, own->dw, job->grads.dw);
        return;
    }
    ISA(transpose)(depth, s->out_c, own->dw, s->out_c, job->grads.dw, depth, true);
}

void ISA(conv2d_backward)(conv_shape *s, grads_in *grads, mote_math_work work)
{
    conv_job job;

    if (is_pointwise(s)) {
        mote_math_dense dense = as_dense(s);
        ISA(dense_backward)(&dense, grads, work);
        return;
    }
    job = make_job(s, work.scratch);
    job.grads = *grads;
    mote_pool_run(pool_if_worth(work.pool, 2 * multiply_adds(s)), backward_shard, &job, job.shards);
    for (int shard = 0; shard < job.shards; shard++) {
        conv_scratch own = shard_scratch(&job, shard);
        if (grads->dw)
            add_weights(&job, &own);
        if (grads->db)
            ISA(axpy)((size_t)s->out_c, 1, own.db, grads->db);
    }
}
