/* From files to a data set in two steps: a reader of one kind of source fills a mote_raw_set with arrays as they stand in
 * the files; mote_dataset_assemble checks them against each other and makes the data set. All rules about counts,
 * types, labels and NaN stand in that one place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_RAW_H
#define MOTE_DATA_RAW_H

#include <mote/dataset.h>

#include "base/arena.h"
#include "data/gather.h"
#include "data/spill.h"

typedef struct mote_raw_split {
    mote_array  x[MOTE_FEATURES_MAX], y[MOTE_TARGETS_MAX];            /* bytes NULL: not there */
    const char *x_name[MOTE_FEATURES_MAX], *y_name[MOTE_TARGETS_MAX]; /* for messages: "x_train", "t10k-images-idx3-ubyte" */
    bool is_text[MOTE_TARGETS_MAX]; /* y is letters, as mote_npy_read_text gives them: assembling makes labels of them */
    const char **names;             /* of the samples' files, in the arena; NULL: they have none */
    mote_spill  *spill[MOTE_FEATURES_MAX]; /* where x lies when it is not in memory (mote_raw_make_room) */
} mote_raw_split;

enum { MOTE_NOTES_MAX = 16, MOTE_CLASS_MAX = 65536 };

typedef struct mote_notes {
    const char *text[MOTE_NOTES_MAX];
    int         count;
} mote_notes;

/* Names of a target's classes. */
typedef struct mote_class_list {
    const char *const *names;
    int                count;
} mote_class_list;

typedef struct mote_raw_set {
    mote_arena         arena; /* names and notes; goes over to the data set */
    const char        *path;  /* in front of notes; NULL: a generated set */
    mote_notes         notes;
    const char        *source;
    bool               is_by_class;                 /* samples stand in the order of their classes: splits are drawn */
    int                feature_count, target_count; /* 1 each, unless a reader knows more */
    mote_raw_split     split[MOTE_SPLIT_COUNT];
    mote_class_list    classes[MOTE_TARGETS_MAX];          /* names set: y is int32 labels below count */
    const char *const *column_names, *const *target_names; /* of a table's columns */
    int         target_column_count;
    bool        are_pictures, exif_orientation;
    int32_t     sample_rate; /* of sounds */
    mote_crop   crop;        /* what was taken of each */
    size_t      max_bytes;   /* what may still be taken */
    size_t      cache_bytes; /* and of that for samples which may lie in a file */
    mote_spill *spills;
} mote_raw_set;

void mote_raw_set_init(mote_raw_set *raw, const mote_dataset_options *options);
void mote_raw_set_free(mote_raw_set *raw);
/* Books an array that was read. */
void mote_raw_set_spend(mote_raw_set *raw, const mote_array *array);

/* Room for samples that are not known before they are decoded: for split->x[feature], whose dtype, rank and dim are set; in
 * memory as long as options.cache_bytes last, else in a file. */
mote_status mote_raw_make_room(mote_raw_set *raw, mote_raw_split *split, int feature, mote_error *err);
/* One of them into that room. */
mote_status mote_raw_put_sample(mote_raw_split *split, int feature, size_t index, const void *sample, mote_error *err);

/* A line for the user; the path is put in front. Beyond MOTE_NOTES_MAX the last says that there are more. */
mote_status mote_raw_note(mote_raw_set *raw, mote_error *err, const char *format, ...) MOTE_PRINTF(3, 4);

/* The readers: each fills an initialised raw set; messages begin with the path. */
mote_status mote_raw_read_idx_folder(mote_raw_set *raw, const char *path, mote_error *err);
mote_status mote_raw_read_npy_folder(mote_raw_set *raw, const char *path, const mote_dataset_options *options,
                                     mote_error *err);
mote_status mote_raw_read_npz(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err);
mote_status mote_raw_read_named_files(mote_raw_set *raw, const mote_dataset_file *files, int count,
                                      const mote_dataset_options *options, mote_error *err);
