/* Files that are cut, changed, askew or too large: the interpreter refuses them, or answers as the host does. The copies are
 * of exactly the file's length, so that the sanitizers' build sees every step outside.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/samples.h"
#include "interpreter.h"
#include "ops/golden_cases.h"

#include "base/file.h"
#include "runtime/interpreter/variants.h"

enum { WORK_LIMIT = 1 << 22, ARENA_LIMIT = 1 << 22 };

static mote_text written(mote_model *model)
{
    mote_text  file = {0};
    mote_error err = {0};
    if (mote_tflite_write(&file, model, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_model_destroy(model);
    return file;
}

/* What the host thinks of names and metadata does not concern the interpreter. */
static bool is_about_texts(const mote_error *err)
{
    static const char *const parts[] = {"\"name\"", "\"description\"", "\"custom_code\"", "etadata",
                                        "a text without its end"};
    size_t                   i;
    for (i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(err->text, parts[i]))
            return true;
    return false;
}

typedef struct verdicts {
    int accepted, refused, texts;
} verdicts;

/* The file that lies there, of exactly that length. */
static void judge(const uint8_t *bytes, size_t count, const char *what, verdicts *v)
{
    interpreter_run run = interpreter_open(bytes, count, WORK_LIMIT, ARENA_LIMIT);
    mote_model     *model = NULL;
    mote_error      err = {0};
    if (run.status == MRT_OK) {
        if (mote_tflite_read(&model, bytes, count, 0, &err) == MOTE_OK) {
            interpreter_compare(&run, model, 1, what);
            v->accepted++;
        } else if (is_about_texts(&err)) {
            mrt_interpreter_invoke(run.net);
            interpreter_check_guards(&run, what);
            v->texts++;
        } else {
            fail_msg("%s: the host says \"%s\", the interpreter opens it", what, err.text);
        }
    } else {
        assert_string_not_equal(mrt_reason_text(run.why.reason), mrt_reason_text(MRT_REASON_NONE));
        if (run.status != MRT_ERR_LIMIT && mote_tflite_read(&model, bytes, count, 0, &err) == MOTE_OK) {
            mote_runner *runner;
            if (!model->differs && mote_runner_create(&runner, model, NULL, &err) == MOTE_OK)
                fail_msg("%s: the host runs it, the interpreter says \"%s\"", what, mrt_reason_text(run.why.reason));
        }
        v->refused++;
    }
    mote_model_destroy(model);
    interpreter_close(&run);
}

/* What is cut off may have been names alone. */
static void cut_everywhere(mote_model *model)
{
    mote_text file = written(model);
    verdicts  v = {0, 0, 0};
    size_t    solid = file.count, n;
    char      what[40];
    while (file.bytes[solid - 1] == 0) /* zeroes at the end may be padding */
        solid--;
    for (n = 0; n < solid; n++) {
        uint8_t *copy = interpreter_copy(file.bytes, n);
        snprintf(what, sizeof what, "cut at %zu", n);
        judge(copy, n, what, &v);
        free(copy);
    }
    printf("%d cut files refused, %d without texts\n", v.refused, v.texts);
    assert_int_equal(v.accepted, 0);
    mote_text_free(&file);
}

static void a_file_cut_at_every_byte_is_refused(void **state)
{
    (void)state;
    cut_everywhere(sample_sine(MOTE_STAGE_QUANTIZED, false));
    cut_everywhere(sample_classifier(MOTE_STAGE_INFER));
}

/* Every byte changed, one at a time, to a few values. */
static void change_bytes(const void *bytes, size_t count)
{
    static const uint8_t changes[] = {0x01, 0x80, 0xff, 0x10};
    verdicts             v = {0, 0, 0};
    uint8_t             *copy = interpreter_copy(bytes, count);
    size_t               n, k;
    char                 what[40];
    for (n = 0; n < count; n++)
        for (k = 0; k < sizeof changes; k++) {
            copy[n] ^= changes[k];
            snprintf(what, sizeof what, "byte %zu ^ %d", n, changes[k]);
            judge(copy, count, what, &v);
            copy[n] ^= changes[k];
        }
    printf("%d changed files opened, %d refused, %d with changed texts\n", v.accepted, v.refused, v.texts);
    free(copy);
}

