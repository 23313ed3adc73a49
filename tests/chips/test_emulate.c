/* chips/: compiled models (hand-written stand-ins in tests/chips/standin/) built, run and measured on every emulated chip.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <mote/emulate.h>

#include "base/file.h"
#include "base/text.h"
#include "chips/elf.h"
#include "chips/process.h"

#define STANDIN "tests/chips/standin/"

/* ---- helpers ---- */

static bool has_tools(const mote_chip *chip)
{
    mote_error err = {0};

    if (mote_chip_check(chip, &err) == MOTE_OK)
        return true;
    tell_untested(chip->name, err.text);
    return false;
}

static const mote_chip *need_chip(const char *name)
{
    const mote_chip *chip = mote_chip_find(name);

    assert_non_null(chip);
    if (!has_tools(chip))
        skip();
    return chip;
}

/* The chips whose tools are installed; at least one, or the test is skipped. */
static int find_chips(const mote_chip *chips[])
{
    int count = 0, i;

    for (i = 0; i < mote_chip_count(); i++)
        if (has_tools(mote_chip_at(i)))
            chips[count++] = mote_chip_at(i);
    if (count == 0)
        skip();
    return count;
}

enum { CHIPS_MAX = 32 };

static void emulate(const char *model, const mote_emulate_options *options, mote_emulation *run)
{
    mote_error err = {0};
    char       dir[200];

    snprintf(dir, sizeof dir, STANDIN "%s", model);
    if (mote_emulate(run, dir, model, options, &err) != MOTE_OK)
        fail_msg("%s on %s: %s", model, options->chip, err.text);
}

/* One line that begins with the folder. */
static mote_error emulate_badly(const char *model, const mote_emulate_options *options, mote_status code)
{
    mote_error     err = {0};
    mote_emulation run;
    char           dir[200];

    snprintf(dir, sizeof dir, STANDIN "%s", model);
    assert_int_equal(mote_emulate(&run, dir, model, options, &err), code);
    assert_null(run.outputs);
    assert_null(strchr(err.text, '\n'));
    assert_ptr_equal(strstr(err.text, dir), err.text);
    return err;
}

static void assert_contains(const mote_error *err, const char *part)
{
    if (!strstr(err->text, part))
        fail_msg("\"%s\" does not contain \"%s\"", err->text, part);
}

