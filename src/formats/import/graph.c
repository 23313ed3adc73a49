/* From a file's nodes to a model: its values, its ends, its nodes one after the other.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "formats/import/import.h"
#include "formats/tflite/lacks.h"

/* A node takes about 1,000 bytes in memory, an attribute 300, and at least 4 in a file that is not made to hurt. */
enum { MEMORY_PER_FILE_BYTE = 256, MEMORY_AT_LEAST = 64 << 20 };

/* How many operations may be spent on computing constants. */
enum { CONSTANT_WORK_MAX = 1 << 28 };

/* Inputs, and outputs: what is done for each looks at all nodes. */
enum { ENDS_MAX = 256 };

/* ---- values ---- */

static bool make_room(mote_importer *im, mote_error *err)
{
    const int32_t       capacity = im->value_capacity > 0 ? 2 * im->value_capacity : 64;
    mote_import_value **values;

    if (im->value_count < im->value_capacity)
        return true;
    if (!(values = MOTE_NEW(&im->scratch, mote_import_value *, capacity, err)))
        return false;
    if (im->value_count > 0)
        memcpy(values, im->values, (size_t)im->value_count * sizeof *values);
    im->values = values;
    im->value_capacity = capacity;
    return true;
}

static mote_import_value *add_value(mote_importer *im, const char *name, mote_error *err)
{
    mote_import_value *value = NULL;

    if (mote_import_find_value(im, name)) {
        mote_fail(err, MOTE_ERR_FORMAT, "there are two values \"%s\"", mote_show_string(name).text);
        return NULL;
    }
    if (!make_room(im, err) || !(value = MOTE_NEW(&im->scratch, mote_import_value, 1, err)))
        return NULL;
    if (!mote_index_add(&im->by_name, mote_hash_bytes(MOTE_HASH_SEED, name, strlen(name)), im->value_count)) {
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
        return NULL;
    }
    *value = (mote_import_value){.name = name, .id = MOTE_NONE, .dtype = MOTE_DTYPE_COUNT, .number = im->value_count};
    im->values[im->value_count++] = value;
    return value;
}

static void set_shape(mote_import_value *value, int32_t rank, const int32_t *dim)
{
    int32_t i;

    value->shape.rank = rank;
    for (i = 0; i < rank; i++) {
        value->shape.dim[i] = dim[i];
        value->order[i] = i;
    }
    value->held = value->shape;
}

static mote_status add_initializers(mote_importer *im, mote_error *err)
{
    int32_t i;

    for (i = 0; i < im->file.initializer_count; i++) {
        const mote_import_tensor *tensor = &im->file.initializers[i];
        mote_import_value        *value = add_value(im, tensor->name, err);
        if (!value)
            return err->code;
        value->dtype = tensor->dtype;
        set_shape(value, tensor->rank, tensor->dim);
        value->known = tensor->values;
    }
    return MOTE_OK;
}

static mote_status add_outputs_of_nodes(mote_importer *im, mote_error *err)
{
    int32_t n, i;

    for (n = 0; n < im->file.node_count; n++)
        for (i = 0; i < im->file.nodes[n].out_count; i++)
            if (im->file.nodes[n].out[i][0] != '\0' && !add_value(im, im->file.nodes[n].out[i], err))
                return mote_context(err, "node %d", n);
    return MOTE_OK;
}

/* ---- which nodes are needed ---- */

static bool is_read(const mote_importer *im, const mote_import_node *node)
{
    const mote_import_value *value;
    int32_t                  i;

    for (i = 0; i < node->out_count; i++)
        if (node->out[i][0] != '\0' && (value = mote_import_find_value(im, node->out[i])) != NULL && value->uses > 0)
            return true;
    return false;
}

/* Readers stand behind whom they read. Fills uses; is_needed has an entry a node. */
static mote_status find_needed(mote_importer *im, bool *is_needed, mote_error *err)
{
    mote_import_value *value;
    int32_t            n, i;

    for (i = 0; i < im->file.output_count; i++) {
        if (!(value = mote_import_find_value(im, im->file.outputs[i].name)))
            return mote_fail(err, MOTE_ERR_FORMAT, "output \"%s\" is computed by no node",
                             mote_show_string(im->file.outputs[i].name).text);
        value->uses += 2; /* it is not for others to take over */
    }
    for (n = im->file.node_count - 1; n >= 0; n--) {
        const mote_import_node *node = &im->file.nodes[n];
        is_needed[n] = is_read(im, node);
        for (i = 0; is_needed[n] && i < node->in_count; i++) {
            if (node->in[i][0] == '\0')
                continue;
            if (!(value = mote_import_find_value(im, node->in[i])))
                return mote_fail(err, MOTE_ERR_FORMAT, "node %d (%s): nothing computes its operand \"%s\"", n,
                                 mote_show_string(node->type).text, mote_show_string(node->in[i]).text);
            value->uses++;
        }
    }
    return MOTE_OK;
}

/* ---- operators that there are not ---- */

static void add_if_lacking(const mote_importer *im, mote_lacks *lacks, const mote_import_node *node);

