/* What an operator says of itself: its code, operands and options; and whether the engine has it, in these types.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "formats/tflite/operators.h"
#include "formats/tflite/types.h"
#include "ops/op.h"
#include "verify/verifier.h"

/* ---- reading ---- */

static bool read_code(mote_verifier *v, mote_seen_operator *op, bool tell)
{
    mote_error     err = {0};
    const uint32_t index = mote_fb_u32(&op->table, operator_opcode_index, 0, &err);
    mote_fb_table  code;
    int32_t        old_code;

    if (err.code != MOTE_OK || index >= v->codes.count) {
        if (tell && !mote_tell_broken(v, mote_spot_operator(v, op, "opcode_index"), &err))
            mote_tell(v, MOTE_FINDING_CODE_INDEX, mote_spot_operator(v, op, "opcode_index"), "operator code %u of %u", index,
                      v->codes.count);
        return false;
    }
    v->is_code_used[index] = true;
    code = mote_fb_element_table(&v->codes, index, "OperatorCode", &err);
    old_code = mote_fb_i8(&code, operator_code_deprecated, 0, &err);
    op->code = mote_fb_i32(&code, operator_code_builtin, 0, &err);
    op->code = op->code < old_code ? old_code : op->code;
    op->version = mote_fb_i32(&code, operator_code_version, 1, &err);
    op->custom = mote_fb_string_at(&code, operator_code_custom, &err);
    return err.code == MOTE_OK; /* told with the codes */
}

static void name_operator(mote_seen_operator *op)
{
    op->builtin = mote_builtin_find(op->code, op->custom);
    op->kind = mote_tflite_operator_find(op->code, op->custom);
    if (op->code == MRT_CUSTOM_CODE)
        op->shown = mote_show(op->custom.text, op->custom.count);
    else if (!op->builtin)
        snprintf(op->shown.text, sizeof op->shown.text, "builtin code %d", op->code);
    op->name = op->code != MRT_CUSTOM_CODE && op->builtin ? op->builtin->name : op->shown.text;
}

/* The options, if they are of the operator's own kind. */
static void read_options(mote_seen_operator *op, mote_error *err)
{
    const mote_options_table *own = op->builtin ? op->builtin->options : NULL;
    const bool                is_second = own && own->member == 2;
    const uint8_t type = mote_fb_u8(&op->table, is_second ? operator_options_2_type : operator_options_type, 0, err);

    if (own && type == own->number)
        op->options =
            mote_fb_table_at(&op->table, is_second ? operator_options_2 : operator_options, "options of Operator", err);
    op->custom_options = mote_fb_vector_at(&op->table, operator_custom_options, 1, err);
}

/* How many of the list name no tensor; -1 is one that is left out, where `least` allows it. */
static uint32_t count_missing(const mote_verifier *v, const mote_fb_vector *list, int32_t least, uint32_t *first)
{
    uint32_t i, count = 0;

    for (i = 0; i < list->count; i++) {
        const int32_t id = mote_fb_element_i32(list, i);
        if (id >= least && id < (int64_t)v->tensors.count)
            continue;
        if (first && count == 0)
            *first = i;
        count++;
    }
    return count;
}

bool mote_verify_read_operator(mote_verifier *v, uint32_t index, bool tell, mote_seen_operator *op)
{
    mote_error err = {0};

    memset(op, 0, sizeof *op);
    op->index = (int32_t)index;
    op->table = mote_fb_element_table(&v->operators, index, "Operator", &err);
    if (err.code != MOTE_OK || !read_code(v, op, tell)) {
        if (tell)
            mote_tell_broken(v, mote_spot_operator(v, op, NULL), &err);
        return false;
    }
    name_operator(op);
    op->inputs = mote_fb_vector_at(&op->table, operator_inputs, 4, &err);
    op->outputs = mote_fb_vector_at(&op->table, operator_outputs, 4, &err);
    read_options(op, &err);
    op->is_fit = err.code == MOTE_OK && mote_may_spend(v, (uint64_t)op->inputs.count + op->outputs.count) &&
                 count_missing(v, &op->inputs, -1, NULL) == 0 && count_missing(v, &op->outputs, 0, NULL) == 0;
    if (tell)
        mote_tell_broken(v, mote_spot_operator(v, op, NULL), &err);
    return true;
}

