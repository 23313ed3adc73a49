/* DATA, wherever data are read: a data set's path, or a spec, with what is said beside it, and as a model wants it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <mote/spec.h>

#include "base/file.h"
#include "base/text.h"
#include "build/foreign.h"
#include "build/spec.h"
#include "data/array.h"
#include "data/raw.h"
#include "exec/values.h"
#include "graph/graph.h"
#include "train/objective.h"

typedef struct opening {
    const mote_dataset_request *request;
    mote_spec                  *spec; /* NULL: the path is a data set's */
    mote_dataset_options        options;
    mote_arena                  arena;                  /* what the model says, as options */
    bool                        is_prepared_by_request; /* what is said beside the path goes before the model's recipe */
    mote_preparation said; /* by numbers: they are for the model's shape, not for that in which samples are stored */
    bool             has_said;
} opening;

/* ---- options: the spec's, then the request's, then what the model's recipe adds ---- */

static void take_preparation(mote_dataset_options *to, const mote_dataset_options *from)
{
    to->scale = from->scale;
    to->offset = from->offset;
    to->standardize = from->standardize;
    to->channels = from->channels;
    to->mean = from->mean;
    to->std = from->std;
}

static void take_targets(mote_dataset_options *to, const mote_dataset_options *from)
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
    const mote_dataset_options *from = o->request->options;

    if (!from)
        return;
    if (mote_says_preparation(from))
        take_preparation(&o->options, from);
    take_targets(&o->options, from);
    if (from->image_height > 0) {
        o->options.image_height = from->image_height;
        o->options.image_width = from->image_width;
        o->options.image_channels = from->image_channels;
    }
    if (from->crop.kind != MOTE_CROP_NONE)
        o->options.crop = from->crop;
    o->options.exif_orientation = o->options.exif_orientation || from->exif_orientation;
    if (from->sample_length > 0)
        o->options.sample_length = from->sample_length;
    if (from->sample_rate > 0)
        o->options.sample_rate = from->sample_rate;
    if (from->category_count > 0) {
        o->options.categories = from->categories;
        o->options.category_count = from->category_count;
    }
    if (from->header != MOTE_HEADER_AUTO)
        o->options.header = from->header;
    if (from->max_bytes > 0)
        o->options.max_bytes = from->max_bytes;
    if (from->input_count > 0) {
        o->options.inputs = from->inputs;
        o->options.input_count = from->input_count;
    }
    if (from->output_count > 0) {
        o->options.outputs = from->outputs;
        o->options.output_count = from->output_count;
    }
    o->options.skip_damaged = o->options.skip_damaged || from->skip_damaged;
    o->options.cache_bytes = o->options.cache_bytes ? o->options.cache_bytes : from->cache_bytes;
}

/* The shape of one sample for a model: without the leading 1 that counts samples. */
static int sample_shape(const mote_tensor_info *in, int64_t *dim)
{
    int rank = 0, i;

    for (i = in->rank > 1 && in->dim[0] == 1 ? 1 : 0; i < in->rank; i++)
        dim[rank++] = in->dim[i];
    return rank;
}

/* What the options so far say of an input or output: by its name, or where there is but one. -1: nothing. */
static int find_input(const mote_dataset_options *o, const mote_tensor_info *in, int32_t count)
{
    int i;

    if (count == 1 && o->input_count == 1)
        return 0;
    for (i = 0; i < o->input_count; i++)
        if (strcmp(o->inputs[i].name, in->name) == 0 || strcmp(o->inputs[i].name, in->tensor_name) == 0)
            return i;
    return -1;
}

static int find_output(const mote_dataset_options *o, const mote_tensor_info *out, int32_t count)
{
    int i;

    if (count == 1 && o->output_count == 1)
        return 0;
    for (i = 0; i < o->output_count; i++)
        if (strcmp(o->outputs[i].name, out->name) == 0 || strcmp(o->outputs[i].name, out->tensor_name) == 0)
            return i;
    return -1;
}

