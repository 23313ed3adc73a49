/* The fast requantization (runtime/arch/channel.h) against rescale itself: on random sums, on sums at the boundaries of
 * rounding, and for tables of channels folded from weights.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"
#include "runtime/kernels/fully_connected.h"
#include "runtime/arch/arm_dsp/dsp.h"
#include "testing.h"

enum { RANDOM_ROUNDS = 2000000, RANGE = 1 << 29, LAYERS = 20000, TAPS = 16 };

static mote_random_key key_of(uint32_t stream)
{
    return mote_random_make(11, MOTE_RANDOM_TEST, stream, 0);
}

/* ---- one channel ---- */

typedef struct channel_case {
    mrt_output  output;
    mrt_channel fast, literal;
} channel_case;

static channel_case channel_of(int32_t mult, int shift, int32_t zero, int32_t act_min, int32_t act_max)
{
    channel_case c = {.output = {.zero = zero, .act_min = act_min, .act_max = act_max, .is_fast = 1}};

    c.output.is_relu = act_min >= zero;
    c.fast = (mrt_channel){.mult = mult, .round = 2 * zero + 1, .shift = shift};
    c.literal = (mrt_channel){.mult = mult, .shift = -shift};
    return c;
}

static void check_sum(const channel_case *c, int32_t x)
{
    int8_t expected, got, doubled;

    if (x <= -RANGE || x >= RANGE)
        return;
    expected = mrt_output_literal(&c->output, &c->literal, (uint32_t)x);
    got = mrt_output_of(&c->output, &c->fast, (uint32_t)x);
    doubled = mrt_output_of_doubled(&c->output, &c->fast, (uint32_t)x << 1);
    if (got != expected || doubled != expected)
        fail_msg("x %d, mult %d, shift %d, zero %d: %d and doubled %d, %d expected", x, c->fast.mult, c->fast.shift,
                 c->output.zero, got, doubled, expected);
}

/* The sums at which the output changes, and those around them: x mult / 2^31 = (k + 1/2) 2^shift. */
static void check_boundaries(const channel_case *c, int32_t k)
{
    const double  at = ((double)k + 0.5) * (double)(1 << c->fast.shift) * 2147483648.0 / (double)c->fast.mult;
    const int32_t x = at > 1e9 || at < -1e9 ? 0 : (int32_t)at;
    int32_t       d;

    for (d = -2; d <= 2; d++)
        check_sum(c, x + d);
}

/* Multipliers: any, the least, the greatest, and below 2^30, as MEAN has them. */
static int32_t random_mult(uint32_t bits)
{
    static const int32_t ends[] = {1 << 30, INT32_MAX, (1 << 30) + 1, 1};

    return bits % 16 < 4 ? ends[bits % 16] : (int32_t)(bits >> 2 | (uint32_t)1 << 30) & INT32_MAX;
}

static channel_case random_channel(mote_random_key key, uint64_t index)
{
    const mote_random_block block = mote_random_at(key, index);
    const int32_t           zero = (int32_t)(block.word[0] % 256) - 128;
    const int32_t           act_min = block.word[1] & 1 ? zero : -128, act_max = block.word[1] & 2 ? (zero + 127) / 2 : 127;

    return channel_of(random_mult(block.word[2]), 1 + (int)(block.word[3] % 20), zero, act_min,
                      mrt_max_i32(act_min, act_max));
}

static void fast_equals_rescale_on_random_sums(void **state)
{
    const mote_random_key channels = key_of(1), sums = key_of(2);
    uint64_t              i, k;

    (void)state;
    for (i = 0; i < RANDOM_ROUNDS / 16; i++) {
        const channel_case c = random_channel(channels, i);
        for (k = 0; k < 16; k++)
            check_sum(&c, (int32_t)mote_random_u32(sums, 16 * i + k) >> (2 + k));
    }
}

static void fast_equals_rescale_where_outputs_change(void **state)
{
    const mote_random_key channels = key_of(3);
    uint64_t              i;
    int32_t               k;

    (void)state;
    for (i = 0; i < 4000; i++) {
        const channel_case c = random_channel(channels, i);
        for (k = -256; k <= 256; k++)
            check_boundaries(&c, k);
        for (k = -40; k <= 40; k++)
            check_sum(&c, k);
        check_sum(&c, RANGE - 1);
        check_sum(&c, 1 - RANGE);
    }
}

/* ---- tables ---- */

typedef struct fold_case {
    mrt_fold fold;
    int8_t   w[TAPS], in[TAPS], shift;
    int32_t  bias, mult;
} fold_case;

static void draw_fold(fold_case *c, mrt_output *output, mote_random_key key, uint64_t index)
{
    const mote_random_block a = mote_random_at(key, 2 * index), b = mote_random_at(key, 2 * index + 1);
    uint64_t                i;

    for (i = 0; i < TAPS; i++)
        c->w[i] = (int8_t)(mote_random_u32(key_of(7), TAPS * index + i) >> (24 + a.word[0] % 8));
    c->bias = (int32_t)a.word[1] >> (a.word[2] % 24); /* some too large for the fast formula */
    c->mult = random_mult(b.word[0]);
    c->shift = (int8_t)(4 - (int)(b.word[1] % 36));
    *output = (mrt_output){.zero = (int32_t)(b.word[2] % 256) - 128, .act_min = -128, .act_max = 127};
    if (b.word[3] & 1)
        output->act_min = output->zero;
    c->fold = (mrt_fold){.count = 1,
                         .channel_step = TAPS,
                         .tap_step = 1,
                         .tap_count = TAPS,
                         .w = c->w,
                         .bias = a.word[3] % 8 ? &c->bias : NULL,
                         .mult = &c->mult,
                         .shift = &c->shift,
                         .in_zero = (int32_t)(a.word[3] >> 24) - 128,
                         .folds_zero = (int32_t)(a.word[3] >> 4 & 1)};
}