const mote_seen_tensor *mote_seen_operand(const mote_verifier *v, const mote_fb_vector *list, uint32_t i)
{
    const int32_t id = i < list->count ? mote_fb_element_i32(list, i) : -1;

    return id >= 0 && (uint32_t)id < v->tensors.count ? &v->seen[id] : NULL;
}

/* ---- operands ---- */

static void check_operands(mote_verifier *v, const mote_seen_operator *op, const mote_fb_vector *list)
{
    const bool is_input = list == &op->inputs;
    uint32_t   first = 0, count = count_missing(v, list, is_input ? -1 : 0, &first);

    if (count > 0)
        mote_tell(v, MOTE_FINDING_OPERAND_INDEX, mote_spot_operator(v, op, is_input ? "inputs" : "outputs"),
                  "number %u is tensor %d of %u%s", first, mote_fb_element_i32(list, first), v->tensors.count,
                  count > 1 ? ", and others are not there either" : "");
}

/* ---- options ---- */

/* What enumerations hold, by the name of their field. */
static const struct {
    const char *field;
    int8_t      most;
    const char *values;
} enumerations[] = {
    {"fused_activation_function", 3, "kernels have NONE (0), RELU (1), RELU_N1_TO_1 (2) and RELU6 (3)"},
    {"padding", 1, "there are SAME (0) and VALID (1)"},
    {"weights_format", 0, "kernels have DEFAULT (0) alone: shuffled weights would be misread"},
    {"mode", 1, "there are REFLECT (0) and SYMMETRIC (1)"},
};

static bool is_recurrent(const mote_seen_operator *op)
{
    return strstr(op->name, "LSTM") || strstr(op->name, "RNN");
}

static void check_enumeration(mote_verifier *v, const mote_seen_operator *op, const char *name, mote_fb_field field)
{
    mote_error err = {0};
    size_t     i;

    if (is_recurrent(op))
        return; /* whose activation is TANH */
    for (i = 0; i < sizeof enumerations / sizeof *enumerations; i++) {
        const int8_t value = strcmp(enumerations[i].field, name) == 0 ? mote_fb_i8(&op->options, field, 0, &err) : 0;
        if (value < 0 || value > enumerations[i].most)
            mote_tell(v, MOTE_FINDING_OPTION_RANGE, mote_spot_operator(v, op, enumerations[i].field), "it is %d; %s", value,
                      enumerations[i].values);
    }
}

/* Fields that change what a kernel computes where it looks at them, and that no kernel but LiteRT's looks at. */
static const char *const passed_over[] = {"quant_spec", "diagonal_recurrent_tensors", "validate_indices"};

static void check_passed_over(mote_verifier *v, const mote_seen_operator *op, const char *name, mote_fb_field field)
{
    mote_error err = {0};
    size_t     i;

    for (i = 0; i < sizeof passed_over / sizeof *passed_over; i++)
        if (strcmp(passed_over[i], name) == 0 && v->engine != MOTE_ENGINE_LITERT &&
            mote_fb_u8(&op->options, field, 0, &err) != 0)
            mote_tell(v, MOTE_FINDING_OPTION_IGNORED, mote_spot_operator(v, op, passed_over[i]), "%s is set", name);
}

static void check_fields(mote_verifier *v, const mote_seen_operator *op)
{
    const uint32_t known = mote_options_count(op->builtin->options);
    uint32_t       i;

    for (i = 0; i < op->options.field_count && mote_may_spend(v, 1); i++) {
        const mote_field_name name = mote_options_field(op->builtin->options, i);
        const mote_fb_field   field = {(uint16_t)i, name.text};
        if (!mote_fb_has(&op->options, field))
            continue;
        if (i >= known) {
            mote_tell(v, MOTE_FINDING_OPTION_UNKNOWN, mote_spot_operator(v, op, "builtin_options"),
                      "%s has a field of number %u, and the schema %u fields", op->builtin->options->name, i, known);
            return;
        }
        check_enumeration(v, op, name.text, field);
        check_passed_over(v, op, name.text, field);
    }
}

