/* GELU as exporters before opset 20 write it:
 *
 *     x -> Div by sqrt(2) -> Erf -> Add 1 -> Mul by x -> Mul by 0.5
 *
 * (or Mul by sqrt(1/2) first, or x halved before the product). There is one operator for it, with an integer form.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/onnx/operators.h"

/* ---- who makes and reads what ---- */

static const mote_import_node *maker_of(const mote_import_file *file, const char *name)
{
    int32_t n, i;

    for (n = 0; n < file->node_count; n++)
        for (i = 0; i < file->nodes[n].out_count; i++)
            if (strcmp(file->nodes[n].out[i], name) == 0)
                return &file->nodes[n];
    return NULL;
}

/* The only reader, which has one output; NULL where there are others, or it is an output. */
static mote_import_node *reader_of(const mote_import_file *file, const char *name)
{
    mote_import_node *found = NULL;
    int32_t           n, i;

    for (i = 0; i < file->output_count; i++)
        if (strcmp(file->outputs[i].name, name) == 0)
            return NULL;
    for (n = 0; n < file->node_count; n++)
        for (i = 0; i < file->nodes[n].in_count; i++)
            if (strcmp(file->nodes[n].in[i], name) == 0) {
                if (found)
                    return NULL;
                found = &file->nodes[n];
            }
    return found && found->out_count == 1 ? found : NULL;
}

static const mote_import_tensor *constant_of(const mote_import_file *file, const char *name)
{
    const mote_import_node      *maker;
    const mote_import_attribute *value;
    int32_t                      i;

    for (i = 0; i < file->initializer_count; i++)
        if (strcmp(file->initializers[i].name, name) == 0)
            return &file->initializers[i];
    maker = maker_of(file, name);
    value = maker && strcmp(maker->type, "Constant") == 0 ? mote_import_attribute_find(maker, "value") : NULL;
    return value ? value->t : NULL;
}

/* ---- the pattern ---- */

/* Of a node with two operands: the other one, where one is the number. */
static const char *other_than(const mote_import_file *file, const mote_import_node *node, const char *type, double number)
{
    int32_t i;

    if (!node || strcmp(node->type, type) != 0 || node->domain[0] != '\0' || node->in_count != 2)
        return NULL;
    for (i = strcmp(type, "Div") == 0; i < 2; i++) {
        const mote_import_tensor *t = constant_of(file, node->in[i]);
        if (t && t->dtype == MOTE_F32 && t->values && t->rank <= 1 && (t->rank == 0 || t->dim[0] == 1) &&
            fabs((double)*(const float *)t->values - number) < 1e-4)
            return node->in[1 - i];
    }
    return NULL;
}

static bool multiplies(const mote_import_node *node, const char *a, const char *b)
{
    return node && strcmp(node->type, "Mul") == 0 && node->in_count == 2 &&
           ((strcmp(node->in[0], a) == 0 && strcmp(node->in[1], b) == 0) ||
            (strcmp(node->in[0], b) == 0 && strcmp(node->in[1], a) == 0));
}

/* The node behind which everything has been done; NULL: this Erf is none of a GELU's. */
static mote_import_node *last_of_gelu(const mote_import_file *file, const mote_import_node *erf, const char **x)
{
    const mote_import_node *first = erf->in_count == 1 ? maker_of(file, erf->in[0]) : NULL, *half;
    mote_import_node       *plus, *product, *last;
    int32_t                 i;

    if (!(*x = other_than(file, first, "Div", 1.41421356)))
        *x = other_than(file, first, "Mul", 0.70710678);
    if (!*x || erf->out_count != 1 || !(plus = reader_of(file, erf->out[0])) || !other_than(file, plus, "Add", 1.0) ||
        !(product = reader_of(file, plus->out[0])))
        return NULL;
    if (multiplies(product, *x, plus->out[0])) {
        last = reader_of(file, product->out[0]);
        return last && other_than(file, last, "Mul", 0.5) ? last : NULL;
    }
    for (i = 0; i < 2 && product->in_count == 2; i++) {
        half = maker_of(file, product->in[i]);
        if (half && multiplies(product, half->out[0], plus->out[0]) && other_than(file, half, "Mul", 0.5) &&
            strcmp(other_than(file, half, "Mul", 0.5), *x) == 0)
            return product;
    }
    return NULL;
}

void mote_onnx_rewrite(mote_import_file *file)
{
    enum { ERFS_MAX = 256 }; /* what is done for each looks at all nodes */
    const char       *x;
    mote_import_node *last;
    int32_t           n, count = 0;

    for (n = 0; n < file->node_count && count < ERFS_MAX; n++) {
        if (strcmp(file->nodes[n].type, "Erf") != 0 || file->nodes[n].domain[0] != '\0')
            continue;
        count++;
        if (!(last = last_of_gelu(file, &file->nodes[n], &x)))
            continue;
        last->type = "Gelu";
        last->in[0] = x;
        last->in_count = 1;
        last->attribute_count = 0;
    }
}
