/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tensorflow/flatten.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Functions within functions, and nodes when all of them stand where they are called. */
enum { DEPTH_MAX = 32, NODES_MAX = 1 << 18 };

typedef struct list {
    mote_import_node *nodes;
    int32_t           count, capacity;
} list;

typedef struct flattener {
    const mote_tf_file      *file;
    const mote_tf_signature *signature;
    mote_arena              *arena;
    mote_index               names; /* of values: their places in used */
    const char             **used;
    int32_t                  used_count, used_capacity;
    const char             **keys; /* of each node: what its variable is called in the checkpoint; NULL: nobody says */
    int32_t                  made;
    mote_error              *err;
} flattener;

/* What a loop of TensorFlow 1 takes from around it. */
typedef struct captures {
    const char **inside, **outside;
    int32_t      count, capacity;
} captures;

typedef enum state { UNSEEN = 0, BEGUN, DONE } state;

/* One place where a function's nodes stand. */
typedef struct scope {
    flattener              *f;
    const mote_tf_function *of;
    struct scope           *around;
    const char             *prefix;
    const char *const      *args;
    list                   *to;
    uint8_t                *states;   /* of each of its nodes */
    const char           ***results;  /* of each of its nodes: the values of its outputs; NULL: named as usual */
    int32_t                *counts;   /* of each of its nodes: how many outputs results has */
    captures               *captured; /* NULL: it is no loop of TensorFlow 1 */
    int32_t                 depth;
} scope;

static bool failed(const flattener *f)
{
    return f->err->code != MOTE_OK;
}

static bool is_op(const mote_tf_node *node, const char *op)
{
    return strcmp(node->op, op) == 0;
}

static void refuse(flattener *f, const mote_tf_node *node, const char *what)
{
    if (!failed(f))
        mote_fail(f->err, MOTE_ERR_UNSUPPORTED, "node \"%s\" (%s): %s", mote_show_string(node->name).text,
                  mote_show_string(node->op).text, what);
}

static void wrong(flattener *f, const char *what, const char *name)
{
    if (!failed(f))
        mote_fail(f->err, MOTE_ERR_FORMAT, "%s \"%s\"", what, mote_show_string(name).text);
}

/* ---- references ---- */

/* "node:output:1" and its shorter forms. */
typedef struct reference {
    const char *name, *output;
    size_t      length, output_length;
    int64_t     number;
    bool        is_control;
} reference;

static reference parse_reference(const char *text)
{
    reference   r = {.is_control = text[0] == '^'};
    const char *colon;

    r.name = text + r.is_control;
    r.length = strcspn(r.name, ":");
    colon = r.name + r.length;
    if (*colon == ':' && !(colon[1] >= '0' && colon[1] <= '9')) {
        r.output = colon + 1;
        r.output_length = strcspn(r.output, ":");
        colon = r.output + r.output_length;
    }
    if (*colon == ':')
        r.number = strtol(colon + 1, NULL, 10);
    return r;
}

/* Where an output of several begins; all others have one, or a list of them. */
static int32_t first_of(const mote_tf_node *node, const reference *r)
{
    static const struct {
        const char *op, *output;
        int32_t     first;
    } outputs[] = {
        {"TopK", "indices", 1},
        {"TopKV2", "indices", 1},
        {"FusedBatchNorm", "batch_mean", 1},
        {"FusedBatchNorm", "batch_variance", 2},
        {"FusedBatchNormV2", "batch_mean", 1},
        {"FusedBatchNormV2", "batch_variance", 2},
        {"FusedBatchNormV3", "batch_mean", 1},
        {"FusedBatchNormV3", "batch_variance", 2},
        {"TensorArrayV3", "flow", 1},
        {"TensorListPopBack", "tensor", 1},
        {"Switch", "output_true", 1},
        {"Unique", "idx", 1},
    };
    size_t i;

    for (i = 0; r->output && i < sizeof outputs / sizeof *outputs; i++)
        if (is_op(node, outputs[i].op) && strlen(outputs[i].output) == r->output_length &&
            memcmp(outputs[i].output, r->output, r->output_length) == 0)
            return outputs[i].first;
    return 0;
}

static int64_t int_of(const mote_tf_node *node, const char *name, int64_t standard)
{
    const mote_import_attribute *a = mote_tf_attribute(node, name);

    return a ? a->i : standard;
}

static int32_t list_of(const mote_tf_node *node, const char *name)
{
    const mote_import_attribute *a = mote_tf_attribute(node, name);

    return a ? a->int_count : 0;
}

