/* IF: condition, values -> values, which the subgraph `then` makes of them where the condition is true, else the subgraph
 * `else`. WHILE: values -> values; as long as the subgraph `cond` says true of them, the subgraph `body` makes new ones.
 *
 * What a subgraph takes and gives is checked by who has the whole model (src/graph/control.c, interpreter/control.c): a call
 * sees one operator. Neither operator has a kernel: a program has its subgraphs' steps in its place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONTROL_H
#define MRT_OPS_CONTROL_H

#include "../attributes.h"
#include "../op.h"

/* Outputs are what the subgraphs give, whose shapes stand in the file. */
static MRT_COLD mrt_reason mrt_control_shape(mrt_call *c)
{
    c->mixes = MRT_MAY_MIX;
    c->may_be_constant = 1;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_control_if_shape(mrt_call *c)
{
    MRT_REQUIRE(c, c->in[0].count == 1, SHAPE, "its condition has the shape %s; one value is expected",
                MRT_SHAPE(&c->in[0]));
    return mrt_control_shape(c);
}

static MRT_COLD mrt_reason mrt_control_while_shape(mrt_call *c)
{
    MRT_REQUIRE(c, c->in_count == c->out_count, OPERAND, "%d values go in and %d come out; both must be the same",
                c->in_count, c->out_count);
    return mrt_control_shape(c);
}

static const mrt_attribute mrt_control_if_fields[] = {MRT_ATTRIBUTE(I32, mrt_if_attributes, then_subgraph_index, 0, 0),
                                                      MRT_ATTRIBUTE(I32, mrt_if_attributes, else_subgraph_index, 1, 0)};
static const mrt_attribute mrt_control_while_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_while_attributes, cond_subgraph_index, 0, 0),
    MRT_ATTRIBUTE(I32, mrt_while_attributes, body_subgraph_index, 1, 0)};

static const mrt_row mrt_control_if_rows[] = {{MRT_ANY, {MRT_BOOL, MRT_ANY}, 2, 1, 1, NULL, MRT_VIEW}, MRT_ROWS_END};
static const mrt_row mrt_control_while_rows[] = {{MRT_ANY, {MRT_ANY}, 1, 1, 1, NULL, MRT_VIEW}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_control_if = {
    118, 92, 1, 64, 0, 16, MRT_ATTRIBUTES(mrt_control_if_fields), mrt_control_if_shape, mrt_control_if_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_control_while = {
    119, 93, 1, 64, 1, 16, MRT_ATTRIBUTES(mrt_control_while_fields), mrt_control_while_shape, mrt_control_while_rows};

#endif
