/* compare/bench: what a timing tells besides its times, and what the reference kernels are.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <mote/bench.h>
#include <mote/inspect.h>

#include "exec/exec.h"

static mote_model *quantized_network(uint64_t number)
{
    mote_model *real = network_infer(network_random(number));
    mote_model *quantized = network_quantize(real, &(mote_quantize_options){.io = MOTE_I8});

    mote_model_destroy(real);
    return quantized;
}

static void a_timing_has_every_layer_and_both_kinds_of_kernels(void **state)
{
    mote_model     *model = quantized_network(2);
    mote_error      err = {0};
    mote_inspection is;
    mote_bench      bench;
    int32_t         i;
    (void)state;
    assert_int_equal(mote_inspect(&is, model, NULL, &err), MOTE_OK);
    if (mote_bench_run(&bench, model, &(mote_bench_options){.seconds = 0.01}, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(bench.layer_count, is.layer_count);
    assert_int_equal(bench.macs, is.macs);
    assert_true(bench.us > 0 && bench.reference_us > 0);
    assert_true(bench.runs >= 11);
    for (i = 0; i < bench.layer_count; i++) {
        assert_string_equal(bench.layers[i].op, is.layers[i].op);
        assert_string_equal(bench.layers[i].name, is.layers[i].name);
        assert_int_equal(bench.layers[i].macs, is.layers[i].macs);
        assert_true(bench.layers[i].us >= 0 && bench.layers[i].us < 1e6);
    }
    mote_bench_free(&bench);
    assert_null(bench.layers);
    mote_inspection_free(&is);
    mote_model_destroy(model);
}

static void the_reference_target_runs_reference_kernels_alone(void **state)
{
    uint64_t number;
    (void)state;
    for (number = 1; number <= 20; number++) {
        mote_model  *model = quantized_network(number);
        mote_runner *reference = network_runner(model, &(mote_runner_options){.target = "reference"});
        mote_runner *host = network_runner(model, NULL);
        network_dice dice = network_dice_of(number);
        int32_t      s;
        for (s = 0; s < reference->program->step_count; s++)
            assert_int_equal(reference->program->steps[s].kernel->targets, MOTE_TARGET_ANY);
        network_same_answers(reference, host, model, &dice);
        mote_runner_destroy(reference);
        mote_runner_destroy(host);
        mote_model_destroy(model);
    }
}

static void inputs_of_another_size_are_refused(void **state)
{
    mote_model  *model = quantized_network(2);
    mote_samples inputs = {.count = 1, .sample_bytes = mote_model_input(model, 0).bytes + 1};
    mote_error   err = {0};
    mote_bench   bench;
    (void)state;
    assert_int_equal(mote_bench_run(&bench, model, &(mote_bench_options){.inputs = &inputs}, &err), MOTE_ERR_USAGE);
    assert_null(bench.owner);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timing_has_every_layer_and_both_kinds_of_kernels),
        cmocka_unit_test(the_reference_target_runs_reference_kernels_alone),
        cmocka_unit_test(inputs_of_another_size_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
