/* Infinities, NaN and the largest floats through every float32 operator, and every int8 value through LEAKY_RELU where its
 * products lie halfway: TensorFlow Lite Micro's answers (tests/golden/special, made by gen_special.py), by the kernels of
 * this machine, by those of compiled code, and by the interpreter. SPDX-License-Identifier: Apache-2.0 */
#include "interpreter.h"

#include <dirent.h>
#include <math.h>

#include <mote/array.h>

#include "base/file.h"
#include "exec/exec.h"
#include "running.h"

#define FOLDER "tests/golden/special/"

enum { OPERANDS = 2 };

static const char *const targets[] = {"host", "host-baseline", "reference", "portable", "avr"};
enum { TARGETS = sizeof targets / sizeof *targets };

typedef struct special {
    char       name[200];
    mote_array in[OPERANDS], wanted;
    int32_t    in_count;
    int        wrong; /* values, in all ways of running it */
} special;

static void load(mote_array *out, mote_npz *golden, const special *s, const char *what, int index)
{
    mote_error err = {0};
    char       key[250];

    snprintf(key, sizeof key, "%s/%s%d", s->name, what, index);
    if (mote_npz_load(out, golden, key, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static special load_special(mote_npz *golden, const mote_model *model, const char *file)
{
    special s = {.in_count = mote_model_input_count(model)};
    int32_t i;

    snprintf(s.name, sizeof s.name, "%.*s", (int)(strlen(file) - strlen(".tflite")), file);
    assert_in_range(s.in_count, 1, OPERANDS);
    for (i = 0; i < s.in_count; i++)
        load(&s.in[i], golden, &s, "in", i);
    load(&s.wanted, golden, &s, "out", 0);
    return s;
}

static void free_special(special *s)
{
    int32_t i;

    for (i = 0; i < s->in_count; i++)
        mote_array_free(&s->in[i]);
    mote_array_free(&s->wanted);
}

/* Any NaN is as good as another. Finite floats agree within 1e-5: other orders of adding, another exp. */
static bool is_as_wanted(float got, float wanted)
{
    if (isnan(wanted))
        return isnan(got);
    if (isinf(wanted))
        return got == wanted;
    return fabsf(got - wanted) <= 1e-5f * fmaxf(1.0f, fabsf(wanted));
}

static void check_sample(special *s, const void *got, int64_t sample, const char *way)
{
    const size_t count = s->wanted.count / (size_t)s->wanted.dim[0];
    const bool   is_real = s->wanted.dtype == MOTE_F32;
    size_t       i;

    for (i = 0; i < count; i++) {
        const size_t at = (size_t)sample * count + i;
        const float  a = is_real ? ((const float *)got)[i] : (float)((const int8_t *)got)[i];
        const float  b = is_real ? ((const float *)s->wanted.bytes)[at] : (float)((const int8_t *)s->wanted.bytes)[at];
        if (is_real ? is_as_wanted(a, b) : a == b)
            continue;
        if (s->wrong++ < 5)
            print_message("%s, %s: sample %d: value %zu is %g, %g expected\n", s->name, way, (int)sample, i, (double)a,
                          (double)b);
    }
}

static const void *sample_of(const mote_array *array, int64_t sample, size_t bytes)
{
    return (const char *)array->bytes + (size_t)sample * bytes;
}

static void run_on_host(special *s, const mote_model *model, const char *target)
{
    mote_runner *runner;
    mote_error   err = {0};
    int64_t      k;
    int32_t      i;

    if (mote_runner_create(&runner, model, &(mote_runner_options){.target = target}, &err) != MOTE_OK)
        fail_msg("%s: %s", s->name, err.text);
    for (k = 0; k < s->wanted.dim[0]; k++) {
        for (i = 0; i < s->in_count; i++) {
            const size_t bytes = mote_model_input(model, i).bytes;
            memcpy(mote_runner_input(runner, i), sample_of(&s->in[i], k, bytes), bytes);
        }
        invoke_model(runner);
        check_sample(s, mote_runner_output(runner, 0), k, target);
    }
    mote_runner_destroy(runner);
}

static void run_by_interpreter(special *s, const char *path)
{
    mote_file       file;
    mote_error      err = {0};
    interpreter_run run;
    mrt_end         end;
    int64_t         k;
    int32_t         i;

    assert_int_equal(mote_file_open(&file, path, &err), MOTE_OK);
    run = interpreter_open(file.bytes, file.count, 0, 0);
    assert_int_equal(run.status, MRT_OK);
    for (k = 0; k < s->wanted.dim[0]; k++) {
        for (i = 0; i < s->in_count; i++) {
            mrt_interpreter_input(run.net, i, &end);
            memcpy(end.data, sample_of(&s->in[i], k, end.bytes), end.bytes);
        }
        mrt_interpreter_invoke(run.net);
        check_sample(s, mrt_interpreter_output_data(run.net, 0), k, "interpreter");
    }
    interpreter_close(&run);
    mote_file_close(&file);
}

static int try_special(mote_npz *golden, const char *file)
{
    mote_model *model;
    mote_error  err = {0};
    special     s;
    char        path[300];
    int         i;

    snprintf(path, sizeof path, FOLDER "%s", file);
    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    s = load_special(golden, model, file);
    for (i = 0; i < TARGETS; i++)
        run_on_host(&s, model, targets[i]);
    run_by_interpreter(&s, path);
    free_special(&s);
    mote_model_destroy(model);
    return s.wrong;
}

static void every_special_value_gives_its_golden_answer(void **state)
{
    DIR           *folder = opendir(FOLDER);
    struct dirent *entry;
    mote_npz      *golden;
    mote_error     err = {0};
    int            count = 0, wrong = 0;

    (void)state;
    assert_non_null(folder);
    assert_int_equal(mote_npz_open(&golden, FOLDER "golden.npz", &err), MOTE_OK);
    while ((entry = readdir(folder)) != NULL)
        if (mote_path_has_suffix(entry->d_name, ".tflite")) {
            wrong += try_special(golden, entry->d_name);
            count++;
        }
    closedir(folder);
    mote_npz_close(golden);
    assert_int_equal(wrong, 0);
    assert_true(count > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_special_value_gives_its_golden_answer)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