static int32_t count_outputs(flattener *f, const mote_tf_node *node)
{
    const char *op = node->op;
    int64_t     count = 1;

    if (strcmp(op, "Split") == 0 || strcmp(op, "SplitV") == 0)
        count = int_of(node, "num_split", 1);
    else if (strcmp(op, "Unpack") == 0)
        count = int_of(node, "num", 1);
    else if (strncmp(op, "FusedBatchNorm", 14) == 0)
        count = 6;
    else if (strcmp(op, "TopK") == 0 || strcmp(op, "TopKV2") == 0 || strcmp(op, "TensorArrayV3") == 0 ||
             strcmp(op, "TensorListPopBack") == 0 || strcmp(op, "Unique") == 0)
        count = 2;
    else if (strcmp(op, "IdentityN") == 0 || strcmp(op, "While") == 0 || strcmp(op, "StatelessWhile") == 0)
        count = list_of(node, "T");
    else if (strcmp(op, "If") == 0 || strcmp(op, "StatelessIf") == 0)
        count = list_of(node, "Tout");
    if (count < 0 || count > 1 << 16)
        refuse(f, node, "that many outputs");
    return failed(f) ? 0 : (int32_t)count;
}

static const mote_tf_node *node_at(const scope *s, int32_t n)
{
    return &s->f->file->nodes[s->of->first + n];
}

/* The number of the node within its function; -1: it is an argument, whose number is *arg. */
static int32_t target_of(const scope *s, const reference *r, int32_t *arg)
{
    const int32_t found = mote_tf_find_node(s->f->file, s->of, r->name, r->length);

    if (found >= 0)
        return found - s->of->first;
    for (*arg = 0; *arg < s->of->arg_count; ++*arg)
        if (strncmp(s->of->args[*arg], r->name, r->length) == 0 && s->of->args[*arg][r->length] == '\0')
            return -1;
    wrong(s->f, "there is no node", r->name);
    return -1;
}

/* ---- names of values ---- */

static bool is_key(const flattener *f, const char *name)
{
    int32_t i;

    for (i = 0; i < f->signature->input_count; i++)
        if (strcmp(f->signature->inputs[i].key, name) == 0)
            return true;
    for (i = 0; i < f->signature->output_count; i++)
        if (strcmp(f->signature->outputs[i].key, name) == 0)
            return true;
    return false;
}

static const char *value_of_node(scope *s, int32_t n, int64_t output)
{
    if (!failed(s->f) && s->results[n] && output >= 0 && output < s->counts[n])
        return s->results[n][output];
    wrong(s->f, "an output that there is not, of", node_at(s, n)->name);
    return "";
}

static bool is_used(const flattener *f, const char *name, uint64_t hash)
{
    int32_t at;

    for (at = mote_index_first(&f->names, hash); at >= 0; at = mote_index_next(&f->names, at))
        if (strcmp(f->used[mote_index_value(&f->names, at)], name) == 0)
            return true;
    return is_key(f, name);
}

static bool keep_name(flattener *f, const char *name, uint64_t hash)
{
    const int32_t capacity = f->used_capacity > 0 ? 2 * f->used_capacity : 64;
    const char  **used;

    if (f->used_count == f->used_capacity) {
        if (!(used = MOTE_NEW(f->arena, const char *, capacity, f->err)))
            return false;
        if (f->used_count > 0)
            memcpy(used, f->used, (size_t)f->used_count * sizeof *used);
        f->used = used;
        f->used_capacity = capacity;
    }
    f->used[f->used_count] = name;
    if (mote_index_add(&f->names, hash, f->used_count++))
        return true;
    mote_fail(f->err, MOTE_ERR_MEMORY, "out of memory");
    return false;
}

/* Functions that only wrap others leave no trace in names; so two nodes may have one, and are told apart by a number. */
static const char *unique_name(flattener *f, const char *prefix, const char *name)
{
    const char *out = mote_arena_printf(f->arena, f->err, "%s%s", prefix, name);
    uint64_t    hash = 0;
    int32_t     k;

    for (k = 1; out; k++) {
        hash = mote_hash_bytes(MOTE_HASH_SEED, out, strlen(out));
        if (!is_used(f, out, hash))
            break;
        out = mote_arena_printf(f->arena, f->err, "%s%s/%d", prefix, name, f->used_count + k);
    }
    return out && keep_name(f, out, hash) ? out : NULL;
}

/* What the node's outputs are called from now on. */
static void name_outputs(scope *s, int32_t n, int32_t count)
{
    const char *first = failed(s->f) ? NULL : unique_name(s->f, s->prefix, node_at(s, n)->name);
    int32_t     i;

    if (!first || !(s->results[n] = MOTE_NEW(s->f->arena, const char *, count, s->f->err)))
        return;
    for (i = 0; i < count && !failed(s->f); i++)
        s->results[n][i] = i == 0 ? first : mote_arena_printf(s->f->arena, s->f->err, "%s:%d", first, i);
    s->counts[n] = count;
}

