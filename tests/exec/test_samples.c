/* exec/: files of inputs and outputs, for a model with one input and two outputs, left [?,3] and right [?,2].
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>

#include <mote/convert.h>
#include <mote/layers.h>
#include <mote/run.h>
#include <mote/samples.h>

#include "base/file.h"
#include "running.h"

#define SCRATCH "build/tests/samples-scratch"

typedef struct fixture {
    mote_model *model;
} fixture;

static mote_error *err = &(mote_error){0};

static void assert_fails(mote_status status, mote_status wanted, const char *text)
{
    assert_int_equal(status, wanted);
    assert_int_equal(err->code, wanted);
    if (!strstr(err->text, text))
        fail_msg("\"%s\" does not hold \"%s\"", err->text, text);
    mote_error_clear(err);
}

static void assert_works(mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", err->text);
}

static int make_model(void **state)
{
    static fixture fixed;
    mote_builder  *builder = mote_builder_create(&(mote_builder_options){.seed = 1}, err);
    mote_layer_id  x = mote_layer_input(builder, 1, (int[]){4}), ends[2];
    mote_model    *trained;

    ends[0] = mote_layer_dense(builder, x, &(mote_dense_options){.units = 3, .name = "left"});
    ends[1] = mote_layer_dense(builder, x, &(mote_dense_options){.units = 2, .name = "right"});
    if (mote_builder_finish(&trained, builder, ends, 2, err) != MOTE_OK ||
        mote_model_freeze(&fixed.model, trained, err) != MOTE_OK || mote_remove_tree(SCRATCH, err) != MOTE_OK ||
        mote_make_dirs(SCRATCH, err) != MOTE_OK)
        return -1;
    mote_model_destroy(trained);
    *state = &fixed;
    return 0;
}

static int drop_model(void **state)
{
    mote_model_destroy(((fixture *)*state)->model);
    return mote_remove_tree(SCRATCH, err) == MOTE_OK ? 0 : -1;
}

/* x.npy of the given shape: 0, 1, 2 ... / 8. */
static const char *put_input(int rank, const int64_t *dim)
{
    mote_array x;
    size_t     i;

    assert_works(mote_array_create(&x, MOTE_F32, rank, dim, err));
    for (i = 0; i < x.count; i++)
        ((float *)x.bytes)[i] = (float)i / 8;
    assert_works(mote_npy_save(&x, SCRATCH "/x.npy", err));
    mote_array_free(&x);
    return SCRATCH "/x.npy";
}

static void outputs_have_the_runners_numbers_sample_by_sample(void **state)
{
    const mote_model *model = ((fixture *)*state)->model;
    const char       *file = put_input(2, (int64_t[]){3, 4});
    mote_samples      inputs, outputs;
    mote_runner      *runner;
    mote_array        right;
    size_t            s;

    assert_works(mote_samples_load(&inputs, model, &file, 1, NULL, err));
    assert_int_equal(inputs.count, 3);
    assert_true(inputs.is_joined && !inputs.is_stacked);
    assert_works(mote_samples_run(&outputs, model, &inputs, err));
    assert_int_equal(outputs.sample_bytes, 5 * sizeof(float));
    assert_works(mote_samples_output(&right, &outputs, model, 1, err));
    assert_true(right.rank == 2 && right.dim[0] == 3 && right.dim[1] == 2);
    assert_works(mote_runner_create(&runner, model, NULL, err));
    for (s = 0; s < 3; s++) {
        memcpy(mote_runner_input(runner, 0), inputs.bytes + s * inputs.sample_bytes, inputs.sample_bytes);
        invoke_model(runner);
        assert_memory_equal((float *)right.bytes + 2 * s, mote_runner_output(runner, 1), 2 * sizeof(float));
        assert_memory_equal(outputs.bytes + s * outputs.sample_bytes, mote_runner_output(runner, 0), 3 * sizeof(float));
    }
    mote_runner_destroy(runner);
    mote_array_free(&right);
    mote_samples_free(&inputs);
    mote_samples_free(&outputs);
}

