/* What tests of passes share: a model before and after mote_model_optimize gives the same bytes, and has the same ends.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_PASSES_OPTIMIZED_H
#define MOTE_TESTS_PASSES_OPTIMIZED_H

#include "networks.h"

#define OPTIMIZED_UNUSED __attribute__((unused)) static

enum { OPTIMIZED_TOLD_MAX = 64 };

/* What passes told: "fold_padding PAD, ..." and how often each. */
typedef struct optimized_account {
    int  count, of_pass[16];
    char told[OPTIMIZED_TOLD_MAX][64];
} optimized_account;

OPTIMIZED_UNUSED void optimized_note(void *user, const mote_change *change)
{
    optimized_account *account = user;

    if (account->count < OPTIMIZED_TOLD_MAX)
        snprintf(account->told[account->count], sizeof account->told[0], "%s %s", change->pass, change->op);
    account->count++;
}

OPTIMIZED_UNUSED int optimized_times(const optimized_account *account, const char *told)
{
    int i, count = 0;

    for (i = 0; i < account->count && i < OPTIMIZED_TOLD_MAX; i++)
        count += strcmp(account->told[i], told) == 0;
    return count;
}

static bool optimized_same_end(const char *name, const char *end, int32_t index, mote_tensor_info a, mote_tensor_info b)
{
    const bool same = strcmp(a.name, b.name) == 0 && a.dtype == b.dtype && a.rank == b.rank &&
                      a.is_batched == b.is_batched && a.is_quantized == b.is_quantized && a.bytes == b.bytes &&
                      memcmp(&a.scale, &b.scale, sizeof a.scale) == 0 && a.zero_point == b.zero_point &&
                      memcmp(a.dim, b.dim, (size_t)a.rank * sizeof a.dim[0]) == 0;

    if (!same)
        print_error("%s: %s %d (%s) is another (%s)\n", name, end, (int)index, a.name, b.name);
    return same;
}

OPTIMIZED_UNUSED bool optimized_has_same_ends(const char *name, const mote_model *before, const mote_model *after)
{
    bool same = mote_model_input_count(before) == mote_model_input_count(after) &&
                mote_model_output_count(before) == mote_model_output_count(after);
    int32_t i;

    for (i = 0; same && i < mote_model_input_count(before); i++)
        same = optimized_same_end(name, "input", i, mote_model_input(before, i), mote_model_input(after, i));
    for (i = 0; same && i < mote_model_output_count(before); i++)
        same = optimized_same_end(name, "output", i, mote_model_output(before, i), mote_model_output(after, i));
    return same;
}

/* Inputs that are given: `samples` has, sample after sample, all inputs and then `skipped` bytes; or drawn from a seed,
 * where floats are small numbers, most of them. */
typedef struct optimized_inputs {
    const uint8_t *samples;
    size_t         skipped;
    int            count;
    uint64_t       seed;
} optimized_inputs;

static void optimized_draw(uint8_t *to, const mote_tensor_info *info, network_dice *dice)
{
    static const float odd[] = {0.0f, -0.0f, 1e-30f, -3e38f, 6.0f, -1.0f};
    size_t             k;

    if (info->dtype == MOTE_F32)
        for (k = 0; k < info->count; k++)
            ((float *)(void *)to)[k] = roll(dice, 20) ? roll_between(dice, -4, 8) : odd[roll(dice, 6)];
    else
        for (k = 0; k < info->bytes; k++)
            to[k] = (uint8_t)roll(dice, 256);
}

/* Both models see the same samples one after the other, states and all; every byte of every output is compared. */
OPTIMIZED_UNUSED bool optimized_has_same_answers(const char *name, const mote_model *before, const mote_model *after,
                                                 const char *target, const optimized_inputs *inputs)
{
    const mote_runner_options options = {.target = target};
    mote_runner              *a = network_runner(before, &options), *b = network_runner(after, &options);
    network_dice              dice = network_dice_of(inputs->seed);
    const uint8_t            *at = inputs->samples;
    bool                      same = true;
    mote_error                err = {0};
    int                       s;
    int32_t                   i;

    for (s = 0; same && s < inputs->count; s++) {
        for (i = 0; i < mote_model_input_count(before); i++) {
            const mote_tensor_info info = mote_model_input(before, i);
            if (at)
                memcpy(mote_runner_input(a, i), at, info.bytes);
            else
                optimized_draw(mote_runner_input(a, i), &info, &dice);
            at = at ? at + info.bytes : NULL;
            memcpy(mote_runner_input(b, i), mote_runner_input(a, i), info.bytes);
        }
        at = at ? at + inputs->skipped : NULL;
        if (mote_runner_invoke(a, &err) != MOTE_OK) { /* a loop that does not end */
            assert_int_equal(mote_runner_invoke(b, &(mote_error){0}), err.code);
            break;
        }
        assert_int_equal(mote_runner_invoke(b, &err), MOTE_OK);
        for (i = 0; i < mote_model_output_count(before); i++)
            if (memcmp(mote_runner_output(a, i), mote_runner_output(b, i), mote_model_output(before, i).bytes) != 0) {
                print_error("%s: sample %d, output %d differs\n", name, s, (int)i);
                same = false;
            }
    }
    mote_runner_destroy(a);
    mote_runner_destroy(b);
    return same;
}

#endif
