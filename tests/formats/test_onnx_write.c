/* Models written as .onnx answer, read back, as they did: tests/golden/operators has them with samples. (ONNX Runtime's
 * answers are compared by tests/golden/check_onnx_out.py.)
 *
 *     build/tests/test_formats_onnx_write [NAME ...]      these files only; every case that differs is named
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <dirent.h>
#include <math.h>
#include <string.h>

#include <mote/file.h>
#include <mote/run.h>

#include "base/text.h"
#include "formats/formats.h"
#include "formats/onnx/write.h"
#include "graph/graph.h"
#include "ops/golden_cases.h"
#include "running.h"

static char **only; /* names of files; NULL: all */
static int    only_count;

/* ---- what came back ---- */

typedef struct tally {
    int read, unwritten, unread, exact, near, wrong;
} tally;

static float largest_of(const float *values, size_t count)
{
    float  largest = 1;
    size_t i;

    for (i = 0; i < count; i++)
        largest = isfinite(values[i]) ? fmaxf(largest, fabsf(values[i])) : largest;
    return largest;
}

/* The most that a value is apart: of floats in parts of 1e-5 max(1, largest), of integers in steps. */
static double apart(mote_dtype dtype, const void *got, const void *wanted, size_t bytes)
{
    const float *a = got, *b = wanted;
    const float  largest = dtype == MOTE_F32 ? largest_of(b, bytes / sizeof *b) : 0;
    double       most = 0;
    size_t       i;

    if (memcmp(got, wanted, bytes) == 0)
        return 0;
    if (dtype == MOTE_I8 || dtype == MOTE_U8) {
        for (i = 0; i < bytes; i++)
            most = fmax(most, dtype == MOTE_I8 ? abs(((const int8_t *)got)[i] - ((const int8_t *)wanted)[i])
                                               : abs(((const uint8_t *)got)[i] - ((const uint8_t *)wanted)[i]));
        return most;
    }
    if (dtype != MOTE_F32)
        return INFINITY;
    for (i = 0; i < bytes / sizeof *a; i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
            most = fmax(most, isnan(a[i]) || isnan(b[i]) ? INFINITY : fabs((double)a[i] - (double)b[i]) / (1e-5 * (double)largest));
    return most;
}

static double run_case(const golden_case *c, const mote_model *model)
{
    mote_error     err = {0};
    mote_runner   *runner;
    const uint8_t *at = c->samples;
    double         most = 0;
    uint32_t       s, i;

    if (mote_runner_create(&runner, model, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    for (s = 0; s < c->sample_count; s++) {
        for (i = 0; i < c->in_count; at += c->in_bytes[i++]) {
            assert_int_equal(mote_model_input(model, (int32_t)i).bytes, c->in_bytes[i]);
            memcpy(mote_runner_input(runner, (int32_t)i), at, c->in_bytes[i]);
        }
        invoke_model(runner);
        for (i = 0; i < c->out_count; at += c->out_bytes[i++]) {
            const mote_tensor_info out = mote_model_output(model, (int32_t)i);
            void                  *wanted = malloc(c->out_bytes[i] + 1);
            assert_non_null(wanted);
            memcpy(wanted, at, c->out_bytes[i]);
            if (out.bytes != c->out_bytes[i])
                fail_msg("%s: output %u has %zu bytes, %u expected", c->name, i, out.bytes, c->out_bytes[i]);
            most = fmax(most, apart(out.dtype, mote_runner_output(runner, (int32_t)i), wanted, c->out_bytes[i]));
            free(wanted);
        }
    }
    mote_runner_destroy(runner);
    return most;
}

static bool is_named(const char *what)
{
    if (only)
        print_message("%s\n", what);
    return only != NULL;
}

static void check_case(const golden_case *c, tally *t)
{
    mote_error  err = {0};
    mote_text   file = {0};
    mote_model *model, *again = NULL;
    double      most;

    if (mote_model_read(&model, c->model, c->model_bytes, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    t->read++;
    if (mote_onnx_write(&file, model, &err) != MOTE_OK) {
        assert_int_equal(err.code, MOTE_ERR_UNSUPPORTED);
        t->unwritten++;
    } else if (mote_model_read(&again, (const uint8_t *)file.bytes, file.count, NULL, &err) != MOTE_OK) {
        if (is_named(c->name))
            print_message("    not read back: %s\n", err.text);
        t->unread++;
    } else {
        most = run_case(c, again);
        t->exact += most == 0;
        t->near += most > 0 && most <= 1;
        t->wrong += most > 1;
        if (most > 0 && is_named(c->name))
            print_message("    apart by %g\n", most);
    }
    mote_model_destroy(again);
    mote_model_destroy(model);
    mote_text_free(&file);
}

static void check_file(const char *name, tally *t)
{
    char        path[300];
    golden_file file;
    golden_case c;

    snprintf(path, sizeof path, "tests/golden/operators/%s", name);
    golden_open(&file, path);
    while (golden_next(&file, &c))
        check_case(&c, t);
    golden_close(&file);
}

static bool is_wanted(const char *name)
{
    int i;

    for (i = 0; i < only_count; i++)
        if (strncmp(name, only[i], strlen(only[i])) == 0 && strcmp(name + strlen(only[i]), ".npz") == 0)
            return true;
    return only_count == 0 && strlen(name) > 4 && strcmp(name + strlen(name) - 4, ".npz") == 0;
}

static void operators_answer_the_same_when_read_back(void **state)
{
    DIR           *folder = opendir("tests/golden/operators");
    struct dirent *entry;
    tally          t = {0};

    (void)state;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (is_wanted(entry->d_name))
            check_file(entry->d_name, &t);
    closedir(folder);
    print_message("%d models: %d not written, %d not read back; %d exactly the same, %d near, %d not\n", t.read, t.unwritten,
                  t.unread, t.exact, t.near, t.wrong);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(operators_answer_the_same_when_read_back)};

    only = argc > 1 ? argv + 1 : NULL;
    only_count = argc - 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
