/* SPDX-License-Identifier: Apache-2.0 */
#include "variables.h"

enum { MRT_HANDLE_CONTAINER = 0, MRT_HANDLE_NAME = 1, MRT_CALL_ONCE_SUBGRAPH = 0 };

/* ---- names ---- */

typedef struct mrt_variable_name {
    mrt_vector container, name;
} mrt_variable_name;

static mrt_variable_name mrt_name_of(mrt_model *m, const mrt_node *node)
{
    mrt_variable_name name;

    name.container = mrt_read_vector(&m->r, &node->options, MRT_HANDLE_CONTAINER, 1);
    name.name = mrt_read_vector(&m->r, &node->options, MRT_HANDLE_NAME, 1);
    return name;
}

static int mrt_same_text(const mrt_model *m, const mrt_vector *a, const mrt_vector *b)
{
    uint32_t i;

    for (i = 0; i < a->count && a->count == b->count; i++)
        if (m->r.bytes[a->at + i] != m->r.bytes[b->at + i])
            return 0;
    return a->count == b->count;
}

static int mrt_same_name(const mrt_model *m, const mrt_variable_name *a, const mrt_variable_name *b)
{
    return mrt_same_text(m, &a->container, &b->container) && mrt_same_text(m, &a->name, &b->name);
}

/* Whether the tensor is a handle of that name in the model's subgraph; first: where its VAR_HANDLE is. */
static int mrt_names(mrt_model *m, uint32_t tensor, const mrt_variable_name *name)
{
    const int32_t     maker = mrt_model_producer(m, tensor);
    mrt_variable_name its;
    mrt_node          node;

    if (maker < 0 || mrt_model_node(m, (uint32_t)maker, &node) != MRT_REASON_NONE ||
        node.builtin_code != MRT_CODE_VAR_HANDLE)
        return 0;
    its = mrt_name_of(m, &node);
    return mrt_same_name(m, &its, name);
}

/* The VAR_HANDLE at node makes one tensor. */
static mrt_reason mrt_handle_of(const mrt_model *m, const mrt_node *node, uint32_t *handle)
{
    if (node->out.count != 1 || node->in.count != 0)
        return MRT_REASON_OPERAND_COUNT;
    *handle = mrt_element(&m->r, &node->out, 0);
    return *handle < m->tensors.count ? MRT_REASON_NONE : MRT_REASON_OPERAND;
}

/* ---- values ---- */

/* READ_VARIABLE's output and ASSIGN_VARIABLE's second operand have the variable's type and shape. UINT32_MAX: another node.
 */
static uint32_t mrt_value_of(const mrt_model *m, const mrt_node *node)
{
    if (node->builtin_code == MRT_CODE_READ_VARIABLE && node->in.count == 1 && node->out.count == 1)
        return mrt_element(&m->r, &node->out, 0);
    if (node->builtin_code == MRT_CODE_ASSIGN_VARIABLE && node->in.count == 2)
        return mrt_element(&m->r, &node->in, 1);
    return UINT32_MAX;
}

static mrt_reason mrt_find_value(mrt_model *m, const mrt_variable_name *name, mrt_variable *v)
{
    mrt_tensor *out = &v->value;
    mrt_node    node;
    uint32_t    i, value;

    v->value_id = -1;
    out->rank = 0;
    out->count = out->bytes = 0;
    out->type = MRT_F32;
    for (i = 0; i < m->operators.count; i++) {
        MRT_TRY(mrt_model_node(m, i, &node));
        value = mrt_value_of(m, &node);
        if (value >= m->tensors.count || !mrt_names(m, mrt_element(&m->r, &node.in, 0), name))
            continue;
        MRT_TRY(mrt_model_tensor(m, value, out));
        v->value_id = (int32_t)value;
        break;
    }
    out->kind = MRT_STATE;
    out->is_batched = 0;
    return MRT_REASON_NONE;
}

/* ---- first values ---- */

/* A subgraph that CALL_ONCE runs. */
static mrt_reason mrt_open_init(const mrt_model *m, uint32_t index, mrt_model *out)
{
    *out = *m;
    if (index == 0)
        return MRT_REASON_BROKEN;
    MRT_TRY(mrt_model_enter(out, index));
    return out->operators.count > MRT_INIT_OPERATORS_MAX ? MRT_REASON_TOO_MANY : MRT_REASON_NONE;
}