/* Those of what a node runs. */
static void add_lacking_within(const mote_importer *im, mote_lacks *lacks, const mote_import_node *node)
{
    int32_t i, n;

    for (i = 0; i < node->attribute_count; i++)
        for (n = 0; node->attributes[i].g && n < node->attributes[i].g->node_count; n++)
            add_if_lacking(im, lacks, &node->attributes[i].g->nodes[n]);
}

static void add_if_lacking(const mote_importer *im, mote_lacks *lacks, const mote_import_node *node)
{
    const mote_shown type = mote_show_string(node->type);

    add_lacking_within(im, lacks, node);
    if (im->format->find_row(node))
        return;
    if (node->domain[0] != '\0')
        mote_lacks_add(lacks, "%s.%s", mote_show_string(node->domain).text, type.text);
    else if (node->name[0] != '\0')
        mote_lacks_add(lacks, "%s \"%s\"", type.text, mote_show_string(node->name).text);
    else
        mote_lacks_add(lacks, "%s", type.text);
}

static mote_status check_operators(const mote_importer *im, const bool *is_needed, mote_error *err)
{
    mote_lacks lacks = {0};
    int32_t    n;

    for (n = 0; n < im->file.node_count; n++)
        if (is_needed[n])
            add_if_lacking(im, &lacks, &im->file.nodes[n]);
    if (lacks.count == 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_UNSUPPORTED, "operators that are not read: %s; %s lists what is",
                     mote_lacks_show(&lacks).text, im->format->page);
}

/* ---- inputs ---- */

/* Whether the first operator on images that the value reaches, through such as take any order, is there: then it comes
 * channels last. */
static mote_status wants_channels_last(mote_importer *im, const mote_import_value *input, const bool *is_needed, bool *wants,
                                       mote_error *err)
{
    bool   *reached = MOTE_NEW(&im->scratch, bool, im->value_count, err);
    int32_t n, i;

    *wants = false;
    if (!reached || input->shape.rank < 3 || input->shape.rank > 5)
        return err->code;
    reached[input->number] = true;
    for (n = 0; n < im->file.node_count; n++) {
        const mote_import_node *node = &im->file.nodes[n];
        const mote_import_row  *row = is_needed[n] ? im->format->find_row(node) : NULL;
        bool                    meets = false;
        for (i = 0; row && i < node->in_count && (i == 0 || row->layout == MOTE_IMPORT_ANY); i++)
            meets |= node->in[i][0] != '\0' && reached[mote_import_find_value(im, node->in[i])->number];
        if (meets && row->layout == MOTE_IMPORT_IMAGE) {
            *wants = true;
            return MOTE_OK;
        }
        for (i = 0; meets && row->layout == MOTE_IMPORT_ANY && i < node->out_count; i++)
            if (node->out[i][0] != '\0')
                reached[mote_import_find_value(im, node->out[i])->number] = true;
    }
    return MOTE_OK;
}

static const mote_input_shape *given_shape(const mote_importer *im, const char *name, int32_t input_count)
{
    int32_t i;

    for (i = 0; im->options && i < im->options->shape_count; i++) {
        const mote_input_shape *shape = &im->options->shapes[i];
        if (shape->name ? strcmp(shape->name, name) == 0 : input_count == 1)
            return shape;
    }
    return NULL;
}

static mote_status take_given(mote_import_end *end, const mote_input_shape *shape, mote_error *err)
{
    int32_t i;

    if (!end->has_shape)
        end->rank = shape->rank;
    if (shape->rank != end->rank)
        return mote_fail(err, MOTE_ERR_USAGE, "it has %d dimensions, and a shape of %d was given", end->rank, shape->rank);
    for (i = 0; i < end->rank; i++) {
        if (shape->dim[i] < 1 || (end->has_shape && end->dim[i] >= 0 && end->dim[i] != shape->dim[i]))
            return mote_fail(err, MOTE_ERR_USAGE, "dimension %d is %d in the file, and %d was given", i, end->dim[i],
                             shape->dim[i]);
        end->dim[i] = shape->dim[i];
    }
    end->has_shape = true;
    return MOTE_OK;
}

/* What the file leaves open: the first dimension counts samples, unless shapes were given. */
static mote_status settle_open(mote_import_end *end, bool may_have_batch, bool *is_batched, mote_error *err)
{
    int32_t i;

    *is_batched = may_have_batch && end->rank > 0 && end->dim[0] < 0;
    if (!end->has_shape)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "the file says no shape; give one, as in --input-shape %s=1,3,32,32",
                         mote_show_string(end->name).text);
    if (*is_batched)
        end->dim[0] = 1;
    for (i = 0; i < end->rank; i++)
        if (end->dim[i] == 0)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "dimension %d is 0: it has no elements", i);
    for (i = 0; i < end->rank; i++)
        if (end->dim[i] < 0)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                             "dimension %d (%s) is open; only the batch (dimension 0) may be: give the input's shape, as in "
                             "--input-shape %s=1,16,8",
                             i, end->dim_param[i][0] != '\0' ? mote_show_string(end->dim_param[i]).text : "unnamed",
                             mote_show_string(end->name).text);
    return MOTE_OK;
}

