/* Inside boards/: one network, planned once for each kind of kernels and compiled once by each compiler, on any number of
 * boards. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BOARDS_FIT_H
#define MOTE_BOARDS_FIT_H

#include <mote/boards.h>

/* Fills all that follows from board, constant_bytes, arena_bytes, code_bytes and stack_bytes: what is needed, where the
 * arena goes, the answer; not the texts. */
void mote_fit_place(mote_fit *fit);

/* Regions of one use whose addresses follow each other are one to a linker. */
typedef struct mote_region_run {
    int32_t first, count; /* of the board's regions; count 0: none */
    size_t  bytes;
} mote_region_run;

mote_region_run mote_region_run_at(const mote_board *board, int32_t first);
mote_region_run mote_region_run_largest(const mote_board *board, mote_region_use use);

/* Constants are too many, whatever memory there is; of what mote_fit_place has filled. */
bool mote_fit_lacks_flash(const mote_fit *fit);

/* What static data have besides the arena: constants, stack, the SDK's floor, as far as they are known. */
size_t mote_fit_other_bytes(const mote_fit *fit);

/* Whether the arena fits into regions with these limits, from fast to slow, and how much of each it takes. */
typedef mote_status (*mote_fit_plan)(void *user, const size_t *limits, int32_t count, size_t *taken, bool *fits,
                                     mote_error *err);

/* Fills parts where the arena in one piece is not static data, and all else fits, and split it does, too; then
 * mote_fit_place says so. Fast regions are filled first. Of one that the rest of the program uses, too, and nobody knows how
 * much, a quarter is left, unless it does not fit without that. What is allocated at run time is taken where there is no way
 * without it. */
mote_status mote_fit_split(mote_fit *fit, mote_fit_plan plan, void *user, mote_error *err);

/* verdict, from all the rest. */
void mote_fit_tell(mote_fit *fit);

/* milliseconds, cycles and time of each that fits: one inference on the emulated chip that stands for the board's core, and
 * one more for each further flash. compile says how, but for the kernels. */
mote_status mote_fits_take_times(mote_fit *fits, int32_t count, const mote_model *model, const mote_compile_options *compile,
                                 int time_limit_seconds, mote_error *err);

bool mote_fit_is_static(mote_fit_answer answer); /* YES, SECTION or SPLIT: nothing is wanting */

/* One more way out, if there is room; of what the changed network's fit says. */
mote_fit_way *mote_fit_add_way(mote_fit *fit, const char *what, const mote_fit *changed);

#endif
