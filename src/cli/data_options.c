/* How DATA is to be read, where no spec says it: the words are those of a spec's section data.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* 28x28, 28x28x1, 28,28,1 or [28, 28, 1]. */
static bool parse_image(const char *text, int *sizes)
{
    char *end;
    long  size;
    int   count = 0;

    text += strspn(text, "[ ");
    for (; count < 3; text = end + 1) {
        errno = 0;
        size = strtol(text, &end, 10);
        if (end == text || errno != 0 || size < 1 || size > 65536)
            return false;
        sizes[count++] = (int)size;
        end += strspn(end, " ]");
        if (*end != 'x' && *end != 'X' && *end != ',')
            break;
    }
    return *end == '\0' && count >= 2;
}

static mote_status read_image(mote_dataset_options *out, const cli_args *args, mote_error *err)
{
    const char *text = cli_value(args, "image");
    int         sizes[3] = {0};

    if (!text)
        return MOTE_OK;
    if (!parse_image(text, sizes) || (sizes[2] != 0 && sizes[2] != 1 && sizes[2] != 3))
        return mote_fail(
            err, MOTE_ERR_USAGE,
            "--image %s: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS is expected, with 1 or 3 channels, as in 32x32x3",
            mote_show_string(text).text);
    out->image_height = sizes[0];
    out->image_width = sizes[1];
    out->image_channels = sizes[2];
    return MOTE_OK;
}

/* 10,20,64,64 or [10, 20, 64, 64]. */
static bool parse_box(const char *text, mote_crop *out)
{
    int32_t *const numbers[] = {&out->top, &out->left, &out->height, &out->width};
    char          *end;
    long           number;
    int            i;

    text += strspn(text, "[ ");
    for (i = 0; i < 4; text = end + 1) {
        errno = 0;
        number = strtol(text, &end, 10);
        if (end == text || errno != 0 || number < i / 2 || number > 65536)
            return false;
        *numbers[i++] = (int32_t)number;
        end += strspn(end, " ]");
        if (*end != ',')
            break;
    }
    out->kind = MOTE_CROP_BOX;
    return *end == '\0' && i == 4;
}

static mote_status read_crop(mote_dataset_options *out, const cli_args *args, mote_error *err)
{
    const char *text = cli_value(args, "crop");

    if (!text)
        return MOTE_OK;
    if (strcmp(text, "center") == 0)
        out->crop.kind = MOTE_CROP_CENTER;
    else if (strcmp(text, "pad") == 0)
        out->crop.kind = MOTE_CROP_PAD;
    else if (!parse_box(text, &out->crop))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "--crop %s: center or pad is expected, or TOP,LEFT,HEIGHT,WIDTH in pixels, as in 0,20,120,120",
                         mote_show_string(text).text);
    return MOTE_OK;
}

/* "a,b" and "c" are the names a, b and c. */
typedef struct name_list {
    const char **names;
    int          count;
} name_list;

static mote_status read_names(name_list *out, const char *const *values, int count, mote_arena *arena, mote_error *err)
{
    size_t letters = 1;
    int    i;

    for (i = 0; i < count; i++)
        letters += strlen(values[i]) + 1; /* at least as many as there are names */
    *out = (name_list){MOTE_NEW(arena, const char *, letters, err), 0};
    for (i = 0; i < count && err->code == MOTE_OK; i++) {
        const char *text = values[i];
        for (; *text && err->code == MOTE_OK; text += strspn(text, ",")) {
            const size_t length = strcspn(text, ",");
            out->names[out->count++] = mote_arena_strndup(arena, text, length, err);
            text += length;
        }
    }
    return err->code;
}

/* Names that only `mote data` asks for; elsewhere the model has them. */
static mote_status read_ends(mote_dataset_options *out, const cli_args *args, mote_arena *arena, mote_error *err)
{
    const char *const    *values = NULL;
    mote_feature_options *inputs;
    mote_target_options  *outputs;
    name_list             names;
    int                   count, i;

    count = cli_values(args, "inputs", &values);
    MOTE_TRY(read_names(&names, values, count, arena, err));
    inputs = MOTE_NEW(arena, mote_feature_options, names.count, err);
    for (i = 0; inputs && i < names.count; i++)
        inputs[i].name = names.names[i];
    out->inputs = inputs;
    out->input_count = names.count;
    count = cli_values(args, "outputs", &values);
    MOTE_TRY(read_names(&names, values, count, arena, err));
    outputs = MOTE_NEW(arena, mote_target_options, names.count, err);
    for (i = 0; outputs && i < names.count; i++)
        outputs[i].name = names.names[i];
    out->outputs = outputs;
    out->output_count = names.count;
    return err->code;
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 6;
}

