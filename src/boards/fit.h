/* Inside boards/: one network, planned once for each kind of kernels and compiled once by each compiler, on any number of
 * boards. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BOARDS_FIT_H
#define MOTE_BOARDS_FIT_H

#include <mote/boards.h>

/* Fills all that follows from board, constant_bytes, arena_bytes, code_bytes and stack_bytes: what is needed, where the
 * arena goes, the answer; not the texts. */
void mote_fit_place(mote_fit *fit);

/* verdict, from all the rest. */
void mote_fit_tell(mote_fit *fit);

/* milliseconds, cycles and time of each that fits: one inference on the emulated chip that stands for the board's core, and
 * one more for each further flash. compile says how, but for the kernels. */
mote_status mote_fits_take_times(mote_fit *fits, int32_t count, const mote_model *model, const mote_compile_options *compile,
                                 int time_limit_seconds, mote_error *err);

bool mote_fit_is_static(mote_fit_answer answer); /* YES or SECTION: nothing is wanting */

/* One more way out, if there is room; of what the changed network's fit says. */
mote_fit_way *mote_fit_add_way(mote_fit *fit, const char *what, const mote_fit *changed);

#endif
