/* Folders for the interpreter: they compile everywhere without a warning, and give the host's bytes there and on emulated
 * chips, whose arena was measured on this one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <mote/compile.h>
#include <mote/emulate.h>

#include "formats/tflite/tflite.h"
#include "ops/golden_cases.h"
#include "running.h"

#define ROOT   "build/tests/interpreter"
#define STRICT "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Werror"

enum { SAMPLES = 4 };

/* ---- models ---- */

static mote_model *int8_network(uint64_t number)
{
    mote_model *trained = network_random(number), *real = network_infer(trained), *model;
    model = network_quantize(real, &(mote_quantize_options){.io = MOTE_I8});
    mote_model_destroy(real);
    return model;
}

/* ---- other compilers ---- */

static const struct {
    const char *tool, *flags;
} compilers[] = {
    {"gcc", "-std=c99 -O0 " STRICT},
    {"gcc", "-std=c99 -O3 " STRICT},
    {"clang-14", "-std=c99 -O2 " STRICT},
    {"arm-none-eabi-gcc", "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -std=c99 -Og " STRICT},
    {"arm-none-eabi-gcc", "-mcpu=cortex-m0 -mthumb -std=gnu11 -Os " STRICT},
    {"riscv64-unknown-elf-gcc", "-march=rv32imc -mabi=ilp32 -ffreestanding -std=c99 -Os " STRICT},
    {"xtensa-lx106-elf-gcc", "-mlongcalls -ffreestanding -std=c99 -Os " STRICT},
};

static void run(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s", command);
}