/* It assigns constants, and does nothing else. */
static mrt_reason mrt_first_of(mrt_model *init, const mrt_variable_name *name, mrt_variable *v)
{
    mrt_tensor value;
    mrt_node   node;
    uint32_t   i, id;

    for (i = 0; i < init->operators.count; i++) {
        MRT_TRY(mrt_model_node(init, i, &node));
        if (node.builtin_code == MRT_CODE_VAR_HANDLE)
            continue;
        id = mrt_value_of(init, &node);
        if (node.builtin_code != MRT_CODE_ASSIGN_VARIABLE || id >= init->tensors.count)
            return MRT_REASON_OPERATOR;
        MRT_TRY(mrt_model_tensor(init, id, &value));
        if (value.kind != MRT_CONST)
            return MRT_REASON_CONSTANT;
        if (!mrt_names(init, mrt_element(&init->r, &node.in, 0), name))
            continue;
        if (v->value_id < 0) { /* other subgraphs read and assign it */
            v->value = value;
            v->value.kind = MRT_STATE;
        }
        if (value.type != v->value.type || !mrt_same_shape(&value, &v->value))
            return MRT_REASON_SHAPE;
        v->first = value.data;
    }
    return init->r.is_bad ? MRT_REASON_BROKEN : MRT_REASON_NONE;
}

/* The main subgraph runs CALL_ONCE. */
static mrt_reason mrt_find_first(const mrt_model *m, const mrt_variable_name *name, mrt_variable *v)
{
    mrt_model whole = *m, init;
    mrt_node  node;
    uint32_t  i;
    int32_t   calls = 0;

    v->first = NULL;
    MRT_TRY(mrt_model_enter(&whole, 0));
    for (i = 0; i < whole.operators.count; i++) {
        MRT_TRY(mrt_model_node(&whole, i, &node));
        if (node.builtin_code != MRT_CODE_CALL_ONCE)
            continue;
        if (++calls > MRT_CALL_ONCE_MAX)
            return MRT_REASON_TOO_MANY;
        MRT_TRY(mrt_open_init(&whole, mrt_read_field(&whole.r, &node.options, MRT_CALL_ONCE_SUBGRAPH, 4, 0), &init));
        MRT_TRY(mrt_first_of(&init, name, v));
    }
    return MRT_REASON_NONE;
}

/* ---- all ---- */

static mrt_reason mrt_find_first_handle(mrt_model *m, const mrt_variable_name *name, uint32_t *handle)
{
    mrt_variable_name its;
    mrt_node          node;
    uint32_t          i;

    for (i = 0; i < m->operators.count; i++) {
        MRT_TRY(mrt_model_node(m, i, &node));
        if (node.builtin_code != MRT_CODE_VAR_HANDLE)
            continue;
        its = mrt_name_of(m, &node);
        if (mrt_same_name(m, &its, name))
            return mrt_handle_of(m, &node, handle);
    }
    return MRT_REASON_OPERAND;
}

MRT_API mrt_reason mrt_find_variable(mrt_model *m, uint32_t index, mrt_variable *out)
{
    mrt_variable_name name;
    mrt_node          node;

    MRT_TRY(mrt_model_node(m, index, &node));
    name = mrt_name_of(m, &node);
    MRT_TRY(mrt_find_first_handle(m, &name, &out->handle));
    MRT_TRY(mrt_find_value(m, &name, out));
    MRT_TRY(mrt_find_first(m, &name, out));
    return m->r.is_bad ? MRT_REASON_BROKEN : MRT_REASON_NONE;
}

MRT_API int32_t mrt_value_of_handle(mrt_model *m, uint32_t handle)
{
    mrt_node node;
    uint32_t i, value;

    for (i = 0; i < m->operators.count && mrt_model_node(m, i, &node) == MRT_REASON_NONE; i++) {
        value = mrt_value_of(m, &node);
        if (value < m->tensors.count && mrt_element(&m->r, &node.in, 0) == handle)
            return (int32_t)value;
    }
    return -1;
}

MRT_API int mrt_has_variable(mrt_model *other, mrt_model *m, uint32_t index, uint32_t *handle)
{
    mrt_variable_name name;
    mrt_node          node;

    if (mrt_model_node(m, index, &node) != MRT_REASON_NONE)
        return 0;
    name = mrt_name_of(m, &node);
    return mrt_find_first_handle(other, &name, handle) == MRT_REASON_NONE;
}
