/* The host's kernels within whole models: at every level, every tensor has the bytes that the reference kernels give; the
 * real models that lie beside the source tree ($MOTE_SHARED, else ../shared) also have the answers stored with them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "exec/exec.h"
#include "running.h"

enum { TARGETS = 4 };

static const char *const targets[TARGETS] = {"reference", "host-baseline", "host-avx2", "host"};

static mote_error *err = &(mote_error){0};

static void must(mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", err->text);
}

/* One model with all its targets. */
typedef struct rig {
    const mote_model *model;
    mote_runner      *runner[TARGETS];
} rig;

static rig rig_of(const mote_model *model)
{
    rig r = {.model = model};
    int t;

    for (t = 0; t < TARGETS; t++)
        must(mote_runner_create(&r.runner[t], model, &(mote_runner_options){.target = targets[t], .keeps_all = true}, err));
    return r;
}

static void rig_free(rig *r)
{
    int t;

    for (t = 0; t < TARGETS; t++)
        mote_runner_destroy(r->runner[t]);
}

static void run_all(rig *r, const uint8_t *input)
{
    int t;

    for (t = 0; t < TARGETS; t++) {
        memcpy(mote_runner_input(r->runner[t], 0), input, mote_model_input(r->model, 0).bytes);
        invoke_model(r->runner[t]);
    }
}

static void check_tensors(const rig *r, const char *name)
{
    const mote_graph *graph = &r->model->graphs[0];
    int32_t           s;
    int               t;

    for (t = 1; t < TARGETS; t++)
        for (s = 0; s < r->runner[0]->program->step_count; s++) {
            const mote_id out = r->runner[0]->program->steps[s].out[0];
            if (memcmp(mote_runner_tensor(r->runner[0], out), mote_runner_tensor(r->runner[t], out),
                       mote_tensor_bytes(&graph->tensors[out])) != 0)
                fail_msg("%s: step %d differs between %s and the reference kernels", name, s, targets[t]);
        }
}

static void check_random_inputs(rig *r, const char *name, network_dice *dice, int count)
{
    const size_t bytes = mote_model_input(r->model, 0).bytes;
    uint8_t     *input = malloc(bytes);
    size_t       i;

    assert_non_null(input);
    for (; count > 0; count--) {
        for (i = 0; i < bytes; i++)
            input[i] = (uint8_t)roll(dice, 256);
        run_all(r, input);
        check_tensors(r, name);
    }
    free(input);
}

static void random_networks_give_the_reference_kernels_bytes(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 40; number++) {
        mote_model  *real = network_infer(network_random(number)), *int8 = network_quantize(real, NULL);
        network_dice dice = network_dice_of(number);
        rig          r = rig_of(int8);
        char         name[40];
        snprintf(name, sizeof name, "network %d", (int)number);
        check_random_inputs(&r, name, &dice, 4);
        rig_free(&r);
        mote_model_destroy(int8);
        mote_model_destroy(real);
    }
}

/* ---- real models ---- */

static void shared_path(char path[512], const char *name, const char *suffix)
{
    const char *shared = getenv("MOTE_SHARED");

    snprintf(path, 512, "%s/models/%s_int8.%s", shared ? shared : "../shared", name, suffix);
}

static void check_golden(rig *r, const char *name)
{
    mote_file in = {0}, out = {0};
    char      path[512];
    int       t;

    shared_path(path, name, "in.bin");
    must(mote_file_open(&in, path, err));
    shared_path(path, name, "out.bin");
    must(mote_file_open(&out, path, err));
    assert_int_equal(in.count, mote_model_input(r->model, 0).bytes);
    assert_int_equal(out.count, mote_model_output(r->model, 0).bytes);
    run_all(r, in.bytes);
    check_tensors(r, name);
    for (t = 0; t < TARGETS; t++)
        assert_memory_equal(mote_runner_output(r->runner[t], 0), out.bytes, out.count);
    mote_file_close(&in);
    mote_file_close(&out);
}

static void real_models_give_the_stored_answers_and_the_reference_kernels_bytes(void **state)
{
    static const char *const names[] = {"kws", "resnet8", "vww", "ad"};
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        network_dice dice = network_dice_of(i);
        mote_model  *model = NULL;
        char         path[512];
        rig          r;
        shared_path(path, names[i], "tflite");
        if (!mote_path_exists(path)) {
            printf("skipped: %s is not there; MOTE_SHARED names the folder of models/\n", path);
            skip();
        }
        must(mote_model_load(&model, path, NULL, err));
        r = rig_of(model);
        check_golden(&r, names[i]);
        check_random_inputs(&r, names[i], &dice, 10);
        rig_free(&r);
        mote_model_destroy(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_networks_give_the_reference_kernels_bytes),
        cmocka_unit_test(real_models_give_the_stored_answers_and_the_reference_kernels_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
