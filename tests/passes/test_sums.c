/* What inspection says of accumulators and channels, against all that a small layer can compute.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sketch.h"

#include <stdlib.h>

#include <mote/inspect.h>

#include "base/random.h"

enum { INS = 6, OUTS = 5, NETS = 40 };

typedef struct dense {
    int8_t  w[OUTS * INS];
    int32_t bias[OUTS], in_zero;
    bool    has_relu; /* in front, so that the input is not all of int8: its zero point is the lowest */
} dense;

static mote_model *make(const dense *d, mrt_activation activation)
{
    sketch            s = sketch_begin();
    const int32_t     in_dim[] = {1, INS}, w_dim[] = {OUTS, INS}, bias_dim[] = {OUTS};
    const sketch_kind kind = {MOTE_I8, 0.05f, d->in_zero}, out = {MOTE_I8, 0.1f, -100};
    mote_id           in[3];

    in[0] = sketch_input(&s, kind, 2, in_dim);
    if (d->has_relu)
        in[0] = sketch_unary(&s, MOTE_OP_RELU, in[0], kind);
    in[1] = sketch_const(&s, (sketch_kind){MOTE_I8, 0.01f, 0}, 2, w_dim, d->w);
    in[2] = sketch_const(&s, (sketch_kind){MOTE_I32, 0.05f * 0.01f, 0}, 1, bias_dim, d->bias);
    sketch_output(&s, sketch_add(&s, &(mote_node){.op = MOTE_OP_FULLY_CONNECTED, .activation = activation}, 3, in, out));
    return sketch_end(&s);
}

typedef struct extremes {
    int64_t low, high, most;
} extremes;

static void take(extremes *e, int64_t positive, int64_t negative, int64_t bias)
{
    const int64_t ends[] = {bias + positive, bias + negative, bias};
    int           i;

    for (i = 0; i < 3; i++)
        e->most = llabs(ends[i]) > e->most ? llabs(ends[i]) : e->most;
}

/* Every corner of the inputs, and the farthest partial sums that any order of adding reaches. */
static extremes brute(const dense *d)
{
    extremes e = {INT64_MAX, INT64_MIN, 0};
    int      o, i, corner, is_folded;

    for (o = 0; o < OUTS; o++)
        for (corner = 0; corner < 1 << INS; corner++)
            for (is_folded = 0; is_folded < 2; is_folded++) {
                int64_t positive = 0, negative = 0, bias = d->bias[o];
                for (i = 0; i < INS; i++) {
                    const int32_t w = d->w[o * INS + i], x = corner >> i & 1 ? 127 : d->has_relu ? d->in_zero : -128;
                    const int64_t term = (int64_t)w * (is_folded ? x : x - d->in_zero);
                    *(term > 0 ? &positive : &negative) += term;
                    bias -= is_folded ? (int64_t)w * d->in_zero : 0;
                }
                e.low = bias + positive + negative < e.low ? bias + positive + negative : e.low;
                e.high = bias + positive + negative > e.high ? bias + positive + negative : e.high;
                take(&e, positive, negative, bias);
            }
    return e;
}

static mote_inspection inspect(mote_model *model)
{
    mote_inspection in;
    mote_error      err = {0};

    if (mote_inspect(&in, model, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_model_destroy(model);
    return in;
}

static void sums_end_where_corners_do(void **state)
{
    mote_random_key key = mote_random_make(3, MOTE_RANDOM_DATA, 0, 0);
    uint64_t        at = 0;
    int             n, i;

    (void)state;
    for (n = 0; n < NETS; n++) {
        dense                  d = {.in_zero = (int32_t)(mote_random_u32(key, at++) % 200) - 100, .has_relu = n % 2};
        mote_inspection        in;
        const mote_range_info *range;
        extremes               want;
        for (i = 0; i < OUTS * INS; i++)
            d.w[i] = (int8_t)((int32_t)(mote_random_u32(key, at++) % 255) - 127);
        for (i = 0; i < OUTS; i++)
            d.bias[i] = (int32_t)(mote_random_u32(key, at++) % 40000) - 20000;
        want = brute(&d);
        in = inspect(make(&d, MRT_ACT_NONE));
        range = &in.layers[in.layer_count - 1].range;
        assert_true(in.layer_count == 1 || !in.layers[0].range.is_known);
        assert_true(range->is_known);
        assert_true(range->sum_low == want.low);
        assert_true(range->sum_high == want.high);
        assert_true(range->sum_most >= want.most); /* the bias and its products may have different signs */
        assert_true(range->sum_most < ((int64_t)1 << (range->sum_bits - 1)));
        assert_true(range->sum_most >= ((int64_t)1 << (range->sum_bits - 2)));
        mote_inspection_free(&in);
    }
}

static void channels_that_cannot_change_are_listed(void **state)
{
    const dense            d = {.w = {1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, -1, -1, -1, -1, -1, -1},
                                .bias = {-100000, 100000, -100000, 0, 100000},
                                .in_zero = -20};
    mote_inspection        in = inspect(make(&d, MRT_ACT_RELU));
    const mote_range_info *range = &in.layers[0].range;

    (void)state;
    assert_int_equal(range->channel_count, OUTS);
    assert_int_equal(range->lowest.count, 3);
    assert_int_equal(range->lowest.channels[0], 0);
    assert_int_equal(range->lowest.channels[1], 2);
    assert_int_equal(range->lowest.channels[2], 3); /* 0, which a relu's lowest is */
    assert_int_equal(range->highest.count, 2);
    assert_int_equal(range->highest.channels[0], 1);
    assert_int_equal(range->highest.channels[1], 4);
    mote_inspection_free(&in);
}

static void sums_that_may_overflow_are_told(void **state)
{
    const dense     d = {.w = {127, 127, 127, 127, 127, 127}, .bias = {INT32_MAX - 10000}, .in_zero = -128};
    mote_inspection in = inspect(make(&d, MRT_ACT_NONE));

    (void)state;
    assert_int_equal(in.layers[0].range.sum_bits, 33);
    mote_inspection_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_end_where_corners_do),
                                       cmocka_unit_test(channels_that_cannot_change_are_listed),
                                       cmocka_unit_test(sums_that_may_overflow_are_told)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