static mote_status add_input(mote_importer *im, mote_import_end *end, const bool *is_needed, mote_error *err)
{
    mote_import_value *value = mote_import_find_value(im, end->name);
    mote_tensor        spec = {.name = end->name, .dtype = end->dtype, .rank = end->rank, .kind = MOTE_ACTIVATION};
    mote_import_order  order = mote_import_file_order(end->rank);
    bool               wants;
    int32_t            i;

    set_shape(value, end->rank, end->dim);
    MOTE_TRY(wants_channels_last(im, value, is_needed, &wants, err));
    if (wants)
        order = mote_import_channels_last(end->rank);
    for (i = 0; i < end->rank; i++) {
        value->order[i] = order.axis[i];
        spec.dim[i] = end->dim[order.axis[i]];
    }
    value->dtype = end->dtype;
    spec.is_batched = im->has_batch && value->shape.rank > 0;
    spec.origin = (uint32_t)im->graph->tensor_count;
    if (wants)
        mote_import_note(im, "input %s is %s, channels last", mote_show_string(end->name).text, mote_shape_show(&spec).text);
    value->id = mote_graph_add_tensor(im->model, im->graph, &spec, err);
    return err->code;
}

static mote_status check_input(mote_importer *im, mote_import_end *end, int32_t input_count, bool *is_batched,
                               mote_error *err)
{
    const mote_input_shape *shape = given_shape(im, end->name, input_count);

    if (end->file_type == 0)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "it is no tensor");
    if (end->dtype == MOTE_DTYPE_COUNT)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "elements of type %s are not supported",
                         im->format->type_name(end->file_type));
    if (shape)
        MOTE_TRY(take_given(end, shape, err));
    return settle_open(end, !im->options || im->options->shape_count == 0, is_batched, err);
}

static mote_status check_names_of_given(const mote_importer *im, mote_import_end *const *inputs, int32_t count,
                                        mote_error *err)
{
    int32_t i, k;

    for (i = 0; im->options && i < im->options->shape_count; i++) {
        const mote_input_shape *shape = &im->options->shapes[i];
        for (k = 0; k < count; k++)
            if (shape->name ? strcmp(shape->name, inputs[k]->name) == 0 : count == 1)
                break;
        if (k == count)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "a shape for input %s, which the model does not have; `mote inspect` names "
                             "its inputs",
                             shape->name ? mote_show_string(shape->name).text : "(none named)");
    }
    return MOTE_OK;
}

/* Inputs that are initializers, too, are constants. */
static mote_status list_inputs(mote_importer *im, mote_import_end **inputs, int32_t *count, mote_error *err)
{
    int32_t i;

    *count = 0;
    for (i = 0; i < im->file.input_count; i++) {
        if (mote_import_find_value(im, im->file.inputs[i].name))
            continue;
        if (!add_value(im, im->file.inputs[i].name, err))
            return err->code;
        inputs[(*count)++] = &im->file.inputs[i];
    }
    return check_names_of_given(im, inputs, *count, err);
}

/* All of the inputs count samples, or none does: the model answers one sample at a time. */
static mote_status settle_inputs(mote_importer *im, mote_import_end **inputs, int32_t count, mote_error *err)
{
    bool    is_batched = false;
    int32_t i, batched = 0;

    for (i = 0; i < count; i++) {
        if (check_input(im, inputs[i], count, &is_batched, err) != MOTE_OK)
            return mote_context(err, "input \"%s\"", mote_show_string(inputs[i]->name).text);
        batched += is_batched;
    }
    im->has_batch = batched > 0 && batched == count;
    if (batched > 0 && batched < count)
        mote_import_note(im, "open batches are 1, as not every input has one");
    return MOTE_OK;
}

static mote_status add_inputs(mote_importer *im, mote_import_end *const *inputs, int32_t count, const bool *is_needed,
                              mote_error *err)
{
    mote_id *ids = MOTE_NEW(&im->scratch, mote_id, count, err);
    int32_t  i;

    for (i = 0; ids && i < count; i++) {
        MOTE_TRY(add_input(im, inputs[i], is_needed, err));
        ids[i] = mote_import_find_value(im, inputs[i]->name)->id;
    }
    return ids ? mote_graph_set_inputs(im->model, im->graph, ids, count, err) : err->code;
}

/* ---- infinity ---- */

/* Kernels stop at the largest float, so that a mask of -inf is as good as one only where nobody looks at it closely: Softmax
 * does not. Through some operators it stays one. */
static bool hands_on_infinity(const mote_import_call *c)
{
    const char *const *type = c->im->format->hand_on_infinity;

    while (*type && strcmp(*type, c->node->type) != 0)
        type++;
    return *type != NULL;
}

static bool compares(const mote_import_node *node)
{
    return strncmp(node->type, "Equal", 5) == 0 || strncmp(node->type, "Less", 4) == 0 ||
           strncmp(node->type, "Greater", 7) == 0;
}