/* The value that a reference means; its node stands there already. */
static const char *value_of(scope *s, const char *text)
{
    const reference r = parse_reference(text);
    int32_t         arg = 0, n = target_of(s, &r, &arg);
    const char     *value;

    if (failed(s->f))
        return "";
    value = n < 0 ? s->args[arg] : value_of_node(s, n, r.number + first_of(node_at(s, n), &r));
    return value ? value : "";
}

/* ---- making nodes ---- */

static mote_import_node *add_node(scope *s, const mote_tf_node *from)
{
    list             *to = s->to;
    const int32_t     capacity = to->capacity > 0 ? 2 * to->capacity : 16;
    mote_import_node *nodes;

    if (s->f->made++ >= NODES_MAX) {
        mote_fail(s->f->err, MOTE_ERR_LIMIT, "more than %d nodes when functions stand where they are called", NODES_MAX);
        return NULL;
    }
    if (to->count == to->capacity) {
        if (!(nodes = MOTE_NEW(s->f->arena, mote_import_node, capacity, s->f->err)))
            return NULL;
        if (to->count > 0)
            memcpy(nodes, to->nodes, (size_t)to->count * sizeof *nodes);
        to->nodes = nodes;
        to->capacity = capacity;
    }
    to->nodes[to->count] =
        (mote_import_node){.name = mote_arena_printf(s->f->arena, s->f->err, "%s%s", s->prefix, from->name),
                           .type = from->op,
                           .domain = "",
                           .attributes = from->attributes,
                           .attribute_count = from->attribute_count};
    return failed(s->f) ? NULL : &to->nodes[to->count++];
}

static void set_outputs(scope *s, mote_import_node *node, int32_t n, int32_t count)
{
    name_outputs(s, n, count);
    if (failed(s->f))
        return;
    node->out = s->results[n];
    node->out_count = count;
}

static int32_t count_data(const mote_tf_node *node)
{
    int32_t i, count = 0;

    for (i = 0; i < node->in_count; i++)
        count += node->in[i][0] != '^';
    return count;
}

/* Data come first, then what must only be done before. */
static const char **operands_of(scope *s, const mote_tf_node *node, int32_t *count)
{
    const char **out = MOTE_NEW(s->f->arena, const char *, count_data(node), s->f->err);
    int32_t      i;

    *count = 0;
    for (i = 0; out && i < node->in_count && !failed(s->f); i++)
        if (node->in[i][0] != '^')
            out[(*count)++] = value_of(s, node->in[i]);
    return failed(s->f) ? NULL : out;
}

static mote_import_attribute *with_attributes(scope *s, mote_import_node *node, int32_t more)
{
    mote_import_attribute *all = MOTE_NEW(s->f->arena, mote_import_attribute, node->attribute_count + more, s->f->err);

    if (!all)
        return NULL;
    if (node->attribute_count > 0)
        memcpy(all, node->attributes, (size_t)node->attribute_count * sizeof *all);
    node->attributes = all;
    node->attribute_count += more;
    return all + node->attribute_count - more;
}

/* ---- functions ---- */

static bool is_call(const mote_tf_node *node)
{
    return is_op(node, "PartitionedCall") || is_op(node, "StatefulPartitionedCall");
}

static void need(scope *s, const char *text);

static bool begin_scope(scope *s)
{
    const scope *around;
    int32_t      depth = 0;

    for (around = s->around; around; around = around->around) {
        depth++;
        if (around->of == s->of && !s->captured) {
            wrong(s->f, "a function that calls itself:", s->of->name);
            return false;
        }
    }
    if (depth > DEPTH_MAX || s->f->made++ >= NODES_MAX) {
        mote_fail(s->f->err, MOTE_ERR_LIMIT, "functions within functions: more than %d, or %d in all", DEPTH_MAX, NODES_MAX);
        return false;
    }
    if (failed(s->f))
        return false;
    s->states = MOTE_NEW(s->f->arena, uint8_t, s->of->count, s->f->err);
    s->results = MOTE_NEW(s->f->arena, const char **, s->of->count, s->f->err);
    s->counts = MOTE_NEW(s->f->arena, int32_t, s->of->count, s->f->err);
    return !failed(s->f);
}

/* What writes is done although nothing reads it: such states are not read. */
static void check_writes(scope *s)
{
    int32_t n;

    for (n = 0; n < s->of->count; n++)
        if (strncmp(node_at(s, n)->op, "Assign", 6) == 0 || strncmp(node_at(s, n)->op, "ResourceScatter", 15) == 0)
            refuse(s->f, node_at(s, n), "it changes a variable, and states are not read from SavedModels");
}

