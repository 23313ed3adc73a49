/* multi_head_attention: Keras' MultiHeadAttention along time, of a sequence with itself or with another one. Four dense
 * layers, and the core between. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "layers/layer.h"

/* One of the four. */
typedef struct projection {
    const char        *name;
    mote_id            x;
    int32_t            in, out;
    int32_t            fan_in, fan_out; /* as Keras computes them, of the kernel's own shape */
    mote_weight_layout kernel, bias;    /* in Keras, where heads and what is in one are axes of their own */
} projection;

static mote_id project(const mote_layer_call *call, const mote_multi_head_attention_options *o, const projection *p)
{
    mote_id   operands[3] = {p->x, MOTE_NONE, MOTE_NONE};
    mote_node node = {.op = MOTE_OP_FULLY_CONNECTED, .in = operands, .in_count = 3};
    char      kernel[32], bias[32];

    snprintf(kernel, sizeof kernel, "%s_kernel", p->name);
    snprintf(bias, sizeof bias, "%s_bias", p->name);
    operands[1] = mote_layer_weight(call, &(mote_weight){.name = kernel,
                                                         .rank = 2,
                                                         .dim = {p->out, p->in},
                                                         .initializer = o->kernel_initializer,
                                                         .fan_in = p->fan_in,
                                                         .fan_out = p->fan_out,
                                                         .keras = p->kernel});
    if (o->use_bias == MOTE_SWITCH_ON)
        operands[2] = mote_layer_weight(call, &(mote_weight){.name = bias,
                                                             .rank = 1,
                                                             .dim = {p->out},
                                                             .initializer = o->bias_initializer,
                                                             .fan_in = p->out,
                                                             .fan_out = p->out,
                                                             .keras = p->bias});
    node.as.fully_connected.keep_num_dims = 1;
    return p->name[0] == 'o' ? mote_layer_node(call, &node) : mote_layer_inner_node(call, &node, p->name);
}

/* Keras' kernels are [channels, heads, width]: what lies before the last two axes counts for both fans. */
static mote_id project_in(const mote_layer_call *call, const mote_multi_head_attention_options *o, const char *name,
                          mote_id x, int32_t in, int32_t width)
{
    return project(call, o,
                   &(projection){.name = name,
                                 .x = x,
                                 .in = in,
                                 .out = o->num_heads * width,
                                 .fan_in = in * o->num_heads,
                                 .fan_out = in * width,
                                 .kernel = {3, {in, o->num_heads, width}, "120"},
                                 .bias = {2, {o->num_heads, width}, "01"}});
}

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const mote_multi_head_attention_options *o = options;
    const int32_t                            last = call->in_count - 1, channels = mote_layer_channels(call),
                  values = o->value_dim ? o->value_dim : o->key_dim;
    mote_id   core[3];
    mote_node node = {.op = MOTE_OP_ATTENTION, .in = core, .in_count = 3, .as.attention = {.heads = o->num_heads}};
    int32_t   other;

    if (call->in_count > 2)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "has %d inputs; one or two are possible", call->in_count);
    if (mote_layer_in(call, 0)->rank != 3 || mote_layer_in(call, last)->rank != 3)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "takes [time, channels], but its input is %s",
                               mote_layer_shape(call, mote_layer_in(call, 0)->rank != 3 ? 0 : last).text);
    other = mote_layer_in(call, last)->dim[2];
    core[0] = project_in(call, o, "query", call->in[0], channels, o->key_dim);
    core[1] = project_in(call, o, "key", call->in[last], other, o->key_dim);
    core[2] = project_in(call, o, "value", call->in[last], other, values);
    return project(call, o,
                   &(projection){.name = "output",
                                 .x = mote_layer_inner_node(call, &node, "heads"),
                                 .in = o->num_heads * values,
                                 .out = channels,
                                 .fan_in = o->num_heads * values,
                                 .fan_out = o->num_heads * channels,
                                 .kernel = {3, {o->num_heads, values, channels}, "201"}});
}

static const mote_key keys[] = {
    MOTE_KEY("num_heads", mote_multi_head_attention_options, num_heads, .min = 1, .max = 1024, .is_required = true),
    MOTE_KEY("key_dim", mote_multi_head_attention_options, key_dim, .min = 1, .max = MOTE_LAYER_SIZE_MAX,
             .is_required = true),
    MOTE_KEY("value_dim", mote_multi_head_attention_options, value_dim, .min = 1, .max = MOTE_LAYER_SIZE_MAX),
    MOTE_KEY("use_bias", mote_multi_head_attention_options, use_bias, .words = mote_switch_words,
             .standard = MOTE_SWITCH_ON),
    MOTE_KEY("kernel_initializer", mote_multi_head_attention_options, kernel_initializer,
             .standard = MOTE_INITIALIZER_GLOROT_UNIFORM, .words = mote_initializer_words),
    MOTE_KEY("bias_initializer", mote_multi_head_attention_options, bias_initializer, .standard = MOTE_INITIALIZER_ZEROS,
             .words = mote_initializer_words),
    {0},
};

const mote_layer_type mote_layer_type_multi_head_attention = {.name = "multi_head_attention",
                                                              .keras_class = "MultiHeadAttention",
                                                              .options_bytes = sizeof(mote_multi_head_attention_options),
                                                              .keys = keys,
                                                              .in_min = 1,
                                                              .add = add};
