/* Subgraphs that operators run: whether they exist, take what they are given, and end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/tflite/types.h"
#include "verify/verifier.h"

/* ---- one call ---- */

/* The inputs and outputs of a subgraph, with the types of its tensors. */
typedef struct callee {
    mote_fb_vector tensors, inputs, outputs;
    const char    *role; /* "then" */
} callee;

static callee open_callee(const mote_verifier *v, uint32_t index, const char *role)
{
    mote_error    ignored = {0}; /* told where that subgraph is looked at */
    mote_fb_table graph = mote_fb_element_table(&v->subgraphs, index, "SubGraph", &ignored);

    return (callee){mote_fb_vector_at(&graph, subgraph_tensors, 4, &ignored),
                    mote_fb_vector_at(&graph, subgraph_inputs, 4, &ignored),
                    mote_fb_vector_at(&graph, subgraph_outputs, 4, &ignored), role};
}

/* The type of an end; -1: it has none that can be read. */
static int8_t type_of_end(const callee *c, const mote_fb_vector *ends, uint32_t i)
{
    mote_error    ignored = {0};
    const int32_t id = mote_fb_element_i32(ends, i);
    mote_fb_table table;

    if (id < 0 || (uint32_t)id >= c->tensors.count)
        return -1;
    table = mote_fb_element_table(&c->tensors, (uint32_t)id, "Tensor", &ignored);
    return mote_fb_i8(&table, tensor_type, TFLITE_FLOAT32, &ignored);
}

static const char *show_type(int8_t type)
{
    const char *name = mote_tflite_type_name(type);

    return name ? name : "of no type";
}

/* operands [first, ...) of the operator against the callee's ends. */
static void compare_ends(mote_verifier *v, const mote_seen_operator *op, const callee *c, const mote_fb_vector *operands,
                         uint32_t first, const mote_fb_vector *ends)
{
    const char    *what = ends == &c->inputs ? "inputs" : "outputs";
    const uint32_t count = operands->count > first ? operands->count - first : 0;
    uint32_t       i;

    if (count != ends->count) {
        mote_tell(v, MOTE_FINDING_SUBGRAPH_OPERANDS, mote_spot_operator(v, op, what), "it has %u, and its %s subgraph %u",
                  count, c->role, ends->count);
        return;
    }
    for (i = 0; i < count && mote_may_spend(v, 2); i++) {
        const mote_seen_tensor *seen = mote_seen_operand(v, operands, first + i);
        const int8_t            type = type_of_end(c, ends, i);
        if (seen && type >= 0 && seen->type != type)
            mote_tell(v, MOTE_FINDING_SUBGRAPH_OPERANDS, mote_spot_operator(v, op, what),
                      "number %u is %s, and of its %s subgraph %s", i, show_type(seen->type), c->role, show_type(type));
    }
}

static void check_if(mote_verifier *v, const mote_seen_operator *op, uint32_t index, const char *role)
{
    const callee c = open_callee(v, index, role);

    compare_ends(v, op, &c, &op->inputs, 1, &c.inputs);
    compare_ends(v, op, &c, &op->outputs, 0, &c.outputs);
}

static void check_body(mote_verifier *v, const mote_seen_operator *op, uint32_t index)
{
    const callee c = open_callee(v, index, "body");

    compare_ends(v, op, &c, &op->inputs, 0, &c.inputs);
    compare_ends(v, op, &c, &op->outputs, 0, &c.outputs);
}

static void check_condition(mote_verifier *v, const mote_seen_operator *op, uint32_t index)
{
    const callee c = open_callee(v, index, "cond");

    compare_ends(v, op, &c, &op->inputs, 0, &c.inputs);
    if (c.outputs.count != 1 || type_of_end(&c, &c.outputs, 0) != TFLITE_BOOL)
        mote_tell(v, MOTE_FINDING_SUBGRAPH_OPERANDS, mote_spot_operator(v, op, "cond_subgraph_index"),
                  "the condition has %u outputs%s; one of bool expected", c.outputs.count,
                  c.outputs.count == 1 ? ", which is not bool" : "");
}

static void check_call_once(mote_verifier *v, const mote_seen_operator *op, uint32_t index)
{
    const callee c = open_callee(v, index, "init");

    if (c.inputs.count + c.outputs.count > 0)
        mote_tell(v, MOTE_FINDING_SUBGRAPH_OPERANDS, mote_spot_operator(v, op, "init_subgraph_index"),
                  "its subgraph has %u inputs and %u outputs; none expected", c.inputs.count, c.outputs.count);
}

static void check_callee(mote_verifier *v, const mote_seen_operator *op, const char *field, uint32_t index)
{
    if (strcmp(field, "then_subgraph_index") == 0)
        check_if(v, op, index, "then");
    else if (strcmp(field, "else_subgraph_index") == 0)
        check_if(v, op, index, "else");
    else if (strcmp(op->name, "WHILE") == 0 && strcmp(field, "body_subgraph_index") == 0)
        check_body(v, op, index);
    else if (strcmp(op->name, "WHILE") == 0)
        check_condition(v, op, index);
    else if (strcmp(field, "init_subgraph_index") == 0)
        check_call_once(v, op, index);
}

/* ---- all calls ---- */

