/* The section `data`. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "build/spec.h"
#include "data/image.h"
#include "data/raw.h"

/* What the tables fill; the options of mote/dataset.h have other types in places. */
typedef struct feature_section {
    float            scale, offset;
    mote_standardize standardize;
    mote_shape       shape;
    bool             flatten;
} feature_section;

typedef struct data_section {
    feature_section  feature; /* of all inputs */
    mote_shape       image;
    mote_target_kind target_kind;
    int              classes;
    double           test_split;
    uint64_t         seed;
    mote_header      header;
    bool             skip_damaged;
    double           validation_split;
    int              color_mode, length, sample_rate;
    mote_shape       image_size;
    bool             crop_to_aspect_ratio, pad_to_aspect_ratio, exif_orientation, stratify;
} data_section;

static const mote_word standardize_words[] = {
    {"none", MOTE_STANDARDIZE_NONE}, {"all", MOTE_STANDARDIZE_ALL}, {"channels", MOTE_STANDARDIZE_CHANNELS}, {NULL, 0}};

static const mote_word target_words[] = {{"auto", MOTE_TARGETS_AUTO},
                                         {"none", MOTE_TARGETS_NONE},
                                         {"classes", MOTE_TARGETS_CLASSES},
                                         {"values", MOTE_TARGETS_VALUES},
                                         {NULL, 0}};

static const mote_word header_words[] = {
    {"auto", MOTE_HEADER_AUTO}, {"true", MOTE_HEADER_YES}, {"false", MOTE_HEADER_NO}, {NULL, 0}};

static const mote_word colour_words[] = {{"grayscale", 1}, {"rgb", 3}, {"rgba", 4}, {NULL, 0}};

#define SCALE_KEY(T, member)       MOTE_KEY("scale", T, member, .min = 1e-30, .max = 1e30)
#define OFFSET_KEY(T, member)      MOTE_KEY("offset", T, member, .min = -1e30, .max = 1e30)
#define STANDARDIZE_KEY(T, member) MOTE_KEY("standardize", T, member, .words = standardize_words)
#define SHAPE_KEY(T, member)       MOTE_KEY("shape", T, member, .min = -1, .max = INT32_MAX)
#define FLATTEN_KEY(T, member)     MOTE_KEY("flatten", T, member)
#define KIND_KEY(T, member)        MOTE_KEY("target_kind", T, member, .words = target_words)
#define CLASSES_KEY(T, member)     MOTE_KEY("classes", T, member, .min = 1, .max = MOTE_CLASS_MAX)

static const mote_key data_keys[] = {
    SCALE_KEY(data_section, feature.scale),
    OFFSET_KEY(data_section, feature.offset),
    STANDARDIZE_KEY(data_section, feature.standardize),
    SHAPE_KEY(data_section, feature.shape),
    FLATTEN_KEY(data_section, feature.flatten),
    MOTE_KEY("image", data_section, image, .min = 1, .max = 65536),
    KIND_KEY(data_section, target_kind),
    CLASSES_KEY(data_section, classes),
    MOTE_KEY("test_split", data_section, test_split, .min = 1e-6, .max = 0.999999),
    MOTE_KEY("seed", data_section, seed),
    MOTE_KEY("header", data_section, header, .words = header_words),
    MOTE_KEY("skip_damaged", data_section, skip_damaged),
    MOTE_KEY("validation_split", data_section, validation_split, .min = 1e-6, .max = 0.999999),
    MOTE_KEY("stratify", data_section, stratify),
    MOTE_KEY("image_size", data_section, image_size, .min = 1, .max = 65536),
    MOTE_KEY("color_mode", data_section, color_mode, .words = colour_words),
    MOTE_KEY("crop_to_aspect_ratio", data_section, crop_to_aspect_ratio),
    MOTE_KEY("pad_to_aspect_ratio", data_section, pad_to_aspect_ratio),
    MOTE_KEY("exif_orientation", data_section, exif_orientation),
    MOTE_KEY("length", data_section, length, .min = 1, .max = 100000000),
    MOTE_KEY("sample_rate", data_section, sample_rate, .min = 1, .max = 100000000),
    {0},
};

static const char *const data_others[] = {"path",    "targets", "generate",    "mean",       "std",   "inputs",
                                          "outputs", "crop",    "class_names", "categories", "cache", NULL};

