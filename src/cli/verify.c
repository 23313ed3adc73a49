/* mote verify.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* ---- where ---- */

typedef struct place_text {
    char text[400];
} place_text;

static void add(place_text *place, const char *separator, const char *format, ...) MOTE_PRINTF(3, 4);

static void add(place_text *place, const char *separator, const char *format, ...)
{
    size_t  used = strlen(place->text);
    va_list args;

    if (used > 0)
        used += (size_t)snprintf(place->text + used, sizeof place->text - used, "%s", separator);
    va_start(args, format);
    mote_format_list(place->text + used, sizeof place->text - used, format, args);
    va_end(args);
}

/* `operator 3 (CONV_2D), tensor 5 (w), quantization.scale`; further subgraphs than the first come in front. */
static place_text show_place(const mote_finding *f)
{
    place_text place = {""};

    if (f->subgraph > 0 || (f->subgraph == 0 && f->operator_index < 0 && f->tensor < 0))
        add(&place, ", ", "subgraph %d", f->subgraph);
    if (f->operator_index >= 0)
        add(&place, ", ", "operator %d (%s)", f->operator_index, f->operator_name);
    if (f->tensor >= 0 && f->tensor_name[0])
        add(&place, ", ", "tensor %d (%s)", f->tensor, f->tensor_name);
    else if (f->tensor >= 0)
        add(&place, ", ", "tensor %d", f->tensor);
    if (f->field[0])
        add(&place, ", ", "%s", f->field);
    if (!place.text[0])
        add(&place, "", "file");
    return place;
}

/* ---- as text ---- */

static mote_status print_findings(const mote_verification *found, mote_error *err)
{
    cli_table table = {.column_count = 3};
    int32_t   i;

    for (i = 0; i < found->count; i++) {
        const mote_finding *f = &found->findings[i];
        cli_cell(&table, "%s", mote_severity_name(f->severity));
        cli_cell(&table, "%s", show_place(f).text);
        cli_cell(&table, "%s -> %s", f->reason, f->advice);
    }
    return cli_table_print(&table, err);
}

/* "1 error", "2 errors" */
typedef struct count_text {
    char text[40];
} count_text;

static count_text show_count(int32_t count, const char *what)
{
    count_text shown;

    snprintf(shown.text, sizeof shown.text, "%d %s%s", (int)count, what, count == 1 ? "" : "s");
    return shown;
}

static void print_summary(const char *path, const mote_verification *found)
{
    if (found->left_out > 0)
        printf("%d more of the same kinds are not shown\n", (int)found->left_out);
    cli_print_line(0, "%s for %s: %s, %s, %s in %s, %s and %s", path, mote_engine_name(found->engine),
                   show_count(found->errors, "error").text, show_count(found->warnings, "warning").text,
                   show_count(found->notes, "note").text, show_count(found->operator_count, "operator").text,
                   show_count(found->tensor_count, "tensor").text, show_count(found->subgraph_count, "subgraph").text);
}

/* ---- as JSON ---- */

/* null: the finding is not about one. */
static json_t *json_index(int32_t index)
{
    return index < 0 ? json_null() : json_integer(index);
}

static json_t *json_name(const char *name)
{
    return name[0] ? mote_json_text(name) : json_null();
}

static json_t *json_finding(const mote_finding *f)
{
    json_t *object = json_pack("{ss ss}", "severity", mote_severity_name(f->severity), "kind", f->kind);

    mote_json_set(&object, "subgraph", json_index(f->subgraph));
    mote_json_set(&object, "operator", json_index(f->operator_index));
    mote_json_set(&object, "operator_name", json_name(f->operator_name));
    mote_json_set(&object, "tensor", json_index(f->tensor));
    mote_json_set(&object, "tensor_name", json_name(f->tensor_name));
    mote_json_set(&object, "field", json_name(f->field));
    mote_json_set(&object, "reason", mote_json_text(f->reason));
    mote_json_set(&object, "advice", mote_json_text(f->advice));
    return object;
}

static mote_status print_json(const char *path, const mote_verification *found, mote_error *err)
{
    json_t *object =
        json_pack("{so ss si si si si si si si}", "file", mote_json_text(path), "engine", mote_engine_name(found->engine),
                  "errors", found->errors, "warnings", found->warnings, "notes", found->notes, "left_out", found->left_out,
                  "subgraphs", found->subgraph_count, "operators", found->operator_count, "tensors", found->tensor_count);
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < found->count; i++)
        mote_json_append(&list, json_finding(&found->findings[i]));
    mote_json_set(&object, "findings", list);
    return cli_print_json(object, err);
}

/* ---- the command ---- */

static mote_status read_engine(const cli_args *args, mote_engine *out, mote_error *err)
{
    const char *words[MOTE_ENGINE_COUNT + 1] = {NULL};
    int         i, engine;

    for (i = 0; i < MOTE_ENGINE_COUNT; i++)
        words[i] = mote_engine_name((mote_engine)i);
    MOTE_TRY(cli_choice(args, "for", words, MOTE_ENGINE_MOTE, &engine, err));
    *out = (mote_engine)engine;
    return MOTE_OK;
}

/* Errors of the file are told on stdout, as results; the line on stderr says that there are some. */
static mote_status run_verify(const cli_args *args, mote_error *err)
{
    const char        *path = args->positional[0];
    mote_verification *found;
    mote_engine        engine;

    MOTE_TRY(read_engine(args, &engine, err));
    MOTE_TRY(mote_verify(&found, path, engine, err));
    if (cli_has(args, "json"))
        print_json(path, found, err);
    else if (print_findings(found, err) == MOTE_OK)
        print_summary(path, found);
    if (err->code == MOTE_OK && found->errors > 0)
        mote_fail(err, MOTE_ERR_FORMAT, "%s: %s for %s", path, show_count(found->errors, "error").text,
                  mote_engine_name(engine));
    mote_verification_destroy(found);
    return err->code;
}

const cli_command cli_verify = {
    .name = "verify",
    .operands = "MODEL",
    .summary = "say all that is wrong with a .tflite, for one engine",
    .examples = "  mote verify model.tflite\n"
                "  mote verify model.tflite --for tflm\n"
                "  mote verify model.tflite --for litert --json\n",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"for", 'f', "ENGINE",
             "mote (default), tflm (TensorFlow Lite Micro), litert, or what `mote compile --target` makes: interpreter, c"},
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_verify,
};
