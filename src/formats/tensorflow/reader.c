/* From a SavedModel to a model: which signature, where its variables are, what is read by itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/file.h"
#include "base/kind.h"
#include "base/text.h"
#include "formats/onnx/operators.h"
#include "formats/tensorflow/flatten.h"
#include "formats/tensorflow/operators.h"
#include "formats/tensorflow/tensorflow.h"
#include "formats/tensorflow/types.h"

/* ONNX' operators that TensorFlow's are told in. */
enum { OPSET = 17 };

/* A file in memory, and the checkpoint beside it. */
typedef struct source {
    const uint8_t     *bytes;
    size_t             count;
    bool               is_frozen;
    mote_file          index;
    mote_tf_checkpoint checkpoint;
    mote_arena         arena; /* the checkpoint's */
    const char        *folder;
    mote_error         missing; /* why there is no checkpoint */
} source;

/* ---- what comes from outside of the graph ---- */

static void import_const(mote_import_call *c)
{
    const mote_import_attribute *a = mote_import_attribute_find(c->node, "value");
    mote_import_shape            shape = {0};

    if (!a || !a->t) {
        mote_import_wrong(c, "it has no value");
        return;
    }
    if (a->t->dtype == MOTE_DTYPE_COUNT) {
        mote_import_refuse(c, "values of type %s", mote_tf_type_name(a->t->file_type));
        return;
    }
    shape.rank = a->t->rank;
    memcpy(shape.dim, a->t->dim, sizeof shape.dim);
    mote_import_give_known(c, 0, a->t->dtype, &shape, a->t->values);
}

static void import_variable(mote_import_call *c)
{
    const char          *key = mote_import_string(c, "key", "");
    source              *s = (source *)c->im->source;
    const mote_tf_entry *entry = mote_tf_checkpoint_find(&s->checkpoint, key);
    mote_import_shape    shape = {0};
    const void          *values;

    if (!entry && s->checkpoint.count == 0)
        mote_import_refuse(c, "its checkpoint was not read: %s", s->missing.text);
    else if (!entry)
        mote_import_refuse(c, "the checkpoint has no tensor \"%s\"", mote_show_string(key).text);
    if (mote_import_failed(c))
        return;
    values = mote_tf_checkpoint_load(&s->checkpoint, entry, &c->im->scratch, c->err);
    if (!values) {
        mote_error why = *c->err;
        mote_error_clear(c->err);
        if (why.code == MOTE_ERR_FORMAT)
            mote_import_wrong(c, "tensor \"%s\": %s", mote_show_string(key).text, why.text);
        else
            mote_import_refuse(c, "tensor \"%s\": %s", mote_show_string(key).text, why.text);
        return;
    }
    shape.rank = entry->rank;
    memcpy(shape.dim, entry->dim, sizeof shape.dim);
    mote_import_give_known(c, 0, entry->dtype, &shape, values);
}

const mote_import_row mote_tf_sources[] = {
    {"Const", MOTE_IMPORT_FILE, 0, 0, 1, import_const, 0},
    {"VarHandleOp", MOTE_IMPORT_FILE, 0, 0, 1, import_variable, 0},
    {"VariableV2", MOTE_IMPORT_FILE, 0, 0, 1, import_variable, 0},
    {"Variable", MOTE_IMPORT_FILE, 0, 0, 1, import_variable, 0},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0},
};

/* ---- which signature ---- */

/* Those that TensorFlow adds for itself have no outputs that are tensors of numbers. */
static bool is_for_users(const mote_tf_signature *s)
{
    return s->output_count > 0 && strncmp(s->name, "__saved_model", 13) != 0;
}

static const mote_tf_signature *find_signature(const mote_tf_file *file, const char *name)
{
    int32_t i;

    for (i = 0; i < file->signature_count; i++)
        if (strcmp(file->signatures[i].name, name) == 0)
            return &file->signatures[i];
    return NULL;
}

static mote_status fail_signature(const mote_tf_file *file, const char *asked, mote_error *err)
{
    mote_text names = {0};
    int32_t   i;

    for (i = 0; i < file->signature_count; i++)
        if (is_for_users(&file->signatures[i]))
            mote_text_printf(&names, "%s%s", names.count > 0 ? ", " : "", mote_show_string(file->signatures[i].name).text);
    if (names.count == 0)
        mote_fail(err, MOTE_ERR_UNSUPPORTED,
                  "the SavedModel has no signature; save it with one: model.export(folder), or "
                  "tf.saved_model.save(module, folder, signatures=function)");
    else if (asked)
        mote_fail(err, MOTE_ERR_USAGE, "there is no signature \"%s\"; there are: %.300s", mote_show_string(asked).text,
                  names.bytes);
    else
        mote_fail(err, MOTE_ERR_USAGE,
                  "several signatures, and none is serving_default; choose one with --signature: %.300s", names.bytes);
    mote_text_free(&names);
    return err->code;
}