static void run_function(scope *s, int32_t n, const mote_tf_function *of)
{
    const mote_tf_node *node = node_at(s, n);
    scope               within = {.f = s->f, .of = of, .around = s, .to = s->to};
    int32_t             count, i;

    within.args = operands_of(s, node, &count);
    within.prefix = is_call(node) && strstr(node->name, "PartitionedCall")
                        ? s->prefix
                        : mote_arena_printf(s->f->arena, s->f->err, "%s%s/", s->prefix, node->name);
    if (!failed(s->f) && count != of->arg_count)
        refuse(s->f, node, "it gives its function another number of operands than that takes");
    if (failed(s->f) || !begin_scope(&within))
        return;
    check_writes(&within);
    s->results[n] = MOTE_NEW(s->f->arena, const char *, of->out_count, s->f->err);
    for (i = 0; i < of->out_count && !failed(s->f); i++) {
        need(&within, of->rets[i]);
        if (!failed(s->f))
            s->results[n][i] = value_of(&within, of->rets[i]);
    }
    s->counts[n] = of->out_count;
}

/* A function as a graph of its own, with names of its own. */
static const mote_import_graph *graph_of(scope *s, const mote_tf_function *of)
{
    mote_import_graph *graph = MOTE_NEW(s->f->arena, mote_import_graph, 1, s->f->err);
    const char       **in = MOTE_NEW(s->f->arena, const char *, of->arg_count, s->f->err);
    const char       **out = MOTE_NEW(s->f->arena, const char *, of->out_count, s->f->err);
    list               nodes = {0};
    scope              within = {.f = s->f, .of = of, .around = s, .to = &nodes, .prefix = "", .args = in};
    int32_t            i;

    for (i = 0; i < of->arg_count && !failed(s->f); i++)
        in[i] = mote_arena_printf(s->f->arena, s->f->err, "operand:%d", i);
    if (failed(s->f) || !begin_scope(&within))
        return NULL;
    check_writes(&within);
    for (i = 0; i < of->out_count && !failed(s->f); i++) {
        need(&within, of->rets[i]);
        out[i] = failed(s->f) ? "" : value_of(&within, of->rets[i]);
    }
    if (failed(s->f))
        return NULL;
    *graph = (mote_import_graph){nodes.nodes, in, out, nodes.count, of->arg_count, of->out_count};
    return graph;
}

static void add_graph(scope *s, mote_import_node *to, const mote_tf_node *node, const char *attribute)
{
    const mote_import_attribute *named = mote_tf_attribute(node, attribute);
    const int32_t                at = named ? mote_tf_find_function(s->f->file, named->s) : -1;
    mote_import_attribute       *a;
    const mote_import_graph     *graph;

    if (at < 0) {
        refuse(s->f, node, "its function is not in the file");
        return;
    }
    graph = graph_of(s, &s->f->file->functions[at]);
    if (failed(s->f) || !(a = with_attributes(s, to, 1)))
        return;
    *a = (mote_import_attribute){
        .name = attribute[0] == 'c' || attribute[0] == 't' ? "first" : "second", .s = "", .g = graph};
}

static void emit_control(scope *s, int32_t n, const char *first, const char *second)
{
    const mote_tf_node *node = node_at(s, n);
    mote_import_node    made = {.attributes = node->attributes, .attribute_count = node->attribute_count};
    mote_import_node   *to;
    int32_t             count;
    const char        **in = operands_of(s, node, &count);

    add_graph(s, &made, node, first);
    add_graph(s, &made, node, second);
    if (failed(s->f) || !(to = add_node(s, node)))
        return;
    to->attributes = made.attributes;
    to->attribute_count = made.attribute_count;
    to->in = in;
    to->in_count = count;
    set_outputs(s, to, n, count_outputs(s->f, node));
}

/* ---- loops of TensorFlow 1 ---- */

/* The node that an operand is an output of; NULL with a failure where it is none. */
static const mote_tf_node *maker_of(scope *s, const mote_tf_node *node, int32_t i, int32_t *n)
{
    const reference r = i < count_data(node) ? parse_reference(node->in[i]) : (reference){.name = ""};
    int32_t         arg = 0;

    *n = target_of(s, &r, &arg);
    if (*n >= 0 && !failed(s->f))
        return node_at(s, *n);
    refuse(s->f, node, "it is no part of a loop");
    return NULL;
}

static bool ends_in(const char *op, const char *end)
{
    const size_t count = strlen(op), of_end = strlen(end);

    return count >= of_end && strcmp(op + count - of_end, end) == 0;
}

