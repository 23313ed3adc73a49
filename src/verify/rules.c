/* Each operator's own rules, asked one by one: what its description in runtime/ops refuses. Whoever goes on behind a refusal
 * trusts what the file says of the outputs.
 *
 * The graph is not the reader's: it has a tensor for each of the file's, whether that is fit for use or not, and an operator
 * only while it is asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/tflite/operators.h"
#include "formats/tflite/types.h"
#include "ops/op.h"
#include "verify/verifier.h"

enum { CONSTANT_WORK_MAX = 1 << 26, OPERATOR_STEPS = 64, BYTES_A_STEP = 64 };

/* Memory that the file can justify, as in formats/tflite/reader.c. */
enum { MEMORY_PER_FILE_BYTE = 32, MEMORY_AT_LEAST = 16 << 20 };

typedef struct rules {
    mote_verifier *v;
    mote_model    *model;
    mote_graph    *graph;
    bool          *is_doubtful; /* of each tensor: what would have made it a constant failed */
    size_t         constant_work;
    mote_error    *err; /* want of memory */
} rules;

/* ---- tensors ---- */

static const mote_quant *copy_quantization(rules *r, const mote_seen_tensor *seen, mote_error *err)
{
    mote_quant *quant;
    uint32_t    i;

    if (seen->scale.count == 0)
        return NULL;
    quant =
        mote_quant_create(r->model, seen->scale.count == 1 ? -1 : seen->axis, (int32_t)seen->scale.count, NULL, NULL, err);
    for (i = 0; quant && i < seen->scale.count; i++) {
        const uint32_t zero = seen->zero_point.count > 1 ? i : 0;
        quant->scale[i] = mote_fb_element_f32(&seen->scale, i);
        quant->zero_point[i] = seen->zero_point.count > 0 ? (int32_t)mote_fb_element_i64(&seen->zero_point, zero) : 0;
    }
    return quant;
}

static bool has_open_batch(const mote_seen_tensor *seen)
{
    return seen->is_batched && !seen->is_const && !seen->is_variable && seen->rank > 0 && seen->dim[0] == 1;
}

static mote_status add_tensor(rules *r, const mote_seen_tensor *seen, mote_error *err)
{
    mote_tensor tensor = {.name = "", .rank = 1, .dim = {0}};

    if (seen->is_fit) {
        tensor.dtype = mote_tflite_type_read(seen->type);
        tensor.rank = seen->rank;
        memcpy(tensor.dim, seen->dim, sizeof tensor.dim);
        tensor.is_batched = has_open_batch(seen);
        tensor.kind = seen->is_const ? MOTE_CONST : seen->is_variable ? MOTE_STATE : MOTE_ACTIVATION;
        tensor.quant = copy_quantization(r, seen, err);
    }
    if (seen->is_fit && seen->is_const && err->code == MOTE_OK)
        tensor.data = mote_arena_copy(&r->model->arena, seen->bytes, seen->byte_count, 1, err);
    else if (seen->is_fit && !seen->is_variable && seen->maker == MOTE_MAKER_NONE && mote_seen_count(seen) == 0) {
        tensor.kind = MOTE_CONST; /* of no elements */
        tensor.data = mote_arena_alloc(&r->model->arena, 0, 1, err);
    }
    MOTE_TRY(err->code);
    return mote_graph_add_tensor(r->model, r->graph, &tensor, err) == MOTE_NONE ? err->code : MOTE_OK;
}

static mote_status add_tensors(rules *r, mote_error *err)
{
    uint32_t i;

    for (i = 0; i < r->v->tensors.count && mote_may_spend(r->v, OPERATOR_STEPS); i++)
        MOTE_TRY(add_tensor(r, &r->v->seen[i], err));
    r->is_doubtful = MOTE_NEW(&r->model->arena, bool, r->v->tensors.count, err);
    return err->code;
}

/* ---- operators ---- */

/* Operands by number; false: there are too many, or one is not fit. */
static bool take_operands(const rules *r, const mote_fb_vector *list, mote_id *ids, uint32_t most, int32_t *count)
{
    uint32_t i;

    if (list->count > most)
        return false;
    for (i = 0; i < list->count; i++) {
        ids[i] = mote_fb_element_i32(list, i);
        if (ids[i] >= 0 && !r->v->seen[ids[i]].is_fit)
            return false;
    }
    *count = (int32_t)list->count;
    while (*count > 0 && ids[*count - 1] == MOTE_NONE)
        --*count;
    return true;
}

static void read_attributes(rules *r, const mote_seen_operator *op, mote_node *node, mote_error *err)
{
    const bool is_custom = mote_ops[op->kind]->description->names;

    if (is_custom)
        mote_tflite_read_custom_options(&op->custom_options, node, err);
    else
        mote_tflite_read_options(&op->options, node, err);
    if (err->code == MOTE_OK)
        return;
    if (r->v->told[MOTE_FINDING_OPTION_RANGE] == 0 || is_custom)
        mote_tell(r->v, is_custom ? MOTE_FINDING_CUSTOM_OPTIONS : MOTE_FINDING_OPTION_RANGE,
                  mote_spot_operator(r->v, op, is_custom ? "custom_options" : "builtin_options"), "%s", err->text);
}