static const mote_tf_signature *choose_signature(const mote_tf_file *file, const char *asked, mote_error *err)
{
    const mote_tf_signature *found = find_signature(file, asked ? asked : "serving_default");
    int32_t                  i, count = 0;

    for (i = 0; !found && !asked && i < file->signature_count; i++)
        count += is_for_users(&file->signatures[i]);
    for (i = 0; count == 1 && !found && i < file->signature_count; i++)
        if (is_for_users(&file->signatures[i]))
            found = &file->signatures[i];
    if (!found)
        fail_signature(file, asked, err);
    return found;
}

/* ---- frozen graphs ---- */

static bool is_read(const mote_tf_file *file, const char *name)
{
    const size_t length = strlen(name);
    int32_t      n, i;

    for (n = 0; n < file->functions[0].count; n++)
        for (i = 0; i < file->nodes[n].in_count; i++) {
            const char *in = file->nodes[n].in[i] + (file->nodes[n].in[i][0] == '^');
            if (strncmp(in, name, length) == 0 && (in[length] == '\0' || in[length] == ':'))
                return true;
        }
    return false;
}

static bool is_placeholder(const mote_tf_node *node)
{
    return strcmp(node->op, "Placeholder") == 0;
}

static void set_end(mote_tf_end *end, const mote_tf_node *node)
{
    const mote_import_attribute *shape = mote_tf_attribute(node, "shape"), *dtype = mote_tf_attribute(node, "dtype");
    int32_t                      i;

    *end = (mote_tf_end){.key = node->name, .tensor = node->name, .end = {.name = node->name, .dtype = MOTE_DTYPE_COUNT}};
    for (i = 0; i < MOTE_RANK_MAX; i++)
        end->end.dim_param[i] = "";
    if (!is_placeholder(node))
        return;
    end->end.file_type = dtype ? (int32_t)dtype->i : 0;
    end->end.dtype = mote_tf_dtype(end->end.file_type);
    end->end.has_shape = shape && shape->int_count >= 0;
    end->end.rank = end->end.has_shape ? shape->int_count : 0;
    for (i = 0; i < end->end.rank; i++)
        end->end.dim[i] = (int32_t)shape->ints[i];
    if (end->end.rank > 0 && end->end.dim[0] < 0)
        end->end.dim_param[0] = "batch";
}

/* What nothing reads is an output, what is to be filled in an input. */
static mote_status make_signature(mote_tf_signature *out, const mote_tf_file *file, mote_arena *arena, mote_error *err)
{
    const int32_t count = file->functions[0].count;
    int32_t       n;

    *out = (mote_tf_signature){.name = "serving_default",
                               .inputs = MOTE_NEW(arena, mote_tf_end, count, err),
                               .outputs = MOTE_NEW(arena, mote_tf_end, count, err)};
    if (count > 1 << 14)
        return mote_fail(err, MOTE_ERR_LIMIT, "a graph of %d nodes, of at most %d", count, 1 << 14);
    for (n = 0; err->code == MOTE_OK && n < count; n++) {
        const mote_tf_node *node = &file->nodes[n];
        if (is_placeholder(node))
            set_end(&out->inputs[out->input_count++], node);
        else if (strcmp(node->op, "NoOp") != 0 && strcmp(node->op, "Const") != 0 && !is_read(file, node->name))
            set_end(&out->outputs[out->output_count++], node);
    }
    return err->code;
}

/* ---- the file ---- */

static mote_status parse_file(mote_importer *im, const source *s, mote_tf_file *file, mote_error *err)
{
    mote_tf_signature        made;
    const mote_tf_signature *signature = &made;

    MOTE_TRY(mote_tf_file_read(file, s->bytes, s->count, s->is_frozen, &im->scratch, err));
    if (s->is_frozen)
        MOTE_TRY(make_signature(&made, file, &im->scratch, err));
    else if (!(signature = choose_signature(file, im->options ? im->options->signature : NULL, err)))
        return err->code;
    MOTE_TRY(mote_tf_flatten(&im->file, file, signature, &im->scratch, err));
    MOTE_TRY(mote_tf_rewrite(&im->file, &im->scratch, err));
    im->file.opset = OPSET;
    return MOTE_OK;
}

