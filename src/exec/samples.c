/* Files to samples, samples through a runner, outputs to files. The rules stand in mote/samples.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/samples.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mote/image.h>
#include <mote/run.h>

#include "base/file.h"
#include "base/text.h"
#include "data/array.h"
#include "data/image.h"
#include "data/wav.h"
#include "exec/values.h"
#include "graph/graph.h"

/* ---- which file is for which tensor ---- */

typedef struct end_list {
    const char *what; /* "input" or "output" */
    bool        is_input;
    int32_t     count;
    mote_tensor_info (*at)(const mote_model *model, int32_t index);
    const mote_model *model;
} end_list;

static end_list inputs_of(const mote_model *model)
{
    return (end_list){"input", true, mote_model_input_count(model), mote_model_input, model};
}

static end_list outputs_of(const mote_model *model)
{
    return (end_list){"output", false, mote_model_output_count(model), mote_model_output, model};
}

/* What stands behind "NAME=", where the file is named so; else NULL. */
static const char *path_behind(const char *name, const char *file)
{
    const size_t length = strlen(name);

    return length > 0 && strncmp(file, name, length) == 0 && file[length] == '=' ? file + length + 1 : NULL;
}

/* "NAME=PATH" where NAME is one of the ends, by its signature's name, else by its tensor's: its index and the path; else -1.
 */
static int32_t find_named(const end_list *ends, const char *file, const char **path)
{
    const char *found;
    int32_t     i;

    for (i = 0; i < 2 * ends->count; i++) {
        const mote_tensor_info info = ends->at(ends->model, i % ends->count);
        found = path_behind(i < ends->count ? info.name : info.tensor_name, file);
        if (found) {
            *path = found;
            return i % ends->count;
        }
    }
    return -1;
}

/* "x=y.npy", where no file of that name is there: a name that the model does not have. */
static bool looks_named(const char *file)
{
    size_t before = strcspn(file, "=/");

    return file[before] == '=' && !mote_path_exists(file);
}

static mote_status refuse_file(const end_list *ends, const char *file, mote_error *err)
{
    if (looks_named(file) && ends->count > 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the model has no %s named \"%s\"; it has %s", ends->what,
                         mote_show(file, strcspn(file, "=")).text, mote_model_show_ends(ends->model, ends->is_input).text);
    return mote_fail(err, MOTE_ERR_USAGE, "%s: the model has %d %s%s, all are given already", file, ends->count, ends->what,
                     ends->count == 1 ? "" : "s");
}

/* paths[ends->count]: NULL where no file is for that end. */
static mote_status assign(const char **paths, const end_list *ends, const char *const *files, int count, mote_error *err)
{
    int32_t next = 0, index;
    int     i;

    for (i = 0; i < count; i++) {
        const char *path = files[i];
        index = find_named(ends, files[i], &path);
        if (index < 0) {
            while (next < ends->count && paths[next])
                next++;
            index = next;
            if (index >= ends->count || looks_named(files[i]))
                return refuse_file(ends, files[i], err);
        }
        if (paths[index])
            return mote_fail(err, MOTE_ERR_USAGE, "%s: %s \"%s\" is given twice", path, ends->what,
                             mote_show_string(ends->at(ends->model, index).name).text);
        paths[index] = path;
    }
    return MOTE_OK;
}

/* ---- one input ---- */

/* How files are read: what becomes of their numbers. */
typedef struct reading {
    const mote_input_recipe *recipe;
    const mote_preparation  *preparation; /* NULL: none is known, or the numbers are prepared already */
    bool                     are_prepared;
    mote_values             *values; /* looked at on the way */
} reading;

static reading as_options_say(const mote_model *model, int32_t input, const mote_samples_options *options)
{
    static const mote_input_recipe unknown = {0};
    reading                        how = {.recipe = input < MOTE_FEATURES_MAX ? &model->recipe.input[input] : &unknown,
                                          .are_prepared = options && options->are_prepared};

    if (!how.are_prepared)
        how.preparation = options && options->preparation ? options->preparation
                          : how.recipe->is_prepared       ? &how.recipe->preparation
                                                          : NULL;
    return how;
}

typedef enum joining { ONE_SAMPLE = 0, JOINED, STACKED } joining;

