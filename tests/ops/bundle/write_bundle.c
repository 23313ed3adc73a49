/* Cases of tests/golden/operators as compiled C, many in one source, for run_bundle.c.
 *
 *     write_bundle FOLDER KERNELS EVERY FIRST NAME     every EVERY-th case of NAME.npz from FIRST on
 *
 * Each case is compiled as a user's model is (mote_compile, target c) below FOLDER/case_N; FOLDER/bundle.inc includes them
 * all and lists their samples. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include <mote/compile.h>

#include "base/file.h"
#include "base/text.h"
#include "emit/emit.h"
#include "formats/tflite/tflite.h"
#include "golden_cases.h"

typedef struct writer {
    const char *folder, *kernels;
    mote_text   includes, arenas, data, functions, table;
    int         count;
} writer;

static void give_up(const char *where, const mote_error *err)
{
    fprintf(stderr, "write_bundle: %s: %s\n", where, err->text);
    exit(EXIT_FAILURE);
}

/* A sample's inputs go where the model's accessors point, and its outputs are compared with what accessors say. */
static void write_run(writer *w, const golden_case *c, const mote_model *model)
{
    const int n = w->count;
    uint32_t  at = 0, i;

    mote_text_printf(&w->functions,
                     "static int run_%d(void)\n{\n    const uint8_t *at = samples_%d;\n    int s, good = 1;\n\n"
                     "#if CASE_%d_HAS_STATE\n    case_%d_reset(&arenas.a%d);\n#endif\n"
                     "    for (s = 0; s < %u; s++) {\n",
                     n, n, n, n, n, c->sample_count);
    for (i = 0; i < c->in_count; at += c->in_bytes[i++])
        mote_text_printf(&w->functions, "        copy_bytes(case_%d_input_%u(&arenas.a%d), at + %u, %u);\n", n, i, n, at,
                         c->in_bytes[i]);
    mote_text_printf(&w->functions, "        case_%d_invoke(&arenas.a%d);\n", n, n);
    for (i = 0; i < c->out_count; at += c->out_bytes[i++])
        mote_text_printf(&w->functions, "        good &= same_%s(case_%d_output_%u(&arenas.a%d), at + %u, %u);\n",
                         mote_model_output(model, (int32_t)i).dtype == MOTE_F32 ? "floats" : "bytes", n, i, n, at,
                         c->out_bytes[i]);
    mote_text_printf(&w->functions, "        at += %u;\n    }\n    return good;\n}\n\n", at);
    mote_text_printf(&w->data, "static const uint8_t samples_%d[] = ", n);
    mote_emit_values(&w->data, c->samples, MOTE_U8, (size_t)at * c->sample_count);
    mote_text_puts(&w->data, ";\n");
}

static void add_case(writer *w, const golden_case *c)
{
    char                 folder[400], name[32];
    mote_compile_options options = {.name = name, .kernels = w->kernels};
    mote_model          *model;
    mote_error           err = {0};

    snprintf(name, sizeof name, "case_%d", w->count);
    snprintf(folder, sizeof folder, "%s/%s", w->folder, name);
    if (mote_tflite_read(&model, c->model, c->model_bytes, 0, &err) != MOTE_OK ||
        mote_compile(NULL, model, folder, &options, &err) != MOTE_OK)
        give_up(c->name, &err);
    mote_text_printf(&w->includes, "#include \"%s/%s.c\"\n", name, name);
    mote_text_printf(&w->arenas, "    %s_arena a%d;\n", name, w->count);
    write_run(w, c, model);
    mote_text_printf(&w->table, "    {run_%d, \"%s\"},\n", w->count, c->name);
    mote_model_destroy(model);
    w->count++;
}

/* Compiled code refuses an input or output without elements, in a sentence of its own: C has no array of nothing. */
static bool has_empty_end(const golden_case *c)
{
    uint32_t i;

    for (i = 0; i < c->in_count; i++)
        if (c->in_bytes[i] == 0)
            return true;
    for (i = 0; i < c->out_count; i++)
        if (c->out_bytes[i] == 0)
            return true;
    return false;
}

static void take_case(writer *w, const golden_case *c)
{
    if (has_empty_end(c))
        fprintf(stderr, "left out %s: an input or output has no elements\n", c->name);
    else
        add_case(w, c);
}

static void write_all(writer *w)
{
    char       path[400];
    mote_text  all = {0};
    mote_error err = {0};

    mote_text_printf(&all,
                     "%s\nstatic union {\n%s} arenas;\n\n%s\n%stypedef struct bundle_case {\n    int (*run)(void);\n"
                     "    const char *name;\n} bundle_case;\n\nstatic const bundle_case bundle_cases[] = {\n%s};\n",
                     w->includes.bytes, w->arenas.bytes, w->data.bytes, w->functions.bytes, w->table.bytes);
    snprintf(path, sizeof path, "%s/bundle.inc", w->folder);
    if (all.failed || mote_file_write(path, all.bytes, all.count, &err) != MOTE_OK)
        give_up(path, &err);
    mote_text_free(&all);
}

int main(int argc, char **argv)
{
    writer      w = {.folder = argc > 1 ? argv[1] : "", .kernels = argc > 2 ? argv[2] : ""};
    const int   every = argc > 3 ? atoi(argv[3]) : 1, first = argc > 4 ? atoi(argv[4]) : 0;
    char        path[300];
    golden_file file;
    golden_case c;
    int         number;

    if (argc != 6 || every < 1) {
        fprintf(stderr, "usage: write_bundle FOLDER KERNELS EVERY FIRST NAME\n");
        return 2;
    }
    snprintf(path, sizeof path, "tests/golden/operators/%s.npz", argv[5]);
    golden_open(&file, path);
    for (number = 0; golden_next(&file, &c); number++)
        if (number >= first && (number - first) % every == 0)
            take_case(&w, &c);
    golden_close(&file);
    if (w.count > 0)
        write_all(&w);
    mote_text_free(&w.includes);
    mote_text_free(&w.arenas);
    mote_text_free(&w.data);
    mote_text_free(&w.functions);
    mote_text_free(&w.table);
    printf("%d\n", w.count);
    return 0;
}