static void change_everywhere(mote_model *model)
{
    mote_text file = written(model);
    change_bytes(file.bytes, file.count);
    mote_text_free(&file);
}

static void a_changed_byte_does_no_harm(void **state)
{
    (void)state;
    change_everywhere(sample_classifier(MOTE_STAGE_QUANTIZED));
    change_everywhere(sample_sine(MOTE_STAGE_INFER, false));
}

/* Their options are FlexBuffers, their sizes and tables come from the file. */
static void a_changed_byte_of_a_custom_operator_does_no_harm(void **state)
{
    static const char *const names[] = {"circular_buffer",       "decode",
                                        "detection_postprocess", "signal_delay",
                                        "signal_filter_bank",    "signal_filter_bank_spectral_subtraction",
                                        "signal_framer",         "signal_overlap_add",
                                        "signal_pcan",           "signal_rfft",
                                        "signal_stacker",        "signal_window"};
    size_t                   i;
    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        char        path[100];
        golden_file file;
        golden_case c;
        snprintf(path, sizeof path, "tests/golden/operators/%s.npz", names[i]);
        golden_open(&file, path);
        assert_true(golden_next(&file, &c) && golden_next(&file, &c));
        change_bytes(c.model, c.model_bytes);
        golden_close(&file);
    }
}

/* Several bytes at once, at places and with values that look random. */
static void random_changes_do_no_harm(void **state)
{
    mote_text file = written(sample_classifier(MOTE_STAGE_QUANTIZED));
    verdicts  v = {0, 0, 0};
    uint32_t  x = 7;
    int       round, k;
    (void)state;
    for (round = 0; round < 3000; round++) {
        uint8_t *copy = interpreter_copy(file.bytes, file.count);
        char     what[40];
        snprintf(what, sizeof what, "round %d", round);
        for (k = 0; k <= round % 7; k++) {
            size_t at;
            x = x * 1664525u + 1013904223u;
            at = (x >> 8) % file.count;
            x = x * 1664525u + 1013904223u;
            copy[at] = x >> 31 ? (uint8_t)(x >> 16) : (uint8_t)((x >> 16) % 4);
        }
        judge(copy, file.count, what, &v);
        free(copy);
    }
    printf("%d changed files opened, %d refused, %d with changed texts\n", v.accepted, v.refused, v.texts);
    mote_text_free(&file);
}

/* A file may begin anywhere: constants that lie askew are copied. */
static void a_file_askew_gives_the_same_answers(void **state)
{
    mote_text file = written(sample_classifier(MOTE_STAGE_QUANTIZED)), real = written(sample_classifier(MOTE_STAGE_INFER));
    size_t    askew;
    (void)state;
    for (askew = 1; askew < 8; askew++) {
        uint8_t *copy = malloc(file.count + askew), *other = malloc(real.count + askew);
        verdicts v = {0, 0, 0};
        memcpy(copy + askew, file.bytes, file.count);
        memcpy(other + askew, real.bytes, real.count);
        judge(copy + askew, file.count, "askew", &v);
        judge(other + askew, real.count, "askew, float", &v);
        assert_int_equal(v.accepted, 2);
        free(copy);
        free(other);
    }
    mote_text_free(&file);
    mote_text_free(&real);
}

static uint32_t variants_of(const uint8_t *bytes, size_t count, mrt_arch arch)
{
    const mrt_file file = {bytes, count, 0};
    mrt_sizes      sizes;

    assert_int_equal(mrt_interpreter_measure(&file, interpreter_operators, INTERPRETER_OPERATOR_COUNT,
                                             (mrt_machine){4, arch}, &sizes, NULL),
                     MRT_OK);
    return sizes.variants;
}

/* An interpreter for one model is compiled with these alone. Where a bias is a copy, which is not there yet, it may be any.
 */