/* One input of several; one output. */
static const mote_key feature_keys[] = {
    SCALE_KEY(feature_section, scale), OFFSET_KEY(feature_section, offset),   STANDARDIZE_KEY(feature_section, standardize),
    SHAPE_KEY(feature_section, shape), FLATTEN_KEY(feature_section, flatten), {0},
};

static const char *const feature_others[] = {"mean", "std", NULL};

static const mote_key target_keys[] = {
    KIND_KEY(mote_target_options, kind),
    CLASSES_KEY(mote_target_options, class_count),
    {0},
};

static const mote_key sine_keys[] = {
    MOTE_KEY("samples", mote_sine_options, count, .min = 5, .max = 100000000),
    MOTE_KEY("noise", mote_sine_options, noise, .min = 0, .max = 1e6),
    MOTE_KEY("seed", mote_sine_options, seed),
    {0},
};

/* ---- generate: {sine: {...}} ---- */

static mote_status read_generate(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *generate)
{
    static const char *const generators[] = {"sine"};
    const mote_yaml         *sine = generate->first;
    const char              *word = generate->kind == MOTE_YAML_TEXT ? generate->text : sine ? sine->key : NULL;

    if (generate->kind == MOTE_YAML_LIST || !word || generate->count > 1)
        return mote_yaml_fail(reader, generate->line, "generate: one generator is expected, as in sine: {samples: 1000}");
    if (strcmp(word, generators[0]) != 0)
        return mote_yaml_fail_word(reader, generate->line, "generate: unknown generator", word, generators, 1);
    spec->data.is_sine = true;
    if (!sine || mote_yaml_is_null(sine))
        return MOTE_OK;
    MOTE_TRY(mote_yaml_need_map(reader, sine, "sine"));
    return mote_keys_read(reader, sine, &(mote_keys_place){"sine", sine_keys, NULL}, &spec->data.sine);
}

/* ---- targets: column, [column ...], a number of columns, or a .npy ---- */

/* One column may stand without brackets. */
static mote_status read_columns(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *targets)
{
    const bool       is_one = targets->kind == MOTE_YAML_TEXT;
    const char     **names = MOTE_NEW(reader->arena, const char *, is_one ? 1 : targets->count, reader->err);
    const mote_yaml *item;

    if (!names)
        return reader->err->code;
    for (item = is_one ? targets : targets->first; item; item = is_one ? NULL : item->next) {
        MOTE_TRY(mote_yaml_need_text(reader, item, "a target column"));
        names[spec->data.options.target_count++] = item->text;
    }
    spec->data.options.target_names = names;
    return MOTE_OK;
}

static mote_status read_targets(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *targets)
{
    static const mote_key count = MOTE_KEY("targets", mote_dataset_options, target_count, .min = 1, .max = 65536);
    const size_t          length = targets->kind == MOTE_YAML_TEXT ? strlen(targets->text) : 0;

    if (!targets->is_quoted && length > 4 && strcmp(targets->text + length - 4, ".npy") == 0) {
        spec->data.options.targets_path = targets->text;
        return MOTE_OK;
    }
    if (!targets->is_quoted && length > 0 && strspn(targets->text, "0123456789") == length)
        return mote_key_read(reader, targets, &count, "data", &spec->data.options);
    if (length > 0 || (targets->kind == MOTE_YAML_LIST && targets->count > 0))
        return read_columns(spec, reader, targets);
    return mote_yaml_fail(reader, targets->line,
                          "data: targets: a column, a list of columns, how many last columns, or a .npy file is expected");
}

/* ---- mean and std: a number, or one a channel ---- */

typedef struct deviation {
    float *values;
    int    count; /* 0: not given */
} deviation;

static mote_status read_deviation(deviation *out, const mote_yaml_reader *reader, const mote_yaml *node, const mote_key *key)
{
    const bool       is_one = node && node->kind != MOTE_YAML_LIST;
    const mote_yaml *item;

    *out = (deviation){NULL, 0};
    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    out->values = MOTE_NEW(reader->arena, float, is_one ? 1 : node->count, reader->err);
    for (item = is_one ? node : node->first; out->values && item; item = is_one ? NULL : item->next)
        MOTE_TRY(mote_key_read(reader, item, key, "data", &out->values[out->count++]));
    return reader->err->code;
}