static void shapes_join_stack_or_stay(void **state)
{
    static const struct {
        int     rank;
        int64_t dim[3];
        int     out_rank;
        int64_t out_dim[3];
    } cases[] = {
        {2, {1, 4}, 2, {1, 3}},
        {2, {5, 4}, 2, {5, 3}},
        {3, {5, 1, 4}, 3, {5, 1, 3}},
        {3, {1, 1, 4}, 3, {1, 1, 3}},
    };
    const mote_model *model = ((fixture *)*state)->model;
    size_t            i;

    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char  *file = put_input(cases[i].rank, cases[i].dim);
        mote_samples inputs, outputs;
        mote_array   left;
        assert_works(mote_samples_load(&inputs, model, &file, 1, NULL, err));
        assert_works(mote_samples_run(&outputs, model, &inputs, err));
        assert_works(mote_samples_output(&left, &outputs, model, 0, err));
        assert_int_equal(left.rank, cases[i].out_rank);
        assert_memory_equal(left.dim, cases[i].out_dim, (size_t)left.rank * sizeof *left.dim);
        mote_array_free(&left);
        mote_samples_free(&outputs);
        mote_samples_free(&inputs);
    }
}

static void other_shapes_are_refused(void **state)
{
    static const struct {
        int     rank;
        int64_t dim[4];
    } cases[] = {{1, {4}}, {2, {2, 5}}, {3, {2, 2, 4}}, {4, {1, 1, 1, 4}}, {2, {4, 1}}};
    const mote_model *model = ((fixture *)*state)->model;
    mote_samples      inputs;
    size_t            i;

    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *file = put_input(cases[i].rank, cases[i].dim);
        assert_fails(mote_samples_load(&inputs, model, &file, 1, NULL, err), MOTE_ERR_USAGE, SCRATCH "/x.npy: has shape (");
    }
}

static void outputs_go_to_files_in_order_or_by_name(void **state)
{
    const mote_model *model = ((fixture *)*state)->model;
    const char       *file = put_input(2, (int64_t[]){2, 4});
    const char       *by_order[] = {SCRATCH "/left.npy", SCRATCH "/right.npy"};
    const char       *by_name[] = {"right=" SCRATCH "/named.npy"};
    mote_samples      inputs, outputs;
    mote_array        ordered, named;

    assert_works(mote_samples_load(&inputs, model, &file, 1, NULL, err));
    assert_works(mote_samples_run(&outputs, model, &inputs, err));
    assert_works(mote_samples_save(&outputs, model, by_order, 2, err));
    assert_works(mote_samples_save(&outputs, model, by_name, 1, err));
    assert_works(mote_npy_load(&ordered, SCRATCH "/right.npy", 0, err));
    assert_works(mote_npy_load(&named, SCRATCH "/named.npy", 0, err));
    assert_true(ordered.dim[0] == 2 && ordered.dim[1] == 2);
    assert_memory_equal(ordered.bytes, named.bytes, 4 * sizeof(float));
    mote_array_free(&ordered);
    mote_array_free(&named);
    mote_samples_free(&inputs);
    mote_samples_free(&outputs);
}

static void an_archive_gets_all_outputs_by_name(void **state)
{
    const mote_model *model = ((fixture *)*state)->model;
    const char       *file = put_input(2, (int64_t[]){2, 4}), *all = SCRATCH "/all.npz";
    mote_samples      inputs, outputs;
    mote_array        wanted, held;
    mote_npz         *npz;
    int32_t           i;

    assert_works(mote_samples_load(&inputs, model, &file, 1, NULL, err));
    assert_works(mote_samples_run(&outputs, model, &inputs, err));
    assert_works(mote_samples_save(&outputs, model, &all, 1, err));
    assert_works(mote_npz_open(&npz, all, err));
    assert_int_equal(mote_npz_count(npz), 2);
    for (i = 0; i < 2; i++) {
        assert_string_equal(mote_npz_name(npz, i), mote_model_output(model, i).name);
        assert_works(mote_npz_load(&held, npz, mote_npz_name(npz, i), 0, err));
        assert_works(mote_samples_output(&wanted, &outputs, model, i, err));
        assert_true(held.dtype == wanted.dtype && held.rank == wanted.rank && held.count == wanted.count);
        assert_memory_equal(held.bytes, wanted.bytes, wanted.count * sizeof(float));
        mote_array_free(&held);
        mote_array_free(&wanted);
    }
    mote_npz_close(npz);
    mote_samples_free(&inputs);
    mote_samples_free(&outputs);
}

