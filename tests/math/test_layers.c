/* Dense, Conv2D, DepthwiseConv2D: forward and backward against plain loops in double, at every level, over odd shapes.
 * Tolerance 2e-5 of the largest value: sums of up to a few thousand products in float32.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fence.h"

#define TOLERANCE 2e-5

static double activate(double x, mote_math_activation activation)
{
    if (activation == MOTE_MATH_LINEAR)
        return x;
    x = x > 0 ? x : 0;
    return activation == MOTE_MATH_RELU6 && x > 6 ? 6 : x;
}

static double masked(float dy, float y, mote_math_activation activation)
{
    if (activation == MOTE_MATH_LINEAR)
        return (double)dy;
    return y > 0 && (activation == MOTE_MATH_RELU || y < 6) ? (double)dy : 0;
}

/* A layer as plain loops see it: `visit` is called for each product y[iy] += x[ix] * w[iw]. */
typedef struct layer {
    const mote_math_dense *dense;
    const mote_math_conv  *conv;
    bool                   is_depthwise;
    size_t                 x_count, w_count, y_count, channels;
    mote_math_activation   activation;
} layer;

typedef void visitor(void *context, size_t ix, size_t iw, size_t iy);

static void visit_dense(const mote_math_dense *s, visitor *visit, void *context)
{
    for (int32_t n = 0; n < s->rows; n++)
        for (int32_t o = 0; o < s->out; o++)
            for (int32_t i = 0; i < s->in; i++)
                visit(context, (size_t)(n * s->in + i), (size_t)(o * s->in + i), (size_t)(n * s->out + o));
}

static void visit_window(const mote_math_conv *s, bool is_depthwise, const int32_t at[4], size_t iy, visitor *visit,
                         void *context)
{
    int32_t multiplier = s->out_c / s->in_c;

    for (int32_t ky = 0; ky < s->kernel_h; ky++)
        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
            int32_t y = at[1] * s->stride_h + ky * s->dilation_h - s->pad_top;
            int32_t x = at[2] * s->stride_w + kx * s->dilation_w - s->pad_left, pixel = (at[0] * s->in_h + y) * s->in_w + x;
            if (y < 0 || y >= s->in_h || x < 0 || x >= s->in_w)
                continue;
            if (is_depthwise)
                visit(context, (size_t)(pixel * s->in_c + at[3] / multiplier),
                      (size_t)((ky * s->kernel_w + kx) * s->out_c + at[3]), iy);
            else
                for (int32_t i = 0; i < s->in_c; i++)
                    visit(context, (size_t)(pixel * s->in_c + i),
                          (size_t)(((at[3] * s->kernel_h + ky) * s->kernel_w + kx) * s->in_c + i), iy);
        }
}

static void visit_products(const layer *l, visitor *visit, void *context)
{
    size_t  iy = 0;
    int32_t at[4];

    if (l->dense) {
        visit_dense(l->dense, visit, context);
        return;
    }
    for (at[0] = 0; at[0] < l->conv->n; at[0]++)
        for (at[1] = 0; at[1] < l->conv->out_h; at[1]++)
            for (at[2] = 0; at[2] < l->conv->out_w; at[2]++)
                for (at[3] = 0; at[3] < l->conv->out_c; at[3]++)
                    visit_window(l->conv, l->is_depthwise, at, iy++, visit, context);
}

typedef struct sums {
    const float *x, *w;
    double      *g, *y, *dx, *dw;
} sums;

static void add_forward(void *context, size_t ix, size_t iw, size_t iy)
{
    sums *s = context;
    s->y[iy] += (double)s->x[ix] * (double)s->w[iw];
}

static void add_backward(void *context, size_t ix, size_t iw, size_t iy)
{
    sums *s = context;
    s->dx[ix] += s->g[iy] * (double)s->w[iw];
    s->dw[iw] += s->g[iy] * (double)s->x[ix];
}

static size_t scratch_bytes(const mote_math *math, const layer *l)
{
    return l->dense          ? math->dense_scratch(l->dense)
           : l->is_depthwise ? math->depthwise_scratch(l->conv)
                             : math->conv2d_scratch(l->conv);
}

static void forward(const mote_math *math, const layer *l, const float *x, const float *w, const float *b, float *y,
                    mote_math_work work)
{
    if (l->dense)
        math->dense_forward(l->dense, x, w, b, y, work);
    else
        (l->is_depthwise ? math->depthwise_forward : math->conv2d_forward)(l->conv, x, w, b, y, work);
}

