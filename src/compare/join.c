/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/join.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <mote/evaluate.h>

#include "base/index.h"

/* One of the two models. */
typedef struct side {
    const mote_graph *graph;
    int32_t          *maker;   /* [tensor_count]: 1 + the node that computes it; 0: none does */
    mote_id          *partner; /* [tensor_count]: in the other; MOTE_NONE: none yet */
    mote_index        by_name; /* tensors that nodes compute, in the order of their nodes */
} side;

typedef struct joining {
    const mote_model *model_a, *model_b;
    side              a, b;
    mote_arena       *arena;
} joining;

size_t mote_join_full_count(const mote_tensor *tensor)
{
    const size_t count = mote_tensor_count(tensor);

    if (!tensor->narrowing)
        return count;
    return count / (size_t)tensor->dim[tensor->rank - 1] * (size_t)tensor->narrowing->channels;
}

static uint64_t hash_of(const char *text, size_t length)
{
    return mote_hash_bytes(MOTE_HASH_SEED, text, length);
}

/* ONNX files that tf2onnx wrote have TensorFlow's names with ":0" behind them. */
static size_t name_length(const char *name)
{
    const size_t length = strlen(name);

    return length > 2 && strcmp(name + length - 2, ":0") == 0 ? length - 2 : length;
}

static mote_status open_side(side *s, const mote_graph *graph, mote_arena *arena, mote_error *err)
{
    int32_t n, i;

    *s = (side){.graph = graph,
                .maker = MOTE_NEW(arena, int32_t, graph->tensor_count, err),
                .partner = MOTE_NEW(arena, mote_id, graph->tensor_count, err)};
    if (err->code != MOTE_OK)
        return err->code;
    for (i = 0; i < graph->tensor_count; i++)
        s->partner[i] = MOTE_NONE;
    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].out_count; i++) {
            const mote_id id = graph->nodes[n].out[i];
            const char   *name = id == MOTE_NONE ? "" : graph->tensors[id].name;
            if (id == MOTE_NONE)
                continue;
            s->maker[id] = 1 + n;
            if (name[0] && !mote_index_add(&s->by_name, hash_of(name, name_length(name)), id))
                return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
        }
    return MOTE_OK;
}

/* Its channels were multiplied with factors of their own: there is nothing to compare. */
static bool is_equalized(const mote_tensor *tensor)
{
    const size_t length = strlen(tensor->name), end = sizeof MOTE_EQUALIZED - 1;

    return length >= end && strcmp(tensor->name + length - end, MOTE_EQUALIZED) == 0;
}

static bool is_free(const side *s, mote_id id)
{
    return id != MOTE_NONE && s->maker[id] > 0 && s->partner[id] == MOTE_NONE && !is_equalized(&s->graph->tensors[id]);
}

static bool can_join(const joining *j, mote_id a, mote_id b)
{
    return is_free(&j->a, a) && is_free(&j->b, b) &&
           mote_join_full_count(&j->a.graph->tensors[a]) == mote_join_full_count(&j->b.graph->tensors[b]);
}

static void join(joining *j, mote_id a, mote_id b)
{
    j->a.partner[a] = b;
    j->b.partner[b] = a;
}

/* ---- equal names, and outputs ---- */

static void join_equal_names(joining *j)
{
    mote_id a;
    int32_t at;

    for (a = 0; a < j->a.graph->tensor_count; a++) {
        const char *name = j->a.graph->tensors[a].name;
        if (!name[0])
            continue;
        for (at = mote_index_first(&j->b.by_name, hash_of(name, name_length(name))); at >= 0;
             at = mote_index_next(&j->b.by_name, at)) {
            const mote_id b = mote_index_value(&j->b.by_name, at);
            if (strcmp(j->b.graph->tensors[b].name, name) == 0 && can_join(j, a, b)) {
                join(j, a, b);
                break;
            }
        }
    }
}

