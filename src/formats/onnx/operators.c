/* All operators that are read, from the families' tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/onnx/import.h"

static const mote_onnx_row *const families[] = {
    mote_onnx_convolutions, mote_onnx_pools, mote_onnx_elementwise, mote_onnx_shapes,    mote_onnx_reductions,
    mote_onnx_products,     mote_onnx_norms, mote_onnx_resizes,     mote_onnx_recurrent, mote_onnx_quantized};

const mote_onnx_row *mote_onnx_find_row(const char *name)
{
    const mote_onnx_row *row;
    size_t               i;

    for (i = 0; i < sizeof families / sizeof *families; i++)
        for (row = families[i]; row->name; row++)
            if (strcmp(row->name, name) == 0)
                return row;
    return NULL;
}
