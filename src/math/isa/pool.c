/* Max, average and global average pooling: vectors run along the channels, tasks along the images.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/kernels.h"

typedef struct pool_job {
    pool_shape  *shape;
    const float *x, *dy;
    float       *y, *dx;
    uint8_t     *saved8;  /* where a window has at most 256 elements ... */
    int32_t     *saved32; /* ... and where it has more */
    bool         adds;
} pool_job;

/* One window: x points at the input element of tap (0, 0), which may lie outside; taps [y0, y1) x [x0, x1) lie inside. */
typedef struct window {
    ptrdiff_t row, column; /* distance of taps, in floats */
    int32_t   y0, y1, x0, x1, width;
} window;

INLINE int32_t at_least(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

INLINE int32_t at_most(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

INLINE window window_at(pool_shape *s, int32_t oy, int32_t ox)
{
    int32_t top = oy * s->stride_h - s->pad_top, left = ox * s->stride_w - s->pad_left;
    window  w = {.row = (ptrdiff_t)s->in_w * s->channels, .column = s->channels, .width = s->kernel_w};

    w.y0 = at_least(0, -top);
    w.y1 = at_most(s->kernel_h, s->in_h - top);
    w.x0 = at_least(0, -left);
    w.x1 = at_most(s->kernel_w, s->in_w - left);
    return w;
}

/* Whether all windows of an output row are 2x2, side by side, inside the input, and channels fill whole vectors. */
INLINE bool is_row_2x2(pool_shape *s, int32_t oy)
{
    return s->kernel_h == 2 && s->kernel_w == 2 && s->stride_h == 2 && s->stride_w == 2 && s->channels % LANES == 0 &&
           s->pad_left == 0 && 2 * s->out_w <= s->in_w && 2 * oy >= s->pad_top && 2 * oy - s->pad_top + 2 <= s->in_h;
}

INLINE ptrdiff_t input_offset(pool_shape *s, int32_t oy, int32_t ox)
{
    return ((ptrdiff_t)(oy * s->stride_h - s->pad_top) * s->in_w + (ox * s->stride_w - s->pad_left)) * s->channels;
}

INLINE ptrdiff_t image_in(pool_shape *s)
{
    return (ptrdiff_t)s->in_h * s->in_w * s->channels;
}

INLINE ptrdiff_t image_out(pool_shape *s)
{
    return (ptrdiff_t)s->out_h * s->out_w * s->channels;
}

INLINE void run_images(mote_pool *pool, mote_task task, pool_job *job)
{
    double work = 4.0 * (double)image_out(job->shape) * job->shape->n * job->shape->kernel_h * job->shape->kernel_w;

    mote_pool_run(pool_if_worth(pool, work), task, job, job->shape->n);
}

static bool fits_bytes(pool_shape *shape)
{
    return (int64_t)shape->kernel_h * shape->kernel_w <= 256;
}

size_t ISA(max_pool_saved)(pool_shape *shape)
{
    return (size_t)shape->n * (size_t)image_out(shape) * (fits_bytes(shape) ? 1u : sizeof(int32_t));
}

INLINE void save_index(const pool_job *job, ptrdiff_t at, vi index, ptrdiff_t lanes)
{
    ptrdiff_t i;

    if (job->saved8 && lanes >= LANES)
        store_bytes(job->saved8 + at, index);
    else if (job->saved8)
        for (i = 0; i < lanes; i++)
            job->saved8[at + i] = (uint8_t)index[i];
    else if (job->saved32)
        for (i = 0; i < at_most((int32_t)lanes, LANES); i++)
            memcpy((char *)job->saved32 + (at + i) * 4, &(int32_t){index[i]}, 4);
}

INLINE vi load_index(const pool_job *job, ptrdiff_t at, ptrdiff_t lanes)
{
    vi        index = {0};
    ptrdiff_t i;

    if (job->saved8 && lanes >= LANES)
        return load_bytes(job->saved8 + at);
    for (i = 0; i < at_most((int32_t)lanes, LANES); i++) {
        int32_t one;
        if (job->saved8)
            one = job->saved8[at + i];
        else
            memcpy(&one, (const char *)job->saved32 + (at + i) * 4, 4);
        index[i] = one;
    }
    return index;
}

INLINE vf window_max(const window *w, const float *x, ptrdiff_t lanes, vi *index)
{
    vf best = load_up_to(x + w->y0 * w->row + w->x0 * w->column, lanes);

    *index = set1_int(w->y0 * w->width + w->x0);
    for (int32_t ky = w->y0; ky < w->y1; ky++)
        for (int32_t kx = w->x0; kx < w->x1; kx++) {
            vf    v = load_up_to(x + ky * w->row + kx * w->column, lanes);
            vmask more = greater(v, best);
            best = select_(more, v, best);
            *index = select_int(more, set1_int(ky * w->width + kx), *index);
        }
    return best;
}

/* The common case, a row of whole 2x2 windows side by side over whole vectors of channels: x points at the first window.
 * Returns how many windows it did. */
static int32_t max_row_2x2(const pool_job *job, const float *x, ptrdiff_t at)
{
    pool_shape     *s = job->shape;
    const ptrdiff_t channels = s->channels, row = (ptrdiff_t)s->in_w * channels;
    const vi        one = set1_int(1), two = set1_int(2), three = set1_int(3);

    for (int32_t ox = 0; ox < s->out_w; ox++, x += 2 * channels, at += channels)
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vf    a = load(x + c), b = load(x + channels + c), d = load(x + row + c), e = load(x + row + channels + c);
            vmask more = greater(b, a);
            vf    best = select_(more, b, a);
            vi    index = select_int(more, one, set1_int(0));
            more = greater(d, best);
            best = select_(more, d, best);
            index = select_int(more, two, index);
            more = greater(e, best);
            store(job->y + at + c, select_(more, e, best));
            if (job->saved8)
                store_bytes(job->saved8 + at + c, select_int(more, three, index));
        }
    return s->out_w;
}

static void max_forward_image(void *context, int image)
{
    const pool_job *job = context;
    pool_shape     *s = job->shape;
    const float    *x = job->x + image * image_in(s);
    ptrdiff_t       at = image * image_out(s);

    for (int32_t oy = 0; oy < s->out_h; oy++) {
        int32_t ox = is_row_2x2(s, oy) ? max_row_2x2(job, x + input_offset(s, oy, 0), at) : 0;
        at += (ptrdiff_t)ox * s->channels;
        for (; ox < s->out_w; ox++, at += s->channels) {
            window       w = window_at(s, oy, ox);
            const float *from = x + input_offset(s, oy, ox);
            for (ptrdiff_t c = 0; c < s->channels; c += LANES) {
                ptrdiff_t lanes = s->channels - c;
                vi        index;
                vf        best = window_max(&w, from + c, lanes, &index);
                store_up_to(job->y + at + c, best, lanes);
                if (job->saved8 || job->saved32)
                    save_index(job, at + c, index, lanes);
            }
        }
    }
}

static pool_job with_saved(pool_job job, const void *saved)
{
    if (fits_bytes(job.shape))
        job.saved8 = (uint8_t *)(uintptr_t)saved;
    else
        job.saved32 = (int32_t *)(uintptr_t)saved;
    return job;
}

void ISA(max_pool_forward)(pool_shape *shape, const float *x, float *y, void *saved, mote_pool *pool)
{
    pool_job job = with_saved((pool_job){.shape = shape, .x = x, .y = y}, saved);

    run_images(pool, max_forward_image, &job);
}

/* dx of the window: dy where the tap was the maximum. is_alone: no other window touches these elements. */
INLINE void spread_max(const window *w, float *dx, ptrdiff_t lanes, vi index, vf dy, bool is_alone)
{
    for (int32_t ky = w->y0; ky < w->y1; ky++)
        for (int32_t kx = w->x0; kx < w->x1; kx++) {
            float *to = dx + ky * w->row + kx * w->column;
            vf     part = select_(equal_int(index, set1_int(ky * w->width + kx)), dy, set1(0));
            store_up_to(to, is_alone ? part : load_up_to(to, lanes) + part, lanes);
        }
}

/* As max_row_2x2; windows that lie side by side share no element, so dx is written, not added to. */
static int32_t spread_row_2x2(const pool_job *job, float *dx, ptrdiff_t at)
{
    pool_shape     *s = job->shape;
    const ptrdiff_t channels = s->channels, row = (ptrdiff_t)s->in_w * channels;

    for (int32_t ox = 0; ox < s->out_w; ox++, dx += 2 * channels, at += channels)
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vi index = load_bytes(job->saved8 + at + c);
            vf dy = load(job->dy + at + c), none = set1(0);
            store(dx + c, select_(equal_int(index, set1_int(0)), dy, none));
            store(dx + channels + c, select_(equal_int(index, set1_int(1)), dy, none));
            store(dx + row + c, select_(equal_int(index, set1_int(2)), dy, none));
            store(dx + row + channels + c, select_(equal_int(index, set1_int(3)), dy, none));
        }
    return s->out_w;
}

