/* How long an inference takes on boards: the emulated chip that stands for its core counts cycles, with the board's flash
 * in between. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "boards/fit.h"

static void tell_time(mote_fit *fit, const mote_emulation *run)
{
    const mote_board *board = fit->board;
    const bool        is_counted = strcmp(run->chip->count_unit, "cycles") == 0; /* by the emulator itself */
    mote_text         text = {0};

    mote_text_printf(&text, "about %s ms an inference: %" PRIu64 " cycles at %d MHz",
                     mote_number_rounded(fit->milliseconds).text, fit->cycles, board->clock_mhz);
    if (is_counted)
        mote_text_printf(&text, ", %s", run->cycles_basis);
    else if (board->flash_cache_source)
        mote_text_printf(&text, ", %" PRIu64 " of them waiting for flash", fit->wait_cycles);
    else
        mote_text_puts(&text, "; what its flash makes it wait is not known and not counted");
    if (!is_counted)
        mote_text_printf(&text, "; modelled for a %s (%s)", run->core, run->cycles_basis);
    if (!board->has_chip_compiler)
        mote_text_printf(&text, ", which stands for the %s: that one's timings are not known, nor how far off this is",
                         board->core);
    else if (!is_counted)
        mote_text_printf(&text, ", %s", run->cycles_error ? run->cycles_error : "not checked against published times");
    snprintf(fit->time, sizeof fit->time, "%s", text.bytes ? text.bytes : "");
    mote_text_free(&text);
}

/* An instruction takes a cycle at least, where one at a time is begun. */
static void tell_bound(mote_fit *fit, const mote_emulation *run)
{
    snprintf(fit->time, sizeof fit->time,
             "%" PRIu64 " instructions an inference, which is %s ms at one a cycle and %d MHz; %s", run->count,
             mote_number_rounded((double)run->count / (fit->board->clock_mhz * 1e3)).text, fit->board->clock_mhz,
             run->cycles_failure);
}

/* ---- boards of one core ---- */

static bool is_same_shape(mote_cache_shape a, mote_cache_shape b)
{
    return a.lines == b.lines && a.line_bytes == b.line_bytes && a.ways == b.ways;
}

static bool is_same_cache(const mote_flash_cache *a, const mote_flash_cache *b)
{
    return is_same_shape(a->instructions, b->instructions) && is_same_shape(a->data, b->data) &&
           a->is_shared == b->is_shared && a->miss_cycles == b->miss_cycles;
}

/* Where a board's flash is among those of the group, which it is added to. */
static int32_t place_of(mote_flash_cache *flash, int32_t *count, const mote_flash_cache *wanted)
{
    int32_t i;

    for (i = 0; i < *count; i++)
        if (is_same_cache(&flash[i], wanted))
            return i;
    flash[(*count)++] = *wanted;
    return i;
}

/* The group of a board: those that its run stands for. */
static bool is_alike(const mote_fit *a, const mote_fit *b)
{
    return a->answer != MOTE_FIT_NO && a->board->chip == b->board->chip && strcmp(a->board->kernels, b->board->kernels) == 0;
}

static void take_time(mote_fit *fit, const mote_emulation *run, uint64_t wait_cycles)
{
    if (!run->has_cycles) {
        tell_bound(fit, run);
        return;
    }
    fit->wait_cycles = wait_cycles;
    fit->cycles = run->cycles + wait_cycles;
    fit->milliseconds = (double)fit->cycles / (fit->board->clock_mhz * 1e3);
    tell_time(fit, run);
}

/* flash has room for one of each; place: [count] which one is a board's, none where it is not known. */
static mote_status run_group(mote_fit *fits, int32_t first, int32_t count, const mote_flash_cache *flash,
                             int32_t flash_count, const int32_t *place, const mote_model *model,
                             const mote_compile_options *compile, int time_limit_seconds, mote_error *err)
{
    const mote_board          *board = fits[first].board;
    mote_compile_options       own = *compile;
    const mote_emulate_options how = {.chip = board->chip->name,
                                      .counts_cycles = true,
                                      .flash = flash,
                                      .flash_count = flash_count,
                                      .time_limit_seconds = time_limit_seconds};
    mote_emulation             run = {0};
    mote_error                 failure = {0};
    int32_t                    i;

    own.kernels = board->kernels;
    mote_emulate_model(&run, model, &own, &how, &failure);
    MOTE_TRY(mote_fail_if_memory(err, &failure));
    for (i = first; i < count; i++)
        if (!is_alike(&fits[i], &fits[first]))
            continue;
        else if (failure.code != MOTE_OK)
            snprintf(fits[i].time, sizeof fits[i].time, "time not known: %.*s", (int)sizeof fits[i].time - 20, failure.text);
        else
            take_time(&fits[i], &run, run.has_cycles && place[i] >= 0 ? run.wait_cycles[place[i]] : 0);
    mote_emulation_free(&run);
    return MOTE_OK;
}

mote_status mote_fits_take_times(mote_fit *fits, int32_t count, const mote_model *model, const mote_compile_options *compile,
                                 int time_limit_seconds, mote_error *err)
{
    mote_arena        arena = {0};
    mote_flash_cache *flash = MOTE_NEW(&arena, mote_flash_cache, (size_t)count, err);
    int32_t          *place = MOTE_NEW(&arena, int32_t, (size_t)count, err), i, k;

    for (i = 0; err->code == MOTE_OK && i < count; i++) {
        int32_t flash_count = 0;
        if (fits[i].answer == MOTE_FIT_NO || fits[i].time[0])
            continue;
        for (k = i; k < count; k++)
            place[k] = fits[k].board->flash_cache_source && is_alike(&fits[k], &fits[i])
                           ? place_of(flash, &flash_count, &fits[k].board->flash_cache)
                           : -1;
        run_group(fits, i, count, flash, flash_count, place, model, compile, time_limit_seconds, err);
    }
    mote_arena_destroy(&arena);
    return err->code;
}