static void put_le(uint8_t *to, uint32_t value, int bytes)
{
    int i;

    for (i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

/* ---- what runs ---- */

enum { NEGATE_SAMPLES = 100, NEGATE_IN = 6, NEGATE_OUT = 8 };

/* What tests/chips/standin/negate/negate.h says. */
static void make_negate_samples(uint8_t *in, uint8_t *out)
{
    int32_t sum = 1000; /* as negate_reset leaves it */
    int     n, i;

    for (n = 0; n < NEGATE_SAMPLES; n++, in += NEGATE_IN, out += NEGATE_OUT) {
        int16_t more = (int16_t)(n * 331 - 9000);
        sum += more;
        for (i = 0; i < 4; i++) {
            in[i] = (uint8_t)(n * 37 + i * 11);
            out[i] = (uint8_t)(0 - in[i]);
        }
        put_le(in + 4, (uint16_t)more, 2);
        put_le(out + 4, (uint32_t)sum, 4);
    }
}

static void every_chip_gives_the_right_bytes_for_inputs_outputs_and_state(void **state)
{
    static uint8_t   in[NEGATE_SAMPLES * NEGATE_IN], wanted[NEGATE_SAMPLES * NEGATE_OUT];
    const mote_chip *chips[CHIPS_MAX];
    int              count = find_chips(chips), c;
    (void)state;
    make_negate_samples(in, wanted);
    for (c = 0; c < count; c++) {
        mote_emulate_options options = {.chip = chips[c]->name, .inputs = in, .input_bytes = sizeof in};
        mote_emulation       run;
        emulate("negate", &options, &run);
        assert_int_equal(run.sample_count, NEGATE_SAMPLES);
        assert_int_equal(run.sample_input_bytes, NEGATE_IN);
        assert_int_equal(run.output_bytes, sizeof wanted);
        assert_memory_equal(run.outputs, wanted, sizeof wanted);
        mote_emulation_free(&run);
    }
}

static void no_inputs_mean_one_sample_of_zeros(void **state)
{
    mote_emulate_options options = {.chip = need_chip("cortex-m4")->name};
    mote_emulation       run;
    (void)state;
    emulate("model", &options, &run);
    assert_int_equal(run.sample_count, 1);
    assert_memory_equal(run.outputs, "\xff\xff\xff\xff", 4);
    mote_emulation_free(&run);
}

static void more_inputs_than_the_flash_holds_are_run_piece_by_piece(void **state)
{
    enum { BYTES = 40000 };
    mote_emulate_options options = {.chip = need_chip("atmega328p")->name, .input_bytes = BYTES};
    mote_emulation       run;
    uint8_t             *in = malloc(BYTES);
    int                  i;
    (void)state;
    for (i = 0; i < BYTES; i++)
        in[i] = (uint8_t)(i * 7 + (i >> 8));
    options.inputs = in;
    emulate("model", &options, &run);
    assert_int_equal(run.output_bytes, BYTES);
    for (i = 0; i < BYTES; i++)
        assert_int_equal(run.outputs[i], (uint8_t)~in[i]);
    mote_emulation_free(&run);
    emulate_badly("negate", &(mote_emulate_options){.chip = "atmega328p", .inputs = in, .input_bytes = 39996},
                  MOTE_ERR_LIMIT);
    free(in);
}

static void write_file(const char *path, const char *text)
{
    mote_error err = {0};

    if (mote_file_write(path, text, strlen(text), &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

/* A compiled model of one input and one byte of output. */
static void write_model(const char *dir, const char *name, int input_bytes, const char *invoke)
{
    mote_error err = {0};
    mote_text  header = {0}, source = {0};
    char       path[200], upper[20];
    int        i;

    for (i = 0; i < (int)sizeof upper; i++)
        upper[i] = (char)toupper((unsigned char)name[i < (int)strlen(name) ? i : (int)strlen(name)]);
    assert_int_equal(mote_make_dirs(dir, &err), MOTE_OK);
    mote_text_printf(&header,
                     "#include <stdint.h>\n"
                     "#define %s_INPUT_COUNT 1\n#define %s_OUTPUT_COUNT 1\n#define %s_INPUT_0_BYTES %d\n"
                     "#define %s_OUTPUT_0_BYTES 1\n#define %s_HAS_STATE 0\n"
                     "typedef struct %s_arena { uint8_t in[%d], out[4]; } %s_arena;\nvoid %s_invoke(%s_arena *arena);\n",
                     upper, upper, upper, input_bytes, upper, upper, name, input_bytes, name, name, name);
    mote_text_printf(&header,
                     "static inline uint8_t *%s_input_0(%s_arena *a) { return a->in; }\n"
                     "static inline const uint8_t *%s_output_0(const %s_arena *a) { return a->out; }\n",
                     name, name, name, name);
    mote_text_printf(&source, "#include \"%s.h\"\n%s", name, invoke);
    snprintf(path, sizeof path, "%s/%s.h", dir, name);
    write_file(path, header.bytes);
    snprintf(path, sizeof path, "%s/%s.c", dir, name);
    write_file(path, source.bytes);
    mote_text_free(&header);
    mote_text_free(&source);
}

/* 16 MB of the board's RAM are for inputs. */
static void more_inputs_than_the_board_holds_are_run_piece_by_piece(void **state)
{
    enum { SAMPLES = 170, BYTES = 100000 };
    mote_emulate_options options = {.chip = need_chip("cortex-m4")->name, .input_bytes = (size_t)SAMPLES * BYTES};
    mote_emulation       run;
    mote_error           err = {0};
    uint8_t             *in = calloc(SAMPLES, BYTES);
    int                  i;
    (void)state;
    for (i = 0; i < SAMPLES; i++) {
        in[(size_t)i * BYTES] = (uint8_t)(i * 7);
        in[(size_t)(i + 1) * BYTES - 1] = (uint8_t)(i * 3 + 1);
    }
    options.inputs = in;
    write_model("build/tests/bulky", "bulky", BYTES, /* the first and the last byte are joined */
                "void bulky_invoke(bulky_arena *arena)\n{\n    arena->out[0] = arena->in[0] ^ arena->in[99999];\n}\n");
    if (mote_emulate(&run, "build/tests/bulky", NULL, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(run.output_bytes, SAMPLES);
    for (i = 0; i < SAMPLES; i++)
        assert_int_equal(run.outputs[i], (uint8_t)(i * 7) ^ (uint8_t)(i * 3 + 1));
    mote_emulation_free(&run);
    free(in);
}

/* On an AVR, by the bytes of a return address. */
static uint64_t return_cycles(const mote_chip *chip)
{
    return strcmp(chip->name, "atmega2560") == 0 ? 5 : 4;
}

/* The sums are in tests/chips/standin/counted/counted.c; 3,000,000 loops wrap the counters of Cortex-M and AVR. */
static void counts_are_exact(void **state)
{
    const mote_chip *chips[CHIPS_MAX];
    int              count = find_chips(chips), c;
    (void)state;
    for (c = 0; c < count; c++) {
        mote_emulate_options options = {.chip = chips[c]->name};
        bool                 is_avr = strcmp(chips[c]->count_unit, "cycles") == 0;
        bool                 is_riscv = strncmp(chips[c]->name, "rv", 2) == 0;
        mote_emulation       run;
        emulate("counted", &options, &run);
        assert_int_equal(run.count, is_avr ? 15000002 + return_cycles(chips[c]) : is_riscv ? 6000003 : 6000002);
        mote_emulation_free(&run);
        emulate("brief", &options, &run);
        assert_int_equal(run.count, is_avr ? 2 + return_cycles(chips[c]) : 3);
        assert_in_range(run.stack_bytes, 0, 3); /* AVR's return address */
        mote_emulation_free(&run);
    }
}

/* 2^32 ticks are 419,430,400 instructions. Written here, because it takes seconds. */
static void a_long_run_on_xtensa_wraps_its_counter_exactly(void **state)
{
    mote_emulate_options options = {.chip = need_chip("xtensa")->name, .time_limit_seconds = 300};
    mote_emulation       run;
    mote_error           err = {0};
    (void)state;
    write_model("build/tests/lengthy", "lengthy", 4,
                "__attribute__((naked)) void lengthy_invoke(lengthy_arena *arena)\n{\n    (void)arena;\n"
                "    __asm volatile(\"movi a2, 22000000\\n 1: .rept 18\\n nop\\n .endr\\n addi a2, a2, -1\\n\"\n"
                "                   \"bnez a2, 1b\\n ret\");\n}\n");
    if (mote_emulate(&run, "build/tests/lengthy", NULL, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(run.count, 22000000 * 20 + 2);
    mote_emulation_free(&run);
}

/* Constants and inputs within reach of 16-bit pointers, and code behind the first 64 and the first 128 KB. */
static void code_lies_anywhere_in_the_flash_of_an_avr(void **state)
{
    enum { SAMPLES = 200, BYTES = 1000 };
    mote_emulate_options options = {.chip = need_chip("atmega2560")->name, .input_bytes = (size_t)SAMPLES * BYTES};
    mote_emulation       run;
    mote_error           err = {0};
    uint8_t             *in = malloc(options.input_bytes);
    size_t               i;
    (void)state;
    for (i = 0; i < options.input_bytes; i++)
        in[i] = (uint8_t)(i * 7 + (i >> 8));
    options.inputs = in;
    write_model("build/tests/spread", "spread", BYTES,
                "static const __flash uint8_t low[20000] = {1, 2, 3, 4};\n"
                "__attribute__((noinline, section(\".text.zzz\"))) static void far(spread_arena *arena)\n"
                "{\n    arena->out[0] = arena->in[0] ^ arena->in[999] ^ low[arena->in[1] & 3];\n}\n"
                "__attribute__((used, naked)) void spread_space(void)\n{\n    __asm volatile(\".space 140000\");\n}\n"
                "void spread_invoke(spread_arena *arena)\n{\n    if (arena->in[0] == 7 && arena->in[1] == 7)\n"
                "        spread_space();\n    far(arena);\n}\n");
    if (mote_emulate(&run, "build/tests/spread", NULL, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_in_range(run.flash_bytes, 160000, 170000);
    for (i = 0; i < SAMPLES; i++)
        assert_int_equal(run.outputs[i], in[i * BYTES] ^ in[i * BYTES + 999] ^ ((in[i * BYTES + 1] & 3) + 1));
    mote_emulation_free(&run);
    free(in);
}

static void constants_out_of_an_avrs_reach_are_refused(void **state)
{
    mote_emulate_options options = {.chip = need_chip("atmega2560")->name};
    mote_emulation       run;
    mote_error           err = {0};
    (void)state;
    write_model("build/tests/lofty", "lofty", 4,
                "static const __flash uint8_t a[30000] = {1}, b[30000] = {2}, c[30000] = {3};\n"
                "void lofty_invoke(lofty_arena *arena)\n{\n"
                "    const uint8_t i = arena->in[0];\n    arena->out[0] = a[i] + b[i] + c[i];\n}\n");
    assert_int_equal(mote_emulate(&run, "build/tests/lofty", NULL, &options, &err), MOTE_ERR_LIMIT);
    assert_contains(&err, "build/tests/lofty: does not fit atmega2560: its constants end at byte 9");
    mote_emulation_free(&run);
}

static void sizes_are_those_of_the_model(void **state)
{
    const mote_chip *chips[CHIPS_MAX];
    int              count = find_chips(chips), c;
    (void)state;
    for (c = 0; c < count; c++) {
        mote_emulate_options options = {.chip = chips[c]->name};
        mote_emulation       run;
        uint32_t             constants;
        emulate("negate", &options, &run);
        assert_int_equal(run.weight_bytes, 40);
        assert_in_range(run.code_bytes, 50, 300);
        assert_in_range(run.flash_bytes, run.weight_bytes + run.code_bytes + 300, 1850);
        assert_in_range(run.arena_bytes, 14, 16);
        constants = strcmp(chips[c]->name, "xtensa") == 0 ? run.weight_bytes : 0; /* that lie in RAM */
        assert_in_range(run.ram_bytes, constants + run.arena_bytes, constants + run.arena_bytes + 4);
        assert_in_range(run.stack_bytes, 64, 100);
        assert_in_range(run.harness_stack_bytes, 1, 128);
        mote_emulation_free(&run);
    }
}

static void same_folder_gives_same_firmware_anywhere(void **state)
{
    mote_emulate_options options = {.chip = need_chip("cortex-m4")->name, .build_folder = "build/tests/chips-a"};
    mote_error           err = {0};
    mote_emulation       run;
    mote_file            a, b;
    (void)state;
    emulate("negate", &options, &run);
    mote_emulation_free(&run);
    options.build_folder = "build/tests/chips-another";
    emulate("negate", &options, &run);
    mote_emulation_free(&run);
    assert_int_equal(mote_file_open(&a, "build/tests/chips-a/firmware.elf", &err), MOTE_OK);
    assert_int_equal(mote_file_open(&b, "build/tests/chips-another/firmware.elf", &err), MOTE_OK);
    assert_int_equal(a.count, b.count);
    assert_memory_equal(a.bytes, b.bytes, a.count);
    mote_file_close(&a);
    mote_file_close(&b);
}

static void the_only_model_of_a_folder_needs_no_name(void **state)
{
    mote_emulate_options options = {.chip = need_chip("cortex-m4")->name};
    mote_emulation       run;
    mote_error           err = {0};
    (void)state;
    assert_int_equal(mote_emulate(&run, STANDIN "model", NULL, &options, &err), MOTE_OK);
    mote_emulation_free(&run);
    assert_int_equal(mote_emulate(&run, STANDIN, NULL, &options, &err), MOTE_ERR_USAGE);
}

/* ---- what does not ---- */

static void a_fault_names_address_and_function(void **state)
{
    const mote_chip *chips[CHIPS_MAX];
    int              count = find_chips(chips), c;
    (void)state;
    for (c = 0; c < count; c++) {
        mote_error err = emulate_badly("faulty", &(mote_emulate_options){.chip = chips[c]->name}, MOTE_ERR_FORMAT);
        assert_contains(&err, chips[c]->name);
        if (strncmp(chips[c]->name, "atmega", 6) == 0) {
            assert_contains(&err, "ran into its own start again");
        } else {
            assert_contains(&err, " at 0x");
            assert_contains(&err, " in stumble, called from 0x");
            assert_contains(&err, " in faulty_invoke");
        }
    }
}

static void a_hang_ends_at_the_time_limit(void **state)
{
    static const char *const names[] = {"cortex-m4", "cortex-m0plus", "rv32imafc", "xtensa", "atmega328p", "atmega2560"};
    size_t                   i;
    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        mote_emulate_options options = {.chip = need_chip(names[i])->name, .time_limit_seconds = 2};
        mote_error           err = emulate_badly("endless", &options, MOTE_ERR_LIMIT);
        assert_contains(&err, "did not end within 2 s");
    }
}

static bool stop_at_third_report(void *user, const mote_progress_event *event)
{
    int *reports = user;

    assert_string_equal(event->stage, "emulate");
    return ++*reports < 3;
}

static void progress_can_stop_a_run(void **state)
{
    int                  reports = 0;
    mote_emulate_options options = {.chip = need_chip("cortex-m4")->name, .progress = {stop_at_third_report, &reports}};
    mote_error           err = emulate_badly("endless", &options, MOTE_ERR_USAGE);
    (void)state;
    assert_contains(&err, "stopped");
    assert_int_equal(reports, 3);
}

static void what_does_not_fit_is_told_before_it_runs(void **state)
{
    const mote_chip *chips[CHIPS_MAX];
    int              count = find_chips(chips), c;
    char             has[32];
    (void)state;
    for (c = 0; c < count; c++) {
        mote_emulate_options options = {.chip = chips[c]->name};
        mote_error           err = emulate_badly("large", &options, MOTE_ERR_LIMIT);
        snprintf(has, sizeof has, "the chip has %u", chips[c]->flash_bytes);
        assert_contains(&err, "bytes of flash");
        assert_contains(&err, has);
        snprintf(has, sizeof has, "the chip has %u", chips[c]->ram_bytes);
        err = emulate_badly("wide", &options, MOTE_ERR_LIMIT);
        assert_contains(&err, "bytes of RAM");
        assert_contains(&err, has);
        err = emulate_badly("deep", &options, MOTE_ERR_LIMIT);
        assert_contains(&err, "for the stack");
        assert_contains(&err, has);
    }
}

static void a_compile_error_is_one_line_with_file_and_line(void **state)
{
    const mote_chip *chips[CHIPS_MAX];
    int              count = find_chips(chips), c;
    (void)state;
    for (c = 0; c < count; c++) {
        mote_error err = emulate_badly("broken", &(mote_emulate_options){.chip = chips[c]->name}, MOTE_ERR_FORMAT);
        assert_contains(&err, STANDIN "broken/broken.c:6:");
        assert_contains(&err, "nothing");
    }
}

static void wrong_requests_are_refused(void **state)
{
    mote_emulate_options options = {.chip = "cortex-m5"};
    mote_emulation       run;
    mote_error           err = {0};
    (void)state;
    assert_int_equal(mote_emulate(&run, STANDIN "model", "model", &options, &err), MOTE_ERR_USAGE);
    assert_contains(&err, "no emulated chip is named cortex-m5; try cortex-m");
    options = (mote_emulate_options){.chip = need_chip("cortex-m4")->name, .inputs = "12345", .input_bytes = 5};
    err = emulate_badly("model", &options, MOTE_ERR_USAGE);
    assert_contains(&err, "5 bytes");
    assert_contains(&err, "no multiple of 4");
    mote_error_clear(&err);
    options.input_bytes = 4;
    assert_int_equal(mote_emulate(&run, STANDIN "model", "../model", &options, &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_emulate(&run, STANDIN "missing", "model", &options, &err), MOTE_ERR_IO);
    mote_error_clear(&err);
    assert_int_equal(mote_emulate(&run, STANDIN "model", "other", &options, &err), MOTE_ERR_FORMAT);
    assert_contains(&err, "other.h");
}

static void a_missing_tool_is_named_with_its_package(void **state)
{
    char          *path = strdup(getenv("PATH"));
    mote_emulation run;
    mote_error     err = {0};
    (void)state;
    setenv("PATH", "/nonexistent", 1);
    assert_int_equal(mote_emulate(&run, STANDIN "model", "model", &(mote_emulate_options){.chip = "cortex-m4"}, &err),
                     MOTE_ERR_IO);
    setenv("PATH", path, 1);
    free(path);
    assert_string_equal(err.text,
                        "arm-none-eabi-gcc is not installed: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi");
}

/* ---- files ---- */

static void read_all_of_elf(const char *path)
{
    mote_elf        elf;
    mote_elf_symbol symbol;
    mote_error      err = {0};
    static uint8_t  image[4096];
    uint32_t        i;

    if (mote_elf_open(&elf, path, &err) != MOTE_OK)
        return;
    for (i = 0; i < elf.section_count; i++)
        (void)strlen(mote_elf_section_at(&elf, i).name);
    for (i = 0; i < elf.symbol_count; i++) {
        symbol = mote_elf_symbol_at(&elf, i);
        (void)strlen(symbol.name);
    }
    mote_elf_function_at(&elf, 0x100, &symbol);
    assert_in_range(mote_elf_read_image(&elf, image, sizeof image), 0, sizeof image);
    mote_elf_close(&elf);
}

/* Says something under AddressSanitizer (make check). */
static void a_broken_elf_file_is_read_within_its_bounds(void **state)
{
    const char *const    path = "build/tests/chips-broken.elf";
    mote_emulate_options options = {.chip = need_chip("cortex-m4")->name, .build_folder = "build/tests/chips-elf"};
    mote_error           err = {0};
    mote_emulation       run;
    mote_file            whole;
    uint8_t             *bytes;
    size_t               i;
    (void)state;
    emulate("model", &options, &run);
    mote_emulation_free(&run);
    assert_int_equal(mote_file_open(&whole, "build/tests/chips-elf/firmware.elf", &err), MOTE_OK);
    bytes = malloc(whole.count);
    for (i = 0; i < 600; i++) {
        size_t at = i < 52 ? i : (i * 7919) % whole.count;
        memcpy(bytes, whole.bytes, whole.count);
        bytes[at] = (uint8_t)(bytes[at] ^ (i % 2 ? 0xff : 0x80));
        assert_int_equal(mote_file_write(path, bytes, i % 3 ? whole.count : at, &err), MOTE_OK);
        read_all_of_elf(path);
    }
    free(bytes);
    mote_file_close(&whole);
}

/* ---- processes ---- */

static void process_captures_output_and_status(void **state)
{
    const char *const   arguments[] = {"sh", "-c", "echo out; echo err >&2; cat; pwd; exit 3", NULL};
    mote_process        process = {.arguments = arguments, .folder = "/", .time_limit_seconds = 10};
    mote_process_result result;
    mote_error          err = {0};
    (void)state;
    assert_int_equal(mote_process_run(&process, &result, &err), MOTE_OK);
    assert_int_equal(result.exit_status, 3);
    assert_string_equal(result.out.bytes, "out\n/\n");
    assert_string_equal(result.err.bytes, "err\n");
    mote_process_result_free(&result);
}

static void process_that_prints_without_end_is_stopped(void **state)
{
    const char *const   arguments[] = {"yes", NULL};
    mote_process        process = {.arguments = arguments, .folder = "/", .time_limit_seconds = 20};
    mote_process_result result;
    mote_error          err = {0};
    (void)state;
    assert_int_equal(mote_process_run(&process, &result, &err), MOTE_ERR_LIMIT);
    assert_contains(&err, "yes printed more than");
    assert_in_range(result.out.count, 1 << 20, 2 << 20);
    mote_process_result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(process_captures_output_and_status),
        cmocka_unit_test(process_that_prints_without_end_is_stopped),
        cmocka_unit_test(every_chip_gives_the_right_bytes_for_inputs_outputs_and_state),
        cmocka_unit_test(no_inputs_mean_one_sample_of_zeros),
        cmocka_unit_test(more_inputs_than_the_flash_holds_are_run_piece_by_piece),
        cmocka_unit_test(more_inputs_than_the_board_holds_are_run_piece_by_piece),
        cmocka_unit_test(counts_are_exact),
        cmocka_unit_test(a_long_run_on_xtensa_wraps_its_counter_exactly),
        cmocka_unit_test(code_lies_anywhere_in_the_flash_of_an_avr),
        cmocka_unit_test(constants_out_of_an_avrs_reach_are_refused),
        cmocka_unit_test(sizes_are_those_of_the_model),
        cmocka_unit_test(same_folder_gives_same_firmware_anywhere),
        cmocka_unit_test(the_only_model_of_a_folder_needs_no_name),
        cmocka_unit_test(a_fault_names_address_and_function),
        cmocka_unit_test(a_hang_ends_at_the_time_limit),
        cmocka_unit_test(progress_can_stop_a_run),
        cmocka_unit_test(what_does_not_fit_is_told_before_it_runs),
        cmocka_unit_test(a_compile_error_is_one_line_with_file_and_line),
        cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(a_broken_elf_file_is_read_within_its_bounds),
        cmocka_unit_test(a_missing_tool_is_named_with_its_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
