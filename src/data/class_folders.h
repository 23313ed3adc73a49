/* A folder of class folders, or of folders named for splits that hold such, whatever kind of files stand in them: who reads
 * the files of one split is told by a mote_media. Names are sorted bytewise, so the order of samples and classes does not
 * depend on the file system.
 *
 * What a folder is, from what it holds: folders named for splits, each a set of class folders; else class folders; else
 * files alone, samples without targets.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_CLASS_FOLDERS_H
#define MOTE_DATA_CLASS_FOLDERS_H

#include "data/raw.h"
#include "data/walk.h"

/* The files of one split, class by class. */
typedef struct mote_class_files {
    const char      *path; /* of the folder of class folders, for messages */
    mote_split_id    split;
    const mote_walk *walk;        /* its files */
    const size_t    *class_ends;  /* [class_count]: places in them */
    size_t           class_count; /* 0: files without classes */
} mote_class_files;

struct mote_media {
    const char *noun, *plural, *kinds; /* for messages: "picture", "images", "PNG or JPEG" */
    bool (*is_name)(const char *name); /* also of damaged files and links to nothing */
    bool (*is_content)(const uint8_t *bytes, size_t count);
    bool (*is_foreign_name)(const char *name); /* of the same sort, but a kind that is not read */
    mote_status (*read)(mote_raw_set *raw, const mote_class_files *files, const mote_dataset_options *options,
                        mote_error *err);
    const char *left_out; /* a class folder that is none; NULL: there is no such */
};

extern const mote_media mote_pictures, mote_sounds;

/* Classes and splits, too. */
mote_status mote_class_folders_read(mote_raw_set *raw, const char *path, const mote_media *media,
                                    const mote_dataset_options *options, mote_error *err);

#endif
