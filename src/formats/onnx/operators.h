/* ONNX' operators, and what is done with them before and after they are read one by one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_ONNX_OPERATORS_H
#define MOTE_FORMATS_ONNX_OPERATORS_H

#include "formats/import/fold.h"
#include "formats/import/parts.h"
#include "formats/onnx/onnx_file.h"

extern const mote_import_row mote_onnx_convolutions[], mote_onnx_pools[], mote_onnx_elementwise[], mote_onnx_shapes[],
    mote_onnx_reductions[], mote_onnx_products[], mote_onnx_norms[], mote_onnx_resizes[], mote_onnx_recurrent[],
    mote_onnx_quantized[], mote_onnx_microsoft[];
extern const mote_import_fold_row mote_onnx_folds[];

const mote_import_row *mote_onnx_find_row(const char *name); /* of ONNX' own; NULL: there is none */
const mote_import_row *mote_onnx_find_row_of(const mote_import_node *node);

/* Puts one operator in place of several that exporters write for it (rewrite.c). The nodes that are needed no more stay. */
void mote_onnx_rewrite(mote_import_file *file);

/* Real operators between DEQUANTIZE and QUANTIZE become integer ones. */
mote_status mote_onnx_fuse_quantization(mote_importer *im, mote_error *err);

/* ---- norm.c ---- */

/* Puts a factor for each channel (along the axis) into the weights of the only node that x was made for; false: there is no
 * such node. Output 0 is x then. */
bool mote_onnx_scale_maker(mote_import_call *c, const mote_import_value *x, int32_t axis, const float *scale);

/* ---- einsum.c ---- */

void mote_onnx_import_einsum(mote_import_call *c);

#endif