/* The one that is left out is 0, or 1; one that has a single number is the same for all. */
static float *spread(const deviation *from, int count, float standard, const mote_yaml_reader *reader)
{
    float *values = MOTE_NEW(reader->arena, float, count, reader->err);
    int    i;

    for (i = 0; values && i < count; i++)
        values[i] = from->count == 0 ? standard : from->values[from->count == 1 ? 0 : i];
    return values;
}

static mote_status read_deviations(mote_feature_options *o, const mote_yaml_reader *reader, const mote_yaml *map)
{
    static const mote_key mean_key = {.name = "mean", .kind = MOTE_KEY_FLOAT, .min = -1e30, .max = 1e30};
    static const mote_key std_key = {.name = "std", .kind = MOTE_KEY_FLOAT, .min = 1e-30, .max = 1e30};
    deviation             mean, std;

    MOTE_TRY(read_deviation(&mean, reader, mote_yaml_find(map, "mean"), &mean_key));
    MOTE_TRY(read_deviation(&std, reader, mote_yaml_find(map, "std"), &std_key));
    if (mean.count > 1 && std.count > 1 && mean.count != std.count)
        return mote_yaml_fail(reader, map->line, "data: mean has %d numbers, std has %d", mean.count, std.count);
    o->channels = mean.count > std.count ? mean.count : std.count;
    if (o->channels > 0 && o->standardize != MOTE_STANDARDIZE_NONE)
        return mote_yaml_fail(reader, map->line, "data: standardize finds mean and std itself; leave it or them out");
    o->mean = spread(&mean, o->channels, 0, reader);
    o->std = spread(&std, o->channels, 1, reader);
    return reader->err->code;
}

/* ---- crop: center, or [top, left, height, width] ---- */

static mote_status read_box(mote_crop *out, const mote_yaml_reader *reader, const mote_yaml *list)
{
    static const mote_key keys[] = {MOTE_KEY("crop: top", mote_crop, top, .min = 0, .max = MOTE_CROP_MAX),
                                    MOTE_KEY("crop: left", mote_crop, left, .min = 0, .max = MOTE_CROP_MAX),
                                    MOTE_KEY("crop: height", mote_crop, height, .min = 1, .max = MOTE_CROP_MAX),
                                    MOTE_KEY("crop: width", mote_crop, width, .min = 1, .max = MOTE_CROP_MAX)};
    const mote_yaml      *item;
    int                   i = 0;

    for (item = list->first; item; item = item->next)
        MOTE_TRY(mote_key_read(reader, item, &keys[i++], "data", out));
    out->kind = MOTE_CROP_BOX;
    return MOTE_OK;
}

static mote_status read_crop(mote_dataset_options *o, const mote_yaml_reader *reader, const mote_yaml *crop)
{
    if (!crop || mote_yaml_is_null(crop))
        return MOTE_OK;
    if (crop->kind == MOTE_YAML_LIST && crop->count == 4)
        return read_box(&o->crop, reader, crop);
    if (crop->kind != MOTE_YAML_TEXT || (strcmp(crop->text, "center") != 0 && strcmp(crop->text, "pad") != 0))
        return mote_yaml_fail(reader, crop->line, "data: crop must be center, pad, or [top, left, height, width] in pixels");
    if (o->image_height == 0)
        return mote_yaml_fail(reader, crop->line,
                              "data: crop: %s needs image: [height, width], the size that pictures become", crop->text);
    o->crop.kind = strcmp(crop->text, "pad") == 0 ? MOTE_CROP_PAD : MOTE_CROP_CENTER;
    return MOTE_OK;
}

/* ---- pictures in Keras' words: image_size, color_mode, crop_to_aspect_ratio, pad_to_aspect_ratio ---- */

static mote_status read_size(mote_dataset_options *o, const mote_yaml_reader *reader, const mote_yaml *map,
                             const data_section *s)
{
    if (s->image_size.rank != 0 && s->image_size.rank != 2)
        return mote_yaml_fail(reader, map->line, "data: image_size must be [height, width]");
    if (s->image_size.rank == 2 && s->image.rank > 0)
        return mote_yaml_fail(reader, map->line, "data: image and image_size are the same; leave one out");
    if (s->color_mode != 0 && s->image.rank == 3)
        return mote_yaml_fail(reader, map->line,
                              "data: color_mode and the third number of image are the same; leave one out");
    if (s->image_size.rank == 2) {
        o->image_height = s->image_size.dims[0];
        o->image_width = s->image_size.dims[1];
    }
    if (s->color_mode != 0)
        o->image_channels = s->color_mode;
    return MOTE_OK;
}

