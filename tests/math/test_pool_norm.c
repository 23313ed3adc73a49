/* Pooling and batch normalization against plain loops in double, at every level. Tolerance 2e-6 for pooling (a few sums),
 * 1e-5 for normalization (a division by a small deviation). SPDX-License-Identifier: Apache-2.0 */
#include "fence.h"

static const int32_t channel_counts[] = {1, 2, 3, 5, 8, 15, 16, 17, 33, 64};

static mote_math_pool random_pool(void)
{
    mote_math_pool s = {.n = draw_int(1, 3), .channels = channel_counts[draw_int(0, 9)]};

    if (draw_int(0, 2) == 0) {
        s.kernel_h = s.kernel_w = s.stride_h = s.stride_w = 2;
    } else {
        s.kernel_h = draw_int(1, 4);
        s.kernel_w = draw_int(1, 4);
        s.stride_h = draw_int(1, 4);
        s.stride_w = draw_int(1, 4);
    }
    s.in_h = s.kernel_h + draw_int(0, 9);
    s.in_w = s.kernel_w + draw_int(0, 9);
    s.pad_top = draw_int(0, 1) * draw_int(0, s.kernel_h - 1);
    s.pad_left = draw_int(0, 1) * draw_int(0, s.kernel_w - 1);
    s.out_h = (s.in_h + s.pad_top + draw_int(0, s.kernel_h - 1) - s.kernel_h) / s.stride_h + 1;
    s.out_w = (s.in_w + s.pad_left + draw_int(0, s.kernel_w - 1) - s.kernel_w) / s.stride_w + 1;
    return s;
}

/* One output element: its valid taps, in order. */
typedef struct taps {
    size_t at[1024];
    int    count;
} taps;

static taps taps_of(const mote_math_pool *s, int32_t n, int32_t oy, int32_t ox, int32_t c)
{
    taps t = {.count = 0};

    for (int32_t ky = 0; ky < s->kernel_h; ky++)
        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
            int32_t y = oy * s->stride_h + ky - s->pad_top, x = ox * s->stride_w + kx - s->pad_left;
            if (y >= 0 && y < s->in_h && x >= 0 && x < s->in_w)
                t.at[t.count++] = (size_t)(((n * s->in_h + y) * s->in_w + x) * s->channels + c);
        }
    return t;
}

static void plain_pool(const mote_math_pool *s, bool is_max, const float *x, const float *dy, double *y, double *dx)
{
    size_t at = 0;

    for (int32_t n = 0; n < s->n; n++)
        for (int32_t oy = 0; oy < s->out_h; oy++)
            for (int32_t ox = 0; ox < s->out_w; ox++)
                for (int32_t c = 0; c < s->channels; c++, at++) {
                    taps t = taps_of(s, n, oy, ox, c);
                    int  best = 0;
                    y[at] = 0;
                    for (int k = 0; k < t.count; k++) {
                        best = x[t.at[k]] > x[t.at[best]] ? k : best;
                        y[at] += (double)x[t.at[k]] / t.count;
                    }
                    if (is_max)
                        y[at] = (double)x[t.at[best]];
                    for (int k = 0; k < t.count; k++)
                        dx[t.at[k]] += is_max ? (k == best ? (double)dy[at] : 0) : (double)dy[at] / t.count;
                }
}

static void check_pool(const mote_math *math, const mote_math_pool *s, bool is_max, bool adds)
{
    size_t  in = (size_t)(s->n * s->in_h * s->in_w * s->channels), out = (size_t)(s->n * s->out_h * s->out_w * s->channels);
    float  *x = fenced(in), *y = fenced(out), *dy = fenced_random(out, -1, 1), *dx = fenced_random(in, -1, 1), *first;
    void   *saved = fenced_bytes(math->max_pool_saved(s), 0);
    double *want_y = doubles(out), *want_dx = doubles(in);
    mote_pool *pool;
    mote_error err = {0};

    for (size_t i = 0; i < in; i++) /* few values, so that equals meet */
        x[i] = (float)draw_int(-2, 3);
    first = fenced(in);
    memcpy(first, dx, in * sizeof *dx);
    for (size_t i = 0; i < in; i++)
        want_dx[i] = adds ? (double)dx[i] : 0;
    plain_pool(s, is_max, x, dy, want_y, want_dx);
    for (int threads = 1; threads <= THREADS_TESTED; threads++) {
        assert_int_equal(mote_pool_create(&pool, threads, &err), MOTE_OK);
        memcpy(dx, first, in * sizeof *dx);
        if (is_max) {
            math->max_pool_forward(s, x, y, saved, pool);
            math->max_pool_backward(s, saved, dy, dx, adds, pool);
        } else {
            math->average_pool_forward(s, x, y, pool);
            math->average_pool_backward(s, dy, dx, adds, pool);
        }
        mote_pool_destroy(pool);
        assert_near("y", out, y, want_y, 2e-6);
        assert_near("dx", in, dx, want_dx, 2e-6);
    }
    if (is_max) {
        float *alone = fenced(out);
        math->max_pool_forward(s, x, alone, NULL, NULL);
        assert_memory_equal(alone, y, out * sizeof *y);
    }
    free(want_y);
    free(want_dx);
    close_fences();
}

