/* What each command of mote does, from C, through the public headers alone: a function a command.
 *
 *     cc commands.c $(pkg-config --cflags --libs mote) -o commands && ./commands SPEC.yaml FOLDER
 *
 * All go the way of one project: the spec (examples/sine/sine.yaml) says what is built, FOLDER is where everything goes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include <mote/mote.h>

/* The project, and the names of its files. */
typedef struct project {
    const char   *spec_path, *folder;
    mote_spec    *spec;
    mote_dataset *data;
    mote_arena    arena; /* of the names */
    const char   *model, *small, *history, *points, *answers, *firmware, *built;
} project;

/* mote data info DATA: what is in a data set. */
static mote_status data(project *p, mote_error *err)
{
    const mote_dataset_request request = {.path = p->spec_path};
    mote_dataset_summary       summary;

    MOTE_TRY(mote_dataset_open(&p->data, &request, err));
    MOTE_TRY(mote_dataset_describe(&summary, p->data, err));
    printf("data      %zu samples to train with, %s from %.2f to %.2f\n", summary.split[MOTE_SPLIT_TRAIN].count,
           p->data->feature[0].name, summary.split[MOTE_SPLIT_TRAIN].feature[0].min,
           summary.split[MOTE_SPLIT_TRAIN].feature[0].max);
    return MOTE_OK;
}

/* mote train SPEC: the network that the spec describes, trained, at inference, as a file; and how the loss went. */
static mote_status train(project *p, mote_error *err)
{
    mote_model    *trained = NULL, *network = NULL;
    mote_training *training = NULL;

    if (mote_spec_build_model(&trained, p->spec, p->data, err) == MOTE_OK &&
        mote_train(&training, trained, p->data, &p->spec->train, err) == MOTE_OK &&
        mote_history_save_csv(&training->history, p->history, err) == MOTE_OK &&
        mote_model_freeze(&network, trained, err) == MOTE_OK && mote_model_save(network, p->model, err) == MOTE_OK)
        printf("train     %zu epochs\n", training->history.row_count);
    mote_training_destroy(training);
    mote_model_destroy(network);
    mote_model_destroy(trained);
    return err->code;
}

/* mote convert MODEL --quantize int8 -o SMALL: operators that change nothing go, then numbers become integers. */
static mote_status convert(project *p, mote_error *err)
{
    const mote_quantize_options options = {.io = MOTE_I8};
    mote_model                 *model = NULL, *lean = NULL, *small = NULL;

    if (mote_model_load(&model, p->model, NULL, err) == MOTE_OK && mote_model_optimize(&lean, model, NULL, err) == MOTE_OK &&
        mote_model_quantize(&small, lean, &p->data->split[MOTE_SPLIT_TRAIN], &options, err) == MOTE_OK &&
        mote_model_save(small, p->small, err) == MOTE_OK)
        printf("convert   inputs are %s\n", mote_dtype_name(mote_model_input(small, 0).dtype));
    mote_model_destroy(small);
    mote_model_destroy(lean);
    mote_model_destroy(model);
    return err->code;
}

/* mote inspect MODEL: layers, sizes, memory. */
static mote_status inspect(const mote_model *model, mote_error *err)
{
    mote_inspection in;
    int32_t         i;

    MOTE_TRY(mote_inspect(&in, model, NULL, err));
    printf("inspect   %zu parameters, %zu bytes of memory\n", in.parameters, in.memory.arena_bytes);
    for (i = 0; i < in.layer_count; i++)
        printf("          %s %s\n", in.layers[i].op, mote_info_shape(&in.layers[i].output).text);
    mote_inspection_free(&in);
    return MOTE_OK;
}

/* mote verify MODEL --for tflm: what is wrong with a file, all of it. */
static mote_status verify(const project *p, mote_error *err)
{
    mote_verification *found;
    int32_t            i;

    MOTE_TRY(mote_verify(&found, p->small, MOTE_ENGINE_TFLM, err));
    printf("verify    %" PRId32 " findings\n", found->count);
    for (i = 0; i < found->count; i++)
        printf("          %s: %s\n", mote_severity_name(found->findings[i].severity), found->findings[i].reason);
    mote_verification_destroy(found);
    return MOTE_OK;
}

/* mote run MODEL --input x.npy --output y.npy: files of samples in, files of answers out. */
static mote_status run(const project *p, const mote_model *model, mote_error *err)
{
    mote_samples inputs = {0}, outputs = {0};
    mote_array   points = {0};

    if (mote_array_create(&points, MOTE_F32, 2, (int64_t[]){4, 1}, err) == MOTE_OK &&
        mote_npy_save(&points, p->points, err) == MOTE_OK &&
        mote_samples_load(&inputs, model, &p->points, 1, NULL, err) == MOTE_OK &&
        mote_samples_run(&outputs, model, &inputs, err) == MOTE_OK &&
        mote_samples_save(&outputs, model, &p->answers, 1, err) == MOTE_OK)
        printf("run       %zu samples\n", outputs.count);
    mote_array_free(&points);
    mote_samples_free(&inputs);
    mote_samples_free(&outputs);
    return err->code;
}