static mote_status read_ratio(mote_dataset_options *o, const mote_yaml_reader *reader, const mote_yaml *map,
                              const data_section *s)
{
    if (!s->crop_to_aspect_ratio && !s->pad_to_aspect_ratio)
        return MOTE_OK;
    if ((s->crop_to_aspect_ratio && s->pad_to_aspect_ratio) || o->crop.kind != MOTE_CROP_NONE)
        return mote_yaml_fail(
            reader, map->line,
            "data: of crop, crop_to_aspect_ratio and pad_to_aspect_ratio one is possible; leave the others out");
    if (o->image_height == 0)
        return mote_yaml_fail(reader, map->line, "data: %s needs image_size, the size that pictures become",
                              s->crop_to_aspect_ratio ? "crop_to_aspect_ratio" : "pad_to_aspect_ratio");
    o->crop.kind = s->crop_to_aspect_ratio ? MOTE_CROP_CENTER : MOTE_CROP_PAD;
    return MOTE_OK;
}

/* ---- class_names, categories: a name, or a list of them ---- */

static mote_status read_names(const char *const **out, int32_t *count, const char *what, const mote_yaml_reader *reader,
                              const mote_yaml *node)
{
    const bool       is_one = node && node->kind == MOTE_YAML_TEXT;
    const char     **names;
    const mote_yaml *item;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    if (!is_one && (node->kind != MOTE_YAML_LIST || node->count == 0))
        return mote_yaml_fail(reader, node->line, "data: %s must be a name, or a list of names", what);
    names = MOTE_NEW(reader->arena, const char *, is_one ? 1 : node->count, reader->err);
    for (item = is_one ? node : node->first; names && item; item = is_one ? NULL : item->next) {
        MOTE_TRY(mote_yaml_need_text(reader, item, what));
        names[(*count)++] = item->text;
    }
    *out = names;
    return reader->err->code;
}

/* ---- cache: 512MB ---- */

static mote_status read_cache(mote_dataset_options *o, const mote_yaml_reader *reader, const mote_yaml *node)
{
    static const struct {
        const char *name;
        double      bytes;
    } units[] = {{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}};
    const size_t length = node && node->kind == MOTE_YAML_TEXT ? strlen(node->text) : 0;
    char         digits[24];
    double       number;
    size_t       i;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    for (i = 0; i < sizeof units / sizeof *units && length > 2 && length < sizeof digits; i++) {
        snprintf(digits, sizeof digits, "%.*s", (int)(length - 2), node->text);
        if (strcmp(node->text + length - 2, units[i].name) != 0 || !mote_parse_number(digits, &number) ||
            !(number * units[i].bytes >= 1 && number * units[i].bytes <= 1e15))
            continue;
        o->cache_bytes = (size_t)(number * units[i].bytes);
        return MOTE_OK;
    }
    return mote_yaml_fail(reader, node->line, "data: cache must be a size as 512MB or 2GB");
}

/* ---- the section ---- */

static mote_status set_feature(mote_feature_options *o, const mote_yaml_reader *reader, const mote_yaml *map,
                               const feature_section *s)
{
    int i;

    if (s->flatten && s->shape.rank > 0)
        return mote_yaml_fail(reader, map->line, "data: flatten and shape contradict each other; leave one out");
    o->scale = s->scale;
    o->offset = s->offset;
    o->standardize = s->standardize;
    o->rank = s->shape.rank;
    for (i = 0; i < s->shape.rank; i++)
        o->shape[i] = s->shape.dims[i];
    o->flatten = s->flatten;
    return read_deviations(o, reader, map);
}