static bool has_preparation(const mote_model *model, int32_t input)
{
    return input < MOTE_FEATURES_MAX && model->recipe.input[input].is_prepared;
}

static bool is_prepared_by_recipe(const opening *o, int32_t input)
{
    return has_preparation(o->request->model, input) && !o->is_prepared_by_request;
}

/* Inputs by the model's names for them, and in its order; what prepares them is the recipe's say, where it says it. */
static mote_status take_inputs(opening *o, mote_error *err)
{
    const mote_model     *model = o->request->model;
    const int32_t         count = mote_model_input_count(model);
    mote_feature_options *inputs = MOTE_NEW(&o->arena, mote_feature_options, count, err);
    int32_t               i;

    for (i = 0; inputs && i < count; i++) {
        const mote_tensor_info in = mote_model_input(model, i);
        const int              said = find_input(&o->options, &in, count);
        if (said >= 0 && !is_prepared_by_recipe(o, i))
            inputs[i] = o->options.inputs[said];
        inputs[i].name = in.name;
    }
    o->options.inputs = inputs;
    o->options.input_count = count;
    return err->code;
}

static mote_status take_outputs(opening *o, mote_error *err)
{
    const mote_model    *model = o->request->model;
    const int32_t        count = mote_model_output_count(model);
    mote_target_options *outputs = MOTE_NEW(&o->arena, mote_target_options, count, err);
    int32_t              i;

    for (i = 0; outputs && i < count; i++) {
        const mote_tensor_info out = mote_model_output(model, i);
        const int              said = find_output(&o->options, &out, count);
        if (said >= 0)
            outputs[i] = o->options.outputs[said];
        outputs[i].name = out.name;
    }
    o->options.outputs = outputs;
    o->options.output_count = count;
    return err->code;
}

/* Where the recipe says how samples are prepared, it says what is taken of pictures, too; what is said beside the path goes
 * before it. */
static void take_crop(opening *o)
{
    const mote_dataset_options *said = o->request->options;
    const mote_crop            *known = &o->request->model->recipe.input[0].crop;

    if ((said && said->crop.kind != MOTE_CROP_NONE) ||
        (known->kind == MOTE_CROP_NONE && !has_preparation(o->request->model, 0)))
        return;
    o->options.crop = (mote_crop){0};
    o->options.known_crop = *known;
}

static mote_status take_recipe(opening *o, mote_error *err)
{
    const mote_recipe     *recipe = &o->request->model->recipe;
    const mote_tensor_info in = mote_model_input(o->request->model, 0);
    int64_t                dim[8];

    if (sample_shape(&in, dim) == 3 && o->options.image_height == 0) { /* pictures are read in the model's size */
        o->options.image_height = (int)dim[0];
        o->options.image_width = (int)dim[1];
        o->options.image_channels = (int)dim[2];
    } else if (recipe->input[0].image[0] > 0 && o->options.image_height == 0) {
        o->options.image_height = recipe->input[0].image[0];
        o->options.image_width = recipe->input[0].image[1];
        o->options.image_channels = recipe->input[0].image[2];
    }
    take_crop(o);
    o->options.known_width = in.count <= INT32_MAX ? (int32_t)in.count : 0;
    o->options.exif_orientation = o->options.exif_orientation || recipe->input[0].exif_orientation;
    o->options.known_columns = recipe->input[0].columns;
    o->options.known_column_count = recipe->input[0].column_count;
    o->options.known_targets = recipe->output[0].columns;
    o->options.known_target_count = recipe->output[0].column_count;
    MOTE_TRY(take_inputs(o, err));
    MOTE_TRY(take_outputs(o, err));
    if (is_prepared_by_recipe(o, 0) || o->has_said)
        take_preparation(&o->options, &(mote_dataset_options){0});
    return MOTE_OK;
}

/* ---- as the model wants it ---- */

/* Samples of PyTorch have their channels first, where the model takes them last: another shape of as many numbers would mix
 * them up. */
