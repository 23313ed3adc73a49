/* Multipliers in integers (runtime/kernels/ratio.h) against what double makes of the same scales, bit for bit.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/random.h"
#include "runtime/kernels/ratio.h"
#include "runtime/kernels/rescale.h"
#include "testing.h"

enum { ROUNDS = 3000000, MIDDLE_ROUNDS = 30000, MIDDLE_STEPS = 48 };

static float float_of(uint32_t mantissa, uint32_t exponent)
{
    const uint32_t bits = exponent << 23 | (mantissa & 0x7fffffu);
    float          x;

    memcpy(&x, &bits, sizeof x);
    return x > 0 ? x : 1.0f;
}

/* Mantissas: any, the least, the greatest, and those beside them. */
static uint32_t mantissa_of(uint32_t bits)
{
    const uint32_t any = bits >> 8;

    switch (bits % 8) {
    case 0:
        return any % 4;
    case 1:
        return 0x7fffffu - any % 4;
    default:
        return any;
    }
}

static void check_multiplier(float in_scale, float w_scale, float out_scale)
{
    const mrt_ratio      ratio = mrt_ratio_of(in_scale, out_scale);
    const mrt_multiplier got = mrt_ratio_multiplier(&ratio, mrt_float_bits(w_scale));
    int32_t              mult, shift;

    mrt_quantize_multiplier((double)in_scale * (double)w_scale / (double)out_scale, &mult, &shift);
    if (got.mult != mult || got.shift != shift)
        fail_msg("%a * %a / %a: %d, %d; %d, %d expected", (double)in_scale, (double)w_scale, (double)out_scale, got.mult,
                 got.shift, mult, shift);
}

/* exponents: how many there are, around 1. */
static void check_random(uint32_t stream, uint32_t exponents)
{
    const mote_random_key key = mote_random_make(11, MOTE_RANDOM_TEST, stream, 0);
    float                 scale[3];
    uint64_t              i;
    int                   k;

    for (i = 0; i < ROUNDS; i++) {
        const mote_random_block block = mote_random_at(key, i);
        for (k = 0; k < 3; k++)
            scale[k] = float_of(mantissa_of(block.word[k]), 127 - exponents / 2 + (block.word[3] >> 8 * k) % exponents);
        check_multiplier(scale[0], scale[1], scale[2]);
    }
}

static void multipliers_are_those_of_double(void **state)
{
    (void)state;
    check_random(1, 12);
    check_random(2, 46); /* some saturate, some vanish */
    check_random(3, 254);
}

/* Where double lifts a quotient to the middle between two multipliers: w_scale 2^n leaves just less than half of out_scale,
 * or just that. */
static void multipliers_near_the_middle_are_those_of_double(void **state)
{
    const mote_random_key key = mote_random_make(11, MOTE_RANDOM_TEST, 4, 0);
    uint64_t              i;
    uint32_t              n;

    (void)state;
    for (i = 0; i < MIDDLE_ROUNDS; i++) {
        const mote_random_block block = mote_random_at(key, i);
        const uint32_t          out = mantissa_of(block.word[0]) | 0x800001u, missing = block.word[1] % 5;
        uint32_t                w = (out - 1) / 2 - missing;
        for (n = 0; n < MIDDLE_STEPS; n++) {
            w = w % 2 ? (w + out) / 2 : w / 2;
            if (w >= 0x800000u)
                check_multiplier(1.0f, float_of(w, 120), float_of(out, 127));
            else if (w + out >= 0x800000u && w + out < 0x1000000u)
                check_multiplier(1.0f, float_of(w + out, 120), float_of(out, 127));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multipliers_are_those_of_double),
        cmocka_unit_test(multipliers_near_the_middle_are_those_of_double),
    };

    return cmocka_run_group_tests_name("ratio", tests, NULL, NULL);
}