/* Options of another operator are not read, so that all are as if left out: strides of 0 among them. */
static void check_options_type(mote_verifier *v, const mote_seen_operator *op)
{
    const mote_options_table *own = op->builtin->options;
    mote_error                err = {0};
    const uint8_t             member = own->member == 2 ? 2 : 1;
    const uint8_t             type =
        mote_fb_u8(&op->table, member == 2 ? operator_options_2_type : operator_options_type, TFLITE_NO_OPTIONS, &err);
    const mote_options_table *given = mote_options_find(member, type);

    if (type == TFLITE_NO_OPTIONS || type == own->number || (own->fields[0] == '\0' && given))
        return;
    if (given)
        mote_tell(v, MOTE_FINDING_OPTIONS_TYPE, mote_spot_operator(v, op, "builtin_options_type"), "%s; %s expected",
                  given->name, own->name);
    else
        mote_tell_as(v, MOTE_FINDING_OPTIONS_TYPE, own->fields[0] ? MOTE_SEVERITY_ERROR : MOTE_SEVERITY_NOTE, NULL,
                     mote_spot_operator(v, op, "builtin_options_type"), "options of kind %d, which the schema has not",
                     type);
}

/* ---- versions ---- */

static void check_version(mote_verifier *v, const mote_seen_operator *op)
{
    const int32_t newest = op->kind == MOTE_OP_COUNT ? 0 : mote_tflite_newest_version(op->kind);
    const int32_t litert = op->builtin->litert_version;
    mote_spot     spot = mote_spot_operator(v, op, "operator_codes.version");

    if (v->engine == MOTE_ENGINE_LITERT && op->code != MRT_CUSTOM_CODE && litert > 0 && op->version > litert &&
        op->version != MRT_OWN_VERSION) /* its types are told of */
        mote_tell(v, MOTE_FINDING_VERSION, spot, "version %d, and LiteRT has versions up to %d", op->version, litert);
    else if (mote_engine_is_own(v->engine) && newest > 0 && !mote_tflite_reads_version(op->kind, op->version))
        mote_tell(v, MOTE_FINDING_VERSION, spot, "version %d, and mote has versions up to %d", op->version, newest);
    else if (v->engine == MOTE_ENGINE_TFLM && litert > 0 && op->version > litert && op->version > newest &&
             op->version != MRT_OWN_VERSION)
        mote_tell(v, MOTE_FINDING_VERSION_NEWER, spot, "version %d, and there are versions up to %d", op->version,
                  litert > newest ? litert : newest);
}

void mote_verify_operator_fields(mote_verifier *v, const mote_seen_operator *op)
{
    check_operands(v, op, &op->inputs);
    check_operands(v, op, &op->outputs);
    if (!op->builtin)
        return;
    check_options_type(v, op);
    check_fields(v, op);
    check_version(v, op);
}

/* ---- the engine ---- */

static const char *engine_title(mote_engine engine)
{
    return engine == MOTE_ENGINE_TFLM ? "TensorFlow Lite Micro" : engine == MOTE_ENGINE_LITERT ? "LiteRT" : "mote";
}

static void tell_lack(mote_verifier *v, const mote_seen_operator *op)
{
    const bool  is_flex = op->custom.count >= 4 && memcmp(op->custom.text, "Flex", 4) == 0;
    const char *advice = NULL;

    if (op->code == MRT_CUSTOM_CODE && is_flex)
        advice = "it is TensorFlow's own: convert the model with TFLITE_BUILTINS only";
    else if (op->code == MRT_CUSTOM_CODE && !mote_engine_is_own(v->engine))
        advice = "the application must register it; else convert the model without it";
    mote_tell_as(v, MOTE_FINDING_OPERATOR, MOTE_SEVERITY_ERROR, advice, mote_spot_operator(v, op, NULL), "%s has no %s%s",
                 engine_title(v->engine), op->code == MRT_CUSTOM_CODE ? "custom operator " : "", op->name);
}

