/* What the cases of tests/golden/operators reach: every row of an operator answers at least 20 of them, and they see when
 * its kernel gives one wrong value: in some, since what follows in the file may hide it (test_golden_operators.c compares
 * the answers themselves). SPDX-License-Identifier: Apache-2.0 */
#include "golden_cases.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>

#include "exec/exec.h"
#include "formats/tflite/tflite.h"

enum { ROWS_MAX = 16, CASES_LEAST = 20, CHANGES_MOST = 64 };

static const char *const folder = "tests/golden/operators";

/* No node of them is left when the file has been read: they read constants, or shapes, or are run before all else. */
static const mote_op_kind gone[] = {MOTE_OP_SHAPE, MOTE_OP_RANK, MOTE_OP_DECODE, MOTE_OP_CALL_ONCE};

static bool is_gone(int op)
{
    size_t i;

    for (i = 0; i < sizeof gone / sizeof *gone; i++)
        if ((int)gone[i] == op)
            return true;
    return false;
}

/* Of each operator's rows, in their order. */
typedef struct reach {
    int cases[MOTE_OP_COUNT][ROWS_MAX];
    int changed[MOTE_OP_COUNT][ROWS_MAX]; /* cases that ran with a changed value */
    int unseen[MOTE_OP_COUNT][ROWS_MAX];  /* of them those that gave the right answers all the same */
} reach;

/* -1: the operator has no row for it. */
static int row_of(const mote_graph *graph, const mote_node *node)
{
    mote_error         ignored = {0};
    const mote_op_row *row = mote_op_find_row(graph, node, &ignored);

    return row ? (int)(row - mote_op_rows(node->op)) : -1;
}

static bool is_view(const mote_graph *graph, const mote_node *node)
{
    mote_error ignored = {0};

    return mote_op_find_row(graph, node, &ignored)->kernels->is_view;
}

/* ---- a changed value ---- */

/* Beyond any tolerance. */
static void change(mote_dtype dtype, void *value)
{
    if (dtype == MOTE_F32)
        *(float *)value = isfinite(*(float *)value) ? *(float *)value * 2.0f + 1e6f : 0.0f;
    else
        *(uint8_t *)value ^= 1;
}

static bool is_close(mote_dtype dtype, const uint8_t *got, const uint8_t *wanted, size_t bytes)
{
    size_t i;

    if (dtype != MOTE_F32)
        return memcmp(got, wanted, bytes) == 0;
    for (i = 0; i + sizeof(float) <= bytes; i += sizeof(float)) {
        float a, b;
        memcpy(&a, got + i, sizeof a);
        memcpy(&b, wanted + i, sizeof b);
        if (fabsf(a - b) > 1.0f)
            return false;
    }
    return true;
}

static bool outputs_agree(const golden_case *c, const mote_model *model, const mote_runner *runner, const uint8_t **at)
{
    bool     same = true;
    uint32_t i;

    for (i = 0; i < c->out_count; *at += c->out_bytes[i++])
        same = same && is_close(mote_model_output(model, (int32_t)i).dtype, mote_runner_output(runner, (int32_t)i), *at,
                                c->out_bytes[i]);
    return same;
}

/* The node's kernel is wrong by one value, in every sample. */
static bool agrees_all_the_same(const golden_case *c, const mote_model *model, int32_t node)
{
    const uint8_t *at = c->samples;
    mote_runner   *runner;
    mote_error     err = {0};
    bool           same = true;
    uint32_t       s, i;
    int32_t        step;

    assert_int_equal(mote_runner_create(&runner, model, &(mote_runner_options){.target = "reference"}, &err), MOTE_OK);
    for (s = 0; same && s < c->sample_count; s++) {
        for (i = 0; i < c->in_count; at += c->in_bytes[i++])
            memcpy(mote_runner_input(runner, (int32_t)i), at, c->in_bytes[i]);
        for (step = 0; step < runner->program->step_count;) {
            const mote_step *now = &runner->program->steps[step];
            step = mote_runner_step(runner, step);
            for (i = 0; now->node == node && (int32_t)i < now->out_count; i++) {
                const mote_tensor *out = &runner->program->model->graphs[0].tensors[now->out[i]];
                if (mote_tensor_bytes(out) > 0)
                    change(out->dtype, mote_runner_tensor(runner, now->out[i]));
            }
        }
        same = outputs_agree(c, model, runner, &at);
    }
    mote_runner_destroy(runner);
    return same;
}