static void max_backward_image(void *context, int image)
{
    const pool_job *job = context;
    pool_shape     *s = job->shape;
    float          *dx = job->dx + image * image_in(s);
    ptrdiff_t       at = image * image_out(s);
    bool            is_alone = !job->adds && s->stride_h >= s->kernel_h && s->stride_w >= s->kernel_w;
    bool covers = is_alone && s->kernel_h * s->out_h == s->in_h && s->kernel_w * s->out_w == s->in_w && s->pad_top == 0 &&
                  s->pad_left == 0;

    if (!job->adds && !covers)
        memset(dx, 0, (size_t)image_in(s) * sizeof *dx);
    for (int32_t oy = 0; oy < s->out_h; oy++) {
        int32_t ox = is_alone && is_row_2x2(s, oy) ? spread_row_2x2(job, dx + input_offset(s, oy, 0), at) : 0;
        at += (ptrdiff_t)ox * s->channels;
        for (; ox < s->out_w; ox++, at += s->channels) {
            window w = window_at(s, oy, ox);
            float *to = dx + input_offset(s, oy, ox);
            for (ptrdiff_t c = 0; c < s->channels; c += LANES) {
                ptrdiff_t lanes = s->channels - c;
                spread_max(&w, to + c, lanes, load_index(job, at + c, lanes), load_up_to(job->dy + at + c, lanes), is_alone);
            }
        }
    }
}

