/* summary.json: written and read by one table.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "build/outputs.h"
#include "layers/goals.h"

typedef enum summary_kind { TEXT, SIZE, U32, U64, REAL, INT } summary_kind;

typedef struct summary_field {
    const char  *section, *name;
    summary_kind kind;
    size_t       offset, bytes;
} summary_field;

#define FIELD(section, name, kind, member)                                                                                  \
    {                                                                                                                       \
        section, name, kind, offsetof(mote_summary, member), sizeof(((mote_summary *)0)->member)                            \
    }

/* The section that has the scheme's name: "int8". */
static const char QUANTIZED[] = "";

static const summary_field fields[] = {
    FIELD(NULL, "name", TEXT, name),
    FIELD("network", "parameters", SIZE, parameters),
    FIELD("network", "macs", SIZE, macs),
    FIELD("data", "train_samples", SIZE, train_samples),
    FIELD("data", "validation_samples", SIZE, validation_samples),
    FIELD("data", "test_samples", SIZE, test_samples),
    FIELD("data", "evaluated_on", TEXT, split),
    FIELD("train", "seconds", REAL, seconds),
    FIELD("train", "epochs", INT, epochs),
    FIELD("train", "isa", TEXT, isa),
    FIELD("best_weights", "epoch", INT, best_epoch),
    FIELD("early_stopping", "epoch", INT, stopped_early),
    FIELD("quantized_training", "scheme", TEXT, trained_scheme),
    FIELD("quantized_training", "from_epoch", INT, quantized_from),
    FIELD("float32", "file_bytes", SIZE, real.file_bytes),
    FIELD(QUANTIZED, "file_bytes", SIZE, quantized.file_bytes),
    FIELD("pruning", "weights", SIZE, pruned_weights),
    FIELD("pruning", "zeros", SIZE, pruned_zeros),
    FIELD("pruning", "channels", INT, pruned_channels),
    FIELD("pruning", "dropped_channels", INT, dropped_channels),
    FIELD("pruning", "macs_left", SIZE, pruned_macs),
    FIELD("pruning", "file_bytes_before", SIZE, unpruned_file_bytes),
    FIELD("pruning", "zero_bytes_left_out", SIZE, zero_bytes),
    FIELD("firmware", "name", TEXT, firmware_name),
    FIELD("firmware", "arena_bytes", SIZE, arena_bytes),
    FIELD("firmware", "arena_bound_bytes", SIZE, arena_bound_bytes),
    FIELD("firmware", "constant_bytes", SIZE, constant_bytes),
    FIELD("chip", "chip", TEXT, chip),
    FIELD("chip", "count_unit", TEXT, count_unit),
    FIELD("chip", "instructions", U64, count),
    FIELD("chip", "flash_bytes", U32, flash_bytes),
    FIELD("chip", "code_bytes", U32, code_bytes),
    FIELD("chip", "weight_bytes", U32, weight_bytes),
    FIELD("chip", "ram_bytes", U32, ram_bytes),
    FIELD("chip", "arena_bytes", U32, chip_arena_bytes),
    FIELD("chip", "stack_bytes", U32, stack_bytes),
    FIELD("chip", "samples", SIZE, chip_samples),
    FIELD("chip", "different_values", SIZE, chip_different_values),
    FIELD("keys", "train", TEXT, train_key),
    FIELD("keys", "convert", TEXT, convert_key),
    FIELD("keys", "deploy", TEXT, deploy_key),
};
enum { FIELD_COUNT = sizeof fields / sizeof *fields };

/* Evaluations: "loss" and metrics by their Keras names, beside the section's other fields; those of training's last
 * epoch as in history, "val_" before validation's. */
typedef struct evaluation_place {
    const char *section, *prefix;
    size_t      offset;
} evaluation_place;

static const evaluation_place evaluations[] = {
    {"train", "", offsetof(mote_summary, last_epoch)},
    {"train", "val_", offsetof(mote_summary, last_validation)},
    {"float32", "", offsetof(mote_summary, real.evaluation)},
    {QUANTIZED, "", offsetof(mote_summary, quantized.evaluation)},
};
enum { EVALUATION_COUNT = sizeof evaluations / sizeof *evaluations };

/* Figures of evaluations end in a metric's name, after an output's and "_" where there are several outputs. */
static bool ends_with(const char *text, const char *name)
{
    const size_t length = strlen(text), end = strlen(name);

    return length >= end && strcmp(text + length - end, name) == 0 && (length == end || text[length - end - 1] == '_');
}

bool mote_summary_is_metric(const char *name)
{
    const mote_metric_type *type;

    for (type = mote_metric_types; type->name; type++)
        if (ends_with(name, type->name))
            return true;
    return ends_with(name, "loss");
}