/* mote eval MODEL --data DATA: loss and metrics. */
static mote_status evaluate(const project *p, const mote_model *model, mote_error *err)
{
    const mote_dataset_split *split = &p->data->split[MOTE_SPLIT_TEST];
    mote_predictions          predictions;
    mote_evaluation           result;
    int                       i;

    MOTE_TRY(mote_predict(&predictions, model, split, NULL, err));
    if (mote_evaluate(&result, &predictions, split, NULL, err) == MOTE_OK)
        for (i = 0; i < result.metric_count; i++)
            printf("eval      %s %s\n", result.metric[i].name,
                   mote_number_metric(result.metric[i].name, result.metric[i].value).text);
    mote_predictions_free(&predictions);
    return err->code;
}

/* mote compare MODEL SMALL --data DATA: how far the answers of two models lie apart. */
static mote_status compare(const project *p, const mote_model *model, const mote_model *small, mote_error *err)
{
    const mote_dataset_split *split = &p->data->split[MOTE_SPLIT_TEST];
    mote_predictions          a = {0}, b = {0};
    mote_comparison           apart;

    if (mote_predict(&a, model, split, NULL, err) == MOTE_OK && mote_predict(&b, small, split, NULL, err) == MOTE_OK &&
        mote_compare(&apart, &a.outputs[0], &b.outputs[0], err) == MOTE_OK)
        printf("compare   %.4f at most, %.4f on average\n", apart.max_abs, apart.mean_abs);
    mote_predictions_free(&a);
    mote_predictions_free(&b);
    return err->code;
}

/* mote bench MODEL: times on this machine. */
static mote_status bench(const mote_model *model, mote_error *err)
{
    mote_bench times;

    MOTE_TRY(mote_bench_run(&times, model, &(mote_bench_options){.seconds = 0.1}, err));
    printf("bench     %" PRId32 " layers timed\n", times.layer_count);
    mote_bench_free(&times);
    return MOTE_OK;
}

/* mote compile MODEL -o FIRMWARE, and mote emulate FIRMWARE where the chip's compiler and emulator are installed. */
static mote_status deploy(const project *p, const mote_model *model, mote_error *err)
{
    const mote_compile_options compile = {.name = "net"};
    const mote_emulate_options emulate = {.chip = "cortex-m4"};
    mote_error                 missing = {0};
    mote_compile_result        result;
    mote_emulation             figures;

    MOTE_TRY(mote_compile(&result, model, p->firmware, &compile, err));
    printf("compile   %zu bytes of constants\n", mote_compiled_for(&result, NULL)->constant_bytes);
    if (mote_chip_check(mote_chip_find(emulate.chip), &missing) != MOTE_OK) {
        printf("emulate   %s\n", missing.text);
        return MOTE_OK;
    }
    MOTE_TRY(mote_emulate(&figures, p->firmware, compile.name, &emulate, err));
    printf("emulate   %" PRIu64 " %s, %" PRIu32 " bytes of flash\n", figures.count, figures.chip->count_unit,
           figures.flash_bytes);
    mote_emulation_free(&figures);
    return MOTE_OK;
}

/* mote build SPEC: all of it, and again only what has changed. */
static mote_status build(const project *p, mote_error *err)
{
    const mote_build_options options = {.folder = p->built, .only_train = true};
    mote_build_result        result;

    MOTE_TRY(mote_build(&result, p->spec, &options, err));
    printf("build     %zu parameters, %s\n", result.summary.parameters, result.folder);
    return MOTE_OK;
}

static mote_status use(const project *p, mote_error *err)
{
    mote_model *model = NULL, *small = NULL;

    if (mote_model_load(&model, p->model, NULL, err) == MOTE_OK && mote_model_load(&small, p->small, NULL, err) == MOTE_OK &&
        inspect(small, err) == MOTE_OK && verify(p, err) == MOTE_OK && run(p, small, err) == MOTE_OK &&
        evaluate(p, small, err) == MOTE_OK && compare(p, model, small, err) == MOTE_OK && bench(small, err) == MOTE_OK)
        deploy(p, small, err);
    mote_model_destroy(small);
    mote_model_destroy(model);
    return err->code;
}

static const char *name(project *p, const char *file, mote_error *err)
{
    return mote_arena_printf(&p->arena, err, "%s/%s", p->folder, file);
}

static mote_status begin(project *p, mote_error *err)
{
    p->model = name(p, "net.tflite", err);
    p->small = name(p, "net_int8.tflite", err);
    p->history = name(p, "history.csv", err);
    p->points = name(p, "points.npy", err);
    p->answers = name(p, "answers.npy", err);
    p->firmware = name(p, "firmware", err);
    p->built = name(p, "built", err);
    return err->code == MOTE_OK ? mote_spec_load(&p->spec, p->spec_path, err) : err->code;
}

int main(int count, char **words)
{
    project    p = {.spec_path = count > 2 ? words[1] : "", .folder = count > 2 ? words[2] : ""};
    mote_error err = {0};

    if (count != 3)
        mote_fail(&err, MOTE_ERR_USAGE, "usage: commands SPEC.yaml FOLDER");
    else if (begin(&p, &err) == MOTE_OK && data(&p, &err) == MOTE_OK && train(&p, &err) == MOTE_OK &&
             convert(&p, &err) == MOTE_OK && use(&p, &err) == MOTE_OK)
        build(&p, &err);
    if (err.code != MOTE_OK)
        fprintf(stderr, "commands: %s\n", err.text);
    mote_dataset_destroy(p.data);
    mote_spec_destroy(p.spec);
    mote_arena_destroy(&p.arena);
    return err.code != MOTE_OK;
}
