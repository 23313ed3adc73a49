/* Generated data: the noisy sine of the TinyML "hello world" (Warden and Situnayake 2019, chapter 4).
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/random.h"
#include "data/raw.h"

enum { DEFAULT_COUNT = 1000, TRAIN_PERCENT = 60, TEST_PERCENT = 20 };

/* Samples begin..begin+count-1 of the stream. The draws are independent, so the order is random without a shuffle. */
static mote_status generate(mote_raw_split *split, const mote_sine_options *options, size_t begin, size_t count,
                            mote_error *err)
{
    const int64_t   dim[2] = {(int64_t)count, 1};
    mote_random_key x_key = mote_random_make(options->seed, MOTE_RANDOM_DATA, 2, 0);
    mote_random_key noise_key = mote_random_make(options->seed, MOTE_RANDOM_DATA, 3, 0);
    float          *x, *y;
    size_t          i;

    MOTE_TRY(mote_array_create(&split->x[0], MOTE_F32, 2, dim, err));
    MOTE_TRY(mote_array_create(&split->y[0], MOTE_F32, 2, dim, err));
    split->x_name[0] = "x";
    split->y_name[0] = "y";
    x = split->x[0].bytes;
    y = split->y[0].bytes;
    for (i = 0; i < count; i++) {
        double noise = (double)options->noise * mote_random_unit_f64(noise_key, begin + i);
        x[i] = (float)(6.283185307179586 * mote_random_unit_f64(x_key, begin + i));
        y[i] = (float)sin((double)x[i]) + (float)noise;
    }
    return MOTE_OK;
}

mote_status mote_dataset_sine(mote_dataset **out, const mote_sine_options *options, mote_error *err)
{
    const mote_dataset_options plain = {.targets = MOTE_TARGETS_VALUES};
    mote_sine_options          o = options ? *options : (mote_sine_options){0};
    mote_raw_set               raw;
    size_t                     train, test;

    *out = NULL;
    if (o.count == 0)
        o.count = DEFAULT_COUNT;
    if (o.count < 5 || o.count > INT32_MAX / 2 || !isfinite(o.noise))
        return mote_fail(err, MOTE_ERR_USAGE, "a generated sine needs 5 to %d samples and a finite noise", INT32_MAX / 2);
    train = o.count * TRAIN_PERCENT / 100;
    test = o.count * TEST_PERCENT / 100;
    mote_raw_set_init(&raw, &plain);
    raw.source = "generated sine";
    if (generate(&raw.split[MOTE_SPLIT_TRAIN], &o, 0, train, err) == MOTE_OK &&
        generate(&raw.split[MOTE_SPLIT_TEST], &o, train, test, err) == MOTE_OK)
        generate(&raw.split[MOTE_SPLIT_VALIDATION], &o, train + test, o.count - train - test, err);
    if (err->code == MOTE_OK)
        return mote_dataset_assemble(out, &raw, &plain, err);
    mote_raw_set_free(&raw);
    return err->code;
}