static void backward(const mote_math *math, const layer *l, const mote_math_grads *grads, mote_math_work work)
{
    if (l->dense)
        math->dense_backward(l->dense, grads, work);
    else
        (l->is_depthwise ? math->depthwise_backward : math->conv2d_backward)(l->conv, grads, work);
}

static float *copy_of(const float *from, size_t count)
{
    float *p = fenced(count);
    memcpy(p, from, count * sizeof *p);
    return p;
}

/* Where the activation's edges are, rounding may decide otherwise than the reference: y comes from the kernel, and is
 * checked first. `sparse` zeroes that share of dy, as max pooling does. */
static void check_layer(const mote_math *math, const layer *l, bool has_bias, bool adds, float sparse)
{
    float          *x = fenced_random(l->x_count, -1, 1), *w = fenced_random(l->w_count, -1, 1);
    float          *b = has_bias ? fenced_random(l->channels, -1, 1) : NULL, *y = fenced(l->y_count);
    float          *dy = fenced_random(l->y_count, -1, 1), *dx = fenced_random(l->x_count, -1, 1);
    float          *dw = fenced_random(l->w_count, -1, 1), *db = fenced_random(l->channels, -1, 1);
    void           *scratch = fenced_scratch(scratch_bytes(math, l));
    mote_math_work  work = {NULL, scratch};
    sums            want = {x, w, doubles(l->y_count), doubles(l->y_count), doubles(l->x_count), doubles(l->w_count)};
    double         *want_db = doubles(l->channels);
    mote_math_grads grads = {.x = x, .w = w, .y = y, .dy = dy, .dx = dx, .dx_adds = adds, .dw = dw, .db = db};
    float *first_dx = copy_of(dx, l->x_count), *first_dw = copy_of(dw, l->w_count), *first_db = copy_of(db, l->channels);

    for (size_t i = 0; i < l->x_count; i++) /* zeros, as activations have them */
        if (draw(0, 1) < sparse)
            x[i] = 0;
    for (size_t i = 0; i < l->y_count; i++)
        if (draw(0, 1) < sparse)
            dy[i] = 0;
    visit_products(l, add_forward, &want);
    for (size_t i = 0; i < l->y_count; i++)
        want.y[i] = activate(want.y[i] + (b ? (double)b[i % l->channels] : 0), l->activation);
    forward(math, l, x, w, b, y, work);
    assert_near("y", l->y_count, y, want.y, TOLERANCE);

    for (size_t i = 0; i < l->y_count; i++) {
        want.g[i] = masked(dy[i], y[i], l->activation);
        want_db[i % l->channels] += want.g[i];
    }
    for (size_t i = 0; i < l->w_count; i++)
        want.dw[i] = (double)dw[i];
    for (size_t i = 0; i < l->x_count; i++)
        want.dx[i] = adds ? (double)dx[i] : 0;
    for (size_t i = 0; i < l->channels; i++)
        want_db[i] += (double)db[i];
    visit_products(l, add_backward, &want);
    backward(math, l, &grads, work);
    assert_near("dx", l->x_count, dx, want.dx, TOLERANCE);
    assert_near("dw", l->w_count, dw, want.dw, TOLERANCE);
    assert_near("db", l->channels, db, want_db, TOLERANCE);

    for (int threads = 1; threads <= THREADS_TESTED; threads++) { /* the same bytes, whoever computes them */
        mote_error err = {0};
        float     *y2 = fenced(l->y_count), *dx2 = copy_of(first_dx, l->x_count), *dw2 = copy_of(first_dw, l->w_count);
        float     *db2 = copy_of(first_db, l->channels);
        assert_int_equal(mote_pool_create(&work.pool, threads, &err), MOTE_OK);
        forward(math, l, x, w, b, y2, work);
        assert_memory_equal(y2, y, l->y_count * sizeof *y);
        grads.dx = dx2;
        grads.dw = dw2;
        grads.db = db2;
        backward(math, l, &grads, work);
        assert_memory_equal(dx2, dx, l->x_count * sizeof *dx);
        assert_memory_equal(dw2, dw, l->w_count * sizeof *dw);
        assert_memory_equal(db2, db, l->channels * sizeof *db);
        mote_pool_destroy(work.pool);
    }
    work.pool = NULL;
    grads.dx = NULL; /* a first layer needs no dx, which takes other ways; each gradient may be left out */
    memcpy(dw, first_dw, l->w_count * sizeof *dw);
    memcpy(db, first_db, l->channels * sizeof *db);
    grads.dw = dw;
    grads.db = db;
    backward(math, l, &grads, work);
    assert_near("dw without dx", l->w_count, dw, want.dw, TOLERANCE);
    assert_near("db without dx", l->channels, db, want_db, TOLERANCE);
    grads.dw = grads.db = NULL;
    backward(math, l, &grads, work);
    free(want.g);
    free(want.y);
    free(want.dx);
    free(want.dw);
    free(want_db);
    close_fences();
}

