/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "verify/verifier.h"

static const struct {
    const char   *word, *advice;
    mote_severity severity;
} kinds[MOTE_FINDING_COUNT] = {
#define KIND(NAME, word, severity, advice) {word, advice, MOTE_SEVERITY_##severity},
#include "verify/kinds.def"
};

/* ---- where ---- */

mote_spot mote_spot_model(const char *field)
{
    return (mote_spot){-1, -1, -1, NULL, field};
}

mote_spot mote_spot_subgraph(const mote_verifier *v, const char *field)
{
    return (mote_spot){v->subgraph, -1, -1, NULL, field};
}

mote_spot mote_spot_tensor(const mote_verifier *v, int32_t tensor, const char *field)
{
    return (mote_spot){v->subgraph, -1, tensor, NULL, field};
}

mote_spot mote_spot_operator(const mote_verifier *v, const mote_seen_operator *op, const char *field)
{
    return (mote_spot){v->subgraph, op->index, -1, op->name, field};
}

mote_spot mote_spot_operand(const mote_verifier *v, const mote_seen_operator *op, const mote_fb_vector *list, uint32_t i)
{
    mote_spot spot = mote_spot_operator(v, op, list == &op->inputs ? "inputs" : "outputs");

    spot.tensor = i < list->count ? mote_fb_element_i32(list, i) : -1;
    if (spot.tensor < 0 || (uint32_t)spot.tensor >= v->tensors.count)
        spot.tensor = -1;
    return spot;
}

/* Damage there is told where tensors are read. */
static mote_shown show_tensor(const mote_verifier *v, int32_t tensor)
{
    mote_error     ignored = {0};
    mote_fb_table  table;
    mote_fb_string name;

    if (tensor < 0 || (uint32_t)tensor >= v->tensors.count)
        return (mote_shown){""};
    table = mote_fb_element_table(&v->tensors, (uint32_t)tensor, "Tensor", &ignored);
    name = mote_fb_string_at(&table, tensor_name, &ignored);
    return mote_show(name.text, name.count);
}

/* ---- telling ---- */

/* Room for one more; NULL: there is none. */
static mote_finding *make_room(mote_verifier *v)
{
    mote_verification *out = v->out;
    mote_finding      *more;

    if (out->count == v->capacity) {
        v->capacity = v->capacity ? 2 * v->capacity : 16;
        if (!(more = MOTE_NEW(v->arena, mote_finding, v->capacity, v->err)))
            return NULL;
        if (out->count > 0)
            memcpy(more, out->findings, (size_t)out->count * sizeof *more);
        out->findings = more;
    }
    return (mote_finding *)&out->findings[out->count];
}

static void count_severity(mote_verification *out, mote_severity severity)
{
    out->errors += severity == MOTE_SEVERITY_ERROR;
    out->warnings += severity == MOTE_SEVERITY_WARNING;
    out->notes += severity == MOTE_SEVERITY_NOTE;
}

static void add(mote_verifier *v, mote_finding_kind kind, mote_severity severity, const char *advice, mote_spot spot,
                const char *reason)
{
    char          clean[MOTE_ERROR_TEXT];
    mote_finding *finding;

    count_severity(v->out, severity);
    if (v->told[kind]++ >= MOTE_FINDINGS_OF_A_KIND) {
        v->out->left_out++;
        return;
    }
    if (v->err->code != MOTE_OK || !(finding = make_room(v)))
        return;
    mote_clean_line(clean, sizeof clean, reason);
    *finding = (mote_finding){.severity = severity,
                              .kind = kinds[kind].word,
                              .subgraph = spot.subgraph,
                              .operator_index = spot.operator_index,
                              .tensor = spot.tensor,
                              .field = spot.field ? spot.field : "",
                              .advice = advice ? advice : kinds[kind].advice};
    finding->operator_name = mote_arena_strdup(v->arena, spot.operator_name ? spot.operator_name : "", v->err);
    finding->tensor_name = mote_arena_strdup(v->arena, show_tensor(v, spot.tensor).text, v->err);
    finding->reason = mote_arena_strdup(v->arena, clean, v->err);
    v->out->count += v->err->code == MOTE_OK;
}

void mote_tell(mote_verifier *v, mote_finding_kind kind, mote_spot spot, const char *format, ...)
{
    char    reason[MOTE_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    mote_format_list(reason, sizeof reason, format, args);
    va_end(args);
    add(v, kind, kinds[kind].severity, NULL, spot, reason);
}

void mote_tell_as(mote_verifier *v, mote_finding_kind kind, mote_severity severity, const char *advice, mote_spot spot,
                  const char *format, ...)
{
    char    reason[MOTE_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    mote_format_list(reason, sizeof reason, format, args);
    va_end(args);
    add(v, kind, severity, advice, spot, reason);
}

bool mote_tell_broken(mote_verifier *v, mote_spot spot, mote_error *err)
{
    if (err->code == MOTE_OK)
        return false;
    add(v, MOTE_FINDING_BROKEN, MOTE_SEVERITY_ERROR, NULL, spot, err->text);
    mote_error_clear(err);
    return true;
}

bool mote_may_spend(mote_verifier *v, uint64_t steps)
{
    if (v->work_left >= steps) {
        v->work_left -= steps;
        return true;
    }
    v->work_left = 0;
    if (v->told[MOTE_FINDING_WORK] == 0)
        mote_tell(v, MOTE_FINDING_WORK, mote_spot_model(NULL),
                  "its tables refer to the same parts so often that looking at all of them takes too long; the rest was not "
                  "looked at");
    return false;
}
