/* All operators that are read, from the families' tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/onnx/operators.h"

static const mote_import_row *const families[] = {
    mote_onnx_convolutions, mote_onnx_pools, mote_onnx_elementwise, mote_onnx_shapes,    mote_onnx_reductions,
    mote_onnx_products,     mote_onnx_norms, mote_onnx_resizes,     mote_onnx_recurrent, mote_onnx_quantized};

static const mote_import_row *find_in(const mote_import_row *row, const char *name)
{
    while (row->name && strcmp(row->name, name) != 0)
        row++;
    return row->name ? row : NULL;
}

const mote_import_row *mote_onnx_find_row(const char *name)
{
    const mote_import_row *row = NULL;
    size_t                 i;

    for (i = 0; !row && i < sizeof families / sizeof *families; i++)
        row = find_in(families[i], name);
    return row;
}

const mote_import_row *mote_onnx_find_row_of(const mote_import_node *node)
{
    if (node->domain[0] == '\0' || strcmp(node->domain, "ai.onnx") == 0)
        return mote_onnx_find_row(node->type);
    return strcmp(node->domain, "com.microsoft") == 0 ? find_in(mote_onnx_microsoft, node->type) : NULL;
}