static mote_status set_options(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map, const data_section *s)
{
    mote_dataset_options *o = &spec->data.options;
    mote_feature_options  all = {0};

    if (s->image.rank == 1)
        return mote_yaml_fail(reader, map->line, "data: image must be [height, width] or [height, width, channels]");
    if (s->image.rank > 3 || (s->image.rank == 3 && s->image.dims[2] != 1 && s->image.dims[2] != 3))
        return mote_yaml_fail(reader, map->line, "data: image must be [height, width, channels] with 1 or 3 channels");
    MOTE_TRY(set_feature(&all, reader, map, &s->feature));
    o->scale = all.scale;
    o->offset = all.offset;
    o->standardize = all.standardize;
    o->channels = all.channels;
    o->mean = all.mean;
    o->std = all.std;
    o->rank = all.rank;
    memcpy(o->shape, all.shape, sizeof o->shape);
    o->flatten = all.flatten;
    o->image_height = s->image.dims[0];
    o->image_width = s->image.dims[1];
    o->image_channels = s->image.dims[2];
    MOTE_TRY(read_size(o, reader, map, s));
    MOTE_TRY(read_crop(o, reader, mote_yaml_find(map, "crop")));
    MOTE_TRY(read_ratio(o, reader, map, s));
    MOTE_TRY(read_names(&o->class_names, &o->class_name_count, "class_names", reader, mote_yaml_find(map, "class_names")));
    MOTE_TRY(read_names(&o->categories, &o->category_count, "categories", reader, mote_yaml_find(map, "categories")));
    MOTE_TRY(read_cache(o, reader, mote_yaml_find(map, "cache")));
    o->targets = s->target_kind;
    o->class_count = s->classes;
    o->test_split = s->test_split;
    o->seed = s->seed;
    o->header = s->header;
    o->skip_damaged = s->skip_damaged;
    o->validation_split = s->validation_split;
    o->stratify = s->stratify;
    o->exif_orientation = s->exif_orientation;
    o->sample_length = s->length;
    o->sample_rate = s->sample_rate;
    return MOTE_OK;
}

/* path: data.npz, or path: {left: a.npy, right: b.npy, price: y.npy}. */
static mote_status read_path(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *node)
{
    static const mote_key key = MOTE_KEY("path", mote_spec_data, path);
    mote_dataset_file    *files;
    const mote_yaml      *item;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    if (node->kind != MOTE_YAML_MAP || node->count == 0)
        return mote_key_read(reader, node, &key, "data", &spec->data);
    files = MOTE_NEW(reader->arena, mote_dataset_file, node->count, reader->err);
    for (item = node->first; files && item; item = item->next) {
        MOTE_TRY(mote_yaml_need_text(reader, item, "a .npy file"));
        files[spec->data.file_count++] = (mote_dataset_file){item->key, item->text};
    }
    spec->data.files = files;
    return reader->err->code;
}

mote_status mote_spec_read_data(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    const mote_yaml *generate = mote_yaml_find(map, "generate"), *targets = mote_yaml_find(map, "targets"), *node;
    data_section     section = {0};

    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){"data", data_keys, data_others}, &section));
    MOTE_TRY(read_path(spec, reader, mote_yaml_find(map, "path")));
    if (!spec->data.path && !spec->data.files && !generate)
        return mote_yaml_fail(reader, map->line, "data: path is missing (or generate)");
    if (generate && map->count > 1) {
        node = map->first == generate ? generate->next : map->first;
        return mote_yaml_fail(reader, node->key_line, "data: %s does not go with generate",
                              mote_show_string(node->key).text);
    }
    MOTE_TRY(set_options(spec, reader, map, &section));
    if (targets && !mote_yaml_is_null(targets))
        MOTE_TRY(read_targets(spec, reader, targets));
    return generate ? read_generate(spec, reader, generate) : MOTE_OK;
}

/* ---- single inputs and outputs ---- */

/* The entry for each name; names that the network does not have are told with those that it has. */
static mote_status check_names(const mote_yaml_reader *reader, const mote_yaml *map, const char *what,
                               const char *const *names, int count)
{
    const mote_yaml *item;
    int              i;

    if (!map || mote_yaml_is_null(map))
        return MOTE_OK;
    MOTE_TRY(mote_yaml_need_map(reader, map, what));
    for (item = map->first; item; item = item->next) {
        for (i = 0; i < count && strcmp(names[i], item->key) != 0; i++)
            ;
        if (i == count)
            return mote_yaml_fail_word(reader, item->key_line, what, item->key, names, (size_t)count);
        MOTE_TRY(mote_yaml_need_map(reader, item, item->key));
    }
    return MOTE_OK;
}