static void pools_at_level(const mote_math *math)
{
    static const mote_math_pool fixed[] = {
        {2, 26, 26, 16, 13, 13, 2, 2, 2, 2, 0, 0},
        {2, 11, 11, 16, 5, 5, 2, 2, 2, 2, 0, 0},
        {1, 40, 40, 3, 24, 24, 17, 17, 1, 1, 0, 0}, /* more than 256 elements a window */
        {40, 48, 48, 32, 24, 24, 3, 3, 2, 2, 0, 0},
    };

    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        for (int kind = 0; kind < 4; kind++)
            check_pool(math, &fixed[i], kind & 1, kind & 2);
    for (int round = 0; round < 200; round++) {
        mote_math_pool s = random_pool();
        check_pool(math, &s, round & 1, round & 2);
    }
}

static void pooling_matches_plain_loops(void **state)
{
    (void)state;
    for_each_level(pools_at_level);
}

static void global_average_at_level(const mote_math *math)
{
    for (int round = 0; round < 30; round++) {
        int32_t n = draw_int(1, 3), positions = round == 0 ? 3000 : draw_int(1, 50),
                channels = channel_counts[draw_int(0, 9)];
        size_t in = (size_t)(n * positions * channels), out = (size_t)(n * channels);
        bool   adds = round & 1;
        float *x = fenced_random(in, -1, 1), *y = fenced(out), *dy = fenced_random(out, -1, 1),
              *dx = fenced_random(in, -1, 1);
        double *want_y = doubles(out), *want_dx = doubles(in);
        for (size_t i = 0; i < in; i++) {
            size_t at = i / (size_t)(positions * channels) * (size_t)channels + i % (size_t)channels;
            want_y[at] += (double)x[i] / positions;
            want_dx[i] = (adds ? (double)dx[i] : 0) + (double)dy[at] / positions;
        }
        math->global_average_forward(n, positions, channels, x, y);
        math->global_average_backward(n, positions, channels, dy, dx, adds);
        assert_near("y", out, y, want_y, 2e-6);
        assert_near("dx", in, dx, want_dx, 2e-6);
        free(want_y);
        free(want_dx);
        close_fences();
    }
}

static void global_average_matches_plain_loops(void **state)
{
    (void)state;
    for_each_level(global_average_at_level);
}

typedef struct norm_case {
    size_t  rows;
    int32_t channels;
    float   center; /* a mean far from zero must not cost digits */
    bool    has_gamma, adds;
} norm_case;

