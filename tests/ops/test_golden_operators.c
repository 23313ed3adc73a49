/* Every case of tests/golden/operators, on the host by its fastest and by its reference kernels, read back from mote's own
 * writer, and by the interpreter: TFLite Micro's bytes for integers, floats within 1e-5 max(1, max |reference|).
 *
 *     build/tests/test_ops_golden_operators [NAME ...]      these files only; every case that differs is named
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "golden_cases.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>

#include "../interpreter.h"
#include "running.h"

static const char *const folder = "tests/golden/operators";

/* ---- comparing ---- */

static bool is_same(const golden_case *c, const char *way, uint32_t sample, uint32_t output, mote_dtype dtype,
                    const void *got, const void *wanted)
{
    const size_t bytes = c->out_bytes[output], count = bytes / sizeof(float);
    const float *a = got, *b = wanted;
    float        largest = 1.0f;
    size_t       i;

    if (dtype != MOTE_F32) {
        for (i = 0; i < bytes; i++)
            if (((const uint8_t *)got)[i] != ((const uint8_t *)wanted)[i]) {
                print_error("%s, %s: sample %u, output %u, byte %zu is %d, %d expected\n", c->name, way, sample, output, i,
                            ((const int8_t *)got)[i], ((const int8_t *)wanted)[i]);
                return false;
            }
        return true;
    }
    for (i = 0; i < count; i++)
        largest = isfinite(b[i]) ? fmaxf(largest, fabsf(b[i])) : largest;
    for (i = 0; i < count; i++)
        if (!(fabsf(a[i] - b[i]) <= 1e-5f * largest) && memcmp(&a[i], &b[i], sizeof *a) != 0 &&
            !(isnan(a[i]) && isnan(b[i]))) {
            print_error("%s, %s: sample %u, output %u, element %zu is %.9g, %.9g expected\n", c->name, way, sample, output,
                        i, (double)a[i], (double)b[i]);
            return false;
        }
    return true;
}

/* Unaligned in the file. */
static bool check_output(const golden_case *c, const char *way, uint32_t sample, uint32_t output, mote_dtype dtype,
                         const void *got, const uint8_t *wanted)
{
    void      *aligned = malloc(c->out_bytes[output] + 1);
    const bool same = (memcpy(aligned, wanted, c->out_bytes[output]), is_same(c, way, sample, output, dtype, got, aligned));

    free(aligned);
    return same;
}

/* ---- on the host ---- */

static bool run_model(const golden_case *c, const char *way, const mote_model *model, const char *target)
{
    const uint8_t *at = c->samples;
    mote_runner   *runner;
    mote_error     err = {0};
    uint32_t       s, i;
    bool           same = true;

    if (mote_runner_create(&runner, model, &(mote_runner_options){.target = target}, &err) != MOTE_OK) {
        print_error("%s, %s: %s\n", c->name, way, err.text);
        return false;
    }
    for (s = 0; same && s < c->sample_count; s++) {
        for (i = 0; i < c->in_count; at += c->in_bytes[i++])
            memcpy(mote_runner_input(runner, (int32_t)i), at, c->in_bytes[i]);
        invoke_model(runner);
        for (i = 0; i < c->out_count; at += c->out_bytes[i++])
            same = same && check_output(c, way, s, i, mote_model_output(model, (int32_t)i).dtype,
                                        mote_runner_output(runner, (int32_t)i), at);
    }
    mote_runner_destroy(runner);
    return same;
}

static bool has_ends(const golden_case *c, const mote_model *model)
{
    uint32_t i;

    if (mote_model_input_count(model) != (int32_t)c->in_count || mote_model_output_count(model) != (int32_t)c->out_count)
        return false;
    for (i = 0; i < c->in_count; i++)
        if (mote_model_input(model, (int32_t)i).bytes != c->in_bytes[i])
            return false;
    for (i = 0; i < c->out_count; i++)
        if (mote_model_output(model, (int32_t)i).bytes != c->out_bytes[i])
            return false;
    return true;
}

/* What mote writes of it, read again. */
static bool run_written(const golden_case *c, const mote_model *model)
{
    mote_text   file = {0};
    mote_model *back = NULL;
    mote_error  err = {0};
    bool        same = false;

    if (mote_tflite_write(&file, model, &err) != MOTE_OK ||
        mote_tflite_read(&back, (const uint8_t *)file.bytes, file.count, 0, &err) != MOTE_OK)
        print_error("%s, written: %s\n", c->name, err.text);
    else
        same = has_ends(c, back) && run_model(c, "written", back, NULL);
    mote_model_destroy(back);
    mote_text_free(&file);
    return same;
}

