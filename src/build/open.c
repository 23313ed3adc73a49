/* DATA, wherever data are read: a data set's path, or a spec, with what is said beside it, and as a model wants it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <mote/spec.h>

#include "base/file.h"
#include "build/spec.h"
#include "data/raw.h"
#include "graph/graph.h"
#include "train/objective.h"

typedef struct opening {
    const mote_data_request *request;
    mote_spec               *spec; /* NULL: the path is a data set's */
    mote_data_options        options;
    bool                     is_prepared_by_request; /* what is said beside the path goes before the model's recipe */
} opening;

/* ---- options: the spec's, then the request's, then what the model's recipe adds ---- */

static bool says_preparation(const mote_data_options *o)
{
    return o->scale != 0 || o->offset != 0 || o->channels > 0 || o->standardize != MOTE_STANDARDIZE_NONE;
}

static void take_preparation(mote_data_options *to, const mote_data_options *from)
{
    to->scale = from->scale;
    to->offset = from->offset;
    to->standardize = from->standardize;
    to->channels = from->channels;
    to->mean = from->mean;
    to->std = from->std;
}

static void take_targets(mote_data_options *to, const mote_data_options *from)
{
    if (from->target_count > 0 || from->targets_path) {
        to->target_names = from->target_names;
        to->target_count = from->target_count;
        to->targets_path = from->targets_path;
    }
    if (from->targets != MOTE_TARGETS_AUTO)
        to->targets = from->targets;
    if (from->class_count > 0)
        to->class_count = from->class_count;
}

static void take_request(opening *o)
{
    const mote_data_options *from = o->request->options;

    if (!from)
        return;
    if (says_preparation(from))
        take_preparation(&o->options, from);
    take_targets(&o->options, from);
    if (from->image_height > 0) {
        o->options.image_height = from->image_height;
        o->options.image_width = from->image_width;
        o->options.image_channels = from->image_channels;
    }
    if (from->header != MOTE_HEADER_AUTO)
        o->options.header = from->header;
    if (from->max_bytes > 0)
        o->options.max_bytes = from->max_bytes;
    o->options.skip_damaged = o->options.skip_damaged || from->skip_damaged;
}

/* The shape of one sample for a model: without the leading 1 that counts samples. */
static int sample_shape(const mote_tensor_info *in, int64_t *dim)
{
    int rank = 0, i;

    for (i = in->rank > 1 && in->dim[0] == 1 ? 1 : 0; i < in->rank; i++)
        dim[rank++] = in->dim[i];
    return rank;
}

static void take_recipe(opening *o)
{
    const mote_recipe     *recipe = &o->request->model->recipe;
    const mote_tensor_info in = mote_model_input(o->request->model, 0);
    int64_t                dim[8];

    if (sample_shape(&in, dim) == 3 && o->options.image_height == 0) { /* pictures are read in the model's size */
        o->options.image_height = (int)dim[0];
        o->options.image_width = (int)dim[1];
        o->options.image_channels = (int)dim[2];
    }
    o->options.known_columns = recipe->columns;
    o->options.known_column_count = recipe->column_count;
    o->options.known_targets = recipe->targets;
    o->options.known_target_count = recipe->target_count;
    if (recipe->is_prepared && !o->is_prepared_by_request)
        take_preparation(&o->options, &(mote_data_options){0});
}

/* ---- as the model wants it ---- */

static mote_status fit_to_model(const opening *o, mote_dataset *set, mote_error *err)
{
    const mote_model *model = o->request->model;
    mote_tensor_info  in = mote_model_input(model, 0);
    int64_t           dim[8];
    int               rank = sample_shape(&in, dim);

    if (set->sample_count != in.count)
        return mote_fail(err, MOTE_ERR_USAGE, "its samples have %zu numbers, the model takes %zu: %s", set->sample_count,
                         in.count, mote_shape_show(&model->graphs[0].tensors[model->graphs[0].inputs[0]]).text);
    MOTE_TRY(mote_dataset_reshape(set, rank, dim, err));
    if (model->recipe.is_prepared && !o->is_prepared_by_request)
        MOTE_TRY(mote_dataset_prepare(set, &model->recipe.preparation, err));
    if (model->recipe.has_goal && mote_goal_is_regression(&model->recipe.goal, mote_model_output(model, 0).count))
        return mote_dataset_take_values(set, err);
    return mote_dataset_match_classes(set, model->recipe.labels, model->recipe.label_count, err);
}

/* ---- values far from what the model saw ---- */

typedef struct limits {
    double min, max;
} limits;