static void folders_compile_without_a_warning_and_pass_their_selftest(void **state)
{
    mote_compile_options options = {.target = "interpreter", .name = "net"};
    mote_compile_result  result;
    mote_model          *model = int8_network(3);
    mote_error           err = {0};
    char                 command[600];
    size_t               i;
    (void)state;
    assert_int_equal(mote_make_dirs(ROOT, &err), MOTE_OK);
    if (mote_compile(&result, model, ROOT "/net", &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_true(result.chip_count >= 3);
    for (i = 0; i < sizeof compilers / sizeof *compilers; i++) {
        if (!has_tool(compilers[i].tool))
            continue;
        snprintf(command, sizeof command, "%s %s -c " ROOT "/net/net.c -o " ROOT "/net.o", compilers[i].tool,
                 compilers[i].flags);
        run(command);
    }
    run("printf '#include \"net.h\"\\nint f(net_arena *a); int f(net_arena *a) { return *net_output(a); }\\n' | "
        "g++ -std=c++17 " STRICT " -I" ROOT "/net -x c++ -fsyntax-only -");
    for (i = 0; i < 2; i++) {
        snprintf(command, sizeof command,
                 "gcc %s -DMOTE_SELFTEST_MAIN " ROOT "/net/net.c " ROOT "/net/net_selftest.c -o " ROOT "/selftest && " ROOT
                 "/selftest",
                 i ? "-O2" : "-O0 -fsanitize=address,undefined -fno-sanitize-recover");
        run(command);
    }
    mote_model_destroy(model);
}

/* ---- chips ---- */

static const mote_chip *need_chip(const char *name)
{
    const mote_chip *chip = mote_chip_find(name);
    mote_error       err = {0};

    assert_non_null(chip);
    if (mote_chip_check(chip, &err) == MOTE_OK)
        return chip;
    tell_untested(name, err.text);
    return NULL;
}

/* file NULL: one is written. */
static void answers_on(const char *chip, const mote_model *model, const void *file, size_t file_bytes, int samples)
{
    const mote_tensor_info in = mote_model_input(model, 0), out = mote_model_output(model, 0);
    uint8_t               *inputs = calloc((size_t)samples, in.bytes), *wanted = calloc((size_t)samples, out.bytes);
    mote_compile_options   compile = {.target = "interpreter", .file = file, .file_bytes = file_bytes};
    mote_emulate_options   options = {.chip = chip, .inputs = inputs, .input_bytes = (size_t)samples * in.bytes};
    mote_runner           *runner = network_runner(model, NULL);
    network_dice           dice = network_dice_of(5);
    mote_emulation         run;
    mote_error             err = {0};
    int                    i;

    for (i = 0; i < samples; i++) {
        network_fill_input(&in, &dice, inputs + (size_t)i * in.bytes);
        memcpy(mote_runner_input(runner, 0), inputs + (size_t)i * in.bytes, in.bytes);
        invoke_model(runner);
        memcpy(wanted + (size_t)i * out.bytes, mote_runner_output(runner, 0), out.bytes);
    }
    if (mote_emulate_model(&run, model, &compile, &options, &err) != MOTE_OK)
        fail_msg("%s: %s", chip, err.text);
    assert_int_equal(run.output_bytes, (size_t)samples * out.bytes);
    assert_memory_equal(run.outputs, wanted, run.output_bytes);
    printf("%s: %llu %s, code %u bytes, arena %u, stack %u\n", chip, (unsigned long long)run.count, run.chip->count_unit,
           run.code_bytes, run.arena_bytes, run.stack_bytes);
    mote_emulation_free(&run);
    mote_runner_destroy(runner);
    free(inputs);
    free(wanted);
}

static void chips_answer_as_the_host_does(void **state)
{
    static const struct {
        const char *chip;
        uint64_t    network;
    } pairs[] = {{"cortex-m4", 3}, {"cortex-m4", 4}, {"rv32imc", 4}, {"cortex-m0", 4}, {"rv32imafc", 4}, {"xtensa", 4}};
    size_t i;
    (void)state;
    for (i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        mote_model *model = int8_network(pairs[i].network);
        if (need_chip(pairs[i].chip))
            answers_on(pairs[i].chip, model, NULL, 0, SAMPLES);
        mote_model_destroy(model);
    }
}

/* Variables live on from sample to sample; odd cases get their first values by CALL_ONCE, which is no step. */
static void variables_live_on_the_chip(void **state)
{
    golden_file file;
    golden_case c;
    mote_model *model;
    mote_error  err = {0};
    (void)state;
    if (!need_chip("cortex-m4"))
        skip();
    golden_open(&file, "tests/golden/operators/variables.npz");
    while (golden_next(&file, &c)) {
        if (strcmp(c.name, "i8_0") != 0 && strcmp(c.name, "i8_1") != 0 && strcmp(c.name, "f32_3") != 0)
            continue;
        if (mote_tflite_read(&model, c.model, c.model_bytes, 0, &err) != MOTE_OK)
            fail_msg("%s: %s", c.name, err.text);
        answers_on("cortex-m4", model, c.model, c.model_bytes, SAMPLES);
        answers_on("cortex-m4", model, NULL, 0, SAMPLES);
        mote_model_destroy(model);
    }
    golden_close(&file);
}

static void an_avr_is_refused_in_one_line(void **state)
{
    mote_model          *model = int8_network(3);
    mote_compile_options compile = {.target = "interpreter"};
    mote_emulate_options options = {.chip = "atmega328p"};
    mote_emulation       run;
    mote_error           err = {0};
    (void)state;
    if (!need_chip("atmega328p")) {
        mote_model_destroy(model);
        skip();
    }
    assert_int_equal(mote_emulate_model(&run, model, &compile, &options, &err), MOTE_ERR_FORMAT);
    assert_non_null(strstr(err.text, "needs a double with 64 bits"));
    assert_null(strchr(err.text, '\n'));
    mote_emulation_free(&run);
    mote_model_destroy(model);
}

/* ---- the reference models, which lie beside a developer's checkout ---- */

static void the_reference_models_answer_on_a_cortex_m4(void **state)
{
    static const char *const names[] = {"ad", "kws", "resnet8", "vww"};
    const char              *shared = getenv("MOTE_SHARED");
    size_t                   i;
    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        char        path[400];
        mote_model *model;
        mote_file   file;
        mote_error  err = {0};
        snprintf(path, sizeof path, "%s/models/%s_int8.tflite", shared ? shared : "../shared", names[i]);
        if (!mote_path_exists(path) || !need_chip("cortex-m4")) {
            print_message("NOT TESTED: %s\n", path);
            skip();
        }
        assert_int_equal(mote_file_open(&file, path, &err), MOTE_OK);
        if (mote_tflite_read(&model, file.bytes, file.count, 0, &err) != MOTE_OK)
            fail_msg("%s", err.text);
        printf("%s, ", names[i]);
        answers_on("cortex-m4", model, file.bytes, file.count, 1);
        mote_model_destroy(model);
        mote_file_close(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_compile_without_a_warning_and_pass_their_selftest),
        cmocka_unit_test(chips_answer_as_the_host_does),
        cmocka_unit_test(variables_live_on_the_chip),
        cmocka_unit_test(an_avr_is_refused_in_one_line),
        cmocka_unit_test(the_reference_models_answer_on_a_cortex_m4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
