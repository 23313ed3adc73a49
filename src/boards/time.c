/* How long an inference takes on a board: the emulated chip that stands for its core counts cycles, with the board's flash
 * in between. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

mote_status mote_fit_take_time(mote_fit *fit, const mote_model *model, const mote_compile_options *compile,
                               int time_limit_seconds, mote_error *err)
{
    const mote_board          *board = fit->board;
    const mote_emulate_options how = {.chip = board->chip->name,
                                      .counts_cycles = true,
                                      .flash = board->flash_cache_source ? &board->flash_cache : NULL,
                                      .time_limit_seconds = time_limit_seconds};
    mote_emulation             run = {0};
    mote_error                 failure = {0};

    if (mote_emulate_model(&run, model, compile, &how, &failure) != MOTE_OK) {
        MOTE_TRY(mote_fail_if_memory(err, &failure));
        snprintf(fit->time, sizeof fit->time, "time not known: %.*s", (int)sizeof fit->time - 20, failure.text);
        return MOTE_OK;
    }
    if (run.has_cycles) {
        fit->cycles = run.cycles;
        fit->wait_cycles = run.wait_cycles;
        fit->milliseconds = (double)run.cycles / (board->clock_mhz * 1e3);
        tell_time(fit, &run);
    } else {
        tell_bound(fit, &run);
    }
    mote_emulation_free(&run);
    return MOTE_OK;
}