static mote_status read_targets(mote_dataset_options *out, const cli_args *args, mote_arena *arena, mote_error *err)
{
    const char *const *values;
    const int          count = cli_values(args, "targets", &values);
    name_list          names;

    if (count == 0)
        return MOTE_OK;
    if (count == 1 && is_number(values[0]) && atoi(values[0]) > 0) {
        out->target_count = atoi(values[0]);
        return MOTE_OK;
    }
    if (count == 1 && mote_path_has_suffix(values[0], ".npy")) {
        out->targets_path = values[0];
        return MOTE_OK;
    }
    MOTE_TRY(read_names(&names, values, count, arena, err));
    out->target_names = names.names;
    out->target_count = names.count;
    return MOTE_OK;
}

static mote_status read_categories(mote_dataset_options *out, const cli_args *args, mote_arena *arena, mote_error *err)
{
    const char *const *values = NULL;
    const int          count = cli_values(args, "categories", &values);
    name_list          names;

    MOTE_TRY(read_names(&names, values, count, arena, err));
    out->categories = names.names;
    out->category_count = names.count;
    return MOTE_OK;
}

static mote_status read_length(mote_dataset_options *out, const cli_args *args, mote_error *err)
{
    const char *text = cli_value(args, "length");
    char       *end;
    long        length;

    if (!text)
        return MOTE_OK;
    errno = 0;
    length = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || length < 1 || length > 100000000)
        return mote_fail(err, MOTE_ERR_USAGE, "--length %s: a number of samples is expected", mote_show_string(text).text);
    out->sample_length = (int32_t)length;
    return MOTE_OK;
}

/* ---- numbers ---- */

static mote_status bad_number(const char *option, const char *text, const char *wanted, mote_error *err)
{
    return mote_fail(err, MOTE_ERR_USAGE, "--%s %s: %s is expected", option, mote_show_string(text).text, wanted);
}

static bool parse_real(const char *text, char **end, float *out)
{
    *out = strtof(text, end);
    return *end != text && isfinite(*out);
}

mote_status cli_real(const cli_args *args, const char *option, float *out, mote_error *err)
{
    const char *text = cli_value(args, option);
    char       *end;

    if (!text || (parse_real(text, &end, out) && *end == '\0'))
        return MOTE_OK;
    return bad_number(option, text, "a number", err);
}

mote_status cli_points(const cli_args *args, const char *option, double *out, mote_error *err)
{
    const char *text = cli_value(args, option);
    char       *end;

    *out = text ? strtod(text, &end) : 0;
    if (!text || (end != text && *end == '\0' && *out >= 0 && *out <= 100))
        return MOTE_OK;
    return bad_number(option, text, "a number of 0 to 100", err);
}

/* "0.5" or "0.48,0.46,0.41". count 0: the option is not given. */
static mote_status read_reals(const cli_args *args, const char *option, float **out, int *count, mote_arena *arena,
                              mote_error *err)
{
    const char *text = cli_value(args, option), *at;
    char       *end = NULL;

    *count = 0;
    if (!text)
        return MOTE_OK;
    *out = MOTE_NEW(arena, float, strlen(text) + 1, err); /* more than there are numbers */
    for (at = text; *out; at = end + 1) {
        if (!parse_real(at, &end, *out + *count) || (*end != ',' && *end != '\0'))
            return bad_number(option, text, "a number, or several parted by commas,", err);
        ++*count;
        if (*end == '\0')
            break;
    }
    return err->code;
}

static float *repeat(float value, int count, mote_arena *arena, mote_error *err)
{
    float *values = MOTE_NEW(arena, float, count, err);
    int    i;

    for (i = 0; values && i < count; i++)
        values[i] = value;
    return values;
}