static const mote_tf_node *maker_of_kind(scope *s, const mote_tf_node *node, int32_t i, const char *op, int32_t *n)
{
    const mote_tf_node *maker = failed(s->f) || !node ? NULL : maker_of(s, node, i, n);

    if (maker && !ends_in(maker->op, op)) {
        refuse(s->f, node, "it is no part of a loop");
        return NULL;
    }
    return maker;
}

/* One that goes round: the numbers of its nodes. */
typedef struct turning {
    int32_t merge, exit_switch, enter, next;
} turning;

typedef struct old_loop {
    int32_t  condition; /* LoopCond */
    turning *turns;
    int32_t  count;
} old_loop;

static void find_loop(scope *s, int32_t exit, old_loop *out)
{
    int32_t             at, n, unused;
    const mote_tf_node *leave = maker_of_kind(s, node_at(s, exit), 0, "Switch", &at);

    maker_of_kind(s, leave, 1, "LoopCond", &out->condition);
    out->turns = MOTE_NEW(s->f->arena, turning, s->of->count, s->f->err);
    for (n = 0; n < s->of->count && !failed(s->f); n++) {
        const mote_tf_node *node = node_at(s, n);
        turning            *turn = &out->turns[out->count];
        const mote_tf_node *merge;
        if (!ends_in(node->op, "Switch") || count_data(node) != 2 || maker_of(s, node, 1, &unused) == NULL ||
            unused != out->condition)
            continue;
        turn->exit_switch = n;
        merge = maker_of_kind(s, node, 0, "Merge", &turn->merge);
        maker_of_kind(s, merge, 0, "Enter", &turn->enter);
        maker_of_kind(s, merge, 1, "NextIteration", &turn->next);
        out->count++;
    }
}

static const char *capture(captures *c, scope *around, const char *text)
{
    flattener   *f = around->f;
    const char  *value;
    const char **inside, **outside;
    int32_t      i, capacity = c->capacity > 0 ? 2 * c->capacity : 16;

    need(around, text);
    value = failed(f) ? "" : value_of(around, text);
    for (i = 0; i < c->count; i++)
        if (strcmp(c->outside[i], value) == 0)
            return c->inside[i];
    if (c->count == c->capacity) {
        inside = MOTE_NEW(f->arena, const char *, capacity, f->err);
        outside = MOTE_NEW(f->arena, const char *, capacity, f->err);
        if (failed(f))
            return "";
        if (c->count > 0) {
            memcpy(inside, c->inside, (size_t)c->count * sizeof *inside);
            memcpy(outside, c->outside, (size_t)c->count * sizeof *outside);
        }
        c->inside = inside;
        c->outside = outside;
        c->capacity = capacity;
    }
    c->outside[c->count] = value;
    c->inside[c->count] = mote_arena_printf(f->arena, f->err, "captured:%d", c->count);
    return failed(f) ? "" : c->inside[c->count++];
}

static void stand_for(scope *s, int32_t n, const char *value, int32_t count)
{
    int32_t i;

    s->results[n] = MOTE_NEW(s->f->arena, const char *, count, s->f->err);
    for (i = 0; s->results[n] && i < count; i++)
        s->results[n][i] = value;
    s->counts[n] = count;
    s->states[n] = DONE;
}

/* What the node reads first. */
static const char *first_input(scope *s, int32_t n)
{
    const mote_tf_node *node = node_at(s, n);

    if (count_data(node) > 0)
        return node->in[0];
    wrong(s->f, "a node of a loop that reads nothing:", node->name);
    return "";
}

/* The condition, or what is done each time. Operands are named by their numbers, captures behind them. */
static mote_import_graph *graph_of_loop(scope *s, const old_loop *loop, captures *c, bool is_body)
{
    mote_import_graph *graph = MOTE_NEW(s->f->arena, mote_import_graph, 1, s->f->err);
    const char       **out = MOTE_NEW(s->f->arena, const char *, loop->count + 1, s->f->err);
    list               nodes = {0};
    scope   within = {.f = s->f, .of = s->of, .around = s, .to = &nodes, .prefix = "", .args = s->args, .captured = c};
    int32_t i;

    if (failed(s->f) || !begin_scope(&within))
        return NULL;
    for (i = 0; i < loop->count && !failed(s->f); i++) {
        const char *name = mote_arena_printf(s->f->arena, s->f->err, "operand:%d", i);
        stand_for(&within, loop->turns[i].merge, name, 2);
        stand_for(&within, loop->turns[i].exit_switch, name, 2);
    }
    for (i = 0; is_body && i < loop->count && !failed(s->f); i++) {
        const char *next = first_input(s, loop->turns[i].next);
        if (!failed(s->f))
            need(&within, next);
        out[i] = failed(s->f) ? "" : value_of(&within, next);
    }
    if (!is_body && !failed(s->f)) {
        const char *condition = first_input(s, loop->condition);
        if (!failed(s->f))
            need(&within, condition);
        out[0] = failed(s->f) ? "" : value_of(&within, condition);
    }
    if (failed(s->f))
        return NULL;
    *graph = (mote_import_graph){nodes.nodes, NULL, out, nodes.count, 0, is_body ? loop->count : 1};
    return graph;
}

