/* report/: the picture of a network. What is drawn is held against what must be true of any such picture, for networks drawn
 * at random; and the text of a real one against the model.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/convert.h>
#include <mote/inspect.h>
#include <mote/layers.h>
#include <mote/chart.h>

#include "base/file.h"
#include "report/layered.h"

enum { NODES = 60, WIDTH = 200 };

static mote_error *err = &(mote_error){0};

/* fontconfig keeps its patterns by encoded offsets, which the leak checker cannot follow. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

/* ---- any network ---- */

typedef struct network {
    mote_layered_node nodes[NODES];
    int               from[NODES][3];
} network;

static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes' "quick and dirty" generator */
    return *state >> 16;
}

/* Each node reads up to three of those before it, mostly near ones. */
static void make_network(network *n, uint32_t seed)
{
    int i, k;

    for (i = 0; i < NODES; i++) {
        n->nodes[i] = (mote_layered_node){.from = n->from[i], .height = 40 + draw(&seed) % 60};
        n->nodes[i].from_count = i == 0 || draw(&seed) % 12 == 0 ? 0 : 1 + (int)(draw(&seed) % 3);
        for (k = 0; k < n->nodes[i].from_count; k++)
            n->from[i][k] =
                draw(&seed) % 4 ? i - 1 - (int)(draw(&seed) % (uint32_t)(i < 4 ? i : 4)) : (int)(draw(&seed) % (uint32_t)i);
    }
}

static bool overlap(const mote_layered *l, int a, int b)
{
    const mote_layered_place *p = &l->places[a], *q = &l->places[b];
    const double              reach_p = p->node == MOTE_LAYERED_BEND ? 1 : WIDTH / 2.0;
    const double              reach_q = q->node == MOTE_LAYERED_BEND ? 1 : WIDTH / 2.0;

    return fabs(p->x - q->x) < reach_p + reach_q + 4 && p->top < q->bottom && q->top < p->bottom;
}

static void boxes_and_arrows_keep_apart(const mote_layered *l)
{
    int i, k;

    for (i = 0; i < l->place_count; i++)
        for (k = 0; k < i; k++)
            if (overlap(l, i, k))
                fail_msg("places %d and %d overlap", k, i);
}

static void all_is_inside(const mote_layered *l)
{
    int i;

    for (i = 0; i < l->place_count; i++) {
        const double reach = l->places[i].node == MOTE_LAYERED_BEND ? 0 : WIDTH / 2.0;
        assert_true(l->places[i].x - reach >= -0.01 && l->places[i].x + reach <= l->width + 0.01);
        assert_true(l->places[i].top >= 0 && l->places[i].bottom <= l->height + 0.01);
    }
    for (i = 0; i < l->line_count; i++)
        if (l->lines[i].wraps)
            assert_true(l->lines[i].high_y >= 0 && l->lines[i].low_y <= l->height && l->lines[i].gutter_x < l->width);
}

/* The lines of one rank end in the next, at the place's own width; each node is reached from all that it reads. */
static bool reaches(const mote_layered *l, int from, int to)
{
    int i;

    for (i = 0; i < l->line_count; i++)
        if (l->lines[i].from == from && (l->lines[i].to == to || (l->places[l->lines[i].to].node == MOTE_LAYERED_BEND &&
                                                                  reaches(l, l->lines[i].to, to))))
            return true;
    return false;
}

static void arrows_lead_where_they_should(const mote_layered *l, const network *n)
{
    int i, k;

    for (i = 0; i < l->line_count; i++) {
        const mote_layered_line  *line = &l->lines[i];
        const mote_layered_place *to = &l->places[line->to];
        assert_int_equal(l->places[line->from].rank + 1, to->rank);
        assert_true(fabs(line->to_x - to->x) <= WIDTH / 2.0);
        assert_true(line->wraps == (l->ranks[to->rank - 1].column != l->ranks[to->rank].column));
    }
    for (i = 0; i < NODES; i++)
        for (k = 0; k < n->nodes[i].from_count; k++)
            assert_true(reaches(l, n->from[i][k], i));
}