/* Of some samples of all splits, as they reach the network. */
static mote_status find_limits(limits *out, const mote_dataset *set, mote_error *err)
{
    enum { LOOKED_AT = 256 };
    mote_arena scratch = {0};
    float     *sample = MOTE_NEW(&scratch, float, set->sample_count, err);
    size_t     i, k;
    int        s;

    *out = (limits){INFINITY, -INFINITY};
    for (s = 0; sample && s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < set->split[s].count; i += set->split[s].count / LOOKED_AT + 1) {
            mote_data_gather(&set->split[s], mote_data_in_row(i, 1), sample);
            for (k = 0; k < set->sample_count; k++) {
                out->min = (double)sample[k] < out->min ? (double)sample[k] : out->min;
                out->max = (double)sample[k] > out->max ? (double)sample[k] : out->max;
            }
        }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* What training saw, or calibration; false where nothing tells. */
static bool find_expected(limits *out, const mote_model *model)
{
    const mote_tensor_info in = mote_model_input(model, 0);
    const mote_tensor     *tensor = &model->graphs[0].tensors[model->graphs[0].inputs[0]];
    const mote_node       *first = model->graphs[0].node_count > 0 ? &model->graphs[0].nodes[0] : NULL;
    long long              low, high;

    if (model->recipe.inputs.is_known) {
        *out = (limits){(double)model->recipe.inputs.min, (double)model->recipe.inputs.max};
        return true;
    }
    if (!in.is_quantized && first && first->op == MOTE_OP_QUANTIZE) /* quantized behind a float32 input */
        tensor = &model->graphs[0].tensors[first->out[0]];
    if (!tensor->quant || !mote_dtype_limits(tensor->dtype, &low, &high))
        return false;
    *out = (limits){(double)tensor->quant->scale[0] * (double)(low - tensor->quant->zero_point[0]),
                    (double)tensor->quant->scale[0] * (double)(high - tensor->quant->zero_point[0])};
    return true;
}

/* A range and a half beyond, or a thirtieth of the range: other data, or another preparation. */
static bool are_far(const limits *seen, const limits *expected)
{
    const double width = expected->max - expected->min;

    if (!(width > 0))
        return false;
    return seen->max > expected->max + 1.5 * width || seen->min < expected->min - 1.5 * width ||
           seen->max - seen->min < width / 30;
}

static mote_status note_strange_values(const opening *o, mote_dataset *set, mote_error *err)
{
    limits seen, expected;

    MOTE_TRY(find_limits(&seen, set, err));
    if (!(seen.min <= seen.max))
        return MOTE_OK;
    if (find_expected(&expected, o->request->model)) {
        if (are_far(&seen, &expected))
            return mote_dataset_note(set, err,
                                     "its values reach the model as %.4g to %.4g, and the model was made for %.4g to %.4g; "
                                     "are scale and offset those of its training?",
                                     seen.min, seen.max, expected.min, expected.max);
        return MOTE_OK;
    }
    if (!mote_dtype_is_float(set->dtype) && seen.max > 16 && !o->request->model->recipe.is_prepared)
        return mote_dataset_note(
            set, err,
            "its values reach the model as they are stored, %.4g to %.4g, and the model does not say how "
            "its samples were prepared; if it was trained on 0 to 1, add --scale %.4g",
            seen.min, seen.max, seen.max > 255 ? seen.max : 255);
    return MOTE_OK;
}

/* ---- all of it ---- */

static mote_status load(const opening *o, mote_dataset **out, mote_error *err)
{
    if (o->request->pictures)
        return mote_dataset_load_pictures(out, o->request->pictures, o->request->picture_count, &o->options, err);
    if (!o->spec)
        return mote_dataset_load(out, o->request->path, &o->options, err);
    if (o->spec->data.is_sine)
        return mote_dataset_sine(out, &o->spec->data.sine, err);
    if (!o->spec->data.path)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: has no data section", o->spec->path);
    return mote_dataset_load(out, o->spec->data.path, &o->options, err);
}

mote_status mote_spec_take_validation(const mote_spec *spec, mote_dataset *set, mote_error *err)
{
    if (!(spec->train.validation_split > 0) ||
        mote_dataset_take_validation(set, spec->train.validation_split, err) == MOTE_OK)
        return MOTE_OK;
    return mote_context(err, "%s: train: validation_split", spec->path);
}

mote_status mote_spec_take_targets(const mote_spec *spec, mote_dataset *set, mote_error *err)
{
    const mote_goal goal = {.loss = spec->train.loss};
    mote_error      ignored = {0};
    mote_model     *model = NULL;
    bool            is_regression = false;

    if (set->targets != MOTE_TARGETS_CLASSES || set->class_names || !spec->has_train)
        return MOTE_OK;
    if (mote_spec_build_model(spec, set, &model, &ignored) == MOTE_OK)
        is_regression = mote_goal_is_regression(&goal, mote_model_output(model, 0).count);
    mote_model_destroy(model);
    return is_regression ? mote_dataset_take_values(set, err) : MOTE_OK;
}

static mote_status finish(const opening *o, mote_dataset *set, mote_error *err)
{
    const char *name = o->spec ? o->spec->path : o->request->pictures ? o->request->pictures[0] : o->request->path;

    if (o->request->model)
        fit_to_model(o, set, err);
    else if (o->spec)
        mote_spec_take_targets(o->spec, set, err);
    if (err->code != MOTE_OK)
        return mote_context(err, "%s", name);
    if (o->spec) /* so that a spec's train and validation are those of its training */
        MOTE_TRY(mote_spec_take_validation(o->spec, set, err));
    return o->request->model ? note_strange_values(o, set, err) : MOTE_OK;
}

static mote_status open_data(opening *o, mote_dataset **out, mote_error *err)
{
    const mote_data_request *request = o->request;

    if (request->path && mote_is_spec_name(request->path)) {
        MOTE_TRY(mote_spec_load(&o->spec, request->path, err));
        o->options = o->spec->data.options;
    }
    if (o->spec && !request->model && !request->options)
        return mote_spec_load_data(out, o->spec, err) == MOTE_OK ? finish(o, *out, err) : err->code;
    o->is_prepared_by_request = request->options && says_preparation(request->options);
    take_request(o);
    if (request->model)
        take_recipe(o);
    return load(o, out, err) == MOTE_OK ? finish(o, *out, err) : err->code;
}

mote_status mote_data_open(mote_dataset **out, const mote_data_request *request, mote_error *err)
{
    opening o = {.request = request};

    *out = NULL;
    if (!request->path && !request->pictures)
        return mote_fail(err, MOTE_ERR_USAGE, "no data are named");
    if (request->model && mote_model_input_count(request->model) != 1)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "the model has %d inputs; a data set feeds models with one",
                         mote_model_input_count(request->model));
    open_data(&o, out, err);
    mote_spec_destroy(o.spec);
    if (err->code != MOTE_OK) {
        mote_dataset_destroy(*out);
        *out = NULL;
    }
    return err->code;
}