/* mean and std go together: the one that is left out is 0 or 1, one that has a single number is the same for all. */
static mote_status read_deviation(mote_dataset_options *out, const cli_args *args, mote_arena *arena, mote_error *err)
{
    float *mean = NULL, *std = NULL;
    int    means, stds, i;

    MOTE_TRY(read_reals(args, "mean", &mean, &means, arena, err));
    MOTE_TRY(read_reals(args, "std", &std, &stds, arena, err));
    if (means > 1 && stds > 1 && means != stds)
        return mote_fail(err, MOTE_ERR_USAGE, "--mean has %d numbers, --std has %d", means, stds);
    for (i = 0; i < stds; i++)
        if (!(std[i] > 0))
            return mote_fail(err, MOTE_ERR_USAGE, "--std %g: it divides and must be above 0", (double)std[i]);
    out->channels = means > stds ? means : stds;
    if (means < out->channels)
        mean = repeat(means ? mean[0] : 0, out->channels, arena, err);
    if (stds < out->channels)
        std = repeat(stds ? std[0] : 1, out->channels, arena, err);
    out->mean = mean;
    out->std = std;
    return err->code;
}

static mote_status read_preparation(mote_dataset_options *out, const cli_args *args, mote_arena *arena, mote_error *err)
{
    MOTE_TRY(cli_real(args, "scale", &out->scale, err));
    if (cli_has(args, "scale") && out->scale == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "--scale 0: it divides");
    MOTE_TRY(cli_real(args, "offset", &out->offset, err));
    if (cli_has(args, "offset") && out->scale == 0)
        out->scale = 1; /* so that an offset of 0 says something, too: nothing is prepared */
    return read_deviation(out, args, arena, err);
}

mote_status cli_read_data_options(mote_dataset_options *out, const cli_args *args, mote_arena *arena, mote_error *err)
{
    static const char *const kinds[] = {"auto", "none", "classes", "values", NULL}, *const headers[] = {"auto", "true",
                                                                                                        "false", NULL};
    int kind = 0, header = 0;

    *out = (mote_dataset_options){.skip_damaged = cli_has(args, "skip-damaged"),
                                  .exif_orientation = cli_has(args, "exif-orientation")};
    MOTE_TRY(read_length(out, args, err));
    MOTE_TRY(read_categories(out, args, arena, err));
    MOTE_TRY(read_image(out, args, err));
    MOTE_TRY(read_crop(out, args, err));
    MOTE_TRY(read_targets(out, args, arena, err));
    MOTE_TRY(read_ends(out, args, arena, err));
    MOTE_TRY(cli_choice(args, "target-kind", kinds, 0, &kind, err));
    MOTE_TRY(cli_choice(args, "header", headers, 0, &header, err));
    out->targets = (mote_target_kind)kind;
    out->header = (mote_header)header;
    return read_preparation(out, args, arena, err);
}

mote_status cli_take_preparation(mote_model *model, const cli_args *args, bool replaces, mote_error *err)
{
    mote_arena           arena = {0};
    mote_dataset_options options;

    if (cli_read_data_options(&options, args, &arena, err) == MOTE_OK)
        mote_model_set_recipe(model, &options, replaces, err);
    mote_arena_destroy(&arena);
    return err->code;
}

/* ---- what was noticed ---- */

static void print_lines(const char *const *lines, int count)
{
    int i;

    for (i = 0; i < count; i++)
        fprintf(stderr, "mote: note: %s\n", lines[i]);
}

static void json_lines(json_t **object, const char *const *lines, int count)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < count; i++)
        mote_json_append(&list, mote_json_text(lines[i]));
    if (count > 0)
        mote_json_set(object, "warnings", list);
    else
        json_decref(list);
}

void cli_print_notes(const mote_dataset *set)
{
    print_lines(set->notes, set->note_count);
}

void cli_print_sample_notes(const mote_samples *samples)
{
    print_lines(samples->notes, samples->note_count);
}

void cli_json_warnings(json_t **object, const mote_dataset *set)
{
    if (set)
        json_lines(object, set->notes, set->note_count);
}

void cli_json_sample_warnings(json_t **object, const mote_samples *samples)
{
    json_lines(object, samples->notes, samples->note_count);
}
