/* mote convert.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/changes.h"
#include "cli/mixed.h"

typedef struct conversion {
    const char           *from, *to, *calibrate;
    bool                  is_quantized;
    mote_quantize_options options;
    mote_model          *given, *model, *converted; /* as the file has it; with fewer operators; quantized. NULL: not made */
    cli_mixed            mixed;
    mote_dataset        *set;
    size_t               sample_count;
    bool                 keeps_operators, is_explained, is_json;
    bool                 says_recipe; /* how samples are prepared, or what targets are called */
    cli_changes          changes;
    mote_name_map        names;
    mote_cluster_options clustering;
    mote_cluster_result  clustered; /* layers 0: none was */
    bool                 drops_zero_channels;
    mote_prune_result    dropped;
} conversion;

/* "none", then the schemes of the table. */
static void list_schemes(const char *words[2 + MOTE_SCHEME_COUNT])
{
    int i;

    words[0] = "none";
    for (i = 0; i <= MOTE_SCHEME_COUNT; i++) /* the last has no name, which ends the list */
        words[1 + i] = mote_scheme_name((mote_scheme)i);
}

static mote_status read_clustering(conversion *c, const cli_args *args, mote_error *err)
{
    long long values;

    MOTE_TRY(cli_integer(args, "cluster", 2, 127, 0, &values, err));
    c->clustering.values = (int32_t)values;
    if (values > 0 && c->to && !mote_path_has_suffix(c->to, ".tflite"))
        return mote_fail(err, MOTE_ERR_USAGE, "--cluster: only a .tflite can have tables; %s is none", c->to);
    return MOTE_OK;
}

static mote_status read_options(conversion *c, const cli_args *args, mote_error *err)
{
    static const char *const granularity_words[] = {"channel", "tensor", NULL};
    static const char *const io_words[] = {"float32", "int8", "uint8", "int16", NULL};
    static const char *const method_words[] = {"minmax", "average", "percentile", "entropy", "mse", NULL};
    static const char *const only_quantized[] = {"calibrate", "samples",      "split",    "granularity",  "io",
                                                 "method",    "target-kind",  "header",   "skip-damaged", "prepared",
                                                 "equalize",  "correct-bias", "rounding", "keep"};
    static const char *const of_samples[] = {"calibrate",   "samples", "split",        "method",
                                             "target-kind", "header",  "skip-damaged", "prepared"};
    static const char *const rounding_words[] = {"nearest", "adaptive", NULL};
    static const mote_dtype  io_types[] = {MOTE_F32, MOTE_I8, MOTE_U8, MOTE_I16};
    const char              *quantize_words[2 + MOTE_SCHEME_COUNT];
    int                      quantize, granularity, io, method, rounding;
    long long                samples;
    float                    percentile = 0;
    size_t                   i;

    list_schemes(quantize_words);
    MOTE_TRY(cli_choice(args, "quantize", quantize_words, 0, &quantize, err));
    MOTE_TRY(cli_choice(args, "granularity", granularity_words, 0, &granularity, err));
    MOTE_TRY(cli_choice(args, "io", io_words, 0, &io, err));
    MOTE_TRY(cli_choice(args, "method", method_words, 0, &method, err));
    MOTE_TRY(cli_choice(args, "rounding", rounding_words, 0, &rounding, err));
    MOTE_TRY(cli_integer(args, "samples", 1, 1000000, 100, &samples, err));
    MOTE_TRY(cli_real(args, "percentile", &percentile, err));
    MOTE_TRY(read_clustering(c, args, err));
    if (cli_has(args, "percentile") && method != MOTE_CALIBRATE_PERCENTILE)
        return mote_fail(err, MOTE_ERR_USAGE, "--percentile goes with --method percentile");
    c->is_quantized = quantize > 0;
    c->options = (mote_quantize_options){.scheme = (mote_scheme)(quantize > 0 ? quantize - 1 : 0),
                                         .is_per_tensor = granularity == 1,
                                         .is_per_channel = granularity == 0 && cli_has(args, "granularity"),
                                         .io = io_types[io],
                                         .samples = (int)samples,
                                         .progress = cli_progress(),
                                         .method = (mote_calibration_method)method,
                                         .percentile = (double)percentile,
                                         .is_equalized = cli_has(args, "equalize"),
                                         .corrects_bias = cli_has(args, "correct-bias"),
                                         .rounding = (mote_rounding)rounding};
    MOTE_TRY(cli_mixed_read(&c->mixed, &c->options, args, err));
    c->mixed.options.quantize = c->options;
    for (i = 0; !c->is_quantized && i < sizeof only_quantized / sizeof *only_quantized; i++)
        if (cli_has(args, only_quantized[i]))
            return mote_fail(err, MOTE_ERR_USAGE, "--%s goes with --quantize", only_quantized[i]);
    if (c->mixed.is_wanted && !mote_scheme_is_calibrated(c->options.scheme))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "--max-drop and --max-bytes: %s has no layers to raise or lower; begin with "
                         "--quantize int8, int16x8 or int4",
                         quantize_words[quantize]);
    if (c->is_quantized && !mote_scheme_is_calibrated(c->options.scheme)) {
        for (i = 0; i < sizeof of_samples / sizeof *of_samples; i++)
            if (cli_has(args, of_samples[i]))
                return mote_fail(err, MOTE_ERR_USAGE,
                                 "--%s: --quantize %s stores weights in fewer bits and needs no samples", of_samples[i],
                                 quantize_words[quantize]);
    }
    return mote_quantize_check(&c->options, err);
}