static bool have_channels_first(const mote_dataset_feature *f, int rank, const int64_t *dim)
{
    int i;

    if (f->rank != rank || rank < 2 || f->dim[0] != dim[rank - 1] || memcmp(f->dim, dim, (size_t)rank * sizeof *dim) == 0)
        return false;
    for (i = 1; i < rank; i++)
        if (f->dim[i] != dim[i - 1])
            return false;
    return true;
}

static mote_status turn_channels(mote_dataset *set, int index, int rank, const int64_t *dim, mote_error *err)
{
    const mote_dataset_feature *f = &set->feature[index];
    char                        stored[MOTE_SHAPE_TEXT], wanted[MOTE_SHAPE_TEXT];

    if (!have_channels_first(f, rank, dim) || f->dim[0] == 1)
        return MOTE_OK;
    mote_dim_text(f->rank, f->dim, stored, sizeof stored);
    MOTE_TRY(mote_dataset_turn(set, index, err));
    return mote_dataset_note(set, err, "its samples are %s, channels first, and were turned to the model's %s", stored,
                             mote_dim_text(rank, dim, wanted, sizeof wanted));
}

/* --scale 1 says that the data are prepared already, which contradicts nothing. */
static mote_status prepare_feature(const opening *o, mote_dataset *set, int index, int64_t stored_last, mote_error *err)
{
    static const mote_preparation nothing = {0};
    const mote_model             *model = o->request->model;
    const mote_tensor_info        in = mote_model_input(model, index);
    const mote_preparation       *known = has_preparation(model, index) ? &model->recipe.input[index].preparation : NULL;
    const mote_preparation       *taken = is_prepared_by_recipe(o, index) ? known : o->has_said ? &o->said : NULL;

    if (!taken || (in.dtype != MOTE_F32 && !in.is_quantized)) /* indices are nothing to prepare */
        return MOTE_OK;
    if (taken == &o->said)
        MOTE_TRY(mote_check_channels(&in, taken, stored_last, err));
    if (taken == &o->said && known && !mote_same_preparation(taken, &nothing) && !mote_same_preparation(known, taken))
        MOTE_TRY(mote_dataset_note(set, err, "samples reach the model as %s, as the options say; its file says %s",
                                   mote_show_preparation(taken).text, mote_show_preparation(known).text));
    return mote_dataset_prepare(set, index, taken, err);
}

static mote_status fit_feature(const opening *o, mote_dataset *set, int index, mote_error *err)
{
    const mote_model           *model = o->request->model;
    const mote_dataset_feature *f = &set->feature[index];
    const int64_t               stored_last = f->rank > 0 ? f->dim[f->rank - 1] : 1;
    mote_tensor_info            in = mote_model_input(model, index);
    int64_t                     dim[8];
    int                         rank = sample_shape(&in, dim);

    if (f->width != in.count)
        return mote_fail(err, MOTE_ERR_USAGE, "its samples %s%s%shave %zu numbers, the model takes %zu: %s",
                         set->feature_count > 1 ? "for " : "", set->feature_count > 1 ? mote_show_string(in.name).text : "",
                         set->feature_count > 1 ? " " : "", f->width, in.count,
                         mote_shape_show(&model->graphs[0].tensors[model->graphs[0].inputs[index]]).text);
    MOTE_TRY(turn_channels(set, index, rank, dim, err));
    MOTE_TRY(mote_dataset_reshape(set, index, rank, dim, err));
    return prepare_feature(o, set, index, stored_last, err);
}

static mote_status fit_target(const mote_model *model, mote_dataset *set, int index, mote_error *err)
{
    const mote_output_recipe *recipe = &model->recipe.output[index];

    if (recipe->has_goal && mote_goal_is_regression(&recipe->goal, mote_model_output(model, index).count))
        return mote_dataset_take_values(set, index, err);
    return mote_dataset_match_classes(set, index, recipe->labels, recipe->label_count, err);
}