void mote_evaluation_add(mote_evaluation *e, const char *name, double value)
{
    if (e->metric_count == MOTE_EVALUATION_METRICS_MAX)
        return;
    snprintf(e->metric[e->metric_count].name, sizeof e->metric[0].name, "%s", name);
    e->metric[e->metric_count++].value = value;
}

/* ---- writing ---- */

static const char *name_of(const char *section, const mote_summary *summary)
{
    return section == QUANTIZED ? summary->scheme : section;
}

/* Into the root itself where section is NULL. */
static void put(json_t **root, const char *section, const char *key, json_t *value)
{
    json_t *inner;

    if (!section) {
        mote_json_set(root, key, value);
        return;
    }
    inner = json_object_get(*root, section) ? json_incref(json_object_get(*root, section)) : json_object();
    mote_json_set(&inner, key, value);
    mote_json_set(root, section, inner);
}

static json_t *field_value(const summary_field *field, const mote_summary *summary)
{
    const char *at = (const char *)summary + field->offset;

    switch (field->kind) {
    case TEXT:
        return mote_json_text(at);
    case SIZE:
        return json_integer((json_int_t) * (const size_t *)(const void *)at);
    case U32:
        return json_integer((json_int_t) * (const uint32_t *)(const void *)at);
    case U64:
        return json_integer((json_int_t) * (const uint64_t *)(const void *)at);
    case INT:
        return json_integer(*(const int *)(const void *)at);
    default:
        return mote_json_number(*(const double *)(const void *)at);
    }
}

static void put_evaluation(json_t **root, const evaluation_place *place, const mote_summary *summary)
{
    const mote_evaluation *e = (const void *)((const char *)summary + place->offset);
    int                    i;

    for (i = 0; i < e->metric_count; i++) {
        char key[sizeof e->metric[0].name + 8];
        snprintf(key, sizeof key, "%s%s", place->prefix, e->metric[i].name);
        put(root, name_of(place->section, summary), key, mote_json_number(e->metric[i].value));
    }
}

/* Sections about what was not made are left out. */
static bool is_wanted(const mote_summary *summary, const char *section)
{
    if (section == QUANTIZED)
        return summary->scheme[0] != '\0';
    if (section && strcmp(section, "quantized_training") == 0)
        return summary->quantized_from > 0;
    if (section && strcmp(section, "best_weights") == 0)
        return summary->best_epoch > 0;
    if (section && strcmp(section, "early_stopping") == 0)
        return summary->stopped_early > 0;
    if (section && strcmp(section, "firmware") == 0)
        return summary->arena_bytes > 0;
    if (section && strcmp(section, "pruning") == 0)
        return summary->pruned_weights > 0;
    if (section && strcmp(section, "chip") == 0)
        return summary->chip[0] != '\0';
    return true;
}

static json_t *figures_of(const mote_summary *summary)
{
    json_t *root = json_object();
    int     i;

    for (i = 0; i < FIELD_COUNT; i++)
        if (is_wanted(summary, fields[i].section))
            put(&root, name_of(fields[i].section, summary), fields[i].name, field_value(&fields[i], summary));
    for (i = 0; i < EVALUATION_COUNT; i++)
        if (is_wanted(summary, evaluations[i].section))
            put_evaluation(&root, &evaluations[i], summary);
    return root;
}

char *mote_summary_json(const mote_summary *summary)
{
    mote_error ignored = {0}; /* that NULL means a lack of memory is said in the header */

    return mote_json_print(figures_of(summary), JSON_INDENT(2), &ignored);
}

/* Of all that the file says, whatever its spaces and the order of its keys. */
static mote_status hash_of(mote_sha256_hex *out, json_t *root, mote_error *err)
{
    char       *text = mote_json_print(json_incref(root), JSON_COMPACT | JSON_SORT_KEYS, err);
    mote_sha256 hash;

    if (!text)
        return err->code;
    mote_sha256_begin(&hash);
    mote_sha256_add(&hash, text, strlen(text));
    *out = mote_sha256_end(&hash);
    free(text);
    return MOTE_OK;
}

mote_status mote_run_save(const char *path, const mote_summary *summary, const mote_outputs *outputs, mote_error *err)
{
    json_t         *root = figures_of(summary), *files = json_object();
    mote_sha256_hex hash;
    char           *text = NULL;
    size_t          i;

    for (i = 0; i < outputs->count; i++)
        mote_json_set(&files, outputs->files[i].path, mote_json_text(outputs->files[i].sha256.text));
    mote_json_set(&root, "files", files);
    if (hash_of(&hash, root, err) == MOTE_OK) {
        mote_json_set(&root, "sha256", mote_json_text(hash.text));
        text = mote_json_print(root, JSON_INDENT(2), err);
        root = NULL;
    }
    if (text)
        mote_file_write(path, text, strlen(text), err);
    json_decref(root);
    free(text);
    return err->code;
}