/* Inputs 0 and 1 take the sum to its ends, the others are random. */
static void draw_input(fold_case *c, mote_random_key key, uint64_t index, uint32_t round)
{
    uint32_t i;

    for (i = 0; i < TAPS; i++)
        c->in[i] = round > 1 ? (int8_t)mote_random_u32(key, index * TAPS + i) : (c->w[i] > 0) == (round == 1) ? 127 : -128;
}

static void check_fold(const fold_case *c, const mrt_output *output, const int32_t *entry)
{
    const mrt_channel channel = mrt_channel_at(entry), literal = {.mult = c->mult, .shift = c->shift};
    uint32_t          expected = c->fold.bias ? (uint32_t)c->bias : 0, sum = 0;
    int32_t           i;

    for (i = 0; i < TAPS; i++) {
        expected += (uint32_t)((c->in[i] - c->fold.in_zero) * c->w[i]);
        sum += (uint32_t)((c->in[i] - (c->fold.folds_zero ? 0 : c->fold.in_zero)) * c->w[i]);
    }
    assert_int_equal(mrt_output_of(output, &channel, sum), mrt_output_literal(output, &literal, expected));
    assert_int_equal(mrt_output_of_dsp(output, &channel, sum), mrt_output_literal(output, &literal, expected));
}

static void folded_tables_give_the_literal_outputs(void **state)
{
    const mote_random_key key = key_of(4), inputs = key_of(5);
    int32_t               fast = 0, constant = 0, entry[MRT_CHANNEL_WORDS];
    uint64_t              i;
    uint32_t              round;

    (void)state;
    for (i = 0; i < LAYERS; i++) {
        mrt_output output;
        fold_case  c;
        draw_fold(&c, &output, key, i);
        mrt_channels_fold(&c.fold, &output, entry);
        fast += output.is_fast;
        constant += output.is_fast && entry[0] == 0;
        for (round = 0; round < 8; round++) {
            draw_input(&c, inputs, 8 * i + round, round);
            check_fold(&c, &output, entry);
        }
    }
    assert_in_range(fast, LAYERS / 4, LAYERS - LAYERS / 20); /* all three kinds were there */
    assert_in_range(constant, LAYERS / 50, LAYERS / 2);
}

/* Bias and weights that just keep to the formula's range, and just do not. The multiplier leaves room within the output. */
static void fold_tells_the_range_exactly(void **state)
{
    static const int8_t  w[1] = {1}, shift[1] = {-20};
    static const int32_t mult[1] = {1 << 30};
    int32_t              bias[1], entry[MRT_CHANNEL_WORDS];
    mrt_fold             fold = {
                    .count = 1, .channel_step = 1, .tap_step = 1, .tap_count = 1, .w = w, .bias = bias, .mult = mult, .shift = shift};
    mrt_output output = {.act_min = -128, .act_max = 127};

    (void)state;
    bias[0] = RANGE - 128; /* with an input of 127: RANGE - 1 */
    mrt_channels_fold(&fold, &output, entry);
    assert_true(output.is_fast && entry[0] == 1 << 30);
    bias[0] = RANGE - 127;
    mrt_channels_fold(&fold, &output, entry);
    assert_true(output.is_fast && entry[0] == 0); /* constant: the greatest value */
    bias[0] = 129 - RANGE;
    mrt_channels_fold(&fold, &output, entry);
    assert_true(output.is_fast && entry[0] == 1 << 30);
    bias[0] = 128 - RANGE;
    mrt_channels_fold(&fold, &output, entry);
    assert_true(output.is_fast && entry[0] == 0);
}

/* The last layer of an int8 autoencoder: with the scales' product in float the multiplier is 29 more, and this sum, which
 * lies just above the middle between two outputs, becomes -22; tflite-micro gives -21. */
static void one_weight_scale_is_multiplied_in_double(void **state)
{
    const float                   w_scale = 0.019556683f;
    mrt_fully_connected_i8_scales scales = {
        .in_scale = 0.02479089f, .out_scale = 0.36449847f, .w_scale = &w_scale, .w_scale_count = 1};
    mrt_fully_connected_i8_params p = {.out_zero = 96};
    int32_t                       mult;
    int8_t                        shift;

    (void)state;
    mrt_fully_connected_i8_prepare(&p, &scales, &mult, &shift);
    assert_int_equal(mult, 1462485049);
    assert_int_equal(mrt_rescale(-88337, mult, shift) + p.out_zero, -21);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_equals_rescale_on_random_sums),
        cmocka_unit_test(fast_equals_rescale_where_outputs_change),
        cmocka_unit_test(folded_tables_give_the_literal_outputs),
        cmocka_unit_test(fold_tells_the_range_exactly),
        cmocka_unit_test(one_weight_scale_is_multiplied_in_double),
    };

    return cmocka_run_group_tests_name("channels", tests, NULL, NULL);
}
