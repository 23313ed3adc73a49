/* chips/: the interpreter's figures stand on the lines of the operators that they belong to, as those of compiled code do.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <mote/emulate.h>

/* Views in the middle and at the end, which take nothing; between them operators whose work differs by much. */
static mote_model *make_model(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 2, .name = "views"}, &err);
    network_dice  dice = network_dice_of(23);
    mote_layer_id x =
        mote_layer_reshape(b, mote_layer_input(b, 1, (int[]){32}), &(mote_reshape_options){.target_shape = {3, {4, 4, 2}}});
    mote_model *real, *model;

    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 8, .kernel_size = {3}, .padding = MOTE_PADDING_SAME});
    x = mote_layer_max_pooling2d(b, x, NULL);
    x = mote_layer_dense(b, mote_layer_flatten(b, x, NULL), &(mote_dense_options){.units = 100});
    x = mote_layer_reshape(b, x, &(mote_reshape_options){.target_shape = {2, {10, 10}}});
    x = mote_layer_dense(b, mote_layer_flatten(b, x, NULL),
                         &(mote_dense_options){.units = 2, .activation = MOTE_ACTIVATION_SOFTMAX});
    real = network_infer(network_finish(b, &x, 1, &dice));
    model = network_quantize(real, &(mote_quantize_options){.io = MOTE_U8});
    mote_model_destroy(real);
    return model;
}

static mote_emulation count_layers(const mote_model *model, const char *chip, const char *target)
{
    mote_emulation run;
    mote_error     err = {0};

    if (mote_emulate_model(&run, model, &(mote_compile_options){.target = target, .keeps_operators = true},
                           &(mote_emulate_options){.chip = chip, .counts_layers = true}, &err) != MOTE_OK)
        fail_msg("%s, %s: %s", chip, target, err.text);
    return run;
}

/* What an instruction a multiplication or value takes differs; that something, or nothing, is done does not. The interpreter
 * takes at most four times what compiled code does, and some to begin each operator. */
static void check_lines(const mote_emulation *compiled, const mote_emulation *interpreted)
{
    enum { TO_BEGIN = 400 };
    uint64_t sum = 0;
    int32_t  i;

    assert_int_equal(interpreted->layer_count, compiled->layer_count);
    for (i = 0; i < compiled->layer_count; i++) {
        const mote_layer_count *a = &compiled->layers[i], *b = &interpreted->layers[i];
        assert_int_equal(a->index, b->index);
        assert_string_equal(a->op, b->op);
        assert_string_equal(a->shape, b->shape);
        assert_int_equal(a->macs, b->macs);
        if ((a->count == 0) != (b->count == 0) || b->count > 4 * a->count + TO_BEGIN || a->count > 4 * b->count)
            fail_msg("operator %d (%s): %llu compiled, %llu interpreted", a->index, a->op, (unsigned long long)a->count,
                     (unsigned long long)b->count);
        sum += b->count;
    }
    assert_true(sum <= interpreted->count + 100 && interpreted->count <= sum + 100);
}

static void figures_of_the_interpreter_stand_on_their_lines(void **state)
{
    static const char *const chips[] = {"cortex-m4", "rv32imc"};
    mote_model              *model = make_model();
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof chips / sizeof *chips; i++) {
        mote_error     err = {0};
        mote_emulation compiled, interpreted;
        if (mote_chip_check(mote_chip_find(chips[i]), &err) != MOTE_OK) {
            print_message("NOT TESTED: %s\n", err.text);
            continue;
        }
        compiled = count_layers(model, chips[i], "c");
        interpreted = count_layers(model, chips[i], "interpreter");
        check_lines(&compiled, &interpreted);
        mote_emulation_free(&compiled);
        mote_emulation_free(&interpreted);
    }
    mote_model_destroy(model);
}

static void requests_that_make_no_sense_are_refused(void **state)
{
    const mote_emulate_options bad[] = {{.chip = NULL}, {.chip = "cortex-m4", .input_bytes = 4}, {.chip = "abacus"}};
    mote_model                *model = make_model();
    size_t                     i;

    (void)state;
    for (i = 0; i <= sizeof bad / sizeof *bad; i++) {
        const mote_emulate_options *options = i < sizeof bad / sizeof *bad ? &bad[i] : NULL;
        mote_emulation              run;
        mote_error                  err = {0};
        memset(&run, 0x55, sizeof run);
        assert_int_equal(mote_emulate_model(&run, model, NULL, options, &err), MOTE_ERR_USAGE);
        mote_emulation_free(&run); /* it was zeroed */
        memset(&run, 0x55, sizeof run);
        err = (mote_error){0};
        assert_int_equal(mote_emulate(&run, "build", NULL, options, &err), MOTE_ERR_USAGE);
        mote_emulation_free(&run);
    }
    assert_int_equal(
        mote_emulate(&(mote_emulation){0}, NULL, NULL, &(mote_emulate_options){.chip = "cortex-m4"}, &(mote_error){0}),
        MOTE_ERR_USAGE);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_of_the_interpreter_stand_on_their_lines),
        cmocka_unit_test(requests_that_make_no_sense_are_refused),
    };

    return cmocka_run_group_tests_name("interpreted layers", tests, NULL, NULL);
}
