/* From an ONNX file to a model: what is ONNX' own of that.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/import/protobuf.h"
#include "formats/onnx/onnx.h"
#include "formats/onnx/operators.h"
#include "formats/onnx/schema.h"
#include "formats/recipe.h"

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

/* The value of that entry of the metadata; false, with or without a failure: there is none. */
static bool find_entry(mote_pb model, const char *key, mote_pb_field *value, mote_error *err)
{
    mote_pb_field entry, part;

    while (mote_pb_next(&model, &entry, err)) {
        mote_pb within = mote_pb_within(&entry);
        bool    is_key = false;
        value->bytes = NULL;
        while (entry.number == MODEL_METADATA && mote_pb_next(&within, &part, err)) {
            if (part.number == ENTRY_KEY && part.wire == MOTE_PB_BYTES)
                is_key = part.count == strlen(key) && memcmp(part.bytes, key, part.count) == 0;
            else if (part.number == ENTRY_VALUE && part.wire == MOTE_PB_BYTES)
                *value = part;
        }
        if (is_key && value->bytes)
            return err->code == MOTE_OK;
    }
    return false;
}

/* What mote itself wrote beside the graph. */
static mote_status read_recipe(mote_model *model, const uint8_t *bytes, size_t count, mote_error *err)
{
    mote_pb_field value;

    if (!find_entry(mote_pb_of(bytes, count), MOTE_RECIPE_NAME, &value, err))
        return err->code;
    return mote_recipe_decode(&model->recipe, (const char *)value.bytes, value.count, &model->arena, err);
}

mote_status mote_onnx_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                           mote_error *err)
{
    const source s = {bytes, count};

    if (mote_import_read(out, &format, &s, count, options, err) != MOTE_OK)
        return err->code;
    if (read_recipe(*out, bytes, count, err) != MOTE_OK) {
        mote_model_destroy(*out);
        *out = NULL;
    }
    return err->code;
}