static void measuring_tells_which_kernels_a_file_takes(void **state)
{
    mote_text      file = written(sample_classifier(MOTE_STAGE_QUANTIZED));
    const uint32_t any = variants_of((const uint8_t *)file.bytes, file.count, MRT_ARCH_PORTABLE);
    const uint32_t dsp = variants_of((const uint8_t *)file.bytes, file.count, MRT_ARCH_ARM_DSP);
    uint8_t       *copy = malloc(file.count + 1);
    (void)state;
    assert_true(any >> MRT_VARIANT_AVERAGE_POOL_2D & 1u && !(any >> MRT_VARIANT_AVERAGE_POOL_2D_SMALL & 1u));
    assert_true(dsp >> MRT_VARIANT_AVERAGE_POOL_2D_SMALL & 1u && !(dsp >> MRT_VARIANT_AVERAGE_POOL_2D & 1u));
    assert_int_equal(__builtin_popcount(any), 4); /* one of each operator's that has several */
    assert_int_equal(__builtin_popcount(dsp), 4);
    memcpy(copy + 1, file.bytes, file.count);
    assert_int_equal(variants_of(copy + 1, file.count, MRT_ARCH_ARM_DSP), UINT32_MAX);
    free(copy);
    mote_text_free(&file);
}

static void failures_say_where(void **state)
{
    static const mrt_operator *const few[] = {&mrt_operator_fully_connected};
    mote_text                        file = written(sample_classifier(MOTE_STAGE_QUANTIZED));
    const mrt_file                   content = {(const uint8_t *)file.bytes, file.count, 0};
    mrt_file                         limited = content;
    mrt_failure                      why;
    size_t                           bytes = 1;
    uint8_t                          arena[64] __attribute__((aligned(16)));
    mrt_interpreter                 *net;
    mrt_sizes                        sizes;
    (void)state;
    assert_int_equal(mrt_interpreter_bytes(&content, few, 1, &bytes, &why), MRT_ERR_UNSUPPORTED);
    assert_int_equal(bytes, 0);
    assert_int_equal(why.reason, MRT_REASON_OPERATOR);
    assert_int_equal(why.operator_index, 0);
    assert_true(why.builtin_code >= 0);
    assert_int_equal(
        mrt_interpreter_open(&net, &content, interpreter_operators, INTERPRETER_OPERATOR_COUNT, arena, sizeof arena, &why),
        MRT_ERR_LIMIT);
    assert_int_equal(why.reason, MRT_REASON_ARENA);
    assert_int_equal(
        mrt_interpreter_open(&net, &content, interpreter_operators, INTERPRETER_OPERATOR_COUNT, arena + 4, 60, &why),
        MRT_ERR_USAGE);
    assert_int_equal(why.reason, MRT_REASON_ALIGNMENT);
    assert_int_equal(mrt_interpreter_measure(&content, interpreter_operators, INTERPRETER_OPERATOR_COUNT,
                                             (mrt_machine){8, MRT_ARCH_PORTABLE}, &sizes, NULL),
                     MRT_OK);
    limited.work_limit = sizes.work;
    assert_int_equal(mrt_interpreter_bytes(&limited, interpreter_operators, INTERPRETER_OPERATOR_COUNT, &bytes, NULL),
                     MRT_OK);
    limited.work_limit--;
    assert_int_equal(mrt_interpreter_bytes(&limited, interpreter_operators, INTERPRETER_OPERATOR_COUNT, &bytes, &why),
                     MRT_ERR_LIMIT);
    assert_int_equal(why.reason, MRT_REASON_WORK);
    mote_text_free(&file);
}

/* Finding variables takes the square of what there is of them: a file with more is refused, on the host and on the chip. */
static void variables_are_bounded(void **state)
{
    static const struct {
        const char *name, *says; /* NULL: it is taken */
    } files[] = {{"plain", NULL},
                 {"calls", "more than 4 CALL_ONCE"},
                 {"handles", "more than 32 variables"},
                 {"assigns", "129 operators to give variables their first values; at most 128"}};
    size_t i, bytes;

    (void)state;
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        mote_error  err = {0};
        mote_model *model;
        mrt_failure why;
        mrt_file    file = {0};
        mote_file   content;
        char        path[100];
        snprintf(path, sizeof path, "tests/golden/limits/%s.tflite", files[i].name);
        assert_int_equal(mote_model_load(&model, path, NULL, &err), files[i].says ? MOTE_ERR_LIMIT : MOTE_OK);
        if (files[i].says && !strstr(err.text, files[i].says))
            fail_msg("%s", err.text);
        if (!files[i].says)
            mote_model_destroy(model);
        mote_error_clear(&err);
        assert_int_equal(mote_file_open(&content, path, &err), MOTE_OK);
        file.bytes = content.bytes;
        file.count = content.count;
        assert_int_equal(mrt_interpreter_bytes(&file, interpreter_operators, INTERPRETER_OPERATOR_COUNT, &bytes, &why),
                         files[i].says ? MRT_ERR_LIMIT : MRT_OK);
        assert_int_equal(why.reason, files[i].says ? MRT_REASON_TOO_MANY : MRT_REASON_NONE);
        mote_file_close(&content);
    }
}

