/* What a run folder holds, and whether that is still what was written: a list of files with the SHA-256 of each.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_OUTPUTS_H
#define MOTE_BUILD_OUTPUTS_H

#include <mote/build.h>

#include "base/arena.h"
#include "base/sha256.h"

typedef enum mote_output_kind {
    MOTE_OUTPUT_MODEL = 0,
    MOTE_OUTPUT_HISTORY,
    MOTE_OUTPUT_HISTORY_PLOT,
    MOTE_OUTPUT_QUANTIZED,
    MOTE_OUTPUT_ANSWER_PLOT,
    MOTE_OUTPUT_FIRMWARE,
    MOTE_OUTPUT_KIND_COUNT
} mote_output_kind;

typedef struct mote_output_file {
    const char     *path; /* below the folder, as "plots/history.svg" */
    mote_sha256_hex sha256;
} mote_output_file;

enum { MOTE_QUANTIZED_FILE_BYTES = 40 };
/* "model_int8.tflite", of a scheme. */
void mote_quantized_file(char out[MOTE_QUANTIZED_FILE_BYTES], const char *scheme);

/* Sorted by path. Zeroed but for folder is empty; mote_arena_destroy(&outputs.arena) releases it. */
typedef struct mote_outputs {
    const char       *folder;
    mote_output_file *files;
    size_t            count, capacity;
    mote_arena        arena;
} mote_outputs;

/* Hashes the file as it is now, and lists it in place of what was known of it. */
mote_status mote_outputs_add(mote_outputs *outputs, const char *path, mote_error *err);
/* All files of a folder within, as "firmware". */
mote_status mote_outputs_add_folder(mote_outputs *outputs, const char *path, mote_error *err);
/* As summary.json has it. Paths that no build writes are passed over: the file is not trusted. */
mote_status mote_outputs_list(mote_outputs *outputs, const char *path, const char *sha256, mote_error *err);

const mote_output_file *mote_outputs_find(const mote_outputs *outputs, const char *path);
/* Listed files of a kind that are missing or hold something else. */
typedef struct mote_lost_outputs {
    const char *first;
    int         count, listed; /* of so many */
} mote_lost_outputs;
mote_status mote_outputs_find_lost(mote_lost_outputs *lost, const mote_outputs *outputs, mote_output_kind kind,
                                   mote_error *err);

/* Before a kind is made anew, or what it was made from. remove_whole: those that are as they were written are removed, with
 * folders that this leaves empty. remove_lost: those that hold something else. Neither touches a file that is not listed,
 * and both take off the list what they remove. */
mote_status mote_outputs_remove_whole(mote_outputs *outputs, mote_output_kind kind, mote_error *err);
mote_status mote_outputs_remove_lost(mote_outputs *outputs, mote_output_kind kind, mote_error *err);
void        mote_outputs_forget(mote_outputs *outputs, mote_output_kind kind);

/* Whether a column of a history, or a key of a section, is a figure of an evaluation: "loss", "mae", "price_accuracy" ... */
bool mote_summary_is_metric(const char *name);
void mote_evaluation_add(mote_evaluation *evaluation, const char *name, double value);

/* summary.json: the figures, the files, and a hash over both. */
mote_status mote_run_save(const char *path, const mote_summary *summary, const mote_outputs *outputs, mote_error *err);
/* outputs may be NULL. FORMAT when the file is not as it was written. */
mote_status mote_run_load(mote_summary *summary, mote_outputs *outputs, const char *path, mote_error *err);

#endif