static void join_outputs(joining *j)
{
    const mote_graph *a = j->a.graph, *b = j->b.graph;
    int32_t           order[MOTE_NODE_OUT_MAX], i;

    if (a->output_count > MOTE_NODE_OUT_MAX || !mote_match_outputs(order, j->model_a, j->model_b))
        return;
    for (i = 0; i < a->output_count; i++)
        if (can_join(j, a->outputs[i], b->outputs[order[i]]))
            join(j, a->outputs[i], b->outputs[order[i]]);
}

/* ---- layers and paths ---- */

/* How paths are read: whose names are paths, and whether each of their components has Keras 3's number behind it. */
typedef struct reading {
    const side *paths, *layers;
    bool        is_numbered;
} reading;

enum { PATH_MAX = 512, COMPONENTS_MAX = 32 };

/* A path, component by component. */
typedef struct path {
    char   text[PATH_MAX];
    size_t begin[COMPONENTS_MAX], end[COMPONENTS_MAX];
    int    count;
} path;

static size_t without_number(const char *component, size_t length)
{
    size_t end = length;

    while (end > 0 && isdigit((unsigned char)component[end - 1]))
        end--;
    return end < length && end > 1 && component[end - 1] == '_' ? end - 1 : length;
}

/* False of what is no path that a converter writes. */
static bool read_path(path *out, const char *text, size_t length, bool is_numbered)
{
    size_t at = 0, used = 0;

    out->count = 0;
    while (at < length) {
        const char  *slash = memchr(text + at, '/', length - at);
        const size_t whole = (slash ? (size_t)(slash - text) : length) - at;
        const size_t kept = is_numbered ? without_number(text + at, whole) : whole;
        if (out->count == COMPONENTS_MAX || used + kept + 1 > sizeof out->text)
            return false;
        if (out->count > 0)
            out->text[used++] = '/';
        out->begin[out->count] = used;
        memcpy(out->text + used, text + at, kept);
        used += kept;
        out->end[out->count++] = used;
        at += whole + 1;
    }
    return true;
}

/* The last tensor that is called so; MOTE_NONE where none is. */
static mote_id find_layer(const side *layers, const char *name, size_t length)
{
    mote_id found = MOTE_NONE;
    int32_t at;

    for (at = mote_index_first(&layers->by_name, hash_of(name, length)); at >= 0;
         at = mote_index_next(&layers->by_name, at)) {
        const mote_id id = mote_index_value(&layers->by_name, at);
        const char   *its = layers->graph->tensors[id].name;
        if (name_length(its) == length && memcmp(its, name, length) == 0)
            found = id;
    }
    return found;
}

/* The layer of the longest name that the path leads through: of `net/inner/dense/MatMul` it is `inner/dense`, not `dense`.
 */
static mote_id find_on_path(const side *layers, const path *p)
{
    int length, first;

    for (length = p->count; length > 0; length--)
        for (first = 0; first + length <= p->count; first++) {
            const size_t begin = p->begin[first], end = p->end[first + length - 1];
            mote_id      id = find_layer(layers, p->text + begin, end - begin);
            if (id != MOTE_NONE)
                return id;
        }
    return MOTE_NONE;
}

/* Of all layers that the paths name, the one that is computed last: the others became a part of it. */
static mote_id find_named(const reading *r, const char *name)
{
    mote_id found = MOTE_NONE, id;
    path    p;

    for (; *name; name += *name == ';') {
        const size_t length = strcspn(name, ";");
        if (read_path(&p, name, length, r->is_numbered) && (id = find_on_path(r->layers, &p)) != MOTE_NONE &&
            (found == MOTE_NONE || r->layers->maker[id] > r->layers->maker[found]))
            found = id;
        name += length;
    }
    return found;
}

static bool converts(const mote_node *node)
{
    return node->op == MOTE_OP_QUANTIZE || node->op == MOTE_OP_DEQUANTIZE;
}

/* The node that computes it, or what it is only converted from. */
static const mote_node *real_maker(const side *s, mote_id id)
{
    const mote_node *node = &s->graph->nodes[s->maker[id] - 1];

    while (converts(node) && node->in[0] != MOTE_NONE && s->maker[node->in[0]] > 0)
        node = &s->graph->nodes[s->maker[node->in[0]] - 1];
    return node;
}