static bool holds_infinity(const mote_import_value *value)
{
    size_t i;

    for (i = 0; value && value->known && value->dtype == MOTE_F32 && i < mote_import_count(&value->shape); i++)
        if (isinf(((const float *)value->known)[i]))
            return true;
    return value && value->is_infinite;
}

static void follow_infinity(mote_import_call *c)
{
    const bool compared = compares(c->node), handed = hands_on_infinity(c);
    bool       is_infinite = false;
    int32_t    i;

    for (i = 0; (compared || handed) && i < c->in_count; i++)
        is_infinite |= holds_infinity(c->in[i]);
    for (i = 0; is_infinite && i < c->out_count; i++) {
        mote_import_value *value = mote_import_wants(c, i) ? mote_import_find_value(c->im, c->node->out[i]) : NULL;
        if (value && compared && !value->known)
            mote_import_refuse(c, "it compares with infinity, and kernels stop at the largest float");
        else if (value && !value->known)
            value->is_infinite = true;
    }
}

/* ---- nodes ---- */

static mote_status resolve(mote_import_call *c)
{
    int32_t i;

    c->in = MOTE_NEW(&c->im->scratch, mote_import_value *, c->node->in_count, c->err);
    if (!c->in)
        return c->err->code;
    for (i = 0; i < c->node->in_count; i++) {
        if (c->node->in[i][0] == '\0')
            continue;
        c->in[i] = mote_import_find_value(c->im, c->node->in[i]);
        if (c->in[i]->dtype == MOTE_DTYPE_COUNT && c->in[i]->id == MOTE_NONE && !c->in[i]->known && !c->in[i]->items)
            mote_import_wrong(c, "its operand \"%s\" is computed behind it, or of a type that is not supported",
                              mote_show_string(c->node->in[i]).text);
    }
    c->in_count = c->node->in_count;
    while (c->in_count > 0 && !c->in[c->in_count - 1])
        c->in_count--;
    return c->err->code;
}

static void check_counts(mote_import_call *c)
{
    int32_t i, used = 0;

    if (c->in_count < c->row->in_min || c->in_count > c->row->in_max)
        mote_import_wrong(c, "%d operands, %d to %d expected", c->in_count, c->row->in_min, c->row->in_max);
    for (i = 0; i < c->row->in_min && !mote_import_failed(c); i++)
        if (!c->in[i])
            mote_import_wrong(c, "operand %d is absent", i);
    for (i = 0; i < c->node->out_count; i++)
        if (mote_import_wants(c, i))
            used = i + 1;
    c->out_count = used;
    if (used > c->row->out_max)
        mote_import_refuse(c, "output %d (\"%s\") is not supported", used - 1,
                           mote_show_string(c->node->out[used - 1]).text);
    for (i = 0; i < c->node->attribute_count; i++)
        if (c->node->attributes[i].has_graph)
            mote_import_refuse(c, "a graph in attribute \"%s\"", mote_show_string(c->node->attributes[i].name).text);
}

static void check_given(mote_import_call *c)
{
    int32_t i;

    for (i = 0; i < c->out_count && !mote_import_failed(c); i++) {
        const mote_import_value *value = mote_import_wants(c, i) ? mote_import_find_value(c->im, c->node->out[i]) : NULL;
        if (value && !value->known && value->id == MOTE_NONE && !value->items)
            mote_import_refuse(c, "output %d (\"%s\") is not supported", i, mote_show_string(value->name).text);
    }
}

static mote_status import_node(mote_importer *im, const mote_import_node *node, int32_t n, mote_error *err)
{
    mote_import_call c = {.im = im,
                          .node = node,
                          .row = im->format->find_row(node),
                          .index = n,
                          .first_tensor = im->graph->tensor_count,
                          .err = err};

    MOTE_TRY(resolve(&c));
    check_counts(&c);
    if (!mote_import_failed(&c) && !mote_import_fold(&c) && !mote_import_failed(&c))
        c.row->import(&c);
    check_given(&c);
    if (!mote_import_failed(&c))
        follow_infinity(&c);
    return err->code;
}

static mote_status import_nodes(mote_importer *im, const bool *is_needed, mote_error *err)
{
    int32_t n;

    for (n = 0; n < im->file.node_count; n++)
        if (is_needed[n])
            MOTE_TRY(import_node(im, &im->file.nodes[n], n, err));
    return MOTE_OK;
}

/* ---- graphs that nodes run ---- */

/* All of a run's names with the prefix; those that the graph takes from around it (there are none of) have none. */
static const char **prefixed(mote_import_call *c, const char *const *names, int32_t count, const char *prefix)
{
    const char **out = mote_import_take(c, (size_t)count, sizeof *out);
    int32_t      i;

    for (i = 0; out && i < count && !mote_import_failed(c); i++)
        out[i] = names[i][0] == '\0' ? "" : mote_arena_printf(&c->im->scratch, c->err, "%s%s", prefix, names[i]);
    return mote_import_failed(c) ? NULL : out;
}