static mote_status settle_inputs(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    const struct mote_spec_state *state = spec->state;
    mote_feature_options         *inputs = MOTE_NEW(reader->arena, mote_feature_options, state->input_count, reader->err);
    const char                   *names[MOTE_FEATURES_MAX];
    int                           i;

    for (i = 0; inputs && i < state->input_count; i++)
        inputs[i].name = names[i] = state->inputs[i].name;
    MOTE_TRY(reader->err->code);
    MOTE_TRY(check_names(reader, map, "data: inputs: no input of the network", names, state->input_count));
    for (i = 0; i < state->input_count; i++) {
        const mote_yaml *own = map ? mote_yaml_find(map, names[i]) : NULL;
        feature_section  section = {0};
        if (!own)
            continue;
        MOTE_TRY(mote_keys_read(reader, own, &(mote_keys_place){names[i], feature_keys, feature_others}, &section));
        MOTE_TRY(set_feature(&inputs[i], reader, own, &section));
    }
    spec->data.options.inputs = inputs;
    spec->data.options.input_count = state->input_count;
    return MOTE_OK;
}

static mote_status settle_outputs(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    const struct mote_spec_state *state = spec->state;
    mote_target_options          *outputs = MOTE_NEW(reader->arena, mote_target_options, state->output_count, reader->err);
    const char                   *names[MOTE_TARGETS_MAX];
    int                           i;

    if (state->output_count > MOTE_TARGETS_MAX)
        return mote_yaml_fail(reader, 1, "model: outputs: at most %d are possible", MOTE_TARGETS_MAX);
    for (i = 0; outputs && i < state->output_count; i++)
        outputs[i].name = names[i] = mote_spec_output_name(spec, i);
    MOTE_TRY(reader->err->code);
    MOTE_TRY(check_names(reader, map, "data: outputs: no output of the network", names, state->output_count));
    for (i = 0; i < state->output_count; i++) {
        const mote_yaml *own = map ? mote_yaml_find(map, names[i]) : NULL;
        if (own)
            MOTE_TRY(mote_keys_read(reader, own, &(mote_keys_place){names[i], target_keys, NULL}, &outputs[i]));
    }
    spec->data.options.outputs = outputs;
    spec->data.options.output_count = state->output_count;
    return MOTE_OK;
}

mote_status mote_spec_settle_data(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *root)
{
    const mote_yaml *data = mote_yaml_find(root, "data");

    MOTE_TRY(settle_inputs(spec, reader, data ? mote_yaml_find(data, "inputs") : NULL));
    return settle_outputs(spec, reader, data ? mote_yaml_find(data, "outputs") : NULL);
}

/* ---- loading ---- */

mote_status mote_spec_load_source(mote_dataset **out, const mote_spec *spec, const mote_dataset_options *options,
                                  mote_error *err)
{
    *out = NULL;
    if (spec->data.is_sine)
        return mote_dataset_sine(out, &spec->data.sine, err);
    if (spec->data.files)
        return mote_dataset_load_files(out, spec->data.files, spec->data.file_count, options, err);
    if (spec->data.path)
        return mote_dataset_load(out, spec->data.path, options, err);
    return mote_fail(err, MOTE_ERR_USAGE, "%s: has no data section", spec->path);
}

/* In the shape that the network says, where it says one. */
static mote_status take_shape(mote_dataset *set, const mote_spec *spec, int index, mote_error *err)
{
    const mote_spec_input *input = &spec->state->inputs[index];
    int64_t                dims[7];
    int                    i;

    for (i = 0; i < input->shape.rank; i++)
        dims[i] = input->shape.dims[i];
    if (input->shape.rank == 0 || index >= set->feature_count ||
        mote_dataset_reshape(set, index, input->shape.rank, dims, err) == MOTE_OK)
        return MOTE_OK;
    return mote_context(err, "%s:%d: model: %s", spec->path, input->line, mote_show_string(input->name).text);
}

mote_status mote_spec_load_data(mote_dataset **out, const mote_spec *spec, mote_error *err)
{
    int i;

    MOTE_TRY(mote_spec_load_source(out, spec, &spec->data.options, err));
    for (i = 0; i < spec->state->input_count && err->code == MOTE_OK; i++)
        take_shape(*out, spec, i, err);
    if (err->code == MOTE_OK)
        return MOTE_OK;
    mote_dataset_destroy(*out);
    *out = NULL;
    return err->code;
}
