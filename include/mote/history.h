/* What training leaves behind, epoch by epoch, as .csv, .json, or a chart.
 *
 *     mote_history_save_csv(&training->history, "history.csv", &err);
 *     mote_history_save_chart(&training->history, "mnist", "history.svg", &err);
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_HISTORY_H
#define MOTE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One row an epoch. Names as Keras has them: "epoch", "loss", "val_loss", "accuracy" ... */
typedef struct mote_history {
    const char *const   *names;   /* [column_count] */
    const double *const *columns; /* [column_count][row_count] */
    int32_t              column_count;
    size_t               row_count;
    uint64_t             room[8]; /* mote.h */
} mote_history;

/* CSV: a line of names, then a line a row; "nan", "inf", "-inf" as they are. JSON: {"loss": [..], ..}, the shape of Keras'
 * History.history; what is not finite becomes null. Numbers have the fewest digits that read back to the same double. */
mote_status mote_history_save_csv(const mote_history *history, const char *path, mote_error *err);
mote_status mote_history_save_json(const mote_history *history, const char *path, mote_error *err);

/* A picture (.svg or .png) with one panel a metric: "loss" and "val_loss" share one, over column "epoch" if there is one. */
mote_status mote_history_save_chart(const mote_history *history, const char *title, const char *path, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