static mote_import_node *nodes_of_run(mote_import_call *c, const mote_import_graph *graph, const char *prefix)
{
    mote_import_node *nodes = mote_import_take(c, (size_t)graph->node_count, sizeof *nodes);
    int32_t           n, i;

    for (n = 0; nodes && n < graph->node_count && !mote_import_failed(c); n++) {
        nodes[n] = graph->nodes[n];
        nodes[n].in = prefixed(c, nodes[n].in, nodes[n].in_count, prefix);
        nodes[n].out = prefixed(c, nodes[n].out, nodes[n].out_count, prefix);
        for (i = 0; !mote_import_failed(c) && i < nodes[n].out_count; i++)
            if (nodes[n].out[i][0] != '\0')
                add_value(c->im, nodes[n].out[i], c->err);
    }
    return mote_import_failed(c) ? NULL : nodes;
}

static mote_import_value *value_within(mote_import_call *c, const char *name)
{
    mote_import_value *value = mote_import_failed(c) ? NULL : mote_import_find_value(c->im, name);

    if (!value && !mote_import_failed(c))
        mote_import_wrong(c, "nothing computes \"%s\" in what it runs", mote_show_string(name).text);
    return value;
}

static void count_uses(mote_import_call *c, const mote_import_node *nodes, int32_t count)
{
    mote_import_value *value;
    int32_t            n, i;

    for (n = 0; n < count; n++)
        for (i = 0; i < nodes[n].in_count && !mote_import_failed(c); i++)
            if (nodes[n].in[i][0] != '\0' && (value = value_within(c, nodes[n].in[i])) != NULL)
                value->uses++;
}

static void name_operands(mote_import_call *c, const char *const *names, mote_import_value *const *in, int32_t count)
{
    int32_t i;

    for (i = 0; i < count && !mote_import_failed(c); i++) {
        mote_import_value *value = add_value(c->im, names[i], c->err);
        if (value && in[i]) {
            const mote_import_value own = *value;
            *value = *in[i];
            value->name = own.name;
            value->number = own.number;
            value->uses = 1; /* the tensor is not this value's alone */
        }
    }
}

mote_import_value **mote_import_run(mote_import_call *c, const mote_import_graph *graph, mote_import_value *const *in,
                                    const char *prefix)
{
    const char        **ins = prefixed(c, graph->in, graph->in_count, prefix);
    const char        **outs = prefixed(c, graph->out, graph->out_count, prefix);
    mote_import_value **values = mote_import_take(c, (size_t)graph->out_count, sizeof *values);
    mote_import_node   *nodes;
    int32_t             n, i;

    if (mote_import_failed(c))
        return NULL;
    name_operands(c, ins, in, graph->in_count);
    nodes = nodes_of_run(c, graph, prefix);
    count_uses(c, nodes, nodes ? graph->node_count : 0);
    for (i = 0; i < graph->out_count && !mote_import_failed(c); i++)
        if ((values[i] = value_within(c, outs[i])) != NULL)
            values[i]->uses += 2;
    for (n = 0; n < graph->node_count && !mote_import_failed(c); n++)
        import_node(c->im, &nodes[n], n, c->err);
    return mote_import_failed(c) ? NULL : values;
}

/* ---- outputs ---- */

/* An image as an operator on images left it stays so; everything else is as the file has it. */
static bool stays_channels_last(const mote_import_value *value)
{
    const mote_import_order last = mote_import_channels_last(value->shape.rank);

    return value->shape.rank >= 3 && value->shape.rank <= 5 && !mote_import_is_waiting(value) &&
           memcmp(value->order, last.axis, (size_t)last.rank * sizeof *last.axis) == 0;
}

static mote_status check_output(const mote_importer *im, const mote_import_end *end, const mote_import_value *value,
                                mote_error *err)
{
    int32_t i;

    if (end->file_type != 0 && end->dtype != value->dtype)
        return mote_fail(err, MOTE_ERR_FORMAT, "it is %s, the file says %s", mote_dtype_name(value->dtype),
                         im->format->type_name(end->file_type));
    if (!end->has_shape)
        return MOTE_OK;
    if (end->rank != value->shape.rank)
        return mote_fail(err, MOTE_ERR_FORMAT, "it has %d dimensions, the file says %d", value->shape.rank, end->rank);
    for (i = 0; i < end->rank; i++)
        if (end->dim[i] >= 0 && end->dim[i] != value->shape.dim[i])
            return mote_fail(err, MOTE_ERR_FORMAT, "its dimension %d is %d, the file says %d", i, value->shape.dim[i],
                             end->dim[i]);
    return MOTE_OK;
}

static bool is_listed(const mote_id *ids, int32_t count, mote_id id)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* A tensor that is an input, or another output, gets a copy (a view) of the output's name. */
static mote_id copy_of(mote_import_call *c, mote_id id)
{
    const mote_tensor *tensor = mote_import_tensor_at(c, id);
    int32_t            shape[MOTE_RANK_MAX];
    mote_id            in[2] = {id, MOTE_NONE};

    memcpy(shape, tensor->dim, sizeof shape);
    if (tensor->is_batched)
        shape[0] = -1;
    in[1] = mote_import_const_ints(c, shape, tensor->rank);
    return mote_import_add(c, &(mote_import_op){.op = MOTE_OP_RESHAPE, .in = in, .in_count = 2});
}