static bool is_zero(const mote_tensor *constant)
{
    const unsigned char *bytes = constant->data;
    size_t               i, count = mote_tensor_bytes(constant);

    for (i = 0; bytes && i < count; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* A sum of products with a bias that is not 0. */
static bool has_bias(const side *s, mote_id id)
{
    const mote_node   *node = real_maker(s, id);
    const mote_tensor *bias = node->in_count > 2 && node->in[2] != MOTE_NONE ? &s->graph->tensors[node->in[2]] : NULL;

    return bias && bias->kind == MOTE_CONST && !is_zero(bias);
}

static bool sums(const side *s, mote_id id)
{
    const mote_op_kind op = real_maker(s, id)->op;

    return op == MOTE_OP_FULLY_CONNECTED || op == MOTE_OP_CONV_2D || op == MOTE_OP_DEPTHWISE_CONV_2D;
}

/* One is the other without its bias. */
static bool differ_by_bias(const side *s, mote_id id, const side *other, mote_id its)
{
    return sums(s, id) && sums(other, its) && has_bias(s, id) != has_bias(other, its);
}

/* Not what is only given in another scale. */
static bool is_layers_end(const reading *r, mote_id id, mote_id layer)
{
    const mote_node *node = &r->paths->graph->nodes[r->paths->maker[id] - 1];

    return !(converts(node) && r->paths->maker[node->in[0]] > 0) && !differ_by_bias(r->layers, layer, r->paths, id);
}

/* partner[tensor of paths]: its layer. Last ones first, so that of several paths through a layer the last is it. How many.
 */
static int32_t match_paths(const joining *j, const reading *r, mote_id *partner, bool *is_taken)
{
    const bool        are_of_b = r->paths == &j->b;
    const mote_graph *graph = r->paths->graph;
    int32_t           count = 0, n, i;

    memset(is_taken, 0, (size_t)r->layers->graph->tensor_count * sizeof *is_taken);
    for (i = 0; i < graph->tensor_count; i++)
        partner[i] = MOTE_NONE;
    for (n = graph->node_count - 1; n >= 0; n--)
        for (i = 0; i < graph->nodes[n].out_count; i++) {
            const mote_id id = graph->nodes[n].out[i];
            const mote_id layer = is_free(r->paths, id) ? find_named(r, graph->tensors[id].name) : MOTE_NONE;
            if (layer == MOTE_NONE || is_taken[layer] || !is_layers_end(r, id, layer) ||
                !(are_of_b ? can_join(j, layer, id) : can_join(j, id, layer)))
                continue;
            partner[id] = layer;
            is_taken[layer] = true;
            count++;
        }
    return count;
}

/* Names alone do not say how they are to be read (`dense_1` is Keras 2's second layer and Keras 3's first): the reading by
 * which most are joined is the right one. */
static mote_status join_paths(joining *j, mote_error *err)
{
    const reading readings[] = {{&j->b, &j->a, false}, {&j->a, &j->b, false}, {&j->b, &j->a, true}, {&j->a, &j->b, true}};
    const int32_t most =
        j->a.graph->tensor_count > j->b.graph->tensor_count ? j->a.graph->tensor_count : j->b.graph->tensor_count;
    mote_id *partner = MOTE_NEW(j->arena, mote_id, most, err), id;
    bool    *is_taken = MOTE_NEW(j->arena, bool, most, err);
    int32_t  best = 0, best_count = 0;
    size_t   i;

    if (!partner || !is_taken)
        return err->code;
    for (i = 0; i < sizeof readings / sizeof *readings; i++) {
        const int32_t count = match_paths(j, &readings[i], partner, is_taken);
        if (count > best_count) {
            best_count = count;
            best = (int32_t)i;
        }
    }
    if (best_count == 0)
        return MOTE_OK;
    match_paths(j, &readings[best], partner, is_taken);
    for (id = 0; id < readings[best].paths->graph->tensor_count; id++)
        if (partner[id] != MOTE_NONE)
            readings[best].paths == &j->b ? join(j, partner[id], id) : join(j, id, partner[id]);
    return MOTE_OK;
}

/* ---- what joined operators read ---- */

/* The only operand that is computed and not joined; MOTE_NONE where there are none or several. */
static mote_id only_free_operand(const side *s, const mote_node *node)
{
    mote_id found = MOTE_NONE;
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (node->in[i] != found && is_free(s, node->in[i])) {
            if (found != MOTE_NONE)
                return MOTE_NONE;
            found = node->in[i];
        }
    return found;
}

/* From the last operator to the first: what is joined on the way is followed, too. */
static void join_operands(joining *j)
{
    const mote_graph *graph = j->a.graph;
    int32_t           n, i;

    for (n = graph->node_count - 1; n >= 0; n--)
        for (i = 0; i < graph->nodes[n].out_count; i++) {
            const mote_id    id = graph->nodes[n].out[i], other = id == MOTE_NONE ? MOTE_NONE : j->a.partner[id];
            const mote_node *a, *b;
            mote_id          in_a, in_b;
            if (other == MOTE_NONE)
                continue;
            a = real_maker(&j->a, id);
            b = real_maker(&j->b, other);
            if (a->op != b->op || a->activation != b->activation)
                continue;
            in_a = only_free_operand(&j->a, a);
            in_b = only_free_operand(&j->b, b);
            if (can_join(j, in_a, in_b) && !differ_by_bias(&j->a, in_a, &j->b, in_b))
                join(j, in_a, in_b);
        }
}

/* ---- all of it ---- */

static mote_status join_all(joining *j, mote_error *err)
{
    join_equal_names(j);
    join_outputs(j);
    MOTE_TRY(join_paths(j, err));
    join_operands(j);
    return MOTE_OK;
}

mote_status mote_join_tensors(mote_join *out, const mote_model *a, const mote_model *b, mote_arena *arena, mote_error *err)
{
    joining j = {.model_a = a, .model_b = b, .arena = arena};
    mote_id id;

    *out = (mote_join){0};
    if (open_side(&j.a, &a->graphs[0], arena, err) == MOTE_OK && open_side(&j.b, &b->graphs[0], arena, err) == MOTE_OK &&
        join_all(&j, err) == MOTE_OK) {
        out->b = j.a.partner;
        for (id = 0; id < j.a.graph->tensor_count; id++)
            out->count += j.a.partner[id] != MOTE_NONE;
    }
    mote_index_free(&j.a.by_name);
    mote_index_free(&j.b.by_name);
    return err->code;
}

/* ---- outputs ---- */

/* order[]: which of b's each of a's is; false where one has no partner, or two have the same. */
static bool match(int32_t *order, int32_t count, const mote_model *a, const mote_model *b, bool are_numbered)
{
    char    number[32];
    int32_t i, k;

    for (i = 0; i < count; i++) {
        snprintf(number, sizeof number, "output_%d", i);
        order[i] = mote_model_find_output(b, are_numbered ? number : mote_model_output(a, i).name);
        for (k = 0; k < i; k++)
            if (order[k] == order[i])
                return false;
        if (order[i] < 0)
            return false;
    }
    return true;
}

bool mote_match_outputs(int32_t *order, const mote_model *a, const mote_model *b)
{
    const int32_t count = mote_model_output_count(a);
    int32_t       found[MOTE_TARGETS_MAX], i;

    if (count != mote_model_output_count(b))
        return false;
    for (i = 0; i < count; i++)
        order[i] = i;
    if (count < 2 || count > MOTE_TARGETS_MAX || match(order, count, a, b, false) || match(order, count, a, b, true))
        return true;
    if (match(found, count, b, a, true)) {
        for (i = 0; i < count; i++)
            order[found[i]] = i;
        return true;
    }
    for (i = 0; i < count; i++)
        order[i] = i;
    return true;
}
