/* From an ONNX file to a model: what is ONNX' own of that.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/onnx/onnx.h"
#include "formats/onnx/operators.h"

/* Opsets whose operators these are: before 7 elementwise operators repeated in another way. */
enum { OPSET_OLDEST = 7, OPSET_NEWEST = 28 };

/* A file in memory, and where others lie that it names. */
typedef struct source {
    const uint8_t *bytes;
    size_t         count;
} source;

static mote_status check_file(const mote_importer *im, mote_error *err)
{
    const mote_import_file *file = &im->file;

    if (file->opset != 0 && (file->opset < OPSET_OLDEST || file->opset > OPSET_NEWEST))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "operators of opset %lld; %d to %d are read: export it again",
                         (long long)file->opset, OPSET_OLDEST, OPSET_NEWEST);
    if (file->has_sparse)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "sparse constants are not supported");
    return MOTE_OK;
}

/* What exporters call every graph is no name. */
static const char *own_name(const char *name)
{
    static const char *const usual[] = {"main_graph", "torch_jit", "torch-jit-export", "main", "graph"};
    size_t                   i;

    for (i = 0; i < sizeof usual / sizeof *usual; i++)
        if (strcmp(usual[i], name) == 0)
            return "";
    return name;
}

static mote_status parse(mote_importer *im, const void *of, size_t cap_most, mote_error *err)
{
    const source *s = of;

    MOTE_TRY(mote_onnx_file_read(&im->file, s->bytes, s->count, im->options ? im->options->folder : NULL, cap_most,
                                 &im->scratch, err));
    im->file.graph_name = own_name(im->file.graph_name);
    return check_file(im, err);
}

/* Of an infinite operand these make an infinite value. */
static const char *const hand_on_infinity[] = {
    "Where",     "Add",   "Sub",    "Sum",     "Mul",       "Div",       "Identity", "Cast",    "Reshape",
    "Transpose", "Slice", "Concat", "Split",   "Tile",      "Expand",    "Pad",      "Squeeze", "Unsqueeze",
    "Neg",       "Abs",   "Gather", "Flatten", "ReduceMax", "ReduceMin", NULL};

static const mote_import_format format = {.page = "docs/ONNX.md",
                                          .parse = parse,
                                          .find_row = mote_onnx_find_row_of,
                                          .type_name = mote_onnx_type_name,
                                          .rewrite = mote_onnx_rewrite,
                                          .finish = mote_onnx_fuse_quantization,
                                          .folds = mote_onnx_folds,
                                          .hand_on_infinity = hand_on_infinity};

mote_status mote_onnx_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                           mote_error *err)
{
    const source s = {bytes, count};

    return mote_import_read(out, &format, &s, count, options, err);
}
