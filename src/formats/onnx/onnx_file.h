/* An ONNX file as plain structs: nodes, attributes, constants, what goes in and comes out. Nothing here knows what an
 * operator means.
 *
 * Names, strings and lists are copied into the arena, ended and aligned; constants, too, in mote's element types. Sizes are
 * checked against the bytes that there are before memory is taken. Graphs within attributes (If, Loop, Scan) are not read:
 * an attribute says that it holds one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_ONNX_ONNX_FILE_H
#define MOTE_FORMATS_ONNX_ONNX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/dtype.h>
#include <mote/status.h>

#include "base/arena.h"

/* A constant: an initializer, or an attribute's. */
typedef struct mote_onnx_tensor {
    const char *name;
    int32_t     onnx_type; /* schema.h */
    mote_dtype  dtype;     /* MOTE_DTYPE_COUNT: mote has none for it; then there are no values */
    int32_t     rank, dim[MOTE_RANK_MAX];
    const void *values;
} mote_onnx_tensor;

typedef struct mote_onnx_attribute {
    const char       *name;
    float             f;
    int64_t           i;
    const char       *s;
    mote_onnx_tensor *t; /* NULL: none */
    const float      *floats;
    const int64_t    *ints;
    const char      **strings;
    int32_t           float_count, int_count, string_count;
    bool              has_graph;
} mote_onnx_attribute;

typedef struct mote_onnx_node {
    const char          *name, *type, *domain; /* never NULL */
    const char         **in, **out;            /* an absent one is "" */
    int32_t              in_count, out_count;
    mote_onnx_attribute *attributes;
    int32_t              attribute_count;
} mote_onnx_node;

/* An input or output. dim -1: the file leaves it open, and calls it dim_param[i] ("" where it does not). */
typedef struct mote_onnx_end {
    const char *name;
    int32_t     onnx_type; /* 0: no tensor */
    mote_dtype  dtype;
    bool        has_shape;
    int32_t     rank, dim[MOTE_RANK_MAX];
    const char *dim_param[MOTE_RANK_MAX];
} mote_onnx_end;

typedef struct mote_onnx_file {
    const char       *producer, *graph_name;
    int64_t           ir_version, opset; /* of ONNX' own operators */
    bool              has_functions, has_sparse;
    mote_onnx_node   *nodes;
    mote_onnx_tensor *initializers;
    mote_onnx_end    *inputs, *outputs;
    int32_t           node_count, initializer_count, input_count, output_count;
} mote_onnx_file;

/* Whether bytes may be an ONNX model: protocol buffers have no mark at their beginning, so that this is a guess. */
bool mote_is_onnx(const void *bytes, size_t count);

/* folder: where the files lie that hold its constants, if others do; NULL: nowhere. Everything is in the arena, whose cap
 * grows by what those files justify, up to cap_most. */
mote_status mote_onnx_file_read(mote_onnx_file *out, const uint8_t *bytes, size_t count, const char *folder, size_t cap_most,
                                mote_arena *arena, mote_error *err);

const char *mote_onnx_type_name(int32_t type); /* ONNX' own: "FLOAT16"; "type 99" is "of no known type" */
/* What mote has for it; MOTE_DTYPE_COUNT: nothing. */
mote_dtype mote_onnx_dtype(int32_t type);
int32_t    mote_onnx_type_of(mote_dtype dtype);

/* NULL where the node has none of that name. */
const mote_onnx_attribute *mote_onnx_attribute_find(const mote_onnx_node *node, const char *name);

#endif
