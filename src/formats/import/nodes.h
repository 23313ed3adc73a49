/* A file's graph as plain structs: nodes, attributes, constants, what goes in and comes out. Nothing here knows what an
 * operator means, nor which format it came from.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_IMPORT_NODES_H
#define MOTE_FORMATS_IMPORT_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/dtype.h>

#include "base/arena.h"

/* A constant: an initializer, or an attribute's. */
typedef struct mote_import_tensor {
    const char *name;
    int32_t     file_type; /* the format's own number */
    mote_dtype  dtype;     /* MOTE_DTYPE_COUNT: mote has none for it; then there are no values */
    int32_t     rank, dim[MOTE_RANK_MAX];
    const void *values;
} mote_import_tensor;

struct mote_import_graph;

typedef struct mote_import_attribute {
    const char                     *name;
    float                           f;
    int64_t                         i;
    const char                     *s;
    mote_import_tensor             *t; /* NULL: none */
    const float                    *floats;
    const int64_t                  *ints;
    const char                    **strings;
    int32_t                         float_count, int_count, string_count;
    bool                            has_graph; /* one that is not read */
    const struct mote_import_graph *g;         /* one that is */
} mote_import_attribute;

typedef struct mote_import_node {
    const char            *name, *type, *domain; /* never NULL */
    const char           **in, **out;            /* an absent one is "" */
    int32_t                in_count, out_count;
    mote_import_attribute *attributes;
    int32_t                attribute_count;
} mote_import_node;

/* What a node runs, perhaps several times: nodes, each behind those that it reads, and what their operands are called. */
typedef struct mote_import_graph {
    const mote_import_node *nodes;
    const char *const *in, *const *out;
    int32_t node_count, in_count, out_count;
} mote_import_graph;

/* An input or output. dim -1: the file leaves it open, and calls it dim_param[i] ("" where it does not). */
typedef struct mote_import_end {
    const char *name;
    int32_t     file_type; /* 0: no tensor */
    mote_dtype  dtype;
    bool        has_shape;
    int32_t     rank, dim[MOTE_RANK_MAX];
    const char *dim_param[MOTE_RANK_MAX];
} mote_import_end;

typedef struct mote_import_file {
    const char         *producer, *graph_name;
    int64_t             ir_version, opset; /* of ONNX' own operators */
    bool                has_functions, has_sparse;
    mote_import_node   *nodes;
    mote_import_tensor *initializers;
    mote_import_end    *inputs, *outputs;
    int32_t             node_count, initializer_count, input_count, output_count;
} mote_import_file;

/* NULL where the node has none of that name. */
const mote_import_attribute *mote_import_attribute_find(const mote_import_node *node, const char *name);

#endif