static void emit_old_loop(scope *s, int32_t exit)
{
    static const mote_tf_node blank = {.name = "", .op = "While"};
    old_loop                  loop = {0};
    captures                  c = {0};
    mote_tf_node              named = blank;
    mote_import_graph        *condition = NULL, *body = NULL;
    mote_import_node         *to;
    mote_import_attribute    *a;
    const char              **in, **inside, **out;
    int32_t                   i, n;

    find_loop(s, exit, &loop);
    for (i = 0; i < loop.count && !failed(s->f); i++) {
        const char *first = first_input(s, loop.turns[i].enter);
        if (!failed(s->f))
            need(s, first);
    }
    condition = failed(s->f) ? NULL : graph_of_loop(s, &loop, &c, false);
    body = failed(s->f) ? NULL : graph_of_loop(s, &loop, &c, true);
    in = MOTE_NEW(s->f->arena, const char *, loop.count + c.count, s->f->err);
    inside = MOTE_NEW(s->f->arena, const char *, loop.count + c.count, s->f->err);
    out = MOTE_NEW(s->f->arena, const char *, loop.count, s->f->err);
    if (failed(s->f))
        return;
    for (i = 0; i < loop.count + c.count && !failed(s->f); i++) {
        in[i] = i < loop.count ? value_of(s, node_at(s, loop.turns[i].enter)->in[0]) : c.outside[i - loop.count];
        inside[i] = i < loop.count ? mote_arena_printf(s->f->arena, s->f->err, "operand:%d", i) : c.inside[i - loop.count];
    }
    condition->in = body->in = inside;
    condition->in_count = body->in_count = loop.count + c.count;
    named.name = node_at(s, loop.condition)->name;
    if (failed(s->f) || !(to = add_node(s, &named)) || !(a = with_attributes(s, to, 2)))
        return;
    a[0] = (mote_import_attribute){.name = "first", .s = "", .g = condition};
    a[1] = (mote_import_attribute){.name = "second", .s = "", .g = body};
    to->in = in;
    to->in_count = loop.count + c.count;
    to->out = out;
    to->out_count = loop.count;
    for (i = 0; i < loop.count && !failed(s->f); i++)
        out[i] = unique_name(s->f, s->prefix, named.name);
    for (n = 0; n < s->of->count && !failed(s->f); n++) {
        int32_t at;
        if (!ends_in(node_at(s, n)->op, "Exit") || !maker_of(s, node_at(s, n), 0, &at))
            continue;
        for (i = 0; i < loop.count; i++)
            if (loop.turns[i].exit_switch == at)
                stand_for(s, n, out[i], 1);
    }
}

/* ---- one node ---- */

static const mote_tf_function *called_by(const scope *s, const mote_tf_node *node)
{
    const mote_import_attribute *named = is_call(node) ? mote_tf_attribute(node, "f") : NULL;
    const int32_t                at = mote_tf_find_function(s->f->file, is_call(node) ? (named ? named->s : "") : node->op);

    if (at < 0 && is_call(node))
        refuse(s->f, node, "its function is not in the file");
    return at < 0 ? NULL : &s->f->file->functions[at];
}

static bool is_variable(const mote_tf_node *node)
{
    return is_op(node, "VarHandleOp") || is_op(node, "VariableV2") || is_op(node, "Variable");
}

static void emit_plain(scope *s, int32_t n)
{
    const mote_tf_node          *node = node_at(s, n);
    const mote_import_attribute *shared = mote_tf_attribute(node, "shared_name");
    const char                  *key = s->f->keys[s->of->first + n];
    mote_import_node            *to = add_node(s, node);
    mote_import_attribute       *a;

    if (!to || !(to->in = operands_of(s, node, &to->in_count)))
        return;
    if (is_variable(node) && (a = with_attributes(s, to, 1)) != NULL)
        *a = (mote_import_attribute){.name = "key", .s = key ? key : shared && shared->s[0] != 0 ? shared->s : node->name};
    set_outputs(s, to, n, count_outputs(s->f, node));
}