/* What IF and WHILE run is as wrong on the chip as on the host (tests/passes/test_flatten.c), if for fewer words. */
static void what_is_run_is_checked(void **state)
{
    static const struct {
        const char *name;
        mrt_reason  reason;
        int32_t     at; /* the operator */
    } files[] = {{"right", MRT_REASON_NONE, 0},           {"forever", MRT_REASON_NONE, 0},
                 {"number", MRT_REASON_OPTIONS, 0},       {"main", MRT_REASON_OPTIONS, 0},
                 {"inputs", MRT_REASON_OPERAND_COUNT, 0}, {"outputs", MRT_REASON_OPERAND_COUNT, 0},
                 {"shape", MRT_REASON_SHAPE, 0},          {"type", MRT_REASON_SHAPE, 0},
                 {"condition", MRT_REASON_SHAPE, 0},      {"itself", MRT_REASON_TOO_MANY, 0},
                 {"deep", MRT_REASON_TOO_MANY, 0},        {"other_handle", MRT_REASON_NONE, 0},
                 {"no_handle", MRT_REASON_OPERAND, 3},    {"swapped_handles", MRT_REASON_OPERAND, 3}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        mote_error  err = {0};
        mote_file   content;
        mrt_failure why;
        char        path[100];
        size_t      bytes;
        snprintf(path, sizeof path, "tests/golden/limits/%s.tflite", files[i].name);
        assert_int_equal(mote_file_open(&content, path, &err), MOTE_OK);
        mrt_interpreter_bytes(&(mrt_file){content.bytes, content.count, 0}, interpreter_operators,
                              INTERPRETER_OPERATOR_COUNT, &bytes, &why);
        if (why.reason != files[i].reason)
            fail_msg("%s: %s", files[i].name, mrt_reason_text(why.reason));
        if (files[i].reason != MRT_REASON_NONE && files[i].reason != MRT_REASON_OPTIONS)
            assert_int_equal(why.operator_index, files[i].at);
        mote_file_close(&content);
    }
}

static void a_loop_without_end_meets_the_work_limit(void **state)
{
    mote_error      err = {0};
    mote_file       content;
    interpreter_run run;
    mrt_end         go;

    (void)state;
    assert_int_equal(mote_file_open(&content, "tests/golden/limits/forever.tflite", &err), MOTE_OK);
    run = interpreter_open(content.bytes, content.count, 1000, 0);
    assert_int_equal(run.status, MRT_OK);
    mrt_interpreter_input(run.net, 1, &go);
    *(uint8_t *)go.data = 1;
    assert_int_equal(mrt_interpreter_invoke(run.net), MRT_ERR_LIMIT);
    *(uint8_t *)go.data = 0;
    assert_int_equal(mrt_interpreter_invoke(run.net), MRT_OK);
    interpreter_close(&run);
    mote_file_close(&content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_cut_at_every_byte_is_refused),
        cmocka_unit_test(a_changed_byte_does_no_harm),
        cmocka_unit_test(a_changed_byte_of_a_custom_operator_does_no_harm),
        cmocka_unit_test(random_changes_do_no_harm),
        cmocka_unit_test(a_file_askew_gives_the_same_answers),
        cmocka_unit_test(measuring_tells_which_kernels_a_file_takes),
        cmocka_unit_test(failures_say_where),
        cmocka_unit_test(variables_are_bounded),
        cmocka_unit_test(what_is_run_is_checked),
        cmocka_unit_test(a_loop_without_end_meets_the_work_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