static layer dense_layer(const mote_math_dense *s)
{
    return (layer){.dense = s,
                   .x_count = (size_t)(s->rows * s->in),
                   .w_count = (size_t)(s->in * s->out),
                   .y_count = (size_t)(s->rows * s->out),
                   .channels = (size_t)s->out,
                   .activation = s->activation};
}

static layer conv_layer(const mote_math_conv *s, bool is_depthwise)
{
    layer l = {.conv = s, .is_depthwise = is_depthwise, .activation = s->activation, .channels = (size_t)s->out_c};

    l.x_count = (size_t)(s->n * s->in_h * s->in_w * s->in_c);
    l.y_count = (size_t)(s->n * s->out_h * s->out_w * s->out_c);
    l.w_count = (size_t)(s->kernel_h * s->kernel_w * s->out_c) * (is_depthwise ? 1 : (size_t)s->in_c);
    return l;
}

static void dense_at_level(const mote_math *math)
{
    static const mote_math_dense shapes[] = {
        {1, 1, 1, 0},       {16, 1, 16, 1},     {16, 16, 16, 1}, {16, 16, 1, 0},   {5, 3, 2, 2},     {7, 5, 17, 1},
        {3, 64, 10, 0},     {64, 100, 64, 1},   {65, 17, 65, 2}, {2, 257, 129, 1}, {300, 3, 4, 1},   {33, 31, 48, 0},
        {2100, 150, 70, 1}, {2300, 10, 900, 2}, {4500, 6, 5, 1}, {64, 784, 64, 1}, {1, 640, 128, 1}, {9, 1, 7, 0},
    };

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        layer l = dense_layer(&shapes[i]);
        check_layer(math, &l, i % 3 != 0, i % 2 == 0, 0);
        check_layer(math, &l, i % 3 == 0, i % 2 == 1, 0.8f);
    }
}

static void dense_matches_plain_loops_and_ignores_threads(void **state)
{
    (void)state;
    for_each_level(dense_at_level);
}

/* A random convolution; sometimes rows at the end are not used, sometimes the bottom padding is more than needed. */
static mote_math_conv random_conv(bool is_depthwise)
{
    static const int32_t channels[] = {1, 2, 3, 5, 8, 16, 17, 33, 64};
    mote_math_conv       s = {.n = draw_int(1, 4), .kernel_h = draw_int(1, 4), .kernel_w = draw_int(1, 4)};
    int32_t              high, wide;

    s.in_c = channels[draw_int(0, 8)];
    s.out_c = is_depthwise ? s.in_c * draw_int(1, 3) : channels[draw_int(0, 8)];
    s.stride_h = draw_int(1, 3);
    s.stride_w = draw_int(1, 3);
    s.dilation_h = draw_int(1, 3) == 3 ? 2 : 1;
    s.dilation_w = draw_int(1, 3) == 3 ? 3 : 1;
    high = (s.kernel_h - 1) * s.dilation_h + 1;
    wide = (s.kernel_w - 1) * s.dilation_w + 1;
    s.pad_top = draw_int(0, high - 1) * draw_int(0, 1);
    s.pad_left = draw_int(0, wide - 1) * draw_int(0, 1);
    s.in_h = high + draw_int(0, 9);
    s.in_w = wide + draw_int(0, 9);
    s.out_h = (s.in_h + s.pad_top + draw_int(0, high - 1) - high) / s.stride_h + 1;
    s.out_w = (s.in_w + s.pad_left + draw_int(0, wide - 1) - wide) / s.stride_w + 1;
    s.activation = (mote_math_activation)draw_int(0, 2);
    return s;
}