typedef struct types_text {
    char text[160];
} types_text;

/* "int8, int4, int32 -> int8", as much of it as fits. */
static types_text show_types(const mote_verifier *v, const mote_seen_operator *op)
{
    enum { SHOWN = 6 };
    types_text types = {""};
    int        used = 0;
    uint32_t   i;

    for (i = 0; i < op->inputs.count && i < SHOWN; i++) {
        const mote_seen_tensor *in = mote_seen_operand(v, &op->inputs, i);
        const char             *name = in ? mote_tflite_type_name(in->type) : "none";
        used += snprintf(types.text + used, sizeof types.text - (size_t)used, "%s%s", i ? ", " : "", name ? name : "?");
    }
    if (op->outputs.count > 0) {
        const mote_seen_tensor *out = mote_seen_operand(v, &op->outputs, 0);
        const char             *name = out ? mote_tflite_type_name(out->type) : "none";
        snprintf(types.text + used, sizeof types.text - (size_t)used, "%s -> %s", op->inputs.count > SHOWN ? ", ..." : "",
                 name ? name : "?");
    }
    return types;
}

static int8_t type_of(const mote_seen_tensor *tensor)
{
    return tensor ? tensor->type : -1;
}

static bool takes_types(const mote_verifier *v, const mote_seen_operator *op, const char *combinations)
{
    const mote_builtin     *b = op->builtin;
    const mote_seen_tensor *out = mote_seen_operand(v, &op->outputs, 0);
    const mote_seen_tensor *key = b->key < 0 ? out : mote_seen_operand(v, &op->inputs, (uint32_t)b->key);
    const mote_seen_tensor *weights = b->weights < 0 ? NULL : mote_seen_operand(v, &op->inputs, (uint32_t)b->weights);

    return !key || mote_builtin_takes(combinations, key->type, type_of(weights), type_of(out));
}

/* What the scheme pow2-int16 makes. NULL: the usual advice. */
static const char *advice_on_types(const mote_verifier *v, const mote_seen_operator *op)
{
    const mote_builtin     *b = op->builtin;
    const mote_seen_tensor *key = b->key < 0 ? NULL : mote_seen_operand(v, &op->inputs, (uint32_t)b->key);
    const mote_seen_tensor *weights = b->weights < 0 ? NULL : mote_seen_operand(v, &op->inputs, (uint32_t)b->weights);

    if (type_of(key) != TFLITE_INT16 || type_of(weights) != TFLITE_INT16)
        return NULL;
    return "mote alone runs int16 weights, compiled or interpreted; for this engine quantize to int16x8 or pow2-int8";
}

static const char *combinations_of(const mote_seen_operator *op, mote_engine engine)
{
    return !op->builtin ? "" : engine == MOTE_ENGINE_TFLM ? op->builtin->tflm : op->builtin->litert;
}

bool mote_verify_engine_has(const mote_verifier *v, const mote_seen_operator *op, mote_engine engine)
{
    return takes_types(v, op, combinations_of(op, engine));
}

void mote_verify_engine(mote_verifier *v, const mote_seen_operator *op)
{
    const char *combinations = combinations_of(op, v->engine);

    if (mote_engine_is_own(v->engine)) { /* types: rules.c */
        if (op->kind == MOTE_OP_COUNT || mote_tflite_newest_version(op->kind) == 0)
            tell_lack(v, op);
        return;
    }
    if (combinations[0] == '\0')
        tell_lack(v, op);
    else if (!takes_types(v, op, combinations))
        mote_tell_as(v, MOTE_FINDING_TYPES, MOTE_SEVERITY_ERROR, advice_on_types(v, op), mote_spot_operator(v, op, NULL),
                     "%s has no kernel for %s; there are: %s", engine_title(v->engine), show_types(v, op).text,
                     combinations);
}