/* ---- all cases ---- */

static void look_at_node(reach *r, const golden_case *c, const mote_model *model, int32_t n, bool *is_counted)
{
    const mote_graph *graph = &model->graphs[0];
    const mote_node  *node = &graph->nodes[n];
    const int         row = row_of(graph, node);

    assert_true(row >= 0 && row < ROWS_MAX);
    r->cases[node->op][row] += !*is_counted;
    *is_counted = true;
    if (is_view(graph, node) || r->changed[node->op][row] == CHANGES_MOST || model->graph_count > 1 || node->out_count == 0)
        return;
    r->changed[node->op][row]++;
    r->unseen[node->op][row] += agrees_all_the_same(c, model, n);
}

static void look_at_case(reach *r, const golden_case *c)
{
    mote_model *model;
    mote_error  err = {0};
    int32_t     g, n;

    if (mote_tflite_read(&model, c->model, c->model_bytes, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    for (g = 0; g < model->graph_count; g++)
        for (n = 0; n < model->graphs[g].node_count; n++) {
            bool is_counted = false; /* files of one operator count once; of several, each */
            if (g == 0)
                look_at_node(r, c, model, n, &is_counted);
        }
    mote_model_destroy(model);
}

static reach *reached; /* by all cases: filled once, for all tests */

static int is_npz(const struct dirent *entry)
{
    return strstr(entry->d_name, ".npz") != NULL;
}

static int look_at_all(void **state)
{
    struct dirent **entries;
    const int       count = scandir(folder, &entries, is_npz, alphasort);
    char            path[300];
    golden_file     file;
    golden_case     c;
    int             i;

    (void)state;
    reached = calloc(1, sizeof *reached);
    for (i = 0; reached && i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        golden_open(&file, path);
        while (golden_next(&file, &c))
            look_at_case(reached, &c);
        golden_close(&file);
        free(entries[i]);
    }
    free(entries);
    return reached && count > 0 ? 0 : -1;
}

static int forget_all(void **state)
{
    (void)state;
    free(reached);
    return 0;
}

/* ---- claims ---- */

static const char *kernel_of(const mote_op_row *row)
{
    return row->kernels->is_view ? "a view" : row->kernels->symbol;
}

static void every_row_answers_twenty_cases(void **state)
{
    int op, row, few = 0;

    (void)state;
    for (op = 0; op < MOTE_OP_COUNT; op++)
        for (row = 0; mote_op_rows((mote_op_kind)op)[row].in_count > 0; row++)
            if (!is_gone(op) && reached->cases[op][row] < CASES_LEAST) {
                print_error("%s, row %d (%s): %d cases\n", mote_op_kind_name((mote_op_kind)op), row,
                            kernel_of(&mote_op_rows((mote_op_kind)op)[row]), reached->cases[op][row]);
                few++;
            }
    assert_int_equal(few, 0);
}

static void a_changed_value_of_any_kernel_is_seen(void **state)
{
    int op, row, missed = 0;

    (void)state;
    for (op = 0; op < MOTE_OP_COUNT; op++)
        for (row = 0; mote_op_rows((mote_op_kind)op)[row].in_count > 0; row++) {
            const mote_op_row *each = &mote_op_rows((mote_op_kind)op)[row];
            const bool         is_writer = mote_ops[op]->description->out_max > 0;
            if (is_gone(op) || each->kernels->is_view || !is_writer || reached->unseen[op][row] < reached->changed[op][row])
                continue;
            print_error("%s, row %d (%s): %d cases changed, %d not seen\n", mote_op_kind_name((mote_op_kind)op), row,
                        kernel_of(each), reached->changed[op][row], reached->unseen[op][row]);
            missed++;
        }
    assert_int_equal(missed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_answers_twenty_cases),
        cmocka_unit_test(a_changed_value_of_any_kernel_is_seen),
    };
    return cmocka_run_group_tests(tests, look_at_all, forget_all);
}
