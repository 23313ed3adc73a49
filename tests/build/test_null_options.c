/* Options that are NULL are the defaults, in every public function that takes some; where something must be said, the error
 * says what.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>

#include <mote/mote.h>

#include "base/file.h"

/* fontconfig keeps its patterns by encoded offsets, which the leak checker cannot follow. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

#define FOLDER "build/tests/null_options"

typedef struct made {
    mote_dataset *set;
    mote_model   *trained, *network;
} made;

#define WORKS(call)                                                                                                         \
    do {                                                                                                                    \
        if ((call) != MOTE_OK)                                                                                              \
            fail_msg("%s: %s", #call, err.text);                                                                            \
    } while (0)

static int set_up(void **state)
{
    static made    m;
    mote_error     err = {0};
    mote_builder  *b = mote_builder_create(NULL, &err);
    mote_layer_id  x = mote_layer_input(b, 1, (int32_t[]){1});
    mote_training *training;

    WORKS(mote_remove_tree(FOLDER, &err));
    WORKS(mote_make_dirs(FOLDER, &err));
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 1});
    x = mote_layer_flatten(b, mote_layer_leaky_relu(b, mote_layer_batch_normalization(b, x, NULL), NULL), NULL);
    WORKS(mote_builder_finish(&m.trained, b, &x, 1, &err));
    WORKS(mote_dataset_sine(&m.set, NULL, &err));
    WORKS(mote_train(&training, m.trained, m.set, NULL, &err));
    WORKS(mote_train_recipe(m.trained, m.set, NULL, &err));
    WORKS(mote_model_freeze(&m.network, m.trained, &err));
    mote_training_destroy(training);
    *state = &m;
    return 0;
}

static int tear_down(void **state)
{
    made *m = *state;

    mote_model_destroy(m->network);
    mote_model_destroy(m->trained);
    mote_dataset_destroy(m->set);
    return 0;
}

static void models_need_no_options(void **state)
{
    const made         *m = *state;
    mote_error          err = {0};
    mote_model         *small, *lean, *pruned, *loaded;
    mote_inspection     inspection;
    mote_compile_result compiled;

    WORKS(mote_model_optimize(&lean, m->network, NULL, &err));
    WORKS(mote_model_quantize(&small, lean, &m->set->split[MOTE_SPLIT_TRAIN], NULL, &err));
    WORKS(mote_model_prune_constant(&pruned, small, NULL, NULL, &err));
    WORKS(mote_model_save(pruned, FOLDER "/small.tflite", &err));
    WORKS(mote_model_load(&loaded, FOLDER "/small.tflite", NULL, &err));
    WORKS(mote_inspect(&inspection, loaded, NULL, &err));
    WORKS(mote_compile(&compiled, loaded, FOLDER "/firmware", NULL, &err));
    WORKS(mote_compile(NULL, loaded, FOLDER "/firmware", NULL, &err));
    mote_inspection_free(&inspection);
    mote_model_destroy(loaded);
    mote_model_destroy(pruned);
    mote_model_destroy(small);
    mote_model_destroy(lean);
}

static void running_needs_no_options(void **state)
{
    const made      *m = *state;
    mote_error       err = {0};
    const float      points[3] = {0, 1, 2};
    mote_array       array = {.dtype = MOTE_F32, .rank = 2, .dim = {3, 1}, .count = 3, .bytes = (void *)(uintptr_t)points};
    const char      *file = FOLDER "/points.npy";
    mote_samples     inputs, outputs;
    mote_predictions predictions;
    mote_evaluation  evaluation;
    mote_runner     *runner;
    mote_bench       bench;

    WORKS(mote_npy_save(&array, file, &err));
    WORKS(mote_samples_load(&inputs, m->network, &file, 1, NULL, &err));
    WORKS(mote_samples_run(&outputs, m->network, &inputs, &err));
    WORKS(mote_predict(&predictions, m->network, &m->set->split[MOTE_SPLIT_TEST], NULL, &err));
    WORKS(mote_evaluate(&evaluation, &predictions, &m->set->split[MOTE_SPLIT_TEST], NULL, &err));
    WORKS(mote_runner_create(&runner, m->network, NULL, &err));
    WORKS(mote_bench_run(&bench, m->network, NULL, &err));
    mote_bench_free(&bench);
    mote_runner_destroy(runner);
    mote_predictions_free(&predictions);
    mote_samples_free(&outputs);
    mote_samples_free(&inputs);
}

static void data_need_no_options(void **state)
{
    static const char *const       picture = "examples/mnist/seven.png";
    static const mote_dataset_file files[] = {{.name = "x", .path = FOLDER "/points.npy"}};
    const mote_dataset_request     request = {.path = "examples/mnist/subset"};
    mote_error                     err = {0};
    mote_dataset                  *set;
    mote_array                     image;

    (void)state;
    WORKS(mote_dataset_load(&set, "examples/mnist/subset", NULL, &err));
    mote_dataset_destroy(set);
    WORKS(mote_dataset_load_pictures(&set, &picture, 1, NULL, &err));
    mote_dataset_destroy(set);
    WORKS(mote_dataset_load_files(&set, files, 1, NULL, &err));
    mote_dataset_destroy(set);
    WORKS(mote_dataset_open(&set, &request, &err));
    mote_dataset_destroy(set);
    WORKS(mote_image_load(&image, picture, NULL, &err));
    mote_array_free(&image);
}

static void a_spec_is_built_without_options(void **state)
{
    static const char text[] = "name: null_options\ndata: {generate: {sine: {samples: 100}}}\n"
                               "model: {input: [1], layers: [dense: 1]}\ntrain: {loss: mse}\n";
    mote_error        err = {0};
    mote_spec        *spec;
    mote_build_result result;

    (void)state;
    WORKS(mote_file_write(FOLDER "/null_options.yaml", text, strlen(text), &err));
    WORKS(mote_spec_load(&spec, FOLDER "/null_options.yaml", &err));
    WORKS(mote_build(&result, spec, NULL, &err));
    assert_int_equal(result.train, MOTE_STAGE_RAN);
    WORKS(mote_remove_tree(result.folder, &err));
    mote_spec_destroy(spec);
}

static void what_must_be_said_is_asked_for(void **state)
{
    const made    *m = *state;
    mote_error     err = {0};
    mote_emulation run;
    mote_builder  *b = mote_builder_create(NULL, &err);
    mote_model    *model;
    mote_layer_id  x = mote_layer_dense(b, mote_layer_input(b, 1, (int32_t[]){1}), NULL);

    assert_int_equal(mote_builder_finish(&model, b, &x, 1, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "units"));
    mote_error_clear(&err);
    assert_int_equal(mote_emulate(&run, FOLDER "/firmware", NULL, NULL, &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_emulate_model(&run, m->network, NULL, NULL, &err), MOTE_ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_need_no_options),         cmocka_unit_test(running_needs_no_options),
        cmocka_unit_test(data_need_no_options),           cmocka_unit_test(a_spec_is_built_without_options),
        cmocka_unit_test(what_must_be_said_is_asked_for),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