/* ---- reading: what is missing stays zero ---- */

static void take_field(const summary_field *field, const json_t *value, mote_summary *out)
{
    char      *at = (char *)out + field->offset;
    json_int_t whole = json_is_integer(value) && json_integer_value(value) > 0 ? json_integer_value(value) : 0;

    switch (field->kind) {
    case TEXT:
        snprintf(at, field->bytes, "%s", json_is_string(value) ? json_string_value(value) : "");
        break;
    case SIZE:
        *(size_t *)(void *)at = (size_t)whole;
        break;
    case U32:
        *(uint32_t *)(void *)at = (uint32_t)whole;
        break;
    case U64:
        *(uint64_t *)(void *)at = (uint64_t)whole;
        break;
    case INT:
        *(int *)(void *)at = (int)(whole < 1000000000 ? whole : 0);
        break;
    default:
        *(double *)(void *)at = json_number_value(value);
        break;
    }
}

/* "val_" is validation's, in the section that has both. */
static void take_evaluation(const evaluation_place *place, json_t *section, mote_summary *out)
{
    mote_evaluation *e = (void *)((char *)out + place->offset);
    const size_t     skipped = strlen(place->prefix);
    const char      *key;
    json_t          *value;

    json_object_foreach(section, key, value)
    {
        const bool is_val = strcmp(place->section, "train") == 0 && strncmp(key, "val_", 4) == 0;
        if (is_val == (skipped > 0) && mote_summary_is_metric(key + skipped))
            mote_evaluation_add(e, key + skipped, json_is_number(value) ? json_number_value(value) : NAN);
    }
}

static void take_scheme(mote_summary *out, const json_t *root)
{
    int i;

    for (i = 0; i < MOTE_SCHEME_COUNT; i++)
        if (json_object_get(root, mote_scheme_name((mote_scheme)i)))
            snprintf(out->scheme, sizeof out->scheme, "%s", mote_scheme_name((mote_scheme)i));
}

static mote_status take_outputs(mote_outputs *out, json_t *files, mote_error *err)
{
    const char *path;
    json_t     *hash;

    json_object_foreach(files, path, hash) if (json_is_string(hash))
        MOTE_TRY(mote_outputs_list(out, path, json_string_value(hash), err));
    return MOTE_OK;
}

/* A file without a hash is one that mote_summary_json wrote, or an older mote. */
static mote_status check_hash(json_t *root, mote_error *err)
{
    json_t         *hash = json_incref(json_object_get(root, "sha256"));
    mote_sha256_hex now = {""};

    json_object_del(root, "sha256");
    if (json_is_string(hash) && hash_of(&now, root, err) == MOTE_OK && strcmp(json_string_value(hash), now.text) != 0)
        mote_fail(err, MOTE_ERR_FORMAT, "is not as mote build wrote it");
    json_decref(hash);
    return err->code;
}

mote_status mote_run_load(mote_summary *out, mote_outputs *outputs, const char *path, mote_error *err)
{
    json_error_t problem;
    mote_file    file;
    json_t      *root;
    int          i;

    memset(out, 0, sizeof *out);
    if (mote_file_open(&file, path, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    root = json_loadb((const char *)file.bytes, file.count, JSON_REJECT_DUPLICATES, &problem);
    mote_file_close(&file);
    if (!root && json_error_code(&problem) == json_error_out_of_memory)
        return mote_fail(err, MOTE_ERR_MEMORY, "%s: out of memory", path);
    if (!root)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s:%d: %s", path, problem.line, problem.text);
    if (check_hash(root, err) == MOTE_OK && outputs)
        take_outputs(outputs, json_object_get(root, "files"), err);
    take_scheme(out, root);
    for (i = 0; i < FIELD_COUNT && err->code == MOTE_OK; i++) {
        const char   *name = name_of(fields[i].section, out);
        const json_t *section = name ? json_object_get(root, name) : root;
        take_field(&fields[i], json_object_get(section, fields[i].name), out);
    }
    for (i = 0; i < EVALUATION_COUNT && err->code == MOTE_OK; i++)
        take_evaluation(&evaluations[i], json_object_get(root, name_of(evaluations[i].section, out)), out);
    json_decref(root);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

mote_status mote_summary_load(mote_summary *out, const char *path, mote_error *err)
{
    return mote_run_load(out, NULL, path, err);
}