void ISA(max_pool_backward)(pool_shape *shape, const void *saved, const float *dy, float *dx, bool adds, mote_pool *pool)
{
    pool_job job = with_saved((pool_job){.shape = shape, .dy = dy, .dx = dx, .adds = adds}, saved);

    run_images(pool, max_backward_image, &job);
}

static void average_forward_image(void *context, int image)
{
    const pool_job *job = context;
    pool_shape     *s = job->shape;
    const float    *x = job->x + image * image_in(s);
    float          *y = job->y + image * image_out(s);

    for (int32_t oy = 0; oy < s->out_h; oy++)
        for (int32_t ox = 0; ox < s->out_w; ox++, y += s->channels) {
            window       w = window_at(s, oy, ox);
            const float *from = x + input_offset(s, oy, ox);
            float        factor = 1.0f / (float)((w.y1 - w.y0) * (w.x1 - w.x0));
            for (ptrdiff_t c = 0; c < s->channels; c += LANES) {
                ptrdiff_t lanes = s->channels - c;
                vf        sum = set1(0);
                for (int32_t ky = w.y0; ky < w.y1; ky++)
                    for (int32_t kx = w.x0; kx < w.x1; kx++)
                        sum += load_up_to(from + ky * w.row + kx * w.column + c, lanes);
                store_up_to(y + c, sum * factor, lanes);
            }
        }
}

void ISA(average_pool_forward)(pool_shape *shape, const float *x, float *y, mote_pool *pool)
{
    pool_job job = {.shape = shape, .x = x, .y = y};

    run_images(pool, average_forward_image, &job);
}

static void average_backward_image(void *context, int image)
{
    const pool_job *job = context;
    pool_shape     *s = job->shape;
    float          *dx = job->dx + image * image_in(s);
    const float    *dy = job->dy + image * image_out(s);

    if (!job->adds)
        memset(dx, 0, (size_t)image_in(s) * sizeof *dx);
    for (int32_t oy = 0; oy < s->out_h; oy++)
        for (int32_t ox = 0; ox < s->out_w; ox++, dy += s->channels) {
            window w = window_at(s, oy, ox);
            float *to = dx + input_offset(s, oy, ox);
            float  factor = 1.0f / (float)((w.y1 - w.y0) * (w.x1 - w.x0));
            for (ptrdiff_t c = 0; c < s->channels; c += LANES) {
                ptrdiff_t lanes = s->channels - c;
                vf        part = load_up_to(dy + c, lanes) * factor;
                for (int32_t ky = w.y0; ky < w.y1; ky++)
                    for (int32_t kx = w.x0; kx < w.x1; kx++) {
                        float *p = to + ky * w.row + kx * w.column + c;
                        store_up_to(p, load_up_to(p, lanes) + part, lanes);
                    }
            }
        }
}

void ISA(average_pool_backward)(pool_shape *shape, const float *dy, float *dx, bool adds, mote_pool *pool)
{
    pool_job job = {.shape = shape, .dy = dy, .dx = dx, .adds = adds};

    run_images(pool, average_backward_image, &job);
}

void ISA(global_average_forward)(int32_t n, int32_t positions, int32_t channels, const float *x, float *y)
{
    enum { BLOCK = 256 }; /* positions summed before they meet the total */
    const float factor = 1.0f / (float)positions;

    for (; n > 0; n--, x += (ptrdiff_t)positions * channels, y += channels)
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            ptrdiff_t lanes = channels - c;
            vf        total = set1(0);
            for (int32_t begin = 0; begin < positions; begin += BLOCK) {
                int32_t end = at_most(positions, begin + BLOCK);
                vf      sum = set1(0);
                for (int32_t p = begin; p < end; p++)
                    sum += load_up_to(x + (ptrdiff_t)p * channels + c, lanes);
                total += sum;
            }
            store_up_to(y + c, total * factor, lanes);
        }
}

void ISA(global_average_backward)(int32_t n, int32_t positions, int32_t channels, const float *dy, float *dx, bool adds)
{
    const float factor = 1.0f / (float)positions;

    for (; n > 0; n--, dx += (ptrdiff_t)positions * channels, dy += channels)
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            ptrdiff_t lanes = channels - c;
            vf        part = load_up_to(dy + c, lanes) * factor;
            for (int32_t p = 0; p < positions; p++) {
                float *to = dx + (ptrdiff_t)p * channels + c;
                store_up_to(to, adds ? load_up_to(to, lanes) + part : part, lanes);
            }
        }
}