static mote_id make_output(mote_importer *im, const mote_import_end *end, const mote_id *ids, int32_t count, mote_error *err)
{
    const char              *out[] = {end->name};
    const mote_import_node   node = {.name = "", .type = "output", .domain = "", .out = out, .out_count = 1};
    const mote_import_value *value = mote_import_find_value(im, end->name);
    mote_import_order        order = mote_import_file_order(value->shape.rank);
    mote_import_call         c = {.im = im, .node = &node, .index = im->file.node_count, .err = err};
    mote_id                  id;
    char                    *name;

    if (value->known) {
        mote_fail(err, MOTE_ERR_UNSUPPORTED, "it does not depend on any input");
        return MOTE_NONE;
    }
    if (value->is_infinite) {
        mote_fail(err, MOTE_ERR_UNSUPPORTED, "it may be infinite (a mask), and kernels stop at the largest float");
        return MOTE_NONE;
    }
    if (check_output(im, end, value, err) != MOTE_OK)
        return MOTE_NONE;
    if (stays_channels_last(value))
        order = mote_import_channels_last(order.rank);
    id = mote_import_as(&c, value, &order);
    if (!mote_import_failed(&c) && (is_listed(ids, count, id) || is_listed(im->graph->inputs, im->graph->input_count, id)))
        id = copy_of(&c, id);
    name = mote_import_failed(&c) ? NULL : mote_arena_strdup(&im->model->arena, end->name, err);
    if (!name)
        return MOTE_NONE;
    im->graph->tensors[id].name = name;
    if (stays_channels_last(value))
        mote_import_note(im, "output %s is %s, channels last", mote_show_string(end->name).text,
                         mote_shape_show(&im->graph->tensors[id]).text);
    return id;
}

static mote_status add_outputs(mote_importer *im, mote_error *err)
{
    mote_id *ids = MOTE_NEW(&im->scratch, mote_id, im->file.output_count, err);
    int32_t  i;

    for (i = 0; ids && i < im->file.output_count; i++) {
        ids[i] = make_output(im, &im->file.outputs[i], ids, i, err);
        if (err->code != MOTE_OK)
            return mote_context(err, "output \"%s\"", mote_show_string(im->file.outputs[i].name).text);
    }
    return ids ? mote_graph_set_outputs(im->model, im->graph, ids, im->file.output_count, err) : err->code;
}

/* ---- what is left when the graph is there ---- */

/* Operators whose shapes alone were asked for are read by nobody. */
static mote_status drop_unread(mote_importer *im, mote_graph *graph, mote_error *err)
{
    bool   *is_used = MOTE_NEW(&im->scratch, bool, graph->tensor_count, err), reads;
    bool   *stays = MOTE_NEW(&im->scratch, bool, graph->node_count, err);
    int32_t n, i, kept = 0;

    if (!is_used || !stays)
        return err->code;
    for (i = 0; i < graph->output_count; i++)
        is_used[graph->outputs[i]] = true;
    for (n = graph->node_count - 1; n >= 0; n--) {
        for (reads = false, i = 0; i < graph->nodes[n].out_count; i++)
            reads |= is_used[graph->nodes[n].out[i]];
        stays[n] = reads;
        for (i = 0; reads && i < graph->nodes[n].in_count; i++)
            if (graph->nodes[n].in[i] != MOTE_NONE)
                is_used[graph->nodes[n].in[i]] = true;
    }
    for (n = 0; n < graph->node_count; n++)
        if (stays[n])
            graph->nodes[kept++] = graph->nodes[n];
    graph->node_count = kept;
    return MOTE_OK;
}

static void move_all(mote_graph *graph, const mote_tensor *from, mote_id *moved, mote_id *ids, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++) {
        if (ids[i] == MOTE_NONE)
            continue;
        if (moved[ids[i]] == MOTE_NONE) {
            graph->tensors[graph->tensor_count] = from[ids[i]];
            moved[ids[i]] = graph->tensor_count++;
        }
        ids[i] = moved[ids[i]];
    }
}

/* Tensors that nothing uses any more go, with their contents. */
static mote_status compact(mote_importer *im, mote_graph *graph, mote_error *err)
{
    mote_tensor *from = mote_arena_copy(&im->scratch, graph->tensors, (size_t)graph->tensor_count, sizeof *from, err);
    mote_id     *moved = MOTE_NEW(&im->scratch, mote_id, graph->tensor_count, err);
    int32_t      i;

    if (!from || !moved)
        return err->code;
    for (i = 0; i < graph->tensor_count; i++)
        moved[i] = MOTE_NONE;
    graph->tensor_count = 0;
    move_all(graph, from, moved, graph->inputs, graph->input_count);
    for (i = 0; i < graph->node_count; i++) {
        move_all(graph, from, moved, graph->nodes[i].in, graph->nodes[i].in_count);
        move_all(graph, from, moved, graph->nodes[i].out, graph->nodes[i].out_count);
    }
    move_all(graph, from, moved, graph->outputs, graph->output_count);
    for (i = 0; i < graph->tensor_count; i++)
        graph->tensors[i].origin = (uint32_t)i;
    return MOTE_OK;
}