/* What follows from operands, against what the file says. Where a file leaves an output open, it follows; LiteRT works out
 * all of them, whatever the file says. */
static mote_status infer(rules *r, mote_node *node, mote_error *err)
{
    int32_t i;

    if (r->v->engine == MOTE_ENGINE_LITERT)
        return mote_op_infer(r->model, r->graph, node, err);
    for (i = 0; i < node->out_count; i++)
        if (r->v->seen[node->out[i]].is_open)
            return mote_op_infer(r->model, r->graph, node, err);
    return mote_op_verify_node(r->model, r->graph, node, err);
}

static size_t operand_bytes(const rules *r, const mote_node *node)
{
    size_t  bytes = 0;
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (mote_node_in(r->graph, node, i) && mote_node_in(r->graph, node, i)->kind == MOTE_CONST)
            bytes = mote_size_add(bytes, mote_tensor_bytes(mote_node_in(r->graph, node, i)));
    return bytes;
}

static mote_status prepare(rules *r, const mote_node *node, mote_error *err)
{
    mote_arena    arena = {.cap_bytes = r->model->arena.cap_bytes};
    mote_prepared prepared = {.arena = &arena};

    if (mote_may_spend(r->v, operand_bytes(r, node) / BYTES_A_STEP))
        mote_described_prepare(r->graph, node, &prepared, err);
    mote_may_spend(r->v, arena.used_bytes / BYTES_A_STEP); /* small operators may ask for large tables */
    mote_arena_destroy(&arena);
    return err->code;
}

static mote_severity severity_of(const rules *r, mote_status status)
{
    const bool is_others = r->v->engine == MOTE_ENGINE_LITERT && status != MOTE_ERR_FORMAT;

    return is_others ? MOTE_SEVERITY_WARNING : MOTE_SEVERITY_ERROR;
}

/* Without "operator 3 (CONV_2D): ", which stands before it already. */
static const char *reason_of(const rules *r, const mote_node *node, const mote_error *err)
{
    const mote_node_text shown = mote_node_show(r->graph, node);
    const size_t         length = strlen(shown.text);

    return strncmp(err->text, shown.text, length) == 0 && strncmp(err->text + length, ": ", 2) == 0 ? err->text + length + 2
                                                                                                    : err->text;
}

static void tell_refusal(rules *r, const mote_seen_operator *op, const mote_node *node, const mote_error *err)
{
    if (err->code == MOTE_ERR_MEMORY)
        mote_fail_if_memory(r->err, err);
    else
        mote_tell_as(r->v, MOTE_FINDING_RULE, severity_of(r, err->code), NULL, mote_spot_operator(r->v, op, NULL), "%s",
                     reason_of(r, node, err));
}

/* Types that engines.c cannot see: those of operands besides the two that name a combination. mote's rows are TensorFlow
 * Lite Micro's; LiteRT may have more. */
static void tell_no_row(rules *r, const mote_seen_operator *op, const char *reason)
{
    const char *shown = strstr(reason, "; `mote inspect"); /* which lists what mote has: not the answer for another engine */
    const int   length = shown ? (int)(shown - reason) : (int)strlen(reason);

    if (mote_engine_is_own(r->v->engine))
        mote_tell(r->v, MOTE_FINDING_TYPES, mote_spot_operator(r->v, op, NULL), "%s", reason);
    else if (mote_verify_engine_has(r->v, op, MOTE_ENGINE_TFLM) && mote_verify_engine_has(r->v, op, r->v->engine))
        mote_tell_as(r->v, MOTE_FINDING_TYPES,
                     r->v->engine == MOTE_ENGINE_TFLM ? MOTE_SEVERITY_ERROR : MOTE_SEVERITY_WARNING, NULL,
                     mote_spot_operator(r->v, op, NULL), "%.*s, as far as mote knows", length, reason);
}

/* NULL: there is no row of kernels. */
static const mote_op_row *find_row(rules *r, const mote_seen_operator *op, const mote_node *node)
{
    mote_error         err = {0};
    const mote_op_row *row = mote_op_find_row(r->graph, node, &err);

    if (!row)
        tell_no_row(r, op, reason_of(r, node, &err));
    if (row && op->version > 0 && op->version < row->version_min)
        mote_tell(r->v, MOTE_FINDING_VERSION_OLDER, mote_spot_operator(r->v, op, "operator_codes.version"),
                  "version %d; these types came with version %d", op->version, row->version_min);
    return row;
}