/* All that it reads stands there. */
static void emit(scope *s, int32_t n)
{
    const mote_tf_node     *node = node_at(s, n);
    const mote_tf_function *called = called_by(s, node);

    if (failed(s->f))
        return;
    if (called)
        run_function(s, n, called);
    else if (is_op(node, "While") || is_op(node, "StatelessWhile"))
        emit_control(s, n, "cond", "body");
    else if (is_op(node, "If") || is_op(node, "StatelessIf"))
        emit_control(s, n, "then_branch", "else_branch");
    else
        emit_plain(s, n);
}

/* ---- what an output needs ---- */

typedef struct stack {
    int32_t *at;
    int32_t  count;
} stack;

static void push_operands(scope *s, stack *left, const mote_tf_node *node)
{
    int32_t i, n, arg = 0;

    for (i = node->in_count - 1; i >= 0 && !failed(s->f); i--) {
        const reference r = parse_reference(node->in[i]);
        if (r.is_control)
            continue;
        n = target_of(s, &r, &arg);
        if (n < 0 || failed(s->f) || s->states[n] == DONE)
            continue;
        if (s->states[n] == BEGUN)
            wrong(s->f, "nodes that read each other in a ring, at", node_at(s, n)->name);
        left->at[left->count++] = n;
    }
}

/* Nodes that are not read operand by operand. */
static bool is_special(scope *s, int32_t n)
{
    const mote_tf_node *node = node_at(s, n);

    if (ends_in(node->op, "Enter") && s->captured && count_data(node) == 1)
        stand_for(s, n, capture(s->captured, s->around, node->in[0]), 1);
    else if (ends_in(node->op, "Exit") && count_data(node) == 1)
        emit_old_loop(s, n);
    else
        return false;
    if (!failed(s->f) && s->states[n] != DONE)
        refuse(s->f, node, "it is no part of a loop");
    return true;
}

/* A node may be there once for each of its readers. */
static int32_t stack_room(const scope *s)
{
    int64_t room = 1;
    int32_t n;

    for (n = 0; n < s->of->count; n++)
        room += node_at(s, n)->in_count;
    return room > INT32_MAX / 8 ? INT32_MAX / 8 : (int32_t)room;
}

static void need_node(scope *s, int32_t first)
{
    stack left = {.at = MOTE_NEW(s->f->arena, int32_t, stack_room(s), s->f->err)};

    if (failed(s->f))
        return;
    left.at[left.count++] = first;
    while (left.count > 0 && !failed(s->f)) {
        const int32_t n = left.at[left.count - 1];
        if (s->states[n] == DONE) {
            left.count--;
        } else if (s->states[n] == BEGUN) {
            left.count--;
            emit(s, n);
            s->states[n] = DONE;
        } else if (!is_special(s, n)) {
            s->states[n] = BEGUN;
            push_operands(s, &left, node_at(s, n));
        }
    }
}

/* Puts there what the reference means, and all that it reads. */
static void need(scope *s, const char *text)
{
    const reference r = parse_reference(text);
    int32_t         arg = 0, n = failed(s->f) ? -1 : target_of(s, &r, &arg);

    if (n >= 0 && !failed(s->f) && s->states[n] != DONE)
        need_node(s, n);
}

/* ---- variables ---- */

/* Through what hands it on; -1: none of this function's nodes, but its argument *arg. */
static int32_t origin_of(const scope *s, const char *text, reference *last, int32_t *arg)
{
    int32_t n, left = s->of->count;

    for (;;) {
        *last = parse_reference(text);
        n = mote_tf_find_node(s->f->file, s->of, last->name, last->length);
        if (n < 0)
            break;
        n -= s->of->first;
        if (!is_op(node_at(s, n), "Identity") || count_data(node_at(s, n)) != 1 || left-- == 0)
            return n;
        text = node_at(s, n)->in[0];
    }
    for (*arg = 0; *arg < s->of->arg_count; ++*arg)
        if (strncmp(s->of->args[*arg], last->name, last->length) == 0 && s->of->args[*arg][last->length] == '\0')
            break;
    return -1;
}

/* The name that RestoreV2 reads for the value; NULL: it is not restored. */
static const char *restored_name(const scope *s, const char *text)
{
    reference                    r, of_names;
    int32_t                      arg, at = origin_of(s, text, &r, &arg);
    const mote_import_attribute *names;

    if (at < 0 || !is_op(node_at(s, at), "RestoreV2") || count_data(node_at(s, at)) < 2)
        return NULL;
    at = origin_of(s, node_at(s, at)->in[1], &of_names, &arg);
    names = at >= 0 ? mote_tf_attribute(node_at(s, at), "value") : NULL;
    return names && r.number >= 0 && r.number < names->string_count ? names->strings[r.number] : NULL;
}

