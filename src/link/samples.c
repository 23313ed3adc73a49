/* Samples on a board, as mote_samples_run has them on the host.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <mote/link.h>

#include "base/arena.h"
#include "link/session.h"

mote_status mote_link_tell(const mote_link *link, size_t done, size_t total, mote_error *err)
{
    const mote_progress      *progress = &mote_link_options_of(link)->progress;
    const mote_progress_event event = {.stage = "board", .done = (int64_t)done, .total = (int64_t)total};

    if (progress->report && !progress->report(progress->user, &event))
        return mote_fail(err, MOTE_ERR_USAGE, "stopped");
    return MOTE_OK;
}

static mote_status run_all(mote_samples *out, const mote_samples *inputs, mote_link *link, uint32_t *took, mote_error *err)
{
    size_t i;

    MOTE_TRY(mote_link_reset(link, err));
    for (i = 0; i < inputs->count; i++) {
        if (mote_link_run(link, inputs->bytes + i * inputs->sample_bytes, out->bytes + i * out->sample_bytes, &took[i],
                          err) != MOTE_OK)
            return mote_context(err, "sample %zu", i);
        MOTE_TRY(mote_link_tell(link, i + 1, inputs->count, err));
    }
    return MOTE_OK;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void take_times(mote_link_times *times, uint32_t *took, size_t count, bool has_clock)
{
    qsort(took, count, sizeof *took, by_size);
    *times = (mote_link_times){.are_known = has_clock && count > 0};
    if (times->are_known) {
        times->median = took[count / 2];
        times->least = took[0];
        times->most = took[count - 1];
    }
}

mote_status mote_link_check_samples(const mote_link *link, const mote_model *model, const mote_samples *inputs,
                                    mote_error *err)
{
    const mote_link_board *board = mote_link_board_of(link);

    MOTE_TRY(mote_link_check(link, model, err));
    if (inputs->sample_bytes == board->input_bytes)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "a sample of %zu bytes is none of this model's: its inputs take %zu",
                     inputs->sample_bytes, board->input_bytes);
}

mote_status mote_link_run_samples(mote_samples *out, const mote_model *model, const mote_samples *inputs, mote_link *link,
                                  mote_link_times *times, mote_error *err)
{
    const mote_link_board *board = mote_link_board_of(link);
    mote_arena             scratch = {0};
    uint32_t              *took;

    *out = (mote_samples){.count = inputs->count,
                          .sample_bytes = board->output_bytes,
                          .is_joined = inputs->is_joined,
                          .is_stacked = inputs->is_stacked};
    MOTE_TRY(mote_link_check_samples(link, model, inputs, err));
    out->owner = calloc(1, sizeof *out->owner);
    if (!out->owner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    out->bytes = MOTE_NEW(out->owner, uint8_t, mote_size_mul(out->count, out->sample_bytes), err);
    took = MOTE_NEW(&scratch, uint32_t, out->count, err);
    if (err->code == MOTE_OK && run_all(out, inputs, link, took, err) == MOTE_OK && times)
        take_times(times, took, out->count, board->has_clock);
    mote_arena_destroy(&scratch);
    if (err->code != MOTE_OK)
        mote_samples_free(out);
    return err->code;
}