typedef struct input_file {
    mote_tensor_info info;
    mote_array       array; /* as read; then in the input's own type */
    uint8_t         *raw;   /* as read, where that was bytes that were prepared; from malloc */
    size_t           count; /* invokes */
    joining          how;
} input_file;

static mote_status fit_shape(input_file *in, mote_error *err)
{
    const mote_tensor_info *info = &in->info;
    int                     extra = in->array.rank - info->rank, i;
    char                    held[MOTE_SHAPE_TEXT], wanted[MOTE_SHAPE_TEXT];
    int64_t                 dim[8] = {0};
    bool                    fits = extra == 0 || extra == 1;

    in->how = extra == 1 ? STACKED : ONE_SAMPLE;
    for (i = 0; fits && i < info->rank; i++) {
        int64_t held_dim = in->array.dim[i + extra];
        if (held_dim == info->dim[i])
            continue;
        fits = extra == 0 && i == 0 && info->dim[0] == 1;
        in->how = JOINED;
    }
    for (i = 0; i < info->rank; i++)
        dim[i] = info->dim[i];
    mote_dim_text(info->rank, dim, wanted, sizeof wanted);
    mote_array_shape_text(&in->array, held, sizeof held);
    if (!fits)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "has shape %s; input \"%s\" takes %s%s, or N samples of it in a new first axis", held,
                         mote_show_string(info->name).text, wanted,
                         info->rank > 0 && info->dim[0] == 1 ? " with any number in place of the leading 1" : "");
    in->count = in->how == ONE_SAMPLE ? 1 : (size_t)in->array.dim[0];
    return in->count > 0 ? MOTE_OK : mote_fail(err, MOTE_ERR_USAGE, "has shape %s: no samples", held);
}

static bool can_store_real(const mote_tensor_info *info)
{
    return info->dtype == MOTE_F32 ||
           (info->is_quantized && (info->dtype == MOTE_I8 || info->dtype == MOTE_U8 || info->dtype == MOTE_I16));
}

/* Before they are prepared: what firmware is given. */
static mote_status keep_raw(input_file *in, mote_error *err)
{
    if (in->array.dtype != MOTE_U8)
        return MOTE_OK;
    in->raw = malloc(in->array.count + 1);
    if (!in->raw)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    memcpy(in->raw, in->array.bytes, in->array.count);
    return MOTE_OK;
}

static void free_input(input_file *in)
{
    mote_array_free(&in->array);
    free(in->raw);
}

/* Real numbers become the input's own type. */
static mote_status store_real(mote_array *array, const mote_tensor_info *info, const float *real, mote_error *err)
{
    mote_array stored = *array;
    size_t     i;

    for (i = 0; info->dtype != MOTE_F32 && i < array->count; i++)
        if (isnan(real[i]))
            return mote_fail(err, MOTE_ERR_NUMERIC, "element %zu is NaN, which %s cannot hold", i,
                             mote_dtype_name(info->dtype));
    stored.dtype = info->dtype;
    stored.owner = NULL;
    MOTE_TRY(mote_array_allocate(&stored, 0, err));
    mote_store_real(info, real, stored.bytes, stored.count);
    mote_array_free(array);
    *array = stored;
    return MOTE_OK;
}

/* Whether the file holds what the model itself stores. Of integers that training's samples have as well nobody can tell:
 * they count as samples, as they do in a data set. */
static bool holds_own_type(const input_file *in, const reading *how)
{
    if (in->array.dtype != in->info.dtype)
        return false;
    if (!how->preparation)
        return true;
    return in->info.is_quantized && !(how->recipe->has_dtype && how->recipe->dtype == in->info.dtype);
}

static mote_status refuse_type(const input_file *in, const reading *how, mote_error *err)
{
    const bool takes_real = can_store_real(&in->info);

    if (takes_real && !how->are_prepared && !mote_dtype_is_float(in->array.dtype))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "holds %s; input \"%s\" takes %s%s, and the model does not say how samples are prepared; say it "
                         "with --scale, or --scale 1",
                         mote_dtype_name(in->array.dtype), mote_show_string(in->info.name).text,
                         mote_dtype_name(in->info.dtype), in->info.dtype != MOTE_F32 ? ", or float32 to be quantized" : "");
    return mote_fail(err, MOTE_ERR_USAGE, "holds %s; input \"%s\" takes %s%s", mote_dtype_name(in->array.dtype),
                     mote_show_string(in->info.name).text, mote_dtype_name(in->info.dtype),
                     takes_real && in->info.dtype != MOTE_F32 ? ", or float32 to be quantized" : "");
}