static bool is_for_keras(const conversion *c)
{
    return mote_path_has_suffix(c->to, ".keras") || mote_path_has_suffix(c->to, ".h5");
}

static mote_status check_names(const conversion *c, mote_error *err)
{
    if (!c->to)
        return mote_fail(err, MOTE_ERR_USAGE, "name the file to write: -o OUT.tflite, or OUT.onnx");
    if (is_for_keras(c) && c->is_quantized)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "%s: Keras' files hold networks as they are trained, not quantized ones; end the name in .tflite",
                         c->to);
    return mote_model_check_name(c->to, err);
}

static size_t file_bytes(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

/* One with fewer operators, which answers the same. */
static mote_status optimize(conversion *c, mote_model **out, const mote_model *model, mote_error *err)
{
    const mote_optimize_options options = {.explain = cli_changes_add, .user = &c->changes};

    if (mote_model_optimize(out, model, &options, err) != MOTE_OK)
        return mote_context(err, "%s", c->from);
    return MOTE_OK;
}

/* *model becomes it. */
static mote_status optimize_again(conversion *c, mote_model **model, mote_error *err)
{
    mote_model *made;

    MOTE_TRY(optimize(c, &made, *model, err));
    mote_model_destroy(*model);
    *model = made;
    return MOTE_OK;
}

/* What is to be quantized, or written. */
static mote_model *model_of(const conversion *c)
{
    return c->model ? c->model : c->given;
}

static void tell_of_samples(const conversion *c, const mote_dataset_split *split)
{
    const mote_calibration_text told = mote_calibration_tell(split, &c->options);

    if (told.text[0])
        fprintf(stderr, "mote: note: %s: %s\n", c->calibrate, told.text);
}

/* A model that was trained quantized has its ranges; any other wants samples. */
static mote_status check_ranges(const conversion *c, const cli_args *args, mote_error *err)
{
    static const char *const of_samples[] = {"samples", "split",        "method",  "target-kind",
                                             "header",  "skip-damaged", "prepared"};
    size_t                   i;

    if (!mote_model_has_ranges(model_of(c)))
        return mote_fail(err, MOTE_ERR_USAGE, "--quantize %s needs samples to see the range of each layer: --calibrate DATA",
                         mote_scheme_name(c->options.scheme));
    for (i = 0; i < sizeof of_samples / sizeof *of_samples; i++)
        if (cli_has(args, of_samples[i]))
            return mote_fail(err, MOTE_ERR_USAGE, "--%s goes with --calibrate", of_samples[i]);
    return MOTE_OK;
}

static mote_status quantize(conversion *c, const cli_args *args, mote_error *err)
{
    const bool                is_calibrated = mote_scheme_is_calibrated(c->options.scheme);
    cli_data_request          request = {.args = args,
                                         .split_name = cli_value(args, "split"),
                                         .preferred = MOTE_SPLIT_TRAIN,
                                         .model = model_of(c),
                                         .are_prepared = cli_has(args, "prepared")};
    const mote_dataset_split *split = NULL;

    request.value_count = cli_values(args, "calibrate", &request.values);
    if (mote_model_is_quantized(model_of(c)))
        return mote_fail(err, MOTE_ERR_USAGE, "%s: is quantized already", c->from);
    if (is_calibrated && !c->calibrate)
        MOTE_TRY(check_ranges(c, args, err));
    if (is_calibrated && c->calibrate) {
        MOTE_TRY(cli_load_data(&c->set, &split, &request, err));
        c->sample_count = split->count < (size_t)c->options.samples ? split->count : (size_t)c->options.samples;
        tell_of_samples(c, split);
    }
    if (c->mixed.is_wanted)
        cli_mixed_quantize(&c->converted, &c->mixed, model_of(c), split, args, err);
    else
        mote_model_quantize(&c->converted, model_of(c), split, &c->options, err);
    if (err->code != MOTE_OK)
        return mote_context(err, "%s", c->from);
    return c->says_recipe && c->set ? mote_model_add_to_recipe(c->converted, c->set, err) : MOTE_OK;
}

/* "float32 [?,3]", of several with commas between. */
typedef struct ends_line {
    char text[240];
} ends_line;

static ends_line show_ends(const mote_model *model, bool are_inputs)
{
    const int32_t count = are_inputs ? mote_model_input_count(model) : mote_model_output_count(model);
    ends_line     line = {""};
    size_t        used = 0;
    int32_t       i;

    for (i = 0; i < count && used < sizeof line.text; i++) {
        const mote_tensor_info end = are_inputs ? mote_model_input(model, i) : mote_model_output(model, i);
        used += (size_t)snprintf(line.text + used, sizeof line.text - used, "%s%s %s", i > 0 ? ", " : "",
                                 mote_dtype_name(end.dtype), cli_show_shape(&end).text);
    }
    return line;
}

static void print_written(const conversion *c, const mote_model *model)
{
    char calibrated[80] = "";

    if (c->is_quantized && !c->set && mote_scheme_is_calibrated(c->options.scheme))
        snprintf(calibrated, sizeof calibrated, ", %s, in the ranges that training saw",
                 mote_scheme_name(c->options.scheme));
    else if (c->is_quantized && !c->set)
        snprintf(calibrated, sizeof calibrated, ", weights as %s", mote_scheme_name(c->options.scheme));
    else if (c->is_quantized)
        snprintf(calibrated, sizeof calibrated, ", %s, calibrated on %zu samples", mote_scheme_name(c->options.scheme),
                 c->sample_count);
    cli_print_line(2, "%s: %zu bytes (%s: %zu), %s to %s%s", c->to, file_bytes(c->to), c->from, file_bytes(c->from),
                   show_ends(model, true).text, show_ends(model, false).text, calibrated);
}

static mote_status print_json(const conversion *c, const mote_model *model, mote_error *err)
{
    mote_tensor_info in = mote_model_input(model, 0), out = mote_model_output(model, 0);
    json_t *object = json_pack("{so so sI sI}", "from", mote_json_text(c->from), "to", mote_json_text(c->to), "from_bytes",
                               (json_int_t)file_bytes(c->from), "to_bytes", (json_int_t)file_bytes(c->to));

    if (c->changes.failure.code != MOTE_OK) {
        json_decref(object);
        return mote_fail(err, c->changes.failure.code, "%s", c->changes.failure.text);
    }
    mote_json_set(&object, "input", cli_json_tensor(&in));
    mote_json_set(&object, "output", cli_json_tensor(&out));
    if (mote_model_note_count(c->given) > 0)
        mote_json_set(&object, "notes", cli_json_notes(c->given));
    cli_json_warnings(&object, c->set);
    if (c->drops_zero_channels)
        mote_json_set(&object, "zero_channels", cli_json_pruned(&c->dropped));
    if (c->clustering.values > 0)
        mote_json_set(&object, "clustered",
                      json_pack("{si sI sI}", "layers", c->clustered.layers, "weight_bytes",
                                (json_int_t)c->clustered.weight_bytes, "weight_bytes_left",
                                (json_int_t)c->clustered.weight_bytes_left));
    if (c->mixed.is_wanted)
        mote_json_set(&object, "mixed", cli_mixed_json(&c->mixed));
    mote_json_set(&object, "left_out", cli_changes_json(&c->changes));
    mote_json_set(&object, "names", cli_names_json(&c->names, &c->changes));
    return cli_print_json(object, err);
}

/* What reading the file took. */
static void print_notes(const mote_model *model)
{
    int32_t i;

    for (i = 0; i < mote_model_note_count(model); i++)
        cli_print_line(2, "%s", mote_model_note(model, i));
}

static mote_model *written(const conversion *c)
{
    return c->converted ? c->converted : model_of(c);
}

static mote_status print_done(const conversion *c, mote_error *err)
{
    const mote_model *model = written(c);

    cli_progress_end();
    if (c->is_json)
        return print_json(c, model, err);
    if (c->is_explained) {
        print_notes(c->given);
        if (!c->keeps_operators)
            MOTE_TRY(cli_changes_print(&c->changes, err));
        MOTE_TRY(cli_names_print(&c->names, &c->changes, err));
    }
    if (c->dropped.dropped_channels > 0)
        cli_print_line(2, "%d of %d channels dropped, which are 0: %zu of %zu MACs and %zu of %zu bytes of weights left",
                       c->dropped.dropped_channels, c->dropped.channels, c->dropped.macs_left, c->dropped.macs,
                       c->dropped.weight_bytes_left, c->dropped.weight_bytes);
    if (c->clustered.layers > 0)
        cli_print_line(2, "%d layers have tables: weights take %zu bytes, before %zu; in memory all of them, as before",
                       c->clustered.layers, c->clustered.weight_bytes_left, c->clustered.weight_bytes);
    if (c->mixed.is_wanted)
        MOTE_TRY(cli_mixed_print(&c->mixed, err));
    print_written(c, model);
    return MOTE_OK;
}

/* What is said of the model is written; where its file said something else, that is told. */
static mote_status take_recipe(conversion *c, const cli_args *args, mote_error *err)
{
    char *before = mote_model_recipe_json(c->given, err), *after = NULL;

    if (before && cli_take_preparation(c->given, args, !c->is_quantized, err) != MOTE_OK)
        mote_context(err, "%s", c->from);
    else if (before && (after = mote_model_recipe_json(c->given, err)) != NULL && !c->is_quantized &&
             strcmp(before, "null") != 0 && strcmp(before, after) != 0)
        fprintf(stderr, "mote: note: %s: what its file says of samples was changed: %s\n", c->from,
                mote_show_string(after).text);
    free(before);
    free(after);
    return err->code;
}

/* Before quantizing, so that no range is looked for in what goes. */
static mote_status drop_zero_channels(conversion *c, mote_error *err)
{
    mote_model *made;

    if (mote_model_is_quantized(model_of(c)))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s: --drop-zero-channels is for float models; of quantized ones mote compile drops them", c->from);
    if (mote_model_drop_zero_channels(&made, model_of(c), NULL, &c->dropped, err) != MOTE_OK)
        return mote_context(err, "%s", c->from);
    mote_model_destroy(c->model);
    c->model = made;
    if (c->dropped.dropped_channels == 0)
        fprintf(stderr, "mote: warning: --drop-zero-channels saves nothing: no channel is 0 that could go\n");
    return MOTE_OK;
}

static mote_status cluster(conversion *c, mote_error *err)
{
    mote_model *made;

    if (mote_model_cluster(&made, written(c), &c->clustering, &c->clustered, err) != MOTE_OK)
        return mote_context(err, "%s: --cluster", c->from);
    mote_model_destroy(c->converted);
    c->converted = made;
    if (c->clustered.layers == 0)
        fprintf(stderr, "mote: warning: --cluster %d saves nothing: tables would be as large as the weights\n",
                c->clustering.values);
    return MOTE_OK;
}

/* Before quantizing: each operator that goes is one rounding less; and after: scales may be equal now. */
static mote_status convert(conversion *c, const cli_args *args, mote_error *err)
{
    MOTE_TRY(cli_load_model_for(&c->given, args, c->from, c->to, err));
    MOTE_TRY(take_recipe(c, args, err));
    if (!c->keeps_operators)
        MOTE_TRY(optimize(c, &c->model, c->given, err));
    if (c->drops_zero_channels)
        MOTE_TRY(drop_zero_channels(c, err));
    if (c->is_quantized) {
        MOTE_TRY(quantize(c, args, err));
        if (!c->keeps_operators)
            MOTE_TRY(optimize_again(c, &c->converted, err));
    }
    if (c->clustering.values > 0)
        MOTE_TRY(cluster(c, err));
    if (c->is_explained || c->is_json)
        MOTE_TRY(mote_model_map_names(&c->names, c->given, written(c), err));
    MOTE_TRY(cli_mixed_save(&c->mixed, written(c), c->to, err));
    return print_done(c, err);
}

/* Layer by layer, as the network is trained: nothing is folded or left out. */
static mote_status convert_layers(conversion *c, const cli_args *args, mote_error *err)
{
    MOTE_TRY(cli_load_layers(&c->model, args, c->from, err));
    MOTE_TRY(mote_model_save(c->model, c->to, err));
    return print_done(c, err);
}

static mote_status run_convert(const cli_args *args, mote_error *err)
{
    static const char *const said[] = {"scale", "offset", "mean", "std", "targets"};
    conversion               c = {.from = args->positional[0],
                                  .to = cli_value(args, "output"),
                                  .calibrate = cli_value(args, "calibrate"),
                                  .keeps_operators = cli_has(args, "keep-operators"),
                                  .is_explained = cli_has(args, "explain"),
                                  .is_json = cli_has(args, "json"),
                                  .drops_zero_channels = cli_has(args, "drop-zero-channels")};
    size_t                   i;

    for (i = 0; i < sizeof said / sizeof *said; i++)
        c.says_recipe = c.says_recipe || cli_has(args, said[i]);
    MOTE_TRY(read_options(&c, args, err));
    MOTE_TRY(check_names(&c, err));
    if (is_for_keras(&c))
        convert_layers(&c, args, err);
    else
        convert(&c, args, err);
    cli_changes_free(&c.changes);
    cli_mixed_free(&c.mixed);
    mote_dataset_destroy(c.set);
    mote_model_destroy(c.converted);
    mote_model_destroy(c.model);
    mote_model_destroy(c.given);
    mote_name_map_free(&c.names);
    return err->code;
}

const cli_command cli_convert = {
    .name = "convert",
    .operands = "MODEL -o OUT",
    .summary = "quantize a model, or write it anew",
    .examples = "  mote convert mnist.tflite -o mnist_int8.tflite --quantize int8 --calibrate data/mnist --io int8\n"
                "  mote convert mnist.tflite -o small.tflite --quantize int8 --calibrate x.npz --granularity tensor\n"
                "  mote convert net.onnx -o net.tflite -q int8 --calibrate pictures --scale 255 --mean 0.485,0.456,0.406 "
                "--std 0.229,0.224,0.225\n"
                "  mote convert net.keras -o net.tflite -q int8 --calibrate data/mnist --max-drop 0.2 --plot curve.svg\n"
                "  mote convert mnist.tflite -o half.tflite --quantize float16\n"
                "  mote convert person_detect.tflite -o lean.tflite --explain\n"
                "  mote convert person_detect.tflite -o person_detect.onnx\n"
                "  mote convert net.keras -o net.h5\n",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"output", 'o', "OUT",
             "the file to write: .tflite, or .onnx (docs/ONNX.md); of a .keras or .h5 also .h5 or .keras"},
            {"quantize", 'q', "none|int8|int16x8|float16|dynamic|int4|pow2-int8|pow2-int16",
             "none (default): keep what the model computes; float16 and dynamic store weights alone in fewer bits; pow2 is "
             "ESP-DL's"},
            {"calibrate", 0, "DATA",
             "a data set or a spec that shows the range of each layer; or NAME=FILE.npy of each input"},
            {"split", 0, "train|validation|test", "which of its samples (train)"},
            CLI_DATA_OPTIONS,
            {"prepared", 0, NULL, "the data are what the network takes: nothing of it prepares them"},
            {"samples", 0, "N", "how many of them (100)"},
            {"granularity", 0, "channel|tensor",
             "one scale for each output channel (default) or for a layer's weights (of pow2 the default)"},
            {"io", 0, "float32|int8|uint8|int16", "type of inputs and outputs (float32)"},
            {"method", 0, "minmax|average|percentile|entropy|mse",
             "which range of the values seen integers stand for (minmax); docs/QUANTIZATION.md"},
            {"percentile", 0, "P", "so many of a hundred values are in the range (99.99), with --method percentile"},
            {"drop-zero-channels", 0, NULL, "leave out a float model's channels that are 0, as pruning leaves them"},
            {"cluster", 0, "N",
             "so many values a channel's int8 weights have: tables, for TensorFlow Lite Micro (docs/PRUNING.md)"},
            {"equalize", 0, NULL, "first give channels of neighbouring layers weights of like size (docs/QUANTIZATION.md)"},
            {"correct-bias", 0, NULL, "shift biases so that no layer's mean moves, over the samples"},
            {"rounding", 0, "nearest|adaptive",
             "weights to the nearest integer (default), or up or down so that layers' answers differ least"},
            CLI_MIXED_OPTIONS,
            {"explain", 0, NULL, "which operators are left out, and why; and what became of each name of MODEL"},
            {"keep-operators", 0, NULL, "keep operators that could go without changing a byte (docs/PASSES.md)"},
            CLI_INPUT_SHAPE_ROW,
            {"unroll", 0, NULL,
             "recurrent layers step by step, up to 1,024 steps, not as a WHILE: for what takes no loops, as Arm's Vela"},
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_convert,
};