static void when_one_output_fails_none_is_left_behind(void **state)
{
    const mote_model *model = ((fixture *)*state)->model;
    const char       *file = put_input(2, (int64_t[]){1, 4});
    const char       *files[] = {SCRATCH "/first.npy", SCRATCH "/no/such/folder/second.npy"};
    const char       *many[] = {"a.npy", "b.npy", "c.npy"}, *wrong = "middle=a.npy", *twice[] = {"left=a.npy", "left=b.npy"};
    mote_samples      inputs, outputs;

    assert_works(mote_samples_load(&inputs, model, &file, 1, NULL, err));
    assert_works(mote_samples_run(&outputs, model, &inputs, err));
    assert_fails(mote_samples_save(&outputs, model, files, 2, err), MOTE_ERR_IO, "second.npy: cannot be written");
    assert_false(mote_path_exists(SCRATCH "/first.npy"));
    assert_fails(mote_samples_check_outputs(model, many, 3, err), MOTE_ERR_USAGE, "c.npy: the model has 2 outputs");
    assert_fails(mote_samples_check_outputs(model, &wrong, 1, err), MOTE_ERR_USAGE,
                 "no output named \"middle\"; it has left, right");
    assert_fails(mote_samples_check_outputs(model, twice, 2, err), MOTE_ERR_USAGE, "b.npy: output \"left\" is given twice");
    mote_samples_free(&inputs);
    mote_samples_free(&outputs);
}

static void samples_of_another_model_and_outputs_that_are_not_there_are_refused(void **state)
{
    const mote_model *model = ((fixture *)*state)->model;
    const char       *file = put_input(2, (int64_t[]){1, 4});
    uint8_t           byte = 0;
    mote_samples      inputs, outputs, foreign = {.count = 1, .sample_bytes = 1, .bytes = &byte};
    mote_array        array;

    assert_fails(mote_samples_run(&outputs, model, &foreign, err), MOTE_ERR_USAGE,
                 "a sample of 1 bytes is none of this model's");
    assert_works(mote_samples_load(&inputs, model, &file, 1, NULL, err));
    assert_works(mote_samples_run(&outputs, model, &inputs, err));
    assert_fails(mote_samples_output(&array, &outputs, model, 2, err), MOTE_ERR_USAGE, "output 2 does not exist");
    assert_fails(mote_samples_output(&array, &outputs, model, -1, err), MOTE_ERR_USAGE, "output -1 does not exist");
    assert_fails(mote_samples_output(&array, &foreign, model, 0, err), MOTE_ERR_USAGE, "its outputs take 20");
    mote_samples_free(&inputs);
    mote_samples_free(&outputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_have_the_runners_numbers_sample_by_sample),
        cmocka_unit_test(shapes_join_stack_or_stay),
        cmocka_unit_test(other_shapes_are_refused),
        cmocka_unit_test(outputs_go_to_files_in_order_or_by_name),
        cmocka_unit_test(an_archive_gets_all_outputs_by_name),
        cmocka_unit_test(when_one_output_fails_none_is_left_behind),
        cmocka_unit_test(samples_of_another_model_and_outputs_that_are_not_there_are_refused),
    };
    return cmocka_run_group_tests(tests, make_model, drop_model);
}