/* A file's samples. */
static void look_at(mote_values *values, const float *real, size_t count, size_t width)
{
    size_t i;

    for (i = 0; width > 0 && i + width <= count; i += width)
        mote_values_add(values, real, real + i, width);
}

static mote_status fit_type(input_file *in, const reading *how, mote_error *err)
{
    float *real;

    if (holds_own_type(in, how))
        return MOTE_OK;
    if (!can_store_real(&in->info) || (!how->preparation && !mote_dtype_is_float(in->array.dtype)))
        return refuse_type(in, how, err);
    MOTE_TRY(keep_raw(in, err));
    real = malloc(in->array.count * sizeof *real + 1);
    if (!real)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (how->preparation)
        mote_preparation_apply(how->preparation, &in->array, real);
    else
        mote_array_to_f32(&in->array, real);
    look_at(how->values, real, in->array.count, in->info.count);
    store_real(&in->array, &in->info, real, err);
    free(real);
    return err->code;
}

static mote_status read_npy(input_file *in, const reading *how, const char *path, mote_error *err)
{
    MOTE_TRY(mote_array_peek(&in->array, path, NULL, err)); /* names the path itself, as the next one does */
    if (fit_shape(in, err) != MOTE_OK)                      /* before gigabytes are read */
        return mote_context(err, "%s", path);
    MOTE_TRY(mote_npy_load(&in->array, path, 0, err));
    if (fit_shape(in, err) == MOTE_OK)
        fit_type(in, how, err);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

static mote_status read_raw(input_file *in, const mote_file *file, mote_error *err)
{
    const size_t element = mote_array_element_bytes(in->info.dtype);

    if (file->count == 0 || file->count % in->info.bytes != 0)
        return mote_fail(err, MOTE_ERR_USAGE, "has %zu bytes; one sample of input \"%s\" has %zu", file->count,
                         mote_show_string(in->info.name).text, in->info.bytes);
    in->count = file->count / in->info.bytes;
    in->how = in->count == 1 ? ONE_SAMPLE : in->info.rank > 0 && in->info.dim[0] == 1 ? JOINED : STACKED;
    in->array = (mote_array){.dtype = in->info.dtype, .rank = 1, .dim = {(int64_t)(file->count / element)}};
    MOTE_TRY(mote_array_allocate(&in->array, 0, err));
    memcpy(in->array.bytes, file->bytes, file->count);
    if (!mote_is_little_endian())
        mote_swap_bytes(in->array.bytes, in->array.count, element);
    return MOTE_OK;
}

static mote_status read_bin(input_file *in, const char *path, mote_error *err)
{
    mote_file file = {0};

    if (mote_file_open(&file, path, err) == MOTE_OK)
        read_raw(in, &file, err);
    mote_file_close(&file);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

/* Height, width and channels of an image input; zeros where the input is flat, the recipe does not say of what pictures, and
 * the image's own size has to fit. */
static mote_status image_size(const mote_tensor_info *info, const int32_t *known, mote_image_options *out, mote_error *err)
{
    int32_t first = info->rank > 1 && info->dim[0] == 1 ? 1 : 0, axes = info->rank - first;

    *out = (mote_image_options){0};
    if (known[0] > 0 && (size_t)known[0] * (size_t)known[1] * (size_t)known[2] == info->count) {
        *out = (mote_image_options){.height = known[0], .width = known[1], .channels = known[2]};
        return MOTE_OK;
    }
    if (axes > 3 || axes < 1)
        return mote_fail(err, MOTE_ERR_USAGE, "input \"%s\" is no image: it has %d axes", mote_show_string(info->name).text,
                         info->rank);
    if (axes == 1)
        return MOTE_OK;
    out->height = info->dim[first];
    out->width = info->dim[first + 1];
    out->channels = axes == 3 ? info->dim[first + 2] : 1;
    if (out->channels != 1 && out->channels != 3 && out->channels != 4)
        return mote_fail(err, MOTE_ERR_USAGE, "input \"%s\" has %d channels; an image has 1, 3 or 4",
                         mote_show_string(info->name).text, out->channels);
    return MOTE_OK;
}

/* A flat input takes an image of as many numbers, grey if that is what fits. */
static mote_status load_image(input_file *in, const mote_input_recipe *recipe, const char *path, mote_error *err)
{
    mote_image_options options;

    if (image_size(&in->info, recipe->image, &options, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    options.crop = recipe->crop;
    options.exif_orientation = recipe->exif_orientation;
    MOTE_TRY(mote_image_load(&in->array, path, &options, err));
    if (in->array.count != in->info.count && options.height == 0) {
        mote_array_free(&in->array);
        options.channels = 1;
        MOTE_TRY(mote_image_load(&in->array, path, &options, err));
    }
    if (in->array.count != in->info.count)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: is %lld x %lld; input \"%s\" takes %zu numbers", path,
                         (long long)in->array.dim[0], (long long)in->array.dim[1], mote_show_string(in->info.name).text,
                         in->info.count);
    return MOTE_OK;
}

/* A sound of any length is cropped to what the input takes, or filled with silence. */
static mote_status load_sound(input_file *in, const mote_input_recipe *recipe, const char *path, mote_error *err)
{
    mote_array sound;
    int32_t    rate;

    (void)recipe;
    MOTE_TRY(mote_wav_load(&sound, &rate, path, err));
    if (in->info.count % (size_t)sound.dim[1] != 0)
        mote_fail(err, MOTE_ERR_USAGE, "%s: has %d channels; input \"%s\" takes %zu numbers", path, (int)sound.dim[1],
                  mote_show_string(in->info.name).text, in->info.count);
    else if (mote_array_create(&in->array, sound.dtype, 2,
                               (const int64_t[2]){(int64_t)in->info.count / sound.dim[1], sound.dim[1]}, err) == MOTE_OK)
        mote_wav_fit(&sound, in->array.bytes, in->array.count);
    mote_array_free(&sound);
    return err->code;
}

/* A picture or a sound: one sample, which is stored, and so prepared. */
static mote_status read_media(input_file *in, const reading *how, const char *path, mote_error *err)
{
    static const mote_preparation plain = {0};
    float                        *real;

    if (!can_store_real(&in->info))
        return mote_fail(err, MOTE_ERR_USAGE, "%s: input \"%s\" takes %s, which is no %s", path,
                         mote_show_string(in->info.name).text, mote_dtype_name(in->info.dtype),
                         mote_is_wav_name(path) ? "sound" : "image");
    MOTE_TRY(mote_is_wav_name(path) ? load_sound(in, how->recipe, path, err) : load_image(in, how->recipe, path, err));
    in->count = 1;
    MOTE_TRY(keep_raw(in, err));
    real = malloc(in->array.count * sizeof *real + 1);
    if (!real)
        return mote_fail(err, MOTE_ERR_MEMORY, "%s: out of memory", path);
    mote_preparation_apply(how->preparation ? how->preparation : &plain, &in->array, real);
    look_at(how->values, real, in->array.count, in->info.count);
    if (store_real(&in->array, &in->info, real, err) != MOTE_OK)
        mote_context(err, "%s", path);
    free(real);
    return err->code;
}

static mote_status read_input(input_file *in, const reading *how, const char *path, mote_error *err)
{
    if (mote_path_has_suffix(path, ".npy"))
        return read_npy(in, how, path, err);
    if (mote_path_has_suffix(path, ".bin"))
        return read_bin(in, path, err);
    if (mote_is_image_name(path) || mote_is_wav_name(path))
        return read_media(in, how, path, err);
    return mote_fail(err, MOTE_ERR_USAGE, "%s: inputs are .npy, .bin, .png or .jpg files, other pictures, or .wav files",
                     path);
}

/* ---- all inputs ---- */

static mote_status own_samples(mote_samples *out, mote_error *err)
{
    if (!out->owner)
        out->owner = calloc(1, sizeof *out->owner);
    return out->owner ? MOTE_OK : mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
}

/* Of one input's file. */
static mote_status note_values(mote_samples *out, const mote_values *values, const char *path, mote_error *err)
{
    const mote_values_text told = mote_values_tell(values);
    const char           **longer;

    if (!told.text[0])
        return MOTE_OK;
    MOTE_TRY(own_samples(out, err));
    if (!(longer = MOTE_NEW(out->owner, const char *, out->note_count + 1, err)))
        return err->code;
    if (out->note_count > 0)
        memcpy(longer, out->notes, (size_t)out->note_count * sizeof *longer);
    longer[out->note_count] = mote_arena_printf(out->owner, err, "%s: its values %s", path, told.text);
    out->notes = longer;
    out->note_count += err->code == MOTE_OK;
    return err->code;
}

/* How many samples, and how their outputs are put together, is the first file's say. */
static mote_status read_inputs(mote_samples *out, input_file *files, const char *const *paths, const mote_model *model,
                               const mote_samples_options *options, mote_error *err)
{
    int32_t count = mote_model_input_count(model), i;

    for (i = 0; i < count; i++) {
        mote_values values = mote_values_begin(model, i);
        reading     how = as_options_say(model, i, options);
        how.values = &values;
        files[i].info = mote_model_input(model, i);
        if (!paths[i])
            return mote_fail(err, MOTE_ERR_USAGE, "the model has %d inputs; there is no file for \"%s\"", count,
                             mote_show_string(files[i].info.name).text);
        MOTE_TRY(read_input(&files[i], &how, paths[i], err));
        if (files[i].count != files[0].count)
            return mote_fail(err, MOTE_ERR_USAGE, "%s: has %zu samples, %s has %zu", paths[i], files[i].count, paths[0],
                             files[0].count);
        MOTE_TRY(note_values(out, &values, paths[i], err));
    }
    return MOTE_OK;
}

static mote_status make_samples(mote_samples *out, mote_error *err)
{
    MOTE_TRY(own_samples(out, err));
    out->bytes = MOTE_NEW(out->owner, uint8_t, mote_size_mul(out->count, out->sample_bytes), err);
    return err->code;
}

/* A file of one sample gives its own name, one of several "x.npy[3]". */
static mote_status name_samples(mote_samples *out, const char **names, const char *path, size_t count, mote_error *err)
{
    size_t s;

    for (s = 0; s < count; s++) {
        names[s] =
            count == 1 ? mote_arena_strdup(out->owner, path, err) : mote_arena_printf(out->owner, err, "%s[%zu]", path, s);
        MOTE_TRY(err->code);
    }
    return MOTE_OK;
}

/* Of one input, whose files follow each other. */
static mote_status join_raw(mote_samples *out, const input_file *files, int32_t count, mote_error *err)
{
    uint8_t *raw;
    int32_t  i;

    for (i = 0; i < count; i++)
        if (!files[i].raw)
            return MOTE_OK;
    out->raw_bytes = files[0].info.count;
    out->raw = raw = MOTE_NEW(out->owner, uint8_t, mote_size_mul(out->count, out->raw_bytes), err);
    for (i = 0; raw && i < count; i++) {
        memcpy(raw, files[i].raw, files[i].count * out->raw_bytes);
        raw += files[i].count * out->raw_bytes;
    }
    return err->code;
}

/* From one array an input to all inputs of a sample in a row. */
static mote_status interleave(mote_samples *out, const input_file *files, const char *const *paths, int32_t count,
                              mote_error *err)
{
    size_t       offset = 0, s;
    const char **names;
    int32_t      i;

    out->count = count > 0 ? files[0].count : 1;
    for (i = 0; i < count; i++) {
        out->sample_bytes += files[i].info.bytes;
        out->is_stacked = out->is_stacked || files[i].how == STACKED;
        out->is_joined = out->is_joined || files[i].how == JOINED;
    }
    out->is_joined = out->is_joined && !out->is_stacked;
    MOTE_TRY(make_samples(out, err));
    names = MOTE_NEW(out->owner, const char *, out->count, err);
    if (!names || (count > 0 && name_samples(out, names, paths[0], out->count, err) != MOTE_OK))
        return err->code;
    out->names = count > 0 ? names : NULL;
    for (i = 0; i < count; i++) {
        for (s = 0; s < out->count; s++)
            memcpy(out->bytes + s * out->sample_bytes + offset,
                   (const uint8_t *)files[i].array.bytes + s * files[i].info.bytes, files[i].info.bytes);
        offset += files[i].info.bytes;
    }
    return count == 1 ? join_raw(out, files, 1, err) : MOTE_OK;
}

static mote_status load_an_input_each(mote_samples *out, const mote_model *model, const char *const *files, int count,
                                      const mote_samples_options *options, mote_error *err)
{
    const end_list ends = inputs_of(model);
    mote_arena     scratch = {0};
    const char   **paths = MOTE_NEW(&scratch, const char *, ends.count, err);
    input_file    *inputs = MOTE_NEW(&scratch, input_file, ends.count, err);
    int32_t        i;

    if (err->code == MOTE_OK && assign(paths, &ends, files, count, err) == MOTE_OK &&
        read_inputs(out, inputs, paths, model, options, err) == MOTE_OK)
        interleave(out, inputs, paths, ends.count, err);
    for (i = 0; inputs && i < ends.count; i++)
        free_input(&inputs[i]);
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- many files for one input ---- */

/* "x=a.npy" and "a.npy" are one and the same. */
static const char *path_of(const end_list *ends, const char *file)
{
    const char *path = file;

    find_named(ends, file, &path);
    return path;
}

static mote_status read_many(input_file *inputs, const end_list *ends, const char *const *files, int count,
                             const reading *how, mote_error *err)
{
    int i;

    for (i = 0; i < count; i++) {
        inputs[i].info = ends->at(ends->model, 0);
        MOTE_TRY(read_input(&inputs[i], how, path_of(ends, files[i]), err));
    }
    return MOTE_OK;
}

static mote_status join(mote_samples *out, const input_file *inputs, const end_list *ends, const char *const *files,
                        int count, mote_error *err)
{
    const char **names;
    size_t       first = 0;
    int          i;

    for (i = 0; i < count; i++)
        out->count += inputs[i].count;
    MOTE_TRY(make_samples(out, err));
    names = MOTE_NEW(out->owner, const char *, out->count, err);
    if (!names)
        return err->code;
    for (i = 0; i < count; i++) {
        memcpy(out->bytes + first * out->sample_bytes, inputs[i].array.bytes, inputs[i].count * out->sample_bytes);
        MOTE_TRY(name_samples(out, names + first, path_of(ends, files[i]), inputs[i].count, err));
        first += inputs[i].count;
    }
    out->names = names;
    return join_raw(out, inputs, count, err);
}

static mote_status load_many(mote_samples *out, const mote_model *model, const char *const *files, int count,
                             const mote_samples_options *options, mote_error *err)
{
    reading                how = as_options_say(model, 0, options);
    mote_values            values = mote_values_begin(model, 0);
    const end_list         ends = inputs_of(model);
    const mote_tensor_info info = mote_model_input(model, 0);
    mote_arena             scratch = {0};
    input_file            *inputs = MOTE_NEW(&scratch, input_file, count, err);
    int                    i;

    how.values = &values;
    out->sample_bytes = info.bytes;
    out->is_joined = info.rank > 0 && info.dim[0] == 1;
    out->is_stacked = !out->is_joined;
    if (inputs && read_many(inputs, &ends, files, count, &how, err) == MOTE_OK &&
        join(out, inputs, &ends, files, count, err) == MOTE_OK) {
        values.are_different = true; /* for all that is known: they were not compared with each other's */
        note_values(out, &values, path_of(&ends, files[0]), err);
    }
    for (i = 0; inputs && i < count; i++)
        free_input(&inputs[i]);
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_samples_load(mote_samples *out, const mote_model *model, const char *const *files, int32_t count,
                              const mote_samples_options *options, mote_error *err)
{
    *out = (mote_samples){0};
    if (mote_model_input_count(model) == 1 && count > 1)
        load_many(out, model, files, count, options, err);
    else
        load_an_input_each(out, model, files, count, options, err);
    if (err->code != MOTE_OK)
        mote_samples_free(out);
    return err->code;
}

void mote_samples_free(mote_samples *samples)
{
    if (samples->owner)
        mote_arena_destroy(samples->owner);
    free(samples->owner);
    *samples = (mote_samples){0};
}

/* ---- running ---- */

static mote_status run_one(mote_runner *runner, const mote_model *model, const uint8_t *in, uint8_t *out, mote_error *err)
{
    int32_t i;

    for (i = 0; i < mote_model_input_count(model); i++) {
        size_t bytes = mote_model_input(model, i).bytes;
        memcpy(mote_runner_input(runner, i), in, bytes);
        in += bytes;
    }
    MOTE_TRY(mote_runner_invoke(runner, err));
    for (i = 0; i < mote_model_output_count(model); i++) {
        size_t bytes = mote_model_output(model, i).bytes;
        memcpy(out, mote_runner_output(runner, i), bytes);
        out += bytes;
    }
    return MOTE_OK;
}

static size_t bytes_of_all(const end_list *ends)
{
    size_t  bytes = 0;
    int32_t i;

    for (i = 0; i < ends->count; i++)
        bytes += ends->at(ends->model, i).bytes;
    return bytes;
}

/* Samples of another model would be read beyond their ends. */
static mote_status check_samples(const mote_samples *samples, const end_list *ends, mote_error *err)
{
    const size_t wanted = bytes_of_all(ends);

    if (samples && samples->sample_bytes == wanted && (samples->bytes || samples->count == 0 || wanted == 0))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "a sample of %zu bytes is none of this model's: its %ss take %zu",
                     samples ? samples->sample_bytes : 0, ends->what, wanted);
}

mote_status mote_samples_run(mote_samples *out, const mote_model *model, const mote_samples *inputs, mote_error *err)
{
    mote_runner   *runner = NULL;
    const end_list ends = inputs_of(model);
    int32_t        i;
    size_t         s;

    *out = (mote_samples){0};
    MOTE_TRY(check_samples(inputs, &ends, err));
    *out = (mote_samples){.count = inputs->count, .is_joined = inputs->is_joined, .is_stacked = inputs->is_stacked};
    for (i = 0; i < mote_model_output_count(model); i++)
        out->sample_bytes += mote_model_output(model, i).bytes;
    if (make_samples(out, err) == MOTE_OK && mote_runner_create(&runner, model, NULL, err) == MOTE_OK)
        for (s = 0; s < inputs->count && err->code == MOTE_OK; s++)
            run_one(runner, model, inputs->bytes + s * inputs->sample_bytes, out->bytes + s * out->sample_bytes, err);
    mote_runner_destroy(runner);
    if (err->code != MOTE_OK)
        mote_samples_free(out);
    return err->code;
}

/* ---- outputs ---- */

static mote_status output_shape(mote_array *array, const mote_samples *outputs, const mote_tensor_info *info,
                                mote_error *err)
{
    const bool gains_axis = outputs->is_stacked || (outputs->is_joined && info->rank == 0);
    int32_t    i;

    *array = (mote_array){.dtype = info->dtype, .rank = info->rank + gains_axis};
    if (array->rank > MOTE_ARRAY_MAX_RANK)
        return mote_fail(err, MOTE_ERR_LIMIT, "output \"%s\" has %d axes; stacked it would have more than %d",
                         mote_show_string(info->name).text, info->rank, MOTE_ARRAY_MAX_RANK);
    for (i = 0; i < info->rank; i++)
        array->dim[i + gains_axis] = info->dim[i];
    if (gains_axis)
        array->dim[0] = (int64_t)outputs->count;
    else if (outputs->is_joined)
        array->dim[0] *= (int64_t)outputs->count;
    return MOTE_OK;
}

mote_status mote_samples_output(mote_array *out, const mote_samples *outputs, const mote_model *model, int32_t index,
                                mote_error *err)
{
    const mote_tensor_info info = mote_model_output(model, index);
    const end_list         ends = outputs_of(model);
    mote_array             array;
    size_t                 offset = 0, s;
    int32_t                i;

    *out = (mote_array){0};
    if (index < 0 || index >= ends.count)
        return mote_fail(err, MOTE_ERR_USAGE, "output %d does not exist; the model has %d", (int)index, (int)ends.count);
    MOTE_TRY(check_samples(outputs, &ends, err));
    for (i = 0; i < index; i++)
        offset += mote_model_output(model, i).bytes;
    MOTE_TRY(output_shape(&array, outputs, &info, err));
    MOTE_TRY(mote_array_allocate(&array, 0, err));
    for (s = 0; s < outputs->count; s++)
        memcpy((uint8_t *)array.bytes + s * info.bytes, outputs->bytes + s * outputs->sample_bytes + offset, info.bytes);
    *out = array;
    return MOTE_OK;
}

static mote_status check_output_path(const char *path, mote_error *err)
{
    if (mote_path_has_suffix(path, ".npy") || mote_path_has_suffix(path, ".bin"))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "%s: outputs are .npy, .bin or .npz files", path);
}

/* Which outputs go where: one to each .npy and .bin, all of them to each .npz. */
typedef struct saving {
    const char **paths; /* [output count]; NULL: not asked for alone */
    const char **archives;
    int          archive_count;
} saving;

static mote_status assign_outputs(saving *out, const mote_model *model, const char *const *files, int count,
                                  mote_arena *arena, mote_error *err)
{
    const end_list ends = outputs_of(model);
    const char   **singles = MOTE_NEW(arena, const char *, count, err);
    int            single_count = 0;
    int32_t        i;

    *out = (saving){.paths = MOTE_NEW(arena, const char *, ends.count, err),
                    .archives = MOTE_NEW(arena, const char *, count, err)};
    MOTE_TRY(err->code);
    for (i = 0; i < count; i++)
        if (mote_path_has_suffix(files[i], ".npz") && !looks_named(files[i]))
            out->archives[out->archive_count++] = files[i];
        else
            singles[single_count++] = files[i];
    MOTE_TRY(assign(out->paths, &ends, singles, single_count, err));
    for (i = 0; i < ends.count; i++)
        if (out->paths[i])
            MOTE_TRY(check_output_path(out->paths[i], err));
    return MOTE_OK;
}

mote_status mote_samples_check_outputs(const mote_model *model, const char *const *files, int32_t count, mote_error *err)
{
    mote_arena arena = {0};
    saving     to;

    assign_outputs(&to, model, files, count, &arena, err);
    mote_arena_destroy(&arena);
    return err->code;
}

static mote_status save_one(const mote_samples *outputs, const mote_model *model, int32_t index, const char *path,
                            mote_error *err)
{
    mote_array array;
    size_t     element;

    if (mote_samples_output(&array, outputs, model, index, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    element = mote_array_element_bytes(array.dtype);
    if (mote_path_has_suffix(path, ".npy")) {
        mote_npy_save(&array, path, err);
    } else {
        if (!mote_is_little_endian())
            mote_swap_bytes(array.bytes, array.count, element);
        mote_file_write(path, array.bytes, array.count * element, err);
    }
    mote_array_free(&array);
    return err->code;
}

/* By their names; a name that is no use, or that another has, becomes the output's place. */
static mote_status name_outputs(mote_named_array *arrays, const end_list *ends, mote_arena *arena, mote_error *err)
{
    int32_t i;

    for (i = 0; i < ends->count; i++) {
        const char *name = ends->at(ends->model, i).name;
        arrays[i].name = name[0] && mote_model_find_output(ends->model, name) == i && !strpbrk(name, "/\\")
                             ? name
                             : mote_arena_printf(arena, err, "output_%d", (int)i);
        MOTE_TRY(err->code);
    }
    return MOTE_OK;
}

static mote_status save_archive(const mote_samples *outputs, const mote_model *model, const char *path, mote_error *err)
{
    const end_list    ends = outputs_of(model);
    mote_arena        scratch = {0};
    mote_named_array *arrays = MOTE_NEW(&scratch, mote_named_array, ends.count, err);
    int32_t           i;

    if (arrays)
        name_outputs(arrays, &ends, &scratch, err);
    for (i = 0; arrays && i < ends.count && err->code == MOTE_OK; i++)
        mote_samples_output(&arrays[i].array, outputs, model, i, err);
    if (err->code == MOTE_OK)
        mote_npz_save(arrays, ends.count, path, err);
    for (i = 0; arrays && i < ends.count; i++)
        mote_array_free(&arrays[i].array);
    mote_arena_destroy(&scratch);
    return err->code;
}

static void save_files(const saving *to, const mote_samples *outputs, const mote_model *model, mote_error *err)
{
    const int32_t singles = mote_model_output_count(model), all = singles + to->archive_count;
    int32_t       i, written;

    for (i = 0; i < all && err->code == MOTE_OK; i++)
        if (i >= singles)
            save_archive(outputs, model, to->archives[i - singles], err);
        else if (to->paths[i])
            save_one(outputs, model, i, to->paths[i], err);
    for (written = 0; err->code != MOTE_OK && written < i - 1; written++)
        if (written >= singles || to->paths[written])
            unlink(written >= singles ? to->archives[written - singles] : to->paths[written]);
}

mote_status mote_samples_save(const mote_samples *outputs, const mote_model *model, const char *const *files, int32_t count,
                              mote_error *err)
{
    mote_arena arena = {0};
    saving     to;

    if (assign_outputs(&to, model, files, count, &arena, err) == MOTE_OK)
        save_files(&to, outputs, model, err);
    mote_arena_destroy(&arena);
    return err->code;
}
