/* Einsum of one or two operands, each letter once in each: axes that are in both and in the result are batches, those in
 * both alone are summed over. Both operands are put as [batches, own, summed], and multiplied as matrices:
 *
 *     "bhqd,bhkd->bhqk"     batches b h, own q and k, summed d
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "formats/onnx/operators.h"

enum { OPERANDS_MAX = 2 };

typedef struct equation {
    char    in[OPERANDS_MAX][MOTE_RANK_MAX + 1], out[MOTE_RANK_MAX + 1];
    int32_t count;
    bool    has_out;
} equation;

/* ---- the equation ---- */

static bool add_letter(char *to, char letter)
{
    const size_t length = strlen(to);

    if (length == MOTE_RANK_MAX || strchr(to, letter))
        return false; /* a diagonal */
    to[length] = letter;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool parse(const char *text, equation *e)
{
    char *to = e->in[0];

    *e = (equation){.count = 1};
    for (; *text; text++)
        if (*text == ',' && !e->has_out && e->count < OPERANDS_MAX)
            to = e->in[e->count++];
        else if (text[0] == '-' && text[1] == '>' && !e->has_out) {
            e->has_out = true;
            to = e->out;
            text++;
        } else if (*text != ' ' && (!is_letter(*text) || !add_letter(to, *text)))
            return false;
    return true;
}

/* Without "->": the letters that are there once, by the alphabet. */
static void complete(equation *e)
{
    char letter;

    for (letter = 'A'; letter <= 'z' && !e->has_out; letter++)
        if (is_letter(letter) && !strchr(e->in[0], letter) != !strchr(e->in[1], letter))
            add_letter(e->out, letter);
}

/* Letters of `from` that are in a (wanted or not) and in b. */
static void pick(char *to, const char *from, const char *a, bool in_a, const char *b, bool in_b)
{
    for (; *from; from++)
        if ((strchr(a, *from) != NULL) == in_a && (strchr(b, *from) != NULL) == in_b)
            add_letter(to, *from);
}

/* ---- operands ---- */

typedef struct parts {
    char    batch[MOTE_RANK_MAX + 1], own[2][MOTE_RANK_MAX + 1], summed[MOTE_RANK_MAX + 1];
    int32_t size[128]; /* of a letter */
} parts;

static bool read_sizes(mote_import_call *c, const equation *e, parts *p)
{
    int32_t i, k;

    for (i = 0; i < e->count; i++) {
        const mote_import_shape *shape = &mote_import_in(c, i)->shape;
        if (shape->rank != (int32_t)strlen(e->in[i]))
            return false;
        for (k = 0; k < shape->rank; k++) {
            int32_t *size = &p->size[(int)e->in[i][k]];
            if (*size != 0 && *size != shape->dim[k])
                return false;
            *size = shape->dim[k];
        }
    }
    for (k = 0; e->out[k]; k++)
        if (!strchr(e->in[0], e->out[k]) && !strchr(e->in[1], e->out[k]))
            return false;
    return true;
}

static int32_t product(const parts *p, const char *letters)
{
    int32_t size = 1;

    for (; *letters; letters++)
        size *= p->size[(int)*letters];
    return size;
}

static void append_axes(mote_import_order *order, const char *letters, const char *of)
{
    for (; *letters; letters++)
        order->axis[order->rank++] = (int32_t)(strchr(of, *letters) - of);
}

/* [batches, a, b] */
static mote_id as_matrices(mote_import_call *c, const equation *e, const parts *p, int32_t i, const char *a, const char *b)
{
    const int32_t     dim[] = {product(p, p->batch), product(p, a), product(p, b)};
    mote_import_order order = {0};

    append_axes(&order, p->batch, e->in[i]);
    append_axes(&order, a, e->in[i]);
    append_axes(&order, b, e->in[i]);
    return mote_import_reshape(c, mote_import_as(c, mote_import_in(c, i), &order), 3, dim);
}

static void give(mote_import_call *c, const equation *e, const parts *p, mote_id y)
{
    const char       *groups[] = {p->batch, p->own[0], p->own[1]}, *letter;
    mote_import_order order = {0};
    int32_t           dim[MOTE_RANK_MAX], i;

    for (i = 0; i < 3; i++)
        for (letter = groups[i]; *letter; letter++) {
            dim[order.rank] = p->size[(int)*letter];
            order.axis[order.rank++] = (int32_t)(strchr(e->out, *letter) - e->out);
        }
    mote_import_give(c, 0, mote_import_reshape(c, y, order.rank, dim), order.axis);
}

/* ---- one and two operands ---- */

static void sum_one(mote_import_call *c, const equation *e)
{
    const mote_import_order order = mote_import_common_order(c, 0, 1, mote_import_in(c, 0)->shape.rank);
    mote_id                 y = mote_import_as(c, mote_import_in(c, 0), &order);
    mote_import_order       left = {0};
    uint32_t                axes = 0;
    int32_t                 k;

    for (k = 0; k < order.rank; k++) {
        const char letter = e->in[0][order.axis[k]];
        if (strchr(e->out, letter))
            left.axis[left.rank++] = (int32_t)(strchr(e->out, letter) - e->out);
        else
            axes |= 1u << k;
    }
    if (axes)
        y = mote_import_reduce(c, MOTE_OP_SUM, y, axes, false);
    mote_import_give(c, 0, y, left.axis);
}

void mote_onnx_import_einsum(mote_import_call *c)
{
    const char *text = mote_import_string(c, "equation", "");
    equation    e;
    parts       p = {{0}, {{0}}, {0}, {0}};
    char        lost[MOTE_RANK_MAX + 1] = "";
    int32_t     i;

    if (!parse(text, &e) || e.count != c->in_count) {
        mote_import_refuse(c, "equation \"%s\": one or two operands are read, each letter once in each, and no \"...\"",
                           mote_show_string(text).text);
        return;
    }
    complete(&e);
    for (i = 0; i < e.count; i++)
        pick(lost, e.in[i], e.in[1 - i], false, e.out, false);
    if (!read_sizes(c, &e, &p) || (e.count == 2 && lost[0] != '\0')) {
        mote_import_refuse(c, "equation \"%s\" does not fit, or sums over an axis of one operand",
                           mote_show_string(text).text);
        return;
    }
    if (e.count == 1) {
        sum_one(c, &e);
        return;
    }
    pick(p.batch, e.in[0], e.in[1], true, e.out, true);
    pick(p.summed, e.in[0], e.in[1], true, e.out, false);
    pick(p.own[0], e.in[0], e.in[1], false, e.out, true);
    pick(p.own[1], e.in[1], e.in[0], false, e.out, true);
    give(c, &e, &p,
         mote_import_batch_matmul(c, as_matrices(c, &e, &p, 0, p.own[0], p.summed),
                                  as_matrices(c, &e, &p, 1, p.own[1], p.summed), false, true));
}