static mote_stage stage_of(const mote_graph *graph)
{
    int32_t i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_ACTIVATION && graph->tensors[i].quant)
            return MOTE_STAGE_QUANTIZED;
    return MOTE_STAGE_INFER;
}

static mote_status name_ends(mote_importer *im, mote_error *err)
{
    mote_model  *model = im->model;
    mote_graph  *graph = im->graph;
    const char **inputs = MOTE_NEW(&model->arena, const char *, graph->input_count, err),
               **outputs = MOTE_NEW(&model->arena, const char *, graph->output_count, err);
    int32_t i;

    if (!inputs || !outputs)
        return err->code;
    for (i = 0; i < graph->input_count; i++)
        inputs[i] = graph->tensors[graph->inputs[i]].name;
    for (i = 0; i < graph->output_count; i++)
        outputs[i] = graph->tensors[graph->outputs[i]].name;
    model->signature = (mote_signature){"serving_default", inputs, outputs};
    return MOTE_OK;
}

static mote_status take_notes(mote_importer *im, mote_error *err)
{
    mote_model  *model = im->model;
    const char **notes;
    const char  *line = im->notes.bytes ? im->notes.bytes : "";
    int32_t      count = 0;

    MOTE_TRY(mote_text_status(&im->notes, err));
    for (; *line; line++)
        count += *line == '\n';
    if (!(notes = MOTE_NEW(&model->arena, const char *, count, err)))
        return err->code;
    for (line = im->notes.bytes; model->note_count < count; line += strcspn(line, "\n") + 1)
        if (!(notes[model->note_count++] = mote_arena_strndup(&model->arena, line, strcspn(line, "\n"), err)))
            return err->code;
    model->notes = notes;
    return MOTE_OK;
}

/* ---- what became of the file's values ---- */

/* Where each value stands in the order of the nodes that compute it: a tensor that has a later one's name took that in. */
static int32_t *find_places(const mote_importer *im, mote_arena *arena, mote_error *err)
{
    int32_t *places = MOTE_NEW(arena, int32_t, im->value_count, err), n, i;

    for (n = 0; places && n < im->file.node_count; n++)
        for (i = 0; i < im->file.nodes[n].out_count; i++) {
            const mote_import_value *value = mote_import_find_value(im, im->file.nodes[n].out[i]);
            if (value)
                places[value->number] = 1 + n;
        }
    return places;
}

static mote_status tell_source(mote_importer *im, const mote_import_value *value, const int32_t *places, mote_error *err)
{
    mote_name_row            row = {.source = mote_arena_strdup(&im->model->arena, value->name, err)};
    const mote_import_value *holder;

    if (value->known || value->id < 0 || value->id >= im->graph->tensor_count) {
        row.fate = value->known ? MOTE_FATE_CONSTANT : MOTE_FATE_GONE;
    } else {
        row.ours = im->graph->tensors[value->id].name;
        holder = mote_import_find_value(im, row.ours);
        row.fate = strcmp(row.ours, value->name) == 0                         ? MOTE_FATE_KEPT
                   : holder && places[holder->number] > places[value->number] ? MOTE_FATE_FUSED
                                                                              : MOTE_FATE_SAME;
    }
    return row.source ? mote_model_add_source(im->model, &row, err) : err->code;
}

/* While values still have the tensors that they were given. */
static mote_status tell_sources(mote_importer *im, mote_error *err)
{
    const int32_t *places = find_places(im, &im->scratch, err);
    int32_t        n, i;

    for (n = 0; places && n < im->file.node_count; n++)
        for (i = 0; i < im->file.nodes[n].out_count; i++) {
            const mote_import_value *value = mote_import_find_value(im, im->file.nodes[n].out[i]);
            if (value && value->name[0])
                MOTE_TRY(tell_source(im, value, places, err));
        }
    return err->code;
}

static mote_status finish(mote_importer *im, mote_error *err)
{
    int32_t g;

    MOTE_TRY(tell_sources(im, err));
    if (im->format->finish)
        MOTE_TRY(im->format->finish(im, err));
    for (g = 0; g < im->model->graph_count; g++) {
        MOTE_TRY(drop_unread(im, &im->model->graphs[g], err));
        MOTE_TRY(compact(im, &im->model->graphs[g], err));
    }
    im->model->stage = stage_of(im->graph);
    MOTE_TRY(name_ends(im, err));
    MOTE_TRY(take_notes(im, err));
    im->model->differs = true;
    return mote_model_verify(im->model, err);
}

/* ---- the model ---- */

