/* Reading a training history back.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_HISTORY_H
#define MOTE_REPORT_HISTORY_H

#include <mote/history.h>

#include "base/arena.h"

/* A .csv or .json that mote_history_save_csv or mote_history_save_json wrote. What is not finite comes back from a CSV as it
 * was, from JSON's null as NaN. Errors: IO, FORMAT. */
mote_status mote_history_load(mote_history *out, const char *path, mote_arena *arena, mote_error *err);

#endif
