/* Which samples calibration takes, and whether they can be right.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/index.h"
#include "quantize/quantize.h"

enum { SAMPLES_DEFAULT = 100, DIFFERENT_LEAST = 10, MANY = 16 };

size_t mote_calibration_count(const mote_dataset_split *samples, const mote_quantize_options *options)
{
    const size_t wanted = options->samples > 0 ? (size_t)options->samples : SAMPLES_DEFAULT;

    return samples->count < wanted ? samples->count : wanted;
}

/* Spread over the split: files sorted by class would show the first class only. */
size_t mote_calibration_row(const mote_dataset_split *samples, size_t count, size_t i)
{
    return i * samples->count / count;
}

static uint64_t hash_of(const mote_dataset_split *samples, size_t row)
{
    const mote_dataset *set = samples->set;
    uint64_t            hash = MOTE_HASH_SEED;
    int32_t             f;

    for (f = 0; f < set->feature_count; f++)
        hash = mote_hash_bytes(hash, mote_dataset_sample(samples, f, row),
                               set->feature[f].width * (size_t)mote_dtype_bits(set->feature[f].dtype) / 8);
    return hash;
}

/* DIFFERENT_LEAST stands for that many and more. */
static int count_different(const mote_dataset_split *samples, size_t count)
{
    uint64_t seen[DIFFERENT_LEAST];
    int      different = 0, k;
    size_t   i;

    for (i = 0; i < count && different < DIFFERENT_LEAST; i++) {
        const uint64_t hash = hash_of(samples, mote_calibration_row(samples, count, i));
        for (k = 0; k < different && seen[k] != hash; k++) {
        }
        if (k == different)
            seen[different++] = hash;
    }
    return different;
}

mote_calibration_text mote_calibration_tell(const mote_dataset_split *calibration, const mote_quantize_options *options)
{
    static const mote_quantize_options defaults = {0};
    mote_calibration_text              out = {""};
    size_t                             count;
    int                                different;

    if (!calibration || calibration->count == 0)
        return out;
    count = mote_calibration_count(calibration, options ? options : &defaults);
    different = count_different(calibration, count);
    if (different == 1 && count >= MANY) /* that is told where data are opened (exec/values.h) */
        return out;
    if (different < DIFFERENT_LEAST)
        snprintf(
            out.text, sizeof out.text,
            "calibration sees %d different sample%s: that hardly shows which values layers take; give it a hundred or so",
            different, different == 1 ? "" : "s");
    else if (calibration->id == MOTE_SPLIT_TEST)
        snprintf(
            out.text, sizeof out.text,
            "calibrated on the test split: accuracy on samples that the ranges were made for tells too much; take those "
            "of training or validation");
    return out;
}