/* ---- by the interpreter ---- */

static bool interpret(const golden_case *c)
{
    uint8_t        *file = interpreter_copy(c->model, c->model_bytes);
    interpreter_run run = interpreter_open(file, c->model_bytes, 0, 0);
    const uint8_t  *at = c->samples;
    mrt_end         end;
    uint32_t        s, i;
    bool            same = run.status == MRT_OK;

    if (!same)
        print_error("%s, interpreter: %s\n", c->name, mrt_reason_text(run.why.reason));
    for (s = 0; same && s < c->sample_count; s++) {
        for (i = 0; i < c->in_count; at += c->in_bytes[i++]) {
            mrt_interpreter_input(run.net, (int32_t)i, &end);
            memcpy(end.data, at, c->in_bytes[i]);
        }
        mrt_interpreter_invoke(run.net);
        for (i = 0; i < c->out_count; at += c->out_bytes[i++]) {
            mrt_interpreter_output(run.net, (int32_t)i, &end);
            same = same && check_output(c, "interpreter", s, i, (mote_dtype)end.type, end.data, at);
        }
    }
    if (run.status == MRT_OK)
        interpreter_check_guards(&run, c->name);
    interpreter_close(&run);
    free(file);
    return same;
}

/* ---- all ---- */

static bool run_case(const golden_case *c)
{
    mote_model *model;
    mote_error  err = {0};
    bool        same;

    if (mote_tflite_read(&model, c->model, c->model_bytes, 0, &err) != MOTE_OK) {
        print_error("%s: %s\n", c->name, err.text);
        return false;
    }
    if (!has_ends(c, model)) {
        print_error("%s: other inputs and outputs than the case has\n", c->name);
        same = false;
    } else {
        same = run_model(c, "host", model, NULL);
        same = run_model(c, "reference", model, "reference") && same;
        same = run_written(c, model) && same;
        same = interpret(c) && same;
    }
    mote_model_destroy(model);
    return same;
}

/* How many cases counts.txt says that there are; -1: it does not name the file. */
static int count_said(const char *name)
{
    char  path[300], line[200];
    FILE *stream;
    int   count, found = -1;

    snprintf(path, sizeof path, "%s/counts.txt", folder);
    stream = fopen(path, "r");
    assert_non_null(stream);
    while (found < 0 && fgets(line, sizeof line, stream)) {
        char *space = strchr(line, ' ');
        if (!space)
            continue;
        count = atoi(space);
        *space = '\0';
        if (strncmp(name, line, strlen(line)) == 0 && strcmp(name + strlen(line), ".npz") == 0)
            found = count;
    }
    fclose(stream);
    return found;
}

static void run_file(void **state)
{
    const char *name = *state;
    char        path[300];
    golden_file file;
    golden_case c;
    int         count = 0, failed = 0;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    golden_open(&file, path);
    for (; golden_next(&file, &c); count++)
        failed += !run_case(&c);
    golden_close(&file);
    print_message("%s: %d cases, %d fail\n", name, count, failed);
    assert_int_equal(count, count_said(name));
    assert_int_equal(failed, 0);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_npz(const struct dirent *entry)
{
    return strstr(entry->d_name, ".npz") != NULL;
}

static bool is_wanted(const char *file, int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++)
        if (strncmp(file, argv[i], strlen(argv[i])) == 0 && strcmp(file + strlen(argv[i]), ".npz") == 0)
            return true;
    return argc == 1;
}

int main(int argc, char **argv)
{
    struct dirent   **entries;
    const int         entry_count = scandir(folder, &entries, is_npz, by_name);
    struct CMUnitTest tests[256];
    int               count = 0, i, failures;

    for (i = 0; i < entry_count && count < 256; i++)
        if (is_wanted(entries[i]->d_name, argc, argv))
            tests[count++] =
                (struct CMUnitTest){.name = entries[i]->d_name, .test_func = run_file, .initial_state = entries[i]->d_name};
    if (count == 0)
        return 1;
    failures = _cmocka_run_group_tests("operators answer as TFLite Micro does", tests, (size_t)count, NULL, NULL);
    for (i = 0; i < entry_count; i++)
        free(entries[i]);
    free(entries);
    return failures;
}