static mote_status parse(mote_importer *im, const void *of, size_t cap_most, mote_error *err)
{
    mote_tf_file file = {0};

    (void)cap_most;
    parse_file(im, of, &file, err);
    mote_tf_file_close(&file);
    return err->code;
}

/* Of an infinite operand these make an infinite value. */
static const char *const hand_on_infinity[] = {
    "Add",         "AddV2", "Sub",     "Mul",       "RealDiv",  "AddN",         "Select",     "SelectV2",
    "Identity",    "Cast",  "Reshape", "Transpose", "ConcatV2", "Pack",         "ExpandDims", "Unpack",
    "BroadcastTo", "Fill",  "Max",     "Min",       "PadV2",    "StridedSlice", "Slice",      "Tile",
    "GatherV2",    "Neg",   "Abs",     "Squeeze",   "Split",    "SplitV",       NULL};
static const mote_import_fold_row no_folds[] = {{NULL, NULL, 0, NULL}};

static const mote_import_format format = {.page = "docs/TENSORFLOW.md",
                                          .parse = parse,
                                          .find_row = mote_tf_find_row,
                                          .type_name = mote_tf_type_name,
                                          .folds = no_folds,
                                          .hand_on_infinity = hand_on_infinity};

/* ---- the checkpoint ---- */

static void open_checkpoint(source *s)
{
    mote_error *err = &s->missing;
    const char *index;

    if (!s->folder) {
        mote_fail(err, MOTE_ERR_IO, "give the folder that holds saved_model.pb");
        return;
    }
    s->checkpoint.path = mote_arena_printf(&s->arena, err, "%s/variables/variables", s->folder);
    index = mote_arena_printf(&s->arena, err, "%s/variables/variables.index", s->folder);
    if (!index || !s->checkpoint.path)
        return;
    if (mote_file_open(&s->index, index, err) == MOTE_OK &&
        mote_tf_checkpoint_read(&s->checkpoint, s->index.bytes, s->index.count, &s->arena, err) == MOTE_OK)
        return;
    s->checkpoint.count = 0;
    mote_context(err, "%s", index);
}

static mote_status read(mote_model **out, source *s, const mote_load_options *options, mote_error *err)
{
    const size_t asked = options ? options->memory_bytes : 0;

    s->arena.cap_bytes = asked ? asked : MOTE_ARENA_DEFAULT_CAP;
    if (!s->is_frozen)
        open_checkpoint(s);
    mote_import_read(out, &format, s, s->count, options, err);
    mote_tf_checkpoint_close(&s->checkpoint);
    mote_file_close(&s->index);
    mote_arena_destroy(&s->arena);
    return err->code;
}

mote_status mote_saved_model_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                                  mote_error *err)
{
    source s = {.bytes = bytes, .count = count, .folder = options ? options->folder : NULL};

    return read(out, &s, options, err);
}

mote_status mote_graph_def_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                                mote_error *err)
{
    source s = {.bytes = bytes, .count = count, .is_frozen = true};

    return read(out, &s, options, err);
}

bool mote_is_saved_model_file(const void *bytes, size_t count)
{
    return bytes && strcmp(mote_file_kind_of(bytes, count)->name, MOTE_KIND_SAVED_MODEL) == 0;
}

bool mote_is_graph_def(const void *bytes, size_t count)
{
    return bytes && strcmp(mote_file_kind_of(bytes, count)->name, MOTE_KIND_GRAPH_DEF) == 0;
}

bool mote_is_saved_model(const char *folder)
{
    mote_arena  arena = {0};
    mote_error  err = {0};
    const char *path = mote_path_join(&arena, folder, "saved_model.pb", &err);
    const bool  is_there = path && mote_path_exists(path);

    mote_arena_destroy(&arena);
    return is_there;
}

mote_status mote_saved_model_load(mote_model **out, const char *folder, const mote_load_options *options, mote_error *err)
{
    mote_load_options o = options ? *options : (mote_load_options){0};
    mote_arena        arena = {0};
    mote_file         file = {0};
    const char       *path = mote_path_join(&arena, folder, "saved_model.pb", err);

    *out = NULL;
    o.folder = folder;
    if (path && mote_file_open(&file, path, err) == MOTE_OK)
        mote_saved_model_read(out, file.bytes, file.count, &o, err);
    mote_file_close(&file);
    mote_arena_destroy(&arena);
    return err->code;
}