/* In the gutter between columns nothing stands. */
static void gutters_are_free(const mote_layered *l)
{
    int i, k;

    for (i = 0; i < l->line_count; i++)
        for (k = 0; l->lines[i].wraps && k < l->place_count; k++)
            assert_true(fabs(l->places[k].x - l->lines[i].gutter_x) > (l->places[k].node < 0 ? 1 : WIDTH / 2.0));
}

static void random_networks_are_readable(void **state)
{
    uint32_t seed;

    (void)state;
    for (seed = 1; seed <= 40; seed++) {
        mote_arena   arena = {0};
        mote_layered l;
        network      n;
        make_network(&n, seed);
        assert_int_equal(mote_layered_lay(&l, &(mote_layered_graph){n.nodes, NODES, WIDTH}, &arena, err), MOTE_OK);
        boxes_and_arrows_keep_apart(&l);
        all_is_inside(&l);
        arrows_lead_where_they_should(&l, &n);
        gutters_are_free(&l);
        mote_arena_destroy(&arena);
    }
}

/* A chain, with each node also read by the one after the next where has_skips. */
static mote_layered lay_chain(int count, bool has_skips, mote_arena *arena)
{
    mote_layered_node *nodes = MOTE_NEW(arena, mote_layered_node, count, err);
    int               *from = MOTE_NEW(arena, int, 2 * count, err), i;
    mote_layered       l;

    for (i = 0; i < count; i++) {
        from[2 * i] = i - 1;
        from[2 * i + 1] = i - 2;
        nodes[i] = (mote_layered_node){from + 2 * i, i == 0 ? 0 : i > 1 && has_skips ? 2 : 1, 100};
    }
    assert_int_equal(mote_layered_lay(&l, &(mote_layered_graph){nodes, count, WIDTH}, arena, err), MOTE_OK);
    return l;
}

static void long_chains_go_on_in_columns(void **state)
{
    const int    counts[] = {1, 5, 20, 200, 1000};
    mote_arena   arena = {0};
    mote_layered l;
    int          i;

    (void)state;
    for (i = 0; i < 5; i++) {
        l = lay_chain(counts[i], false, &arena);
        assert_true(l.height < 1600 || l.height < 1.6 * l.width);
        assert_true(l.width <= WIDTH || l.width < 3 * l.height);
        assert_int_equal(l.ranks[l.rank_count - 1].column > 0, counts[i] >= 20);
    }
    mote_arena_destroy(&arena);
}

static void a_chain_with_skips_stays_straight(void **state)
{
    mote_arena   arena = {0};
    mote_layered l = lay_chain(8, true, &arena);
    int          i;

    (void)state;
    for (i = 1; i < 8; i++)
        assert_true(fabs(l.places[i].x - l.places[0].x) < 1);
    mote_arena_destroy(&arena);
}

static void what_nobody_could_read_is_refused(void **state)
{
    mote_layered_node *nodes = calloc(MOTE_LAYERED_NODES_MAX + 1, sizeof *nodes);
    mote_arena         arena = {0};
    mote_error         failure = {0};
    mote_layered       l;

    (void)state;
    assert_int_equal(mote_layered_lay(&l, &(mote_layered_graph){nodes, MOTE_LAYERED_NODES_MAX + 1, WIDTH}, &arena, &failure),
                     MOTE_ERR_LIMIT);
    assert_non_null(strstr(failure.text, "4001"));
    free(nodes);
    mote_arena_destroy(&arena);
}

/* ---- a model's ---- */

static char *read_text(const char *path)
{
    mote_file file;
    char     *text;

    assert_int_equal(mote_file_open(&file, path, err), MOTE_OK);
    text = calloc(file.count + 1, 1);
    memcpy(text, file.bytes, file.count);
    mote_file_close(&file);
    return text;
}