static mote_status check_ends(const mote_importer *im, mote_error *err)
{
    const mote_import_file *file = &im->file;

    if (file->input_count - file->initializer_count > ENDS_MAX || file->output_count > ENDS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%d inputs and %d outputs; at most %d are supported", file->input_count,
                         file->output_count, ENDS_MAX);
    if (file->output_count == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "the graph has no output");
    return MOTE_OK;
}

static mote_status import_graph(mote_importer *im, mote_error *err)
{
    mote_import_end **inputs = MOTE_NEW(&im->scratch, mote_import_end *, im->file.input_count, err);
    bool             *is_needed = MOTE_NEW(&im->scratch, bool, im->file.node_count, err);
    int32_t           input_count;

    MOTE_TRY(err->code);
    MOTE_TRY(add_initializers(im, err));
    MOTE_TRY(list_inputs(im, inputs, &input_count, err));
    if (im->format->rewrite)
        im->format->rewrite(&im->file);
    MOTE_TRY(add_outputs_of_nodes(im, err));
    MOTE_TRY(find_needed(im, is_needed, err));
    MOTE_TRY(check_operators(im, is_needed, err));
    MOTE_TRY(settle_inputs(im, inputs, input_count, err));
    im->has_batch &= !im->is_one_sample;
    MOTE_TRY(add_inputs(im, inputs, input_count, is_needed, err));
    MOTE_TRY(import_nodes(im, is_needed, err));
    return add_outputs(im, err);
}

static mote_status read_model(mote_importer *im, const void *source, size_t cap_most, mote_error *err)
{
    MOTE_TRY(im->format->parse(im, source, cap_most, err));
    im->model->arena.cap_bytes = im->scratch.cap_bytes;
    MOTE_TRY(check_ends(im, err));
    if (!(im->model->name = mote_arena_strdup(&im->model->arena, im->file.graph_name, err)))
        return err->code;
    MOTE_TRY(import_graph(im, err));
    return finish(im, err);
}

/* Whether the file itself calls what it leaves open a batch. */
static bool names_batch(const char *name)
{
    char   low[16] = "";
    size_t i;

    for (i = 0; name[i] && i + 1 < sizeof low; i++)
        low[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 32) : name[i];
    return strstr(low, "batch") || strcmp(low, "n") == 0 || strcmp(low, "b") == 0 || strcmp(low, "bs") == 0;
}

static bool all_name_batch(const mote_importer *im)
{
    int32_t i;

    for (i = 0; i < im->file.input_count; i++)
        if (im->file.inputs[i].rank > 0 && im->file.inputs[i].dim_param[0] && !names_batch(im->file.inputs[i].dim_param[0]))
            return false;
    return true;
}

static void end_import(mote_importer *im)
{
    mote_index_free(&im->by_name);
    mote_text_free(&im->notes);
    mote_arena_destroy(&im->scratch);
}

static mote_status import(mote_importer *im, const void *source, size_t count, mote_error *err)
{
    const size_t asked = im->options ? im->options->memory_bytes : 0, most = asked ? asked : MOTE_ARENA_DEFAULT_CAP;
    const size_t justified = mote_size_add(mote_size_mul(count, MEMORY_PER_FILE_BYTE), MEMORY_AT_LEAST);
    const size_t cap = justified < most ? justified : most;

    im->work = CONSTANT_WORK_MAX;
    im->source = source;
    im->scratch.cap_bytes = cap;
    MOTE_TRY(mote_model_create(&im->model, MOTE_STAGE_INFER, cap, err));
    im->graph = &im->model->graphs[0];
    if (read_model(im, source, most, err) != MOTE_OK) {
        mote_model_destroy(im->model);
        im->model = NULL;
    }
    return err->code;
}

/* Where operators would mix samples, the model is read again for one at a time, if the file says that it is samples which it
 * leaves open; else whoever uses it has to say so. */
static mote_status import_one_sample(mote_importer *im, const void *source, size_t count, mote_error *err)
{
    const bool    is_batch = all_name_batch(im);
    mote_importer again = {.format = im->format, .options = im->options, .is_one_sample = true};
    mote_error    second = {0};

    if (is_batch) {
        mote_import_note(&again, "the batch is 1: an operator would mix samples");
        if (import(&again, source, count, &second) == MOTE_OK) {
            mote_error_clear(err);
            im->model = again.model;
        } else
            *err = second;
    } else
        mote_context(err, "the first dimension is open; --input-shape fixes it");
    end_import(&again);
    return err->code;
}

mote_status mote_import_read(mote_model **out, const mote_import_format *format, const void *source, size_t count,
                             const mote_load_options *options, mote_error *err)
{
    mote_importer im = {.format = format, .options = options};

    *out = NULL;
    if (import(&im, source, count, err) == MOTE_ERR_UNSUPPORTED && im.has_batch)
        import_one_sample(&im, source, count, err);
    if (err->code == MOTE_OK) {
        /* what later steps may add is the caller's to bound */
        im.model->arena.cap_bytes = options ? options->memory_bytes : 0;
        *out = im.model;
    }
    end_import(&im);
    return err->code;
}
