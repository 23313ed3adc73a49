/* What a firmware does with a compiled model "net", as a model "wrap" in the same folder: its input and output are bytes,
 * its invoke is C of the test's own. So it runs on this machine and on every emulated chip, over the same samples.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_EMIT_WRAPPING_H
#define MOTE_TESTS_EMIT_WRAPPING_H

#include "compiling.h"

#include <mote/emulate.h>
#include <mote/text.h>

/* Samples, and what each has to become. */
typedef struct wrapped_samples {
    const uint8_t *inputs, *answers;
    size_t         count, in_bytes, out_bytes; /* of a sample */
} wrapped_samples;

static void wrapping_write(const compiled *c, const char *name, mote_text *text)
{
    mote_error err = {0};
    char       path[300];

    snprintf(path, sizeof path, "%s/%s", c->folder, name);
    assert_int_equal(mote_file_write(path, text->bytes, text->count, &err), MOTE_OK);
    mote_text_free(text);
}

/* invoke: statements over a->in, a->out and a->net. */
COMPILING_UNUSED void wrap(const compiled *c, const wrapped_samples *s, const char *invoke)
{
    mote_text h = {0}, source = {0};

    mote_text_printf(
        &h,
        "#include \"net.h\"\n#define WRAP_INPUT_COUNT 1\n#define WRAP_OUTPUT_COUNT 1\n#define WRAP_HAS_STATE 0\n"
        "#define WRAP_INPUT_0_BYTES %zu\n#define WRAP_OUTPUT_0_BYTES %zu\n"
        "typedef struct wrap_arena { net_arena net; uint32_t in[%zu], out[%zu]; } wrap_arena;\n"
        "static inline uint8_t *wrap_input_0(wrap_arena *a) { return (uint8_t *)a->in; }\n"
        "static inline const uint8_t *wrap_output_0(const wrap_arena *a) { return (const uint8_t *)a->out; }\n"
        "void wrap_invoke(wrap_arena *a);\n",
        s->in_bytes, s->out_bytes, s->in_bytes / 4 + 1, s->out_bytes / 4 + 1);
    mote_text_printf(
        &source,
        "#include \"net.c\"\n#include \"wrap.h\"\nvoid wrap_invoke(wrap_arena *a)\n{\n"
        "    const uint8_t *const in = (const uint8_t *)a->in;\n    uint8_t *const out = (uint8_t *)a->out;\n%s}\n"
        "#ifdef WRAP_MAIN\n#include <stdio.h>\nint main(void)\n{\n    static wrap_arena a;\n"
        "    while (fread(a.in, WRAP_INPUT_0_BYTES, 1, stdin) == 1) {\n        wrap_invoke(&a);\n"
        "        fwrite(a.out, WRAP_OUTPUT_0_BYTES, 1, stdout);\n    }\n    return 0;\n}\n#endif\n",
        invoke);
    wrapping_write(c, "wrap.h", &h);
    wrapping_write(c, "wrap.c", &source);
}

/* The first sample whose answer is wrong, or s->count. */
COMPILING_UNUSED size_t first_wrong(const wrapped_samples *s, const uint8_t *got)
{
    size_t i = 0;

    while (i < s->count && memcmp(got + i * s->out_bytes, s->answers + i * s->out_bytes, s->out_bytes) == 0)
        i++;
    return i;
}

/* Each returns first_wrong's result. */
COMPILING_UNUSED size_t wrong_on_this_machine(const compiled *c, const wrapped_samples *s, const char *flags)
{
    mote_file  answers;
    mote_error err = {0};
    size_t     wrong;

    assert_int_equal(mote_file_write(ROOT "/inputs", s->inputs, s->count * s->in_bytes, &err), MOTE_OK);
    run("gcc -std=c99 %s " STRICT " -Wno-unused-function -DWRAP_MAIN %s/wrap.c -o " ROOT "/wrap && " ROOT "/wrap <" ROOT
        "/inputs >" ROOT "/outputs",
        flags, c->folder);
    assert_int_equal(mote_file_open(&answers, ROOT "/outputs", &err), MOTE_OK);
    assert_int_equal(answers.count, s->count * s->out_bytes);
    wrong = first_wrong(s, answers.bytes);
    mote_file_close(&answers);
    return wrong;
}

COMPILING_UNUSED size_t wrong_on_chip(const compiled *c, const wrapped_samples *s, const char *chip)
{
    mote_emulation       run;
    mote_error           err = {0};
    mote_emulate_options options = {.chip = chip, .inputs = s->inputs, .input_bytes = s->count * s->in_bytes};
    size_t               wrong;

    if (mote_chip_check(mote_chip_find(chip), &err) != MOTE_OK) {
        tell_untested(chip, err.text);
        return s->count;
    }
    if (mote_emulate(&run, c->folder, "wrap", &options, &err) != MOTE_OK)
        fail_msg("%s on %s: %s", c->folder, chip, err.text);
    assert_int_equal(run.output_bytes, s->count * s->out_bytes);
    wrong = first_wrong(s, run.outputs);
    mote_emulation_free(&run);
    return wrong;
}

#endif
