/* Inside hdf5/: bounded reading of a file's bytes. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_HDF5_BYTES_H
#define MOTE_FORMATS_HDF5_BYTES_H

#include <string.h>

#include "formats/hdf5/hdf5.h"

#include <mote/status.h>

/* A stretch of the file that is read from its front. What is beyond its end reads as zeros and leaves is_short. */
typedef struct mote_hdf5_reader {
    const mote_hdf5 *file;
    const uint8_t   *at, *end;
    bool             is_short;
} mote_hdf5_reader;

static inline uint64_t mote_hdf5_take_number(mote_hdf5_reader *r, int bytes)
{
    uint64_t value = 0;
    int      i;

    if (r->end - r->at < bytes) {
        r->is_short = true;
        r->at = r->end;
        return 0;
    }
    for (i = 0; i < bytes; i++)
        value |= (uint64_t)r->at[i] << (8 * i);
    r->at += bytes;
    return value;
}

static inline void mote_hdf5_skip(mote_hdf5_reader *r, size_t bytes)
{
    if ((size_t)(r->end - r->at) < bytes) {
        r->is_short = true;
        r->at = r->end;
    } else {
        r->at += bytes;
    }
}

static inline uint64_t mote_hdf5_take_address(mote_hdf5_reader *r)
{
    return mote_hdf5_take_number(r, r->file->offset_bytes);
}

static inline uint64_t mote_hdf5_take_length(mote_hdf5_reader *r)
{
    return mote_hdf5_take_number(r, r->file->length_bytes);
}

/* All ones: nowhere. */
static inline bool mote_hdf5_is_nowhere(const mote_hdf5 *file, uint64_t address)
{
    return address == (file->offset_bytes == 8 ? UINT64_MAX : ((uint64_t)1 << (8 * file->offset_bytes)) - 1);
}

/* From an address to the end of the file, or `bytes` of it; false: it is not in the file. */
bool mote_hdf5_reader_at(mote_hdf5_reader *r, const mote_hdf5 *file, uint64_t address);
bool mote_hdf5_span(mote_hdf5_reader *r, const mote_hdf5 *file, uint64_t address, uint64_t bytes);

/* What a call may still look at: no file has more than its own bytes. False: it goes in circles. */
bool mote_hdf5_spend(size_t *work, size_t bytes);

mote_status mote_hdf5_damaged(mote_error *err, const char *what);

/* ---- messages of an object's header ---- */

enum {
    MOTE_HDF5_DATASPACE = 1,
    MOTE_HDF5_LINK_INFO = 2,
    MOTE_HDF5_DATATYPE = 3,
    MOTE_HDF5_LINK = 6,
    MOTE_HDF5_LAYOUT = 8,
    MOTE_HDF5_FILTERS = 11,
    MOTE_HDF5_ATTRIBUTE = 12,
    MOTE_HDF5_CONTINUATION = 16,
    MOTE_HDF5_SYMBOL_TABLE = 17,
    MOTE_HDF5_ATTRIBUTE_INFO = 21
};

/* Calls take for each; body is the message's own. take says in *is_done that it wants no more. */
typedef mote_status mote_hdf5_message(void *user, int type, mote_hdf5_reader body, bool *is_done, mote_error *err);
mote_status         mote_hdf5_each_message(const mote_hdf5 *file, uint64_t address, mote_hdf5_message *take, void *user,
                                           mote_error *err);

/* ---- types and shapes ---- */

typedef enum mote_hdf5_class {
    MOTE_HDF5_INTEGER = 0,
    MOTE_HDF5_FLOAT = 1,
    MOTE_HDF5_TEXT = 3,
    MOTE_HDF5_OTHER = 255
} mote_hdf5_class;

typedef struct mote_hdf5_type {
    mote_hdf5_class kind;
    size_t          bytes;                                 /* of an element */
    bool            is_big_endian, is_signed, is_variable; /* variable: text elsewhere, of any length */
} mote_hdf5_type;

typedef struct mote_hdf5_shape {
    int32_t rank;
    size_t  dim[MOTE_HDF5_RANK_MAX], count; /* of elements; saturates */
} mote_hdf5_shape;

bool mote_hdf5_read_type(mote_hdf5_type *out, mote_hdf5_reader body);
bool mote_hdf5_read_shape(mote_hdf5_shape *out, mote_hdf5_reader body);

#endif
