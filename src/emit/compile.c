/* Compiling a model to a folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "emit/emit.h"
#include "formats/tflite/tflite.h"

enum { GENERATED_SAMPLES = 3 };

/* A file that marks a folder as mote's own, so that it may be replaced. */
#define MARKER "mote_runtime/mrt.h"

typedef struct compilation {
    const mote_model           *model;
    const mote_compile_options *options;
    mote_compile_result         result;
    mote_arena                  arena;
    mote_program               *program;
    mote_emitter                emitter;
} compilation;

static bool is_keyword(const char *name)
{
    static const char *const words[] = {
        "auto",   "break",    "case",     "char",     "const",  "continue", "default", "do",     "double",
        "else",   "enum",     "extern",   "float",    "for",    "goto",     "if",      "inline", "int",
        "long",   "register", "restrict", "return",   "short",  "signed",   "sizeof",  "static", "struct",
        "switch", "typedef",  "union",    "unsigned", "void",   "volatile", "while",   "class",  "delete",
        "new",    "this",     "template", "private",  "public", "operator", "main"};
    size_t i;

    for (i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

/* A given name must be an identifier; the model's own is made one. */
static mote_status choose_name(compilation *c, mote_error *err)
{
    const char *wanted = c->options->name ? c->options->name : c->model->name[0] ? c->model->name : "model";
    size_t      i;

    for (i = 0; wanted[i] && i + 1 < sizeof c->result.name; i++) {
        bool is_fit = isalpha((unsigned char)wanted[i]) || wanted[i] == '_' || (i > 0 && isdigit((unsigned char)wanted[i]));
        c->result.name[i] = is_fit ? wanted[i] : '_';
        if (!is_fit && c->options->name)
            return mote_fail(err, MOTE_ERR_USAGE, "name \"%s\" is no C identifier", mote_show_string(wanted).text);
    }
    c->result.name[i] = '\0';
    if (is_keyword(c->result.name)) {
        if (c->options->name)
            return mote_fail(err, MOTE_ERR_USAGE, "name \"%s\" is a keyword of C", wanted);
        snprintf(c->result.name, sizeof c->result.name, "%.50s_model", wanted);
    }
    return MOTE_OK;
}

static mote_status write_text(compilation *c, const char *folder, const char *name, mote_text *text, mote_error *err)
{
    char *path = mote_path_join(&c->arena, folder, name, err);

    if (path && mote_text_status(text, err) == MOTE_OK)
        mote_file_write(path, text->bytes, text->count, err);
    mote_text_free(text);
    return err->code;
}

/* ---- target "array" ---- */

static mote_status write_array(compilation *c, const char *folder, mote_error *err)
{
    mote_text file = {0}, header = {0}, source = {0};

    MOTE_TRY(mote_tflite_write(&file, c->model, err));
    mote_text_puts(&header, "/* The model as TensorFlow Lite Micro reads it: tflite::GetModel(g_model). */\n"
                            "#ifndef MOTE_MODEL_H\n#define MOTE_MODEL_H\n\n"
                            "extern const unsigned char g_model[];\nextern const int g_model_len;\n\n#endif\n");
    mote_text_puts(&source, "#include \"model.h\"\n\nalignas(16) const unsigned char g_model[] = ");
    mote_emit_values(&source, file.bytes, MOTE_U8, file.count);
    mote_text_printf(&source, ";\nconst int g_model_len = %zu;\n", file.count);
    mote_text_free(&file);
    if (write_text(c, folder, "model.h", &header, err) == MOTE_OK)
        write_text(c, folder, "model.cc", &source, err);
    mote_text_free(&source);
    return err->code;
}

/* ---- target "c" ---- */

/* Inputs of every kind from a small generator: the constants of Numerical Recipes' "quick and dirty" one. */
static void fill_inputs(const mote_graph *graph, uint8_t *at)
{
    uint32_t x = 1;
    int32_t  s, i;
    size_t   k;

    for (s = 0; s < GENERATED_SAMPLES; s++)
        for (i = 0; i < graph->input_count; i++) {
            const mote_tensor *tensor = &graph->tensors[graph->inputs[i]];
            for (k = 0; k < mote_tensor_bytes(tensor); k++) {
                x = x * 1664525u + 1013904223u;
                at[k] = (uint8_t)(x >> 24);
            }
            for (k = 0; tensor->dtype == MOTE_F32 && k < mote_tensor_count(tensor); k++)
                ((float *)(void *)at)[k] = (float)(at[4 * k] / 128.0 - 1.0);
            at += mote_tensor_bytes(tensor);
        }
}

static mote_status write_selftest(compilation *c, const char *folder, mote_error *err)
{
    const mote_graph *graph = &c->model->graphs[0];
    const void       *inputs = c->options->golden;
    int32_t           count = c->options->golden_count, i;
    size_t            bytes = 0;
    mote_text         text = {0};
    char              name[96];

    if (count == 0) {
        void *made;
        for (i = 0; i < graph->input_count; i++)
            bytes += mote_tensor_bytes(&graph->tensors[graph->inputs[i]]);
        count = GENERATED_SAMPLES;
        made = mote_arena_alloc(&c->arena, mote_size_mul(bytes, (size_t)count), 1, err);
        if (!made)
            return err->code;
        fill_inputs(graph, made);
        inputs = made;
    }
    snprintf(name, sizeof name, "%s_selftest.c", c->result.name);
    mote_emit_selftest(&c->emitter, inputs, count, &text, err);
    return write_text(c, folder, name, &text, err);
}

static mote_status write_c(compilation *c, const char *folder, mote_error *err)
{
    mote_text header = {0}, source = {0};
    char      name[96];
    int32_t   s, i;

    MOTE_TRY(mote_lower(&c->program, c->model, &mote_target_portable, err));
    MOTE_TRY(mote_plan(c->program, NULL, err));
    MOTE_TRY(mote_emitter_init(&c->emitter, c->program, c->result.name, c->options->optimize, &c->arena, err));
    mote_emit_header(&c->emitter, &header);
    mote_emit_source(&c->emitter, &source);
    snprintf(name, sizeof name, "%s.h", c->result.name);
    write_text(c, folder, name, &header, err);
    snprintf(name, sizeof name, "%s.c", c->result.name);
    write_text(c, folder, name, &source, err);
    MOTE_TRY(err->code);
    MOTE_TRY(mote_emit_runtime(c->program, folder, err));
    MOTE_TRY(write_selftest(c, folder, err));
    c->result.arena_bytes = c->program->memory_bytes;
    c->result.arena_bound_bytes = c->program->lower_bound;
    c->result.instance_count = c->emitter.instance_count;
    for (s = 0; s < c->program->step_count; s++) {
        const mote_prepared *prepared = &c->program->steps[s].prepared;
        c->result.step_count += !c->program->steps[s].kernel->is_view;
        for (i = 0; i < prepared->array_count; i++)
            c->result.constant_bytes += prepared->arrays[i].count * (size_t)mote_dtype_bits(prepared->arrays[i].dtype) / 8;
    }
    return MOTE_OK;
}

/* ---- both ---- */

/* A folder is replaced only when mote made it: somebody's home must survive a slip of -o. */
static mote_status check_folder(compilation *c, const char *folder, const char *marker, mote_error *err)
{
    char *inside = mote_path_join(&c->arena, folder, marker, err);

    if (!inside)
        return err->code;
    if (mote_path_exists(folder) && !mote_path_exists(inside))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s: exists and was not made by mote compile; name another folder, or remove it", folder);
    return MOTE_OK;
}

static mote_status compile_to(compilation *c, const char *folder, mote_error *err)
{
    const bool      is_array = c->options->target && strcmp(c->options->target, "array") == 0;
    mote_output_dir output;

    if (c->options->target && !is_array && strcmp(c->options->target, "c") != 0)
        return mote_fail(err, MOTE_ERR_USAGE, "target \"%s\" is not one of: c, array",
                         mote_show_string(c->options->target).text);
    MOTE_TRY(choose_name(c, err));
    MOTE_TRY(check_folder(c, folder, is_array ? "model.cc" : MARKER, err));
    MOTE_TRY(mote_output_dir_begin(&output, folder, err));
    if ((is_array ? write_array(c, output.temporary, err) : write_c(c, output.temporary, err)) == MOTE_OK)
        return mote_output_dir_commit(&output, err);
    mote_output_dir_abandon(&output);
    return err->code;
}

mote_status mote_compile(const mote_model *model, const char *folder, const mote_compile_options *options,
                         mote_compile_result *result, mote_error *err)
{
    static const mote_compile_options defaults = {0};
    compilation                       c = {.model = model, .options = options ? options : &defaults};

    compile_to(&c, folder, err);
    if (result)
        *result = c.result;
    mote_program_destroy(c.program);
    mote_arena_destroy(&c.arena);
    return err->code;
}
