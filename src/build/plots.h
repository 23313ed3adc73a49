/* The pictures of a run.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_PLOTS_H
#define MOTE_BUILD_PLOTS_H

#include "build/outputs.h"

/* Each picture is listed in outputs. */

/* plots/history */
mote_status mote_plot_history(mote_outputs *outputs, const char *name, const mote_history *history, mote_error *err);

/* What one output's answers are drawn from; quantized may be NULL, and `trained`, which is the network before it became a
 * file.
 */
typedef struct mote_plot_answers {
    const mote_dataset       *set;
    const mote_dataset_split *split;
    const mote_answers       *trained, *real, *quantized;
    const char               *scheme; /* what quantized is called */
    const char               *suffix; /* of the pictures' names: "", or "-OUTPUT" where there are several */
} mote_plot_answers;

/* A matrix of more classes shows nothing, and takes the square of their number in memory. */
enum { MOTE_PLOT_CONFUSION_MAX = 4096 };

/* Classes: plots/confusion, up to MOTE_PLOT_CONFUSION_MAX of them, and plots/samples where samples look like pictures. One
 * number from one number: plots/data and plots/predictions. Others: nothing. */
mote_status mote_plot_answers_save(mote_outputs *outputs, const char *name, const mote_plot_answers *answers,
                                   mote_error *err);

#endif
