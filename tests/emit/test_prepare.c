/* Firmware prepares raw numbers as the host does, for one mean or one a channel, for real and quantized inputs, in both
 * targets; and what a firmware does not call costs it nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#define ROOT "build/tests/prepare"
#include "compiling.h"

#include <mote/emulate.h>

#include "graph/graph.h"

static const float means[] = {0.46f, 469.45874f, -3.0f}, deviations[] = {0.28f, 280.7f, 1e-3f};

/* [2,3], so that 3 channels repeat. */
static mote_model *make_model(int channels, mote_dtype io)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 2, .name = "sensor"}, &err);
    network_dice  dice = network_dice_of(23);
    mote_layer_id x = mote_layer_flatten(b, mote_layer_input(b, 2, (int[]){2, 3}), NULL);
    mote_model   *real, *model;
    mote_recipe   recipe = {
          .input = {
              {.is_prepared = true,
               .preparation = {.scale = 255, .offset = -0.125f, .channels = channels, .mean = means, .std = deviations}}}};

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 3});
    real = network_infer(network_finish(b, &x, 1, &dice));
    model = io == MOTE_F32 ? real : network_quantize(real, &(mote_quantize_options){.io = io});
    if (model != real)
        mote_model_destroy(real);
    mote_recipe_copy(&model->recipe, &recipe, &model->arena, &err);
    assert_int_equal(err.code, MOTE_OK);
    return model;
}

static void holds(const compiled *c, const char *text)
{
    run("grep -qF -- '%s' %s/sensor.h", text, c->folder);
}

/* The self-test compares what the firmware makes of raw numbers with what the host made of them, so one wrong number must
 * make it fail. */
static void notices_a_wrong_mean(const compiled *c)
{
    run("sed 's/469\\.45/469.55/' %s/sensor.h >%s/changed && mv %s/changed %s/sensor.h", c->folder, c->folder, c->folder,
        c->folder);
    run("gcc -std=c99 -DMOTE_SELFTEST_MAIN %s/sensor.c %s/sensor_selftest.c -o %s/../selftest && ! %s/../selftest",
        c->folder, c->folder, c->folder, c->folder);
}

static void firmware_prepares_as_the_host_does(void **state)
{
    static const mote_dtype  ios[] = {MOTE_F32, MOTE_I8, MOTE_U8};
    static const int         channels[] = {0, 1, 3};
    static const char *const targets[] = {"c", "interpreter"};
    int                      i, n, t;

    (void)state;
    for (i = 0; i < 3; i++)
        for (n = 0; n < 3; n++)
            for (t = 0; t < 2; t++) {
                mote_model *model = make_model(channels[n], ios[i]);
                compiled    c = compile(model, "sensor", &(mote_compile_options){.target = targets[t]});
                if (t == 0 && channels[n] == 3 && ios[i] != MOTE_U8)
                    compiles_everywhere(&c);
                selftest_passes(&c, "-std=c99 -O2 " STRICT);
                holds(&c, "sensor_input(&arena)[i] = sensor_prepare_input(raw[i], i)");
                holds(&c, "#define SENSOR_PREPARE_SCALE 255.0f");
                holds(&c, channels[n] == 3   ? "#define SENSOR_PREPARE_MEAN {0.460000008f, 469.45874f, -3.0f}"
                          : channels[n] == 1 ? "#define SENSOR_PREPARE_MEAN 0.460000008f"
                                             : "#define SENSOR_PREPARE_MEAN 0.0f");
                if (channels[n] == 3)
                    notices_a_wrong_mean(&c);
                mote_model_destroy(model);
            }
}

static void a_model_that_is_not_prepared_says_nothing_of_it(void **state)
{
    mote_model *model = make_model(1, MOTE_I8);
    compiled    c;

    (void)state;
    model->recipe.input[0].is_prepared = false;
    c = compile(model, "plain", NULL);
    run("! grep -i prepare %s/sensor.h %s/sensor.c %s/sensor_selftest.c", c.folder, c.folder, c.folder);
    mote_model_destroy(model);
}

/* Flash, RAM and instructions with and without preparation. */
static void what_is_not_called_costs_nothing(void **state)
{
    static const char *const chips[] = {"cortex-m4", "rv32imc", "xtensa", "atmega328p", "atmega2560"};
    size_t                   i;
    int                      is_prepared;

    (void)state;
    for (i = 0; i < sizeof chips / sizeof *chips; i++) {
        mote_emulation run[2];
        mote_error     err = {0};
        if (mote_chip_check(mote_chip_find(chips[i]), &err) != MOTE_OK) {
            print_message("NOT TESTED: %s\n", err.text);
            continue;
        }
        for (is_prepared = 0; is_prepared < 2; is_prepared++) {
            mote_model *model = make_model(3, MOTE_I8);
            model->recipe.input[0].is_prepared = is_prepared;
            if (mote_emulate_model(&run[is_prepared], model, NULL, &(mote_emulate_options){.chip = chips[i]}, &err) !=
                MOTE_OK)
                fail_msg("%s", err.text);
            mote_model_destroy(model);
        }
        assert_int_equal(run[0].flash_bytes, run[1].flash_bytes);
        assert_int_equal(run[0].ram_bytes, run[1].ram_bytes);
        assert_int_equal(run[0].count, run[1].count);
        mote_emulation_free(&run[0]);
        mote_emulation_free(&run[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(firmware_prepares_as_the_host_does),
        cmocka_unit_test(a_model_that_is_not_prepared_says_nothing_of_it),
        cmocka_unit_test(what_is_not_called_costs_nothing),
    };

    return cmocka_run_group_tests_name("prepare", tests, find_compilers, NULL);
}