static mote_status fit_to_model(const opening *o, mote_dataset *set, mote_error *err)
{
    int i;

    for (i = 0; i < set->feature_count; i++)
        MOTE_TRY(fit_feature(o, set, i, err));
    for (i = 0; i < set->target_count; i++)
        MOTE_TRY(fit_target(o->request->model, set, i, err));
    return MOTE_OK;
}

/* ---- values far from what the model saw ---- */

/* Some samples of all splits, as they reach the network. */
static mote_status look(mote_values *out, const mote_dataset *set, int feature, mote_error *err)
{
    enum { LOOKED_AT = 256 };
    const size_t width = set->feature[feature].width;
    mote_arena   scratch = {0};
    float       *first = MOTE_NEW(&scratch, float, width, err), *sample = MOTE_NEW(&scratch, float, width, err);
    size_t       i;
    int          s;

    for (s = 0; first && sample && s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < set->split[s].count; i += set->split[s].count / LOOKED_AT + 1) {
            mote_dataset_gather(&set->split[s], feature, mote_dataset_in_row(i, 1), sample);
            if (out->samples == 0)
                memcpy(first, sample, width * sizeof *first);
            mote_values_add(out, first, sample, width);
        }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* Of a factor instead of a divisor what was meant: 255 for 0.00392; else 0. */
static float meant_by(float scale)
{
    static const float usual[] = {255, 127.5f, 256, 128};
    size_t             i;

    for (i = 0; i < sizeof usual / sizeof *usual; i++)
        if (scale > 0.998f / usual[i] && scale < 1.002f / usual[i])
            return usual[i];
    return 0;
}

static mote_status note_strange_values(const opening *o, mote_dataset *set, int feature, mote_error *err)
{
    const mote_dataset_feature *f = &set->feature[feature];
    const bool                  are_many = set->feature_count > 1;
    mote_shown                  shown = mote_show_string(f->name);
    const char                 *whose = are_many ? shown.text : "";
    mote_values                 values = mote_values_begin(o->request->model, feature);
    mote_values_text            told;

    MOTE_TRY(look(&values, set, feature, err));
    if (!mote_dtype_is_float(f->dtype) && meant_by(f->preparation.scale) > 0)
        return mote_dataset_note(
            set, err,
            "its values %s%s%sreach the model as %.4g to %.4g: scale divides, so say --scale %.4g where "
            "%.4g is the factor",
            are_many ? "for " : "", whose, are_many ? " " : "", values.min, values.max,
            (double)meant_by(f->preparation.scale), (double)f->preparation.scale);
    told = mote_values_tell(&values);
    if (told.text[0])
        return mote_dataset_note(set, err, "its values %s%s%s%s", are_many ? "for " : "", whose, are_many ? " " : "",
                                 told.text);
    if (!values.expected.is_known && !mote_dtype_is_float(f->dtype) && values.max > 16 &&
        !has_preparation(o->request->model, feature) && !o->has_said)
        return mote_dataset_note(
            set, err,
            "its values %s%s%sreach the model as they are stored, %.4g to %.4g, and the model does not say how "
            "its samples were prepared; if it was trained on 0 to 1, add --scale %.4g",
            are_many ? "for " : "", whose, are_many ? " " : "", values.min, values.max, values.max > 255 ? values.max : 255);
    return MOTE_OK;
}

/* ---- all of it ---- */

static mote_status load(const opening *o, mote_dataset **out, mote_error *err)
{
    const mote_dataset_request *request = o->request;

    if (request->pictures)
        return mote_dataset_load_pictures(out, request->pictures, request->picture_count, &o->options, err);
    if (request->files)
        return mote_dataset_load_files(out, request->files, request->file_count, &o->options, err);
    if (!o->spec)
        return mote_dataset_load(out, request->path, &o->options, err);
    return mote_spec_load_source(out, o->spec, &o->options, err);
}

mote_status mote_spec_take_validation(const mote_spec *spec, mote_dataset *set, mote_error *err)
{
    if (!(spec->train.validation_split > 0) ||
        mote_dataset_take_validation(set, spec->train.validation_split, err) == MOTE_OK)
        return MOTE_OK;
    return mote_context(err, "%s: train: validation_split", spec->path);
}

static bool has_whole_numbers(const mote_dataset *set)
{
    int i;

    for (i = 0; i < set->target_count; i++)
        if (set->target[i].kind == MOTE_TARGETS_CLASSES && !set->target[i].class_names)
            return true;
    return false;
}

/* What the spec's train section asks of an output. */
static mote_goal goal_of(const mote_spec *spec, const char *output)
{
    int i;

    for (i = 0; i < spec->train.output_count; i++)
        if (strcmp(spec->train.outputs[i].name, output) == 0)
            return spec->train.outputs[i].goal;
    return (mote_goal){.loss = spec->train.loss};
}

mote_status mote_spec_take_targets(const mote_spec *spec, mote_dataset *set, mote_error *err)
{
    mote_error  ignored = {0};
    mote_model *model = NULL;
    int32_t     i;

    if (!has_whole_numbers(set) || !spec->has_train)
        return MOTE_OK;
    if (mote_spec_build_model(&model, spec, set, &ignored) == MOTE_OK)
        for (i = 0; i < mote_model_output_count(model) && i < set->target_count; i++) {
            const mote_tensor_info out = mote_model_output(model, i);
            const mote_goal        goal = goal_of(spec, out.name);
            if (mote_goal_is_regression(&goal, out.count))
                mote_dataset_take_values(set, i, err);
        }
    mote_model_destroy(model);
    return err->code;
}

static mote_status finish(const opening *o, mote_dataset *set, mote_error *err)
{
    const mote_dataset_request *request = o->request;
    const char                 *name = o->spec             ? o->spec->path
                                       : request->pictures ? request->pictures[0]
                                       : request->files    ? request->files[0].path
                                                           : request->path;
    int                         i;

    if (o->request->model)
        fit_to_model(o, set, err);
    else if (o->spec)
        mote_spec_take_targets(o->spec, set, err);
    if (err->code != MOTE_OK)
        return mote_context(err, "%s", name);
    if (o->spec) /* so that a spec's train and validation are those of its training */
        MOTE_TRY(mote_spec_take_validation(o->spec, set, err));
    for (i = 0; request->model && i < set->feature_count; i++)
        MOTE_TRY(note_strange_values(o, set, i, err));
    return MOTE_OK;
}

static mote_status open_data(opening *o, mote_dataset **out, mote_error *err)
{
    const mote_dataset_request *request = o->request;

    if (request->path && mote_spec_is_name(request->path)) {
        MOTE_TRY(mote_spec_load(&o->spec, request->path, err));
        o->options = o->spec->data.options;
    }
    if (o->spec && !request->model && !request->options)
        return mote_spec_load_data(out, o->spec, err) == MOTE_OK ? finish(o, *out, err) : err->code;
    o->is_prepared_by_request = request->options && mote_says_preparation(request->options);
    o->has_said = request->model && o->is_prepared_by_request && request->options->standardize == MOTE_STANDARDIZE_NONE &&
                  request->options->input_count == 0;
    if (o->has_said)
        o->said = mote_said_preparation(request->options);
    take_request(o);
    if (request->model)
        MOTE_TRY(take_recipe(o, err));
    return load(o, out, err) == MOTE_OK ? finish(o, *out, err) : err->code;
}

mote_status mote_dataset_open(mote_dataset **out, const mote_dataset_request *request, mote_error *err)
{
    opening o = {.request = request};

    *out = NULL;
    if (!request->path && !request->pictures && !request->files)
        return mote_fail(err, MOTE_ERR_USAGE, "no data are named");
    open_data(&o, out, err);
    mote_spec_destroy(o.spec);
    mote_arena_destroy(&o.arena);
    if (err->code != MOTE_OK) {
        mote_dataset_destroy(*out);
        *out = NULL;
    }
    return err->code;
}
