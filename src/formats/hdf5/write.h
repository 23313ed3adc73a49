/* Writing HDF5: a small tree of groups and arrays, built in memory and encoded at once. The same tree gives the same bytes.
 *
 *     mote_hdf5_tree   tree = {.err = err};
 *     mote_hdf5_entry *dense = mote_hdf5_add_group(&tree, NULL, "layers/dense");
 *     mote_hdf5_add_array(&tree, dense, "kernel", &(mote_hdf5_numbers){.rank = 2, .dim = {3, 4}, .floats = values});
 *     mote_hdf5_encode(&text, &tree);
 *     mote_hdf5_tree_free(&tree);
 *
 * The first failure is kept in err, and whatever comes after it does nothing, so that only mote_hdf5_encode needs a check.
 * What is written every library since HDF5 1.8 reads: superblock 0, headers of version 1, groups whose links stand in their
 * headers, contiguous arrays, text of variable length in one collection of the global heap.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_HDF5_WRITE_H
#define MOTE_FORMATS_HDF5_WRITE_H

#include "base/text.h"
#include "formats/hdf5/hdf5.h"

typedef struct mote_hdf5_entry     mote_hdf5_entry;
typedef struct mote_hdf5_attribute mote_hdf5_attribute;

/* Zeroed but for err is empty. */
typedef struct mote_hdf5_tree {
    mote_error      *err;
    mote_arena       arena;
    mote_hdf5_entry *root;  /* made by the first entry */
    mote_text        texts; /* objects of the heap */
    uint32_t         text_count;
} mote_hdf5_tree;

/* Values stay the caller's until the tree is encoded. */
typedef struct mote_hdf5_numbers {
    int32_t        rank;
    size_t         dim[MOTE_HDF5_RANK_MAX];
    const float   *floats;
    const int64_t *integers; /* both NULL: floats, all zero, which take no room in the file */
} mote_hdf5_numbers;

/* The group at a path below parent (NULL: the root), with those on the way to it; one that is there already is given again.
 */
mote_hdf5_entry *mote_hdf5_add_group(mote_hdf5_tree *tree, mote_hdf5_entry *parent, const char *path);

/* An array at a path below parent. */
void mote_hdf5_add_array(mote_hdf5_tree *tree, mote_hdf5_entry *parent, const char *path, const mote_hdf5_numbers *array);

/* An attribute: one text of any length, or a list of texts, each padded to the longest. A list has at most 64,000 bytes.
 * entry NULL: the root. */
void mote_hdf5_add_text(mote_hdf5_tree *tree, mote_hdf5_entry *entry, const char *name, const char *text);
void mote_hdf5_add_texts(mote_hdf5_tree *tree, mote_hdf5_entry *entry, const char *name, const char *const *texts,
                         int32_t count);

mote_status mote_hdf5_encode(mote_text *out, mote_hdf5_tree *tree);
void        mote_hdf5_tree_free(mote_hdf5_tree *tree);

#endif
