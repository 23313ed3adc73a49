/* Golden files run by the interpreter: TensorFlow Lite Micro's own answers, for one-operator files and for whole models.
 * SPDX-License-Identifier: Apache-2.0 */
#include "interpreter.h"

#include <dirent.h>
#include <math.h>

#include <mote/array.h>

#include "base/file.h"

/* ---- one operator each ---- */

static void load_golden(mote_array *out, mote_npz *golden, const char *name, const char *what, int index)
{
    mote_error err = {0};
    char       key[200];
    snprintf(key, sizeof key, "%s/%s%d", name, what, index);
    if (mote_npz_load(out, golden, key, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

/* Integers byte for byte; floats within 1e-5 max(1, max |reference|) (other orders of adding, another exp). Beyond int32 the
 * reference's QUANTIZE is undefined: one golden int16 is of that kind, and may be either end. */
static void assert_as_golden(const char *name, const mrt_end *end, const void *wanted)
{
    const float *a = end->data, *b = wanted;
    float        largest = 1.0f;
    size_t       i, count = end->bytes / 4;
    if (end->type != MRT_F32) {
        for (i = 0; i < end->bytes; i++)
            if (((uint8_t *)end->data)[i] != ((const uint8_t *)wanted)[i] && end->type != MRT_I16)
                fail_msg("%s: byte %zu is %d, %d expected", name, i, ((int8_t *)end->data)[i], ((const int8_t *)wanted)[i]);
        return;
    }
    for (i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(b[i]));
    for (i = 0; i < count; i++)
        if (!(fabsf(a[i] - b[i]) <= 1e-5f * largest))
            fail_msg("%s: element %zu is %.9g, %.9g expected", name, i, (double)a[i], (double)b[i]);
}

static void run_golden(const char *name, interpreter_run *run, mote_npz *golden)
{
    const int32_t in_count = mrt_interpreter_input_count(run->net);
    mote_array    in[4] = {0}, wanted = {0};
    mrt_end       end;
    int32_t       i;
    int64_t       k;
    assert_true(in_count <= 4);
    for (i = 0; i < in_count; i++)
        load_golden(&in[i], golden, name, "in", i);
    load_golden(&wanted, golden, name, "out", 0);
    for (k = 0; k < wanted.dim[0]; k++) {
        for (i = 0; i < in_count; i++) {
            mrt_interpreter_input(run->net, i, &end);
            memcpy(end.data, (const char *)in[i].bytes + end.bytes * (size_t)k, end.bytes);
        }
        mrt_interpreter_invoke(run->net);
        mrt_interpreter_output(run->net, 0, &end);
        assert_as_golden(name, &end, (const char *)wanted.bytes + end.bytes * (size_t)k);
    }
    interpreter_check_guards(run, name);
    for (i = 0; i < in_count; i++)
        mote_array_free(&in[i]);
    mote_array_free(&wanted);
}

/* What the host opens, the interpreter opens, and gives the golden answers and the host's. Returns whether they do. */
static int try_golden(const char *file, mote_npz *golden)
{
    mote_model     *model;
    mote_error      err = {0};
    mote_file       content;
    char            path[300], name[200];
    interpreter_run run;
    uint8_t        *copy;
    int             is_open;
    snprintf(path, sizeof path, "tests/golden/ops/%s", file);
    snprintf(name, sizeof name, "%.*s", (int)(strlen(file) - strlen(".tflite")), file);
    assert_int_equal(mote_file_open(&content, path, &err), MOTE_OK);
    copy = interpreter_copy(content.bytes, content.count);
    is_open = mote_tflite_read(&model, copy, content.count, 0, &err) == MOTE_OK;
    run = interpreter_open(copy, content.count, 0, 0);
    if (is_open != (run.status == MRT_OK))
        fail_msg("%s: the interpreter says \"%s\", the host \"%s\"", name, mrt_reason_text(run.why.reason), err.text);
    if (is_open) {
        run_golden(name, &run, golden);
        interpreter_compare(&run, model, 2, name);
        mote_model_destroy(model);
    }
    interpreter_close(&run);
    free(copy);
    mote_file_close(&content);
    return is_open;
}

static void every_golden_operator_gives_its_golden_answers(void **state)
{
    DIR           *folder = opendir("tests/golden/ops");
    int            count = 0, opened = 0;
    struct dirent *entry;
    mote_npz      *golden;
    mote_error     err = {0};
    (void)state;
    assert_non_null(folder);
    assert_int_equal(mote_npz_open(&golden, "tests/golden/ops/golden.npz", &err), MOTE_OK);
    while ((entry = readdir(folder)) != NULL)
        if (mote_path_has_suffix(entry->d_name, ".tflite")) {
            opened += try_golden(entry->d_name, golden);
            count++;
        }
    closedir(folder);
    mote_npz_close(golden);
    printf("%d of %d golden files run\n", opened, count);
    assert_true(opened > 270);
}

/* ---- whole models ---- */

/* The reference models lie beside a developer's checkout; elsewhere there is nothing to test. */
static const char *shared_models(void)
{
    static char path[300];
    const char *shared = getenv("MOTE_SHARED");
    snprintf(path, sizeof path, "%s/models", shared ? shared : "../shared");
    return path;
}

static void run_model(const char *name)
{
    char            path[400];
    mote_file       file, input, wanted;
    mote_error      err = {0};
    interpreter_run run;
    mote_model     *model;
    mrt_end         end;
    mrt_sizes       sizes;
    mrt_file        content;
    snprintf(path, sizeof path, "%s/%s_int8.tflite", shared_models(), name);
    assert_int_equal(mote_file_open(&file, path, &err), MOTE_OK);
    snprintf(path, sizeof path, "%s/%s_int8.in.bin", shared_models(), name);
    assert_int_equal(mote_file_open(&input, path, &err), MOTE_OK);
    snprintf(path, sizeof path, "%s/%s_int8.out.bin", shared_models(), name);
    assert_int_equal(mote_file_open(&wanted, path, &err), MOTE_OK);
    run = interpreter_open(file.bytes, file.count, 0, 0);
    if (run.status != MRT_OK)
        fail_msg("%s: %s", name, mrt_reason_text(run.why.reason));
    content = (mrt_file){file.bytes, file.count, 0};
    assert_int_equal(mrt_interpreter_measure(&content, interpreter_operators, INTERPRETER_OPERATOR_COUNT,
                                             (mrt_machine){4, MRT_ARCH_ARM_DSP}, &sizes, NULL),
                     MRT_OK);
    printf("%s: arena %zu bytes (32-bit %zu), activations %zu, bound %zu, %d steps\n", name, run.arena_bytes,
           sizes.arena_bytes, sizes.activation_bytes, sizes.bound_bytes, sizes.step_count);
    assert_true(sizes.activation_bytes < sizes.bound_bytes + 16);
    mrt_interpreter_input(run.net, 0, &end);
    assert_int_equal(end.bytes, input.count);
    memcpy(end.data, input.bytes, input.count);
    mrt_interpreter_invoke(run.net);
    mrt_interpreter_output(run.net, 0, &end);
    assert_int_equal(end.bytes, wanted.count);
    assert_memory_equal(end.data, wanted.bytes, wanted.count);
    assert_int_equal(mote_tflite_read(&model, file.bytes, file.count, 0, &err), MOTE_OK);
    interpreter_compare(&run, model, 2, name);
    mote_model_destroy(model);
    interpreter_close(&run);
    mote_file_close(&file);
    mote_file_close(&input);
    mote_file_close(&wanted);
}

static void the_reference_models_give_their_golden_outputs(void **state)
{
    (void)state;
    if (!mote_path_is_dir(shared_models())) {
        print_message("NOT TESTED: %s is not there\n", shared_models());
        skip();
    }
    run_model("ad");
    run_model("kws");
    run_model("resnet8");
    run_model("vww");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_golden_operator_gives_its_golden_answers),
        cmocka_unit_test(the_reference_models_give_their_golden_outputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