static void check_norm(const mote_math *math, const norm_case *k)
{
    mote_math_norm s = {k->rows, k->channels, 1e-3f};
    size_t         c, i, channels = (size_t)k->channels, count = k->rows * channels;
    float         *x = fenced_random(count, k->center - 1, k->center + 2), *dy = fenced_random(count, -1, 1);
    float         *gamma = fenced_random(channels, 0.5, 2), *beta = fenced_random(channels, -1, 1), *y = fenced(count);
    float         *mean = fenced(channels), *variance = fenced(channels), *inv_std = fenced(channels), *y2 = fenced(count);
    float         *dx = fenced_random(count, -1, 1), *dgamma = fenced_random(channels, -1, 1), *first = fenced(count);
    float         *dbeta = fenced_random(channels, -1, 1), *dx2 = fenced(count), *infer = fenced(count);
    double        *m = doubles(channels), *v = doubles(channels), *sum = doubles(channels), *product = doubles(channels);
    double        *want_y = doubles(count), *want_dx = doubles(count), *want_dgamma = doubles(channels),
           *want_dbeta = doubles(channels);
    void          *scratch = fenced_scratch(math->batch_norm_scratch(&s));
    mote_math_work work = {NULL, scratch};
    mote_error     err = {0};
    double         rows = (double)k->rows;

    memcpy(first, dx, count * sizeof *dx);
    for (i = 0; i < count; i++)
        m[i % channels] += (double)x[i] / rows;
    for (i = 0; i < count; i++) {
        double gap = (double)x[i] - m[i % channels];
        v[i % channels] += gap * gap / rows;
    }
    for (i = 0; i < count; i++) {
        double xhat = ((double)x[i] - m[i % channels]) / sqrt(v[i % channels] + 1e-3);
        want_y[i] = k->has_gamma ? xhat * (double)gamma[i % channels] + (double)beta[i % channels] : xhat;
        sum[i % channels] += (double)dy[i];
        product[i % channels] += (double)dy[i] * xhat;
    }
    for (c = 0; c < channels; c++) {
        want_dgamma[c] = (double)dgamma[c] + product[c];
        want_dbeta[c] = (double)dbeta[c] + sum[c];
    }
    for (i = 0; i < count; i++) {
        double inv = 1 / sqrt(v[i % channels] + 1e-3), xhat = ((double)x[i] - m[i % channels]) * inv;
        double gain = (k->has_gamma ? (double)gamma[i % channels] : 1) * inv;
        want_dx[i] = (k->adds ? (double)dx[i] : 0) +
                     gain * ((double)dy[i] - sum[i % channels] / rows - xhat * product[i % channels] / rows);
    }
    if (!k->has_gamma)
        gamma = beta = NULL;
    math->batch_norm_train(&s, x, gamma, beta, y, mean, variance, inv_std, work);
    assert_near("mean", channels, mean, m, 1e-6);
    assert_near("variance", channels, variance, v, 1e-6);
    assert_near("y", count, y, want_y, 1e-5 * (1 + fabs((double)k->center) / 10));
    math->batch_norm_infer(&s, x, gamma, beta, infer, mean, variance, work);
    assert_near("infer", count, infer, want_y, 1e-5 * (1 + fabs((double)k->center) / 10));
    math->batch_norm_backward(&s, x, gamma, mean, inv_std, dy, dx, k->adds, dgamma, dbeta, work);
    assert_near("dx", count, dx, want_dx, 1e-5);
    assert_near("dgamma", channels, dgamma, want_dgamma, 1e-5);
    assert_near("dbeta", channels, dbeta, want_dbeta, 1e-5);
    for (int threads = 2; threads <= THREADS_TESTED; threads++) {
        assert_int_equal(mote_pool_create(&work.pool, threads, &err), MOTE_OK);
        math->batch_norm_train(&s, x, gamma, beta, y2, mean, variance, inv_std, work);
        memcpy(dx2, first, count * sizeof *dx);
        math->batch_norm_backward(&s, x, gamma, mean, inv_std, dy, dx2, k->adds, NULL, NULL, work);
        assert_memory_equal(y2, y, count * sizeof *y);
        assert_memory_equal(dx2, dx, count * sizeof *dx);
        mote_pool_destroy(work.pool);
    }
    free(m), free(v), free(sum), free(product), free(want_y), free(want_dx), free(want_dgamma), free(want_dbeta);
    close_fences();
}

static void norms_at_level(const mote_math *math)
{
    static const norm_case cases[] = {
        {1, 3, 0, true, false},      {2, 1, 0, true, true},       {100, 5, 3, false, false},  {333, 16, 0, true, true},
        {4096, 8, 100, true, false}, {5000, 17, 0, true, true},   {70000, 3, 5, true, false}, {65536, 64, 0, true, true},
        {1000, 128, 0, false, true}, {700000, 8, 0, true, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_norm(math, &cases[i]);
}

static void batch_norm_matches_plain_loops_and_ignores_threads(void **state)
{
    (void)state;
    for_each_level(norms_at_level);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pooling_matches_plain_loops),
        cmocka_unit_test(global_average_matches_plain_loops),
        cmocka_unit_test(batch_norm_matches_plain_loops_and_ignores_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