static void random_convs(const mote_math *math)
{
    for (int round = 0; round < 150; round++) {
        bool           is_depthwise = round % 2 == 1;
        mote_math_conv s = random_conv(is_depthwise);
        layer          l = conv_layer(&s, is_depthwise);
        check_layer(math, &l, draw_int(0, 1), draw_int(0, 1), round % 3 == 0 ? 0.85f : 0);
    }
}

static void convolutions_of_random_shape_match_plain_loops(void **state)
{
    (void)state;
    for_each_level(random_convs);
}

/* The shapes that the fast paths are for, large enough to be split over threads. */
static void frequent_convs(const mote_math *math)
{
    static const mote_math_conv shapes[] = {
        {9, 28, 28, 1, 26, 26, 16, 3, 3, 1, 1, 1, 1, 0, 0, MOTE_MATH_RELU},
        {9, 13, 13, 16, 11, 11, 16, 3, 3, 1, 1, 1, 1, 0, 0, MOTE_MATH_RELU},
        {10, 30, 30, 3, 15, 15, 16, 3, 3, 2, 2, 1, 1, 0, 0, MOTE_MATH_RELU6},
        {10, 32, 32, 3, 32, 32, 16, 3, 3, 1, 1, 1, 1, 1, 1, MOTE_MATH_RELU},
        {11, 16, 16, 16, 16, 16, 32, 3, 3, 1, 1, 1, 1, 1, 1, MOTE_MATH_RELU},
        {9, 12, 12, 32, 12, 12, 64, 3, 3, 1, 1, 1, 1, 1, 1, MOTE_MATH_LINEAR},
        {3, 49, 10, 1, 25, 5, 64, 10, 4, 2, 2, 1, 1, 4, 1, MOTE_MATH_RELU},
        {17, 24, 24, 32, 24, 24, 48, 1, 1, 1, 1, 1, 1, 0, 0, MOTE_MATH_RELU6},
        {3, 9, 9, 20, 5, 5, 24, 1, 1, 2, 2, 1, 1, 0, 0, MOTE_MATH_RELU},
    };
    static const mote_math_conv depthwise[] = {
        {9, 48, 48, 16, 48, 48, 16, 3, 3, 1, 1, 1, 1, 1, 1, MOTE_MATH_RELU6},
        {9, 48, 48, 16, 24, 24, 16, 3, 3, 2, 2, 1, 1, 0, 0, MOTE_MATH_RELU6},
        {9, 48, 48, 8, 48, 48, 8, 3, 3, 1, 1, 1, 1, 1, 1, MOTE_MATH_LINEAR},
        {3, 25, 5, 64, 25, 5, 64, 3, 3, 1, 1, 1, 1, 1, 1, MOTE_MATH_RELU},
        {3, 6, 6, 128, 3, 3, 128, 3, 3, 2, 2, 1, 1, 0, 0, MOTE_MATH_LINEAR},
        {3, 20, 20, 4, 9, 9, 32, 3, 3, 2, 2, 1, 1, 0, 0, MOTE_MATH_RELU},
    };

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        layer l = conv_layer(&shapes[i], false);
        check_layer(math, &l, i % 4 != 0, i % 2, 0);
        check_layer(math, &l, i % 4 != 0, i % 2, 0.9f);
    }
    for (size_t i = 0; i < sizeof depthwise / sizeof depthwise[0]; i++) {
        layer l = conv_layer(&depthwise[i], true);
        check_layer(math, &l, i % 4 != 0, i % 2, 0);
    }
}

static void frequent_convolutions_match_plain_loops(void **state)
{
    (void)state;
    for_each_level(frequent_convs);
}

static void unknown_levels_are_refused(void **state)
{
    (void)state;
    assert_null(mote_math_select("sse9"));
    assert_null(mote_math_select(""));
    assert_non_null(mote_math_select("baseline"));
    assert_non_null(mote_math_select(NULL));
    assert_string_equal(mote_math_select("baseline")->name, "baseline");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_levels_are_refused),
        cmocka_unit_test(dense_matches_plain_loops_and_ignores_threads),
        cmocka_unit_test(convolutions_of_random_shape_match_plain_loops),
        cmocka_unit_test(frequent_convolutions_match_plain_loops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
