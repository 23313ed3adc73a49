/* A SavedModel's graphs as plain structs: nodes, functions, signatures. Nothing here knows what an operator means.
 *
 * A file has a graph and a library of functions, whose bodies are graphs, too; function 0 is the graph itself. Names,
 * strings and constants are copied into the arena, ended and aligned; sizes are checked against the bytes that there are.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TENSORFLOW_SAVED_MODEL_H
#define MOTE_FORMATS_TENSORFLOW_SAVED_MODEL_H

#include "base/index.h"
#include "formats/import/nodes.h"

typedef struct mote_tf_node {
    const char            *name, *op;
    const char           **in; /* "node", "node:1", "node:output:1", "^node" (only before this one) */
    int32_t                in_count;
    mote_import_attribute *attributes;
    int32_t                attribute_count;
} mote_tf_node;

typedef struct mote_tf_function {
    const char  *name;
    const char **args, **outs, **rets; /* rets[i]: what output outs[i] is, as in of a node */
    int32_t      arg_count, out_count, ret_count;
    int32_t      first, count; /* its nodes */
} mote_tf_function;

/* An input or output: key is what the signature calls it, tensor a node's output. */
typedef struct mote_tf_end {
    const char     *key, *tensor;
    mote_import_end end;
} mote_tf_end;

typedef struct mote_tf_signature {
    const char  *name;
    mote_tf_end *inputs, *outputs; /* by key */
    int32_t      input_count, output_count;
} mote_tf_signature;

typedef struct mote_tf_file {
    mote_tf_node      *nodes;
    mote_tf_function  *functions; /* 0: the graph */
    mote_tf_signature *signatures;
    int32_t            node_count, function_count, signature_count;
    mote_index         nodes_by_name, functions_by_name;
} mote_tf_file;

/* is_frozen: the bytes are a GraphDef alone, as frozen graphs are: then there is no signature. All but the indices lies in
 * the arena. */
mote_status mote_tf_file_read(mote_tf_file *out, const uint8_t *bytes, size_t count, bool is_frozen, mote_arena *arena,
                              mote_error *err);
void        mote_tf_file_close(mote_tf_file *file);

/* -1: there is none of that name. */
int32_t mote_tf_find_node(const mote_tf_file *file, const mote_tf_function *of, const char *name, size_t length);
int32_t mote_tf_find_function(const mote_tf_file *file, const char *name);

const mote_import_attribute *mote_tf_attribute(const mote_tf_node *node, const char *name); /* NULL: there is none */

#endif