mote_status mote_raw_read_csv(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err);
mote_status mote_raw_read_csv_bytes(mote_raw_set *raw, const uint8_t *bytes, size_t count, const char *path,
                                    const mote_dataset_options *options, mote_error *err);
mote_status mote_raw_read_pictures(mote_raw_set *raw, const char *const *paths, size_t count,
                                   const mote_dataset_options *options, mote_error *err);
mote_status mote_raw_read_images(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err);
mote_status mote_raw_read_sounds(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err);

/* What a path stands on: itself, or the folder of FOLDER/FAMILY, which exists under the folder's name only. */
const char *mote_dataset_root(mote_arena *arena, const char *path, mote_error *err);

/* What a folder is. An IDX folder may be FOLDER/FAMILY, which names one family of its files. */
bool mote_is_idx_folder(const char *path);
bool mote_is_idx_name(const char *file);
bool mote_is_npy_folder(const char *path, const mote_dataset_options *options);

/* Enumerators, counts and numbers that options must have; mote_dataset_assemble asks, and readers that look at inputs and
 * outputs before. */
mote_status mote_dataset_check_options(const mote_dataset_options *options, mote_error *err);

/* Takes all of raw over, also on failure. */
mote_status mote_dataset_assemble(mote_dataset **out, mote_raw_set *raw, const mote_dataset_options *options,
                                  mote_error *err);

/* What a data set owns besides its public face. */
struct mote_dataset_state {
    mote_arena   arena;
    const char  *path; /* or NULL */
    mote_notes   notes;
    int          label_note[MOTE_TARGETS_MAX]; /* the number of the one about a target's labels, from 1; 0: there is none */
    bool         is_by_class;                  /* splits take the same part of every class */
    uint64_t     seed;
    mote_array   x[MOTE_SPLIT_COUNT][MOTE_FEATURES_MAX];
    mote_array   values[MOTE_SPLIT_COUNT][MOTE_TARGETS_MAX], labels[MOTE_SPLIT_COUNT][MOTE_TARGETS_MAX];
    const char **names[MOTE_SPLIT_COUNT]; /* or NULL */
    mote_gather_plan plan[MOTE_FEATURES_MAX];
    mote_spill      *spills;                                     /* owned */
    mote_spill      *spill[MOTE_SPLIT_COUNT][MOTE_FEATURES_MAX]; /* where a split's x lies; NULL: in memory */

    /* A view has its own splits of another set's samples, which it leaves where they are: sample i of a split is the stored
     * sample order[i]; NULL: i. */
    bool            is_view;
    const uint32_t *order[MOTE_SPLIT_COUNT];
};

/* The set's samples, in splits that may change without changing the set: what training takes for validation, whole numbers
 * that it takes for values. The set must outlive the view. */
mote_status mote_dataset_view(mote_dataset **out, const mote_dataset *set, mote_error *err);

/* Samples that will be gathered soon: those that lie in a file are fetched meanwhile. */
void mote_dataset_expect(const mote_dataset_split *split, mote_dataset_pick pick);

/* Samples [C, ...] of a feature become [..., C]: in all splits, number by number. Not of a view. */
mote_status mote_dataset_turn(mote_dataset *set, int32_t feature, mote_error *err);

mote_status mote_dataset_note(mote_dataset *set, mote_error *err, const char *format, ...) MOTE_PRINTF(3, 4);

mote_status mote_dataset_check_target(const mote_dataset *set, int target, mote_error *err);
mote_status mote_dataset_take_test(mote_dataset *set, double fraction, uint64_t seed, mote_error *err);
/* The validation split that Keras takes from a folder of files: mote_dataset_options.validation_split. */
mote_status mote_dataset_take_as_folder(mote_dataset *set, double fraction, uint64_t seed, mote_error *err);
/* The statistics that options.standardize asks for, from the training split. */
mote_status mote_dataset_standardize(mote_dataset *set, int feature, mote_standardize how, mote_error *err);

#endif