static mote_status settle(rules *r, mote_node *node, bool *is_computed, mote_error *err)
{
    MOTE_TRY(infer(r, node, err));
    MOTE_TRY(prepare(r, node, err));
    if (!mote_op_reads_constants_only(r->graph, node))
        return MOTE_OK;
    *is_computed = true;
    return mote_op_evaluate(r->model, r->graph, node, &r->constant_work, err);
}

/* False: refused. Outputs are then as the file has them. */
static bool check_rules(rules *r, const mote_seen_operator *op, mote_node *node, bool *is_computed)
{
    mote_tensor stored[MOTE_NODE_OUT_MAX];
    mote_error  err = {0};
    int32_t     i;

    read_attributes(r, op, node, &err);
    if (err.code != MOTE_OK || !find_row(r, op, node))
        return false; /* of another engine's combination mote knows no rules */
    for (i = 0; i < node->out_count; i++)
        stored[i] = r->graph->tensors[node->out[i]];
    if (settle(r, node, is_computed, &err) == MOTE_OK)
        return true;
    for (i = 0; i < node->out_count; i++)
        r->graph->tensors[node->out[i]] = stored[i];
    tell_refusal(r, op, node, &err);
    return false;
}

/* An operator's outputs might have been constants. */
static void doubt(rules *r, const mote_node *node)
{
    bool    is_doubtful = true;
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        is_doubtful &= node->in[i] < 0 || r->is_doubtful[node->in[i]] || r->v->seen[node->in[i]].is_const;
    for (i = 0; is_doubtful && i < node->out_count; i++)
        if (node->out[i] >= 0)
            r->is_doubtful[node->out[i]] = true;
}

static bool reads_doubtful(const rules *r, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (node->in[i] >= 0 && (r->is_doubtful[node->in[i]] || r->v->seen[node->in[i]].is_open))
            return true;
    return false;
}

/* Operators that run others, and variables, have no rules of their own here. */
static bool has_rules(const mote_seen_operator *op)
{
    return op->is_fit && op->kind != MOTE_OP_COUNT && mote_ops[op->kind]->description &&
           mote_tflite_newest_version(op->kind) > 0 && strcmp(op->name, "IF") != 0 && strcmp(op->name, "WHILE") != 0 &&
           strcmp(op->name, "CALL_ONCE") != 0;
}

static bool outputs_exist(const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++)
        if (node->out[i] < 0)
            return false;
    return true;
}

/* Whether outputs became constants. */
static bool check_operator(rules *r, const mote_seen_operator *op)
{
    mote_id    in[MOTE_NODE_IN_MAX], out[MOTE_NODE_OUT_MAX];
    mote_node *node = &r->graph->nodes[0];
    bool       is_computed = false;

    *node = (mote_node){.origin = (uint32_t)op->index, .in = in, .out = out, .op = op->kind};
    if (op->is_fit && take_operands(r, &op->inputs, in, MOTE_NODE_IN_MAX, &node->in_count) &&
        take_operands(r, &op->outputs, out, MOTE_NODE_OUT_MAX, &node->out_count) && outputs_exist(node) &&
        (!has_rules(op) || reads_doubtful(r, node) || !check_rules(r, op, node, &is_computed)))
        doubt(r, node);
    return is_computed;
}

static void check_operators(rules *r)
{
    mote_seen_operator op;
    uint32_t           i;

    for (i = 0; i < r->v->operators.count && r->err->code == MOTE_OK && mote_may_spend(r->v, OPERATOR_STEPS); i++) {
        const mote_arena_mark mark = mote_arena_get_mark(&r->model->arena);
        if (!mote_verify_read_operator(r->v, i, false, &op) || !check_operator(r, &op))
            mote_arena_release(&r->model->arena, mark);
    }
}

void mote_verify_rules(mote_verifier *v)
{
    const size_t cap = mote_size_add(mote_size_mul(v->file.count, MEMORY_PER_FILE_BYTE), MEMORY_AT_LEAST);
    mote_error   err = {0};
    rules        r = {.v = v, .constant_work = CONSTANT_WORK_MAX, .err = v->err};

    if (v->err->code != MOTE_OK || mote_model_create(&r.model, MOTE_STAGE_INFER, cap, v->err) != MOTE_OK)
        return;
    r.graph = &r.model->graphs[0];
    r.graph->nodes = MOTE_NEW(&r.model->arena, mote_node, 1, &err); /* the one that is asked */
    r.graph->node_count = 1;
    if (err.code == MOTE_OK && add_tensors(&r, &err) == MOTE_OK && r.graph->tensor_count == (int64_t)v->tensors.count)
        check_operators(&r);
    else if (mote_fail_if_memory(v->err, &err) == MOTE_OK && err.code != MOTE_OK)
        mote_tell(v, MOTE_FINDING_WORK, mote_spot_subgraph(v, NULL),
                  "its tensors share their values so often that they take "
                  "more memory than a file of this size should");
    mote_model_destroy(r.model);
}