/* Assignments of a function; call: what runs it in the graph, NULL: it is the graph. */
static void find_restored(flattener *f, const scope *s, const scope *graph, const mote_tf_node *call)
{
    reference r;
    int32_t   n, at, arg = 0;

    for (n = 0; n < s->of->count; n++) {
        const mote_tf_node *node = node_at(s, n);
        const char         *name;
        if ((!is_op(node, "AssignVariableOp") && !is_op(node, "Assign")) || count_data(node) < 2 ||
            !(name = restored_name(s, node->in[1])))
            continue;
        at = origin_of(s, node->in[0], &r, &arg);
        if (call)
            at = at < 0 && arg < count_data(call) ? origin_of(graph, call->in[arg], &r, &arg) : -1;
        if (at >= 0 && !f->keys[at])
            f->keys[at] = name;
    }
}

static bool restores(const flattener *f, const mote_tf_function *of)
{
    int32_t n;

    for (n = of->first; n < of->first + of->count; n++)
        if (is_op(&f->file->nodes[n], "RestoreV2"))
            return true;
    return false;
}

static void find_variables(flattener *f)
{
    const mote_tf_function *graph = &f->file->functions[0];
    const scope             of_graph = {.f = f, .of = graph};
    int32_t                 n;

    if (!(f->keys = MOTE_NEW(f->arena, const char *, f->file->node_count, f->err)))
        return;
    find_restored(f, &of_graph, &of_graph, NULL);
    for (n = 0; n < graph->count; n++) {
        const mote_tf_node          *node = node_at(&of_graph, n);
        const mote_import_attribute *named = is_call(node) ? mote_tf_attribute(node, "f") : NULL;
        const int32_t                at = named ? mote_tf_find_function(f->file, named->s) : -1;
        const scope                  within = {.f = f, .of = at >= 0 ? &f->file->functions[at] : NULL};
        if (at >= 0 && restores(f, within.of))
            find_restored(f, &within, &of_graph, node);
    }
}

/* ---- the signature ---- */

static void set_input(scope *s, const mote_tf_end *input)
{
    const reference r = parse_reference(input->tensor);
    const int32_t   n = mote_tf_find_node(s->f->file, s->of, r.name, r.length);

    if (n < 0)
        wrong(s->f, "there is no node for input", input->key);
    else if (s->states[n - s->of->first] == DONE)
        wrong(s->f, "a node that is two inputs:", input->tensor);
    else
        stand_for(s, n - s->of->first, input->key, 1);
}

/* An output is a node of its own: two may be one value, and its name is the signature's. */
static void set_output(scope *s, const mote_tf_end *output)
{
    const mote_tf_node node = {.name = output->key, .op = "Identity"};
    mote_import_node  *to;

    need(s, output->tensor);
    if (failed(s->f) || !(to = add_node(s, &node)) || !(to->in = MOTE_NEW(s->f->arena, const char *, 1, s->f->err)) ||
        !(to->out = MOTE_NEW(s->f->arena, const char *, 1, s->f->err)))
        return;
    to->in[0] = value_of(s, output->tensor);
    to->out[0] = output->key;
    to->in_count = to->out_count = 1;
}

static mote_import_end *ends_of(flattener *f, const mote_tf_end *from, int32_t count)
{
    mote_import_end *out = MOTE_NEW(f->arena, mote_import_end, count, f->err);
    int32_t          i;

    for (i = 0; out && i < count; i++)
        out[i] = from[i].end;
    return out;
}

mote_status mote_tf_flatten(mote_import_file *out, const mote_tf_file *file, const mote_tf_signature *signature,
                            mote_arena *arena, mote_error *err)
{
    flattener f = {.file = file, .signature = signature, .arena = arena, .err = err};
    list      nodes = {0};
    scope     s = {.f = &f, .of = &file->functions[0], .prefix = "", .to = &nodes};
    int32_t   i;

    find_variables(&f);
    begin_scope(&s);
    for (i = 0; i < signature->input_count && !failed(&f); i++)
        set_input(&s, &signature->inputs[i]);
    for (i = 0; i < signature->output_count && !failed(&f); i++)
        set_output(&s, &signature->outputs[i]);
    mote_index_free(&f.names);
    *out = (mote_import_file){.producer = "TensorFlow",
                              .graph_name = "",
                              .nodes = nodes.nodes,
                              .node_count = nodes.count,
                              .inputs = ends_of(&f, signature->inputs, signature->input_count),
                              .outputs = ends_of(&f, signature->outputs, signature->output_count),
                              .input_count = signature->input_count,
                              .output_count = signature->output_count};
    return err->code;
}
