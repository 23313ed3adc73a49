/* TensorFlow's checkpoints: tensors by name, in one file of names (variables.index) and some of bytes
 * (variables.data-00000-of-00002).
 *
 * The index is a sorted string table, as LevelDB has them: blocks of entries whose keys share beginnings, a block that says
 * where those lie, and a footer that says where that one lies. Each block has a checksum, and so has each tensor.
 * Source: https://github.com/google/leveldb/blob/main/doc/table_format.md, tensorflow/core/protobuf/tensor_bundle.proto
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TENSORFLOW_CHECKPOINT_H
#define MOTE_FORMATS_TENSORFLOW_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/dtype.h>
#include <mote/file.h>
#include <mote/status.h>

#include "base/arena.h"
#include "base/index.h"

typedef struct mote_tf_entry {
    const char *key;
    int32_t     file_type; /* DT_... */
    mote_dtype  dtype;     /* MOTE_DTYPE_COUNT: mote has none for it */
    int32_t     rank, dim[MOTE_RANK_MAX];
    int32_t     shard;
    uint64_t    offset, size;
    uint32_t    crc;
    bool        is_sliced; /* its parts are stored as tensors of their own */
} mote_tf_entry;

/* Zeroed is one without tensors. */
typedef struct mote_tf_checkpoint {
    mote_tf_entry *entries;
    int32_t        count, shards;
    mote_index     by_key;
    const char    *path;       /* of the data files, up to ".data-00000-of-00001" */
    mote_file      file;       /* the data file that was read last */
    int32_t        open_shard; /* plus one */
} mote_tf_checkpoint;

/* The index. All but by_key lies in the arena. */
mote_status mote_tf_checkpoint_read(mote_tf_checkpoint *out, const uint8_t *bytes, size_t count, mote_arena *arena,
                                    mote_error *err);
void        mote_tf_checkpoint_close(mote_tf_checkpoint *checkpoint);

const mote_tf_entry *mote_tf_checkpoint_find(const mote_tf_checkpoint *checkpoint, const char *name); /* NULL: none */
/* Its contents, in the arena; NULL with err on failure. */
const void *mote_tf_checkpoint_load(mote_tf_checkpoint *checkpoint, const mote_tf_entry *entry, mote_arena *arena,
                                    mote_error *err);

#endif