static int count_of(const char *text, const char *part)
{
    const char *at;
    int         count = 0;

    for (at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

/* [6,6,2] -> stem -> a -> b, added to stem -> flatten -> two outputs. */
static mote_model *make_residual(void)
{
    const mote_conv2d_options conv = {
        .filters = 2, .kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME, .activation = MOTE_ACTIVATION_RELU};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 1, .name = "a & b"}, err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){6, 6, 2}), in[2], out[2];
    mote_model   *model;

    in[0] = mote_layer_conv2d(b, x, &conv);
    in[1] = mote_layer_conv2d(b, in[0], &conv);
    x = mote_layer_add(b, in, 2, NULL);
    x = mote_layer_flatten(b, x, NULL);
    out[0] = mote_layer_dense(b, x, &(mote_dense_options){.name = "classes", .units = 10});
    out[1] = mote_layer_dense(b, x, &(mote_dense_options){.name = "<box>", .units = 4});
    if (mote_builder_finish(&model, b, out, 2, err) != MOTE_OK)
        fail_msg("%s", err->text);
    return model;
}

static void the_picture_says_what_the_model_has(void **state)
{
    static const char *const parts[] = {"a &amp; b", ">[?,6,6,2]<",      ">[2,3,3,2]<", ">38 parameters<",
                                        ">+ relu<",  ">classes<",        "&lt;box&gt;", ">[?,10]<",
                                        ">[10,72]<", ">730 parameters<", ">float32<"};
    const char              *path = "build/tests/network.svg";
    mote_model              *model = make_residual();
    mote_inspection          in;
    char                    *svg;
    size_t                   i;

    (void)state;
    assert_int_equal(mote_inspect(&in, model, NULL, err), MOTE_OK);
    if (mote_inspection_save_chart(&in, path, err) != MOTE_OK)
        fail_msg("%s", err->text);
    svg = read_text(path);
    for (i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(svg, parts[i]))
            fail_msg("%s is not in the picture", parts[i]);
    assert_int_equal(count_of(svg, ">output<"), 2);
    assert_int_equal(count_of(svg, ">shape<"), 3);
    assert_int_equal(count_of(svg, ">CONV_2D<"), 2);
    assert_int_equal(count_of(svg, ">ADD<"), 1);
    assert_null(strstr(svg, "<box>"));
    free(svg);
    mote_inspection_free(&in);
    mote_model_destroy(model);
}

static void layers_know_where_their_inputs_come_from(void **state)
{
    mote_model     *model = make_residual();
    mote_inspection in;

    (void)state;
    assert_int_equal(mote_inspect(&in, model, NULL, err), MOTE_OK);
    mote_model_destroy(model); /* nothing in an inspection points into its model */
    assert_int_equal(in.input_count, 1);
    assert_int_equal(in.layers[0].input_count, 1);
    assert_int_equal(in.layers[0].inputs[0].layer, -1);
    assert_string_equal(in.layers[2].op, "ADD");
    assert_int_equal(in.layers[2].input_count, 2);
    assert_int_equal(in.layers[2].inputs[0].layer, 0);
    assert_int_equal(in.layers[2].inputs[1].layer, 1);
    assert_string_equal(in.layers[3].op, "RESHAPE");
    assert_int_equal(in.layers[3].input_count, 1); /* the shape is a constant */
    assert_int_equal(in.output_count, 2);
    assert_int_equal(in.outputs[1].layer, in.layer_count - 1);
    assert_string_equal(in.outputs[0].tensor.name, in.layers[in.outputs[0].layer].output.name);
    mote_inspection_free(&in);
}

static int make_folder(void **state)
{
    (void)state;
    return mote_make_dirs("build/tests", err) == MOTE_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_networks_are_readable),        cmocka_unit_test(long_chains_go_on_in_columns),
        cmocka_unit_test(a_chain_with_skips_stays_straight),   cmocka_unit_test(what_nobody_could_read_is_refused),
        cmocka_unit_test(the_picture_says_what_the_model_has), cmocka_unit_test(layers_know_where_their_inputs_come_from),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
