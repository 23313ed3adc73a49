/* IF and WHILE: what is wrong in a file, states, and loops without end. That answers are right, ops.golden_operators says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>

#include "../ops/golden_cases.h"
#include "exec/exec.h"
#include "formats/tflite/tflite.h"
#include "running.h"

static mote_model *load_limit(const char *name, mote_error *err)
{
    char        path[100];
    mote_model *model;

    snprintf(path, sizeof path, "tests/golden/limits/%s.tflite", name);
    mote_model_load(&model, path, NULL, err);
    return model;
}

static void what_goes_in_and_comes_out_is_checked(void **state)
{
    static const struct {
        const char *name, *says;
        mote_status code;
    } files[] = {
        {"number", "operator 0 (IF): it runs subgraph 7 of 2", MOTE_ERR_FORMAT},
        {"main", "operator 0 (IF): it runs subgraph 0 of 2", MOTE_ERR_FORMAT},
        {"inputs", "operator 0 (IF): 1 values go in, subgraph 1 has 2", MOTE_ERR_FORMAT},
        {"outputs", "operator 0 (IF): 1 values come out, subgraph 1 has 2", MOTE_ERR_FORMAT},
        {"shape", "operator 0 (IF): input 1 is float32[1,2], subgraph 1's is float32[1,3]", MOTE_ERR_FORMAT},
        {"type", "operator 0 (IF): input 1 is float32[1,2], subgraph 1's is int32[1,2]", MOTE_ERR_FORMAT},
        {"condition", "operator 0 (WHILE): its condition, subgraph 1, gives no single bool", MOTE_ERR_FORMAT},
        {"itself", "operator 0 (IF): subgraph 1 runs itself", MOTE_ERR_UNSUPPORTED},
        {"deep", "subgraphs are nested deeper than 16", MOTE_ERR_LIMIT},
        {"other_handle", "operator 4 (IF): subgraph 2 gets handles of other variables elsewhere", MOTE_ERR_UNSUPPORTED},
        {"no_handle", "subgraph 2: element types that are not supported: resource", MOTE_ERR_UNSUPPORTED},
        {"swapped_handles", "subgraph 3: output 1 is another variable's handle than input 1", MOTE_ERR_UNSUPPORTED},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        mote_error err = {0};
        assert_null(load_limit(files[i].name, &err));
        if (err.code != files[i].code || !strstr(err.text, files[i].says))
            fail_msg("%s: %s", files[i].name, err.text);
    }
}

static void what_is_right_is_taken(void **state)
{
    mote_error   err = {0};
    mote_model  *model = load_limit("right", &err);
    mote_runner *runner;
    float        x[2] = {1.5f, -2.0f};

    (void)state;
    assert_non_null(model);
    assert_int_equal(mote_runner_create(&runner, model, NULL, &err), MOTE_OK);
    memcpy(mote_runner_input(runner, 0), x, sizeof x);
    *(uint8_t *)mote_runner_input(runner, 1) = 1;
    invoke_model(runner);
    assert_true(((const float *)mote_runner_output(runner, 0))[0] == 3.0f);
    assert_true(((const float *)mote_runner_output(runner, 0))[1] == -4.0f);
    mote_runner_destroy(runner);
    mote_model_destroy(model);
}

static void a_loop_without_end_meets_the_work_limit(void **state)
{
    const mote_runner_options options = {.work_limit = 100000};
    mote_error                err = {0};
    mote_model               *model = load_limit("forever", &err);
    mote_runner              *runner;

    (void)state;
    assert_non_null(model);
    assert_int_equal(mote_runner_create(&runner, model, &options, &err), MOTE_OK);
    memset(mote_runner_input(runner, 0), 0, 8);
    *(uint8_t *)mote_runner_input(runner, 1) = 1;
    assert_int_equal(mote_runner_invoke(runner, &err), MOTE_ERR_LIMIT);
    assert_non_null(strstr(err.text, "WHILE"));
    mote_error_clear(&err);
    memset(mote_runner_input(runner, 0), 0, 8);
    *(uint8_t *)mote_runner_input(runner, 1) = 0;
    assert_int_equal(mote_runner_invoke(runner, &err), MOTE_OK);
    mote_runner_destroy(runner);
    mote_model_destroy(model);
}

/* Runs sample s, whose answer it must give. */
static void answer(mote_runner *runner, const golden_case *c, uint32_t s)
{
    const uint8_t *at = c->samples + (size_t)s * (c->in_bytes[0] + c->out_bytes[0]);

    memcpy(mote_runner_input(runner, 0), at, c->in_bytes[0]);
    invoke_model(runner);
    assert_memory_equal(mote_runner_output(runner, 0), at + c->in_bytes[0], c->out_bytes[0]);
}

/* The one is ahead of the other by some samples; then it is reset, and begins again. */
static void check_states(const golden_case *c)
{
    enum { AHEAD = 7 };
    mote_error   err = {0};
    mote_model  *model;
    mote_runner *a, *b;
    uint32_t     s;

    assert_int_equal(mote_tflite_read(&model, c->model, c->model_bytes, 0, &err), MOTE_OK);
    assert_int_equal(mote_runner_create(&a, model, NULL, &err), MOTE_OK);
    assert_int_equal(mote_runner_create(&b, model, NULL, &err), MOTE_OK);
    for (s = 0; s < AHEAD; s++)
        answer(a, c, s);
    for (; s < c->sample_count; s++) {
        answer(a, c, s);
        answer(b, c, s - AHEAD);
    }
    mote_runner_reset(a);
    for (s = 0; s < c->sample_count; s++)
        answer(a, c, s);
    mote_runner_destroy(a);
    mote_runner_destroy(b);
    mote_model_destroy(model);
}

static void each_runner_has_variables_of_its_own(void **state)
{
    golden_file file;
    golden_case c;
    int         count = 0;

    (void)state;
    golden_open(&file, "tests/golden/operators/control.npz");
    while (golden_next(&file, &c))
        if (strncmp(c.name, "variable_", 9) == 0) {
            check_states(&c);
            count++;
        }
    golden_close(&file);
    assert_true(count >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_and_comes_out_is_checked),
        cmocka_unit_test(what_is_right_is_taken),
        cmocka_unit_test(a_loop_without_end_meets_the_work_limit),
        cmocka_unit_test(each_runner_has_variables_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
