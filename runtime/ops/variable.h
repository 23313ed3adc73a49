/* VAR_HANDLE: -> a variable, which READ_VARIABLE and ASSIGN_VARIABLE name. READ_VARIABLE: variable -> its value.
 * ASSIGN_VARIABLE: variable, value -> nothing; the value is there from then on, in later invokes too.
 * CALL_ONCE runs another subgraph before all else, which gives variables their first values: whoever opens a file does that.
 *
 * What a file calls a handle, of a type of its own, is here the variable's tensor, a state. Two handles of one name are one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_VARIABLE_H
#define MRT_OPS_VARIABLE_H

#include "../attributes.h"
#include "../kernels/variable.h"
#include "../op.h"

MRT_FIELDS(mrt_variable_params, bytes);
MRT_KERNEL(mrt_copy_value, mrt_variable_params, "kernels/variable.h");
MRT_KERNEL(mrt_assign_variable, mrt_variable_params, "kernels/variable.h");

/* The state is there already, with its shape. */
static MRT_COLD mrt_reason mrt_var_handle_shape(mrt_call *c)
{
    (void)c;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_check_variable(mrt_call *c)
{
    MRT_REQUIRE(c, c->in[0].kind == MRT_STATE, OPERAND, "operand 0 is no variable");
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_read_variable_shape(mrt_call *c)
{
    MRT_TRY(mrt_check_variable(c));
    return mrt_shape_as_first(c);
}

static MRT_COLD mrt_reason mrt_assign_variable_shape(mrt_call *c)
{
    MRT_TRY(mrt_check_variable(c));
    MRT_REQUIRE(c, c->in[0].type == c->in[1].type && mrt_same_shape(&c->in[0], &c->in[1]), SHAPE,
                "a value of shape %s and type %s for a variable of shape %s and type %s", MRT_SHAPE(&c->in[1]),
                mrt_type_name(c->in[1].type), MRT_SHAPE(&c->in[0]), mrt_type_name(c->in[0].type));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_variable_prepare(mrt_call *c)
{
    mrt_variable_params p;

    p.bytes = (int32_t)c->in[0].bytes;
    c->constants = 2;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_attribute mrt_call_once_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_call_once_attributes, init_subgraph_index, 0, 0)};

static const mrt_row mrt_var_handle_rows[] = {{MRT_ANY, {MRT_ANY}, 1, 1, 1, NULL, MRT_VIEW}, MRT_ROWS_END};
static const mrt_row mrt_read_variable_rows[] = {
    {MRT_AS_FIRST, {MRT_ANY}, 1, 1, 1, MRT_WITH(mrt_variable_prepare, mrt_copy_value)}, MRT_ROWS_END};
static const mrt_row mrt_assign_variable_rows[] = {
    {MRT_ANY, {MRT_ANY, MRT_AS_FIRST}, 2, 1, 1, MRT_WITH(mrt_variable_prepare, mrt_assign_variable)}, MRT_ROWS_END};
static const mrt_row mrt_call_once_rows[] = {{MRT_ANY, {MRT_ANY}, 1, 1, 1, NULL, MRT_VIEW}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_var_handle = {
    142, 111, 0, 0, 1, 1, MRT_NO_ATTRIBUTES, mrt_var_handle_shape, mrt_var_handle_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_read_variable = {
    143, 112, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_read_variable_shape, mrt_read_variable_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_assign_variable = {
    144, 113, 2, 2, 0, 0, MRT_NO_ATTRIBUTES, mrt_assign_variable_shape, mrt_assign_variable_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_call_once = {
    129, 103, 0, 0, 0, 0, MRT_ATTRIBUTES(mrt_call_once_fields), mrt_var_handle_shape, mrt_call_once_rows};

#endif