static void add_call(mote_verifier *v, uint32_t to)
{
    mote_call_edge *more;

    if (v->call_count == v->call_capacity) {
        v->call_capacity = v->call_capacity ? 2 * v->call_capacity : 16;
        if (!(more = MOTE_NEW(v->arena, mote_call_edge, v->call_capacity, v->err)))
            return;
        if (v->call_count > 0)
            memcpy(more, v->calls, v->call_count * sizeof *more);
        v->calls = more;
    }
    if (v->err->code == MOTE_OK)
        v->calls[v->call_count++] = (mote_call_edge){(uint32_t)v->subgraph, to};
}

static bool names_subgraph(const char *field)
{
    static const char ending[] = "subgraph_index";
    const size_t      length = strlen(field);

    return length >= sizeof ending - 1 && strcmp(field + length - (sizeof ending - 1), ending) == 0;
}

static void check_call(mote_verifier *v, const mote_seen_operator *op, mote_fb_field field, const char *field_word)
{
    mote_error    err = {0};
    const int32_t index = mote_fb_i32(&op->options, field, 0, &err);

    if (mote_tell_broken(v, mote_spot_operator(v, op, field_word), &err))
        return;
    if (index < 0 || (uint32_t)index >= v->subgraphs.count) {
        mote_tell(v, MOTE_FINDING_SUBGRAPH_INDEX, mote_spot_operator(v, op, field_word), "subgraph %d of %u", index,
                  v->subgraphs.count);
        return;
    }
    add_call(v, (uint32_t)index);
    check_callee(v, op, field.name, (uint32_t)index);
}

void mote_verify_calls(mote_verifier *v, const mote_seen_operator *op)
{
    static const char *const words[] = {"then_subgraph_index", "else_subgraph_index", "cond_subgraph_index",
                                        "body_subgraph_index", "init_subgraph_index"};
    const uint32_t           count = op->builtin ? mote_options_count(op->builtin->options) : 0;
    uint32_t                 i, k;

    for (i = 0; i < count; i++) {
        const mote_field_name name = mote_options_field(op->builtin->options, i);
        const char           *word = "builtin_options"; /* what findings may keep */
        if (!names_subgraph(name.text))
            continue;
        for (k = 0; k < sizeof words / sizeof *words; k++)
            word = strcmp(words[k], name.text) == 0 ? words[k] : word;
        check_call(v, op, (mote_fb_field){(uint16_t)i, name.text}, word);
    }
}

/* ---- cycles ---- */

/* A subgraph ends whose calls all end; what is left over when no more can be found calls itself. Rounds, for few are nested
 * deeply; that there are no more than subgraphs, and that they are paid for, bounds them. */
static void find_ending(mote_verifier *v, bool *ends)
{
    bool     is_changed = true;
    uint32_t i, from;
    bool    *waits = MOTE_NEW(&v->scratch, bool, v->subgraphs.count, v->err);

    while (waits && is_changed && mote_may_spend(v, (uint64_t)v->subgraphs.count + v->call_count)) {
        is_changed = false;
        memset(waits, 0, v->subgraphs.count * sizeof *waits);
        for (i = 0; i < v->call_count; i++)
            waits[v->calls[i].from] |= !ends[v->calls[i].to];
        for (from = 0; from < v->subgraphs.count; from++) {
            is_changed |= !ends[from] && !waits[from];
            ends[from] |= !waits[from];
        }
    }
}

static bool *mark_reached(mote_verifier *v)
{
    bool          *is_reached = MOTE_NEW(&v->scratch, bool, v->subgraphs.count, v->err);
    mote_error     ignored = {0}; /* told with the container */
    mote_fb_vector signatures = mote_fb_vector_at(&v->root, model_signatures, 4, &ignored);
    uint32_t       i;

    if (!is_reached)
        return NULL;
    is_reached[0] = true;
    for (i = 0; i < v->call_count; i++)
        is_reached[v->calls[i].to] = true;
    for (i = 0; i < signatures.count && mote_may_spend(v, 4); i++) {
        mote_fb_table  table = mote_fb_element_table(&signatures, i, "SignatureDef", &ignored);
        const uint32_t index = mote_fb_u32(&table, signature_subgraph, 0, &ignored);
        if (index < v->subgraphs.count)
            is_reached[index] = true;
    }
    return is_reached;
}

void mote_verify_subgraphs_called(mote_verifier *v)
{
    bool    *ends = MOTE_NEW(&v->scratch, bool, v->subgraphs.count, v->err);
    bool    *is_reached = ends ? mark_reached(v) : NULL;
    uint32_t i;

    if (!is_reached)
        return;
    find_ending(v, ends);
    for (i = 0; i < v->subgraphs.count && v->work_left > 0; i++) {
        v->subgraph = (int32_t)i;
        if (!ends[i])
            mote_tell(v, MOTE_FINDING_SUBGRAPH_CYCLE, mote_spot_subgraph(v, "operators"),
                      "running it never ends: the subgraphs that it runs run each other in a circle");
        if (!is_reached[i])
            mote_tell(v, MOTE_FINDING_SUBGRAPH_UNUSED, mote_spot_subgraph(v, NULL),
                      "no operator runs it, and no signature names it");
    }
}
