/* Every file of tests/golden before and after all passes: the same ends, and every byte of every answer, by the host's
 * kernels and by the reference kernels, as the model is and as mote's writer gives it back; where something changed, the
 * interpreter answers the same, too. A file of one operator leaves passes little to do, so each is also wrapped in operators
 * that do nothing, and computed twice: passes must find the way back.
 *
 *     build/tests/test_passes_golden [NAME ...]      these files only
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "optimized.h"

#include <dirent.h>
#include <math.h>

#include "../interpreter.h"
#include "../ops/golden_cases.h"
#include "graph/control.h"
#include "lower/lower.h"

enum { DRAWN_SAMPLES = 3 };

/* ---- one model ---- */

static int32_t count_nodes(const mote_model *model)
{
    int32_t g, count = 0;

    for (g = 0; g < model->graph_count; g++)
        count += model->graphs[g].node_count;
    return count;
}

static bool interpreter_agrees(const char *name, const mote_text *file, const mote_model *model, const optimized_inputs *in)
{
    uint8_t        *copy = interpreter_copy(file->bytes, file->count);
    interpreter_run run = interpreter_open(copy, file->count, 0, 0);
    mote_runner    *runner = network_runner(model, NULL);
    network_dice    dice = network_dice_of(in->seed);
    bool            same = run.status == MRT_OK;
    mote_error      err = {0};
    mrt_end         end;
    int             s;
    int32_t         i;

    for (s = 0; same && s < DRAWN_SAMPLES; s++) {
        for (i = 0; i < mote_model_input_count(model); i++) {
            const mote_tensor_info info = mote_model_input(model, i);
            network_fill_input(&info, &dice, mote_runner_input(runner, i));
            mrt_interpreter_input(run.net, i, &end);
            memcpy(end.data, mote_runner_input(runner, i), info.bytes);
        }
        assert_int_equal(mote_runner_invoke(runner, &err), MOTE_OK);
        mrt_interpreter_invoke(run.net);
        for (i = 0; i < mote_model_output_count(model); i++) {
            mrt_interpreter_output(run.net, i, &end);
            same = same && memcmp(end.data, mote_runner_output(runner, i), end.bytes) == 0;
        }
    }
    if (!same)
        print_error("%s: the interpreter gives %s\n", name,
                    run.status == MRT_OK ? "other bytes" : mrt_reason_text(run.why.reason));
    mote_runner_destroy(runner);
    interpreter_close(&run);
    free(copy);
    return same;
}

static bool written_agrees(const char *name, const mote_model *before, const mote_model *after, const optimized_inputs *in)
{
    mote_text   file = {0};
    mote_model *back = NULL;
    mote_error  err = {0};
    bool        same = false;

    if (mote_tflite_write(&file, after, &err) != MOTE_OK ||
        mote_tflite_read(&back, (const uint8_t *)file.bytes, file.count, 0, &err) != MOTE_OK)
        print_error("%s, written: %s\n", name, err.text);
    else
        same = optimized_has_same_ends(name, before, back) && optimized_has_same_answers(name, before, back, NULL, in) &&
               interpreter_agrees(name, &file, back, in);
    mote_model_destroy(back);
    mote_text_free(&file);
    return same;
}

/* Adds what passes told to *account. */
static bool check_model(const char *name, const mote_model *model, const optimized_inputs *in, optimized_account *account)
{
    const mote_optimize_options options = {.explain = optimized_note, .user = account};
    const int                   told = account->count;
    mote_model                 *after;
    mote_error                  err = {0};
    bool                        same;

    if (mote_model_optimize(&after, model, &options, &err) != MOTE_OK) {
        print_error("%s: %s\n", name, err.text);
        return false;
    }
    same = optimized_has_same_ends(name, model, after);
    if (account->count == told)
        same = same && count_nodes(after) == count_nodes(model);
    else
        same = same && optimized_has_same_answers(name, model, after, NULL, in) &&
               optimized_has_same_answers(name, model, after, "reference", in) && written_agrees(name, model, after, in);
    mote_model_destroy(after);
    return same;
}

/* ---- wrapped in what does nothing ---- */

static mote_id add_tensor_like(mote_model *model, mote_graph *graph, mote_id id, const char *name)
{
    mote_tensor made = graph->tensors[id];
    mote_error  err = {0};

    made.name = name;
    return mote_graph_add_tensor(model, graph, &made, &err);
}

static void add_reshape(mote_model *model, mote_graph *graph, mote_id from, mote_id to)
{
    mote_error err = {0};

    assert_non_null(mote_graph_add_node(
        model, graph, &(mote_node){.op = MOTE_OP_RESHAPE, .in = &from, .out = &to, .in_count = 1, .out_count = 1}, &err));
}

/* Those that int4 and states allow. */
static bool may_wrap(const mote_graph *graph, mote_id id)
{
    return graph->tensors[id].kind == MOTE_ACTIVATION && graph->tensors[id].dtype != MOTE_I4;
}

static void replace_all(mote_id *ids, int32_t count, mote_id from, mote_id to)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (ids[i] == from)
            ids[i] = to;
}

static void wrap_inputs(mote_model *model, mote_graph *graph, const mote_graph *was)
{
    int32_t i, n;

    for (i = 0; i < was->input_count; i++) {
        mote_id inside;
        if (!may_wrap(graph, was->inputs[i]))
            continue;
        inside = add_tensor_like(model, graph, was->inputs[i], "inside");
        add_reshape(model, graph, was->inputs[i], inside);
        for (n = 0; n < was->node_count; n++)
            replace_all(was->nodes[n].in, was->nodes[n].in_count, was->inputs[i], inside);
    }
}

/* A copy whose outputs nobody reads; what changes a state is not done twice. */
static void add_copy(mote_model *model, mote_graph *graph, const mote_node *node)
{
    mote_id    out[MOTE_NODE_OUT_MAX];
    mote_node  copy = *node;
    mote_error err = {0};
    int32_t    i;

    if (mote_node_graphs_of(node))
        return;
    for (i = 0; i < node->in_count; i++)
        if (mote_node_in(graph, node, i) && mote_node_in(graph, node, i)->kind == MOTE_STATE)
            return;
    for (i = 0; i < node->out_count; i++) {
        if (mote_node_out(graph, node, i)->kind == MOTE_STATE)
            return;
        out[i] = add_tensor_like(model, graph, node->out[i], "copy");
    }
    copy.out = out;
    assert_non_null(mote_graph_add_node(model, graph, &copy, &err));
}

static void wrap_outputs(mote_model *model, mote_graph *graph, const mote_graph *was)
{
    int32_t i, n;

    for (i = 0; i < was->output_count; i++) {
        const mote_id end = was->outputs[i];
        mote_id       inside;
        bool          is_made = false;
        for (n = 0; n < was->node_count; n++) /* once, though two outputs may be one tensor */
            is_made |= was->nodes[n].out_count > 0 && was->nodes[n].out[0] == end;
        if (!is_made || !may_wrap(graph, end))
            continue;
        inside = add_tensor_like(model, graph, end, "inside");
        for (n = 0; n < graph->node_count; n++) {
            replace_all(graph->nodes[n].in, graph->nodes[n].in_count, end, inside);
            replace_all(graph->nodes[n].out, graph->nodes[n].out_count, end, inside);
        }
        add_reshape(model, graph, inside, end);
        for (n = 0; n < was->node_count; n++)
            replace_all(was->nodes[n].out, was->nodes[n].out_count, end, inside);
    }
}

static void wrap_graph(mote_model *model, mote_graph *graph, const mote_graph *was)
{
    mote_error err = {0};
    int32_t    n;

    graph->node_count = 0;
    wrap_inputs(model, graph, was);
    for (n = 0; n < was->node_count; n++) {
        assert_non_null(mote_graph_add_node(model, graph, &was->nodes[n], &err));
        add_copy(model, graph, &was->nodes[n]);
    }
    wrap_outputs(model, graph, was);
}

/* RESHAPEs around, and every operator twice; in subgraphs, too. */
static mote_model *wrap(const mote_model *model)
{
    mote_model *wrapped, *was = NULL;
    mote_error  err = {0};
    int32_t     g;

    if (mote_model_copy(&wrapped, model, &err) != MOTE_OK || mote_model_copy(&was, model, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (g = 0; g < model->graph_count; g++)
        wrap_graph(wrapped, &wrapped->graphs[g], &was->graphs[g]);
    mote_model_destroy(was);
    if (mote_model_verify(wrapped, &err) != MOTE_OK)
        fail_msg("wrapped: %s", err.text);
    return wrapped;
}

/* Whether operators keep something from one invoke to the next: then copies stay. */
static bool has_own_states(const mote_model *model)
{
    mote_program *program;
    mote_error    err = {0};
    bool          has = false;
    int32_t       i;

    if (mote_lower(&program, model, mote_target_find("reference"), &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (i = 0; i < program->step_count; i++)
        has = has || program->steps[i].prepared.state_bytes > 0;
    mote_program_destroy(program);
    return has;
}

static bool check_wrapped(const char *name, const mote_model *model, const optimized_inputs *in, optimized_account *account)
{
    const mote_optimize_options options = {.explain = optimized_note, .user = account};
    mote_model                 *wrapped = wrap(model), *after;
    mote_error                  err = {0};
    bool                        same;

    if (mote_model_optimize(&after, wrapped, &options, &err) != MOTE_OK)
        fail_msg("%s, wrapped: %s", name, err.text);
    same = optimized_has_same_ends(name, model, after) && optimized_has_same_answers(name, model, after, NULL, in);
    if (same && count_nodes(after) > count_nodes(model) && !has_own_states(model)) {
        print_error("%s, wrapped: %d operators of %d are left\n", name, count_nodes(after), count_nodes(wrapped));
        same = false;
    }
    mote_model_destroy(after);
    mote_model_destroy(wrapped);
    return same;
}

/* ---- operators, with their samples ---- */

static size_t output_bytes(const golden_case *c)
{
    size_t   bytes = 0;
    uint32_t i;

    for (i = 0; i < c->out_count; i++)
        bytes += c->out_bytes[i];
    return bytes;
}

static bool check_case(const golden_case *c, optimized_account *account)
{
    const optimized_inputs in = {
        .samples = c->samples, .skipped = output_bytes(c), .count = (int)c->sample_count, .seed = 1};
    mote_model *model;
    mote_error  err = {0};
    bool        same;

    if (mote_tflite_read(&model, c->model, c->model_bytes, 0, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    same = check_model(c->name, model, &in, account) && check_wrapped(c->name, model, &in, account);
    mote_model_destroy(model);
    return same;
}

static void check_operator(const char *path, optimized_account *account, int *count, int *failed)
{
    golden_file file;
    golden_case c;

    golden_open(&file, path);
    for (; golden_next(&file, &c); (*count)++)
        *failed += !check_case(&c, account);
    golden_close(&file);
}

/* ---- whole files, with samples that are drawn ---- */

static void check_file(const char *path, optimized_account *account, int *count, int *failed)
{
    const optimized_inputs in = {.count = DRAWN_SAMPLES, .seed = 2};
    mote_model            *model;
    mote_error             err = {0};

    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        return;
    (*count)++;
    *failed += !check_model(path, model, &in, account) || !check_wrapped(path, model, &in, account);
    mote_model_destroy(model);
}

/* ---- folders ---- */

typedef void check_path(const char *path, optimized_account *account, int *count, int *failed);

static int    wanted_count;
static char **wanted;

static bool is_wanted(const char *name, const char *ending)
{
    const size_t length = strlen(name) - (network_name_ends(name, ending) ? strlen(ending) : 0);
    int          i;

    if (!network_name_ends(name, ending))
        return false;
    for (i = 0; i < wanted_count; i++)
        if (strlen(wanted[i]) == length && strncmp(name, wanted[i], length) == 0)
            return true;
    return wanted_count == 0;
}

static int check_folder(const char *folder, const char *ending, check_path *check)
{
    struct dirent   **entries;
    const int         entry_count = scandir(folder, &entries, NULL, alphasort);
    optimized_account account = {0};
    char              path[600];
    int               count = 0, failed = 0, i;

    assert_true(entry_count >= 0);
    for (i = 0; i < entry_count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (is_wanted(entries[i]->d_name, ending))
            check(path, &account, &count, &failed);
        free(entries[i]);
    }
    free(entries);
    print_message("%s: %d models, %d fail; %d operators left out\n", folder, count, failed, account.count);
    assert_int_equal(failed, 0);
    return wanted_count ? 1 : count;
}

static void every_operator_answers_the_same_after_all_passes(void **state)
{
    (void)state;
    assert_true(check_folder("tests/golden/operators", ".npz", check_operator) > 0);
}

static void whole_files_answer_the_same_after_all_passes(void **state)
{
    static const char *const folders[] = {"tests/golden/ops", "tests/golden/special", "tests/golden/convert",
                                          "tests/golden/limits", "tests/golden/passes"};
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof folders / sizeof *folders; i++)
        assert_true(check_folder(folders[i], ".tflite", check_file) > 0);
}

/* ---- what TFLite Micro says of files that have work for every pass, as they are ---- */

enum { LEAN_OPERATORS = 8 };

static void load_answers(mote_array *out, mote_npz *npz, const char *name, const char *which)
{
    mote_error err = {0};
    char       key[60];

    snprintf(key, sizeof key, "%s/%s", name, which);
    if (mote_npz_load(out, npz, key, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static mote_model *load_lean(const char *name)
{
    mote_model *model, *lean = NULL;
    mote_error  err = {0};
    char        path[100];

    snprintf(path, sizeof path, "tests/golden/passes/%s.tflite", name);
    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK || mote_model_optimize(&lean, model, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_model_destroy(model);
    assert_int_equal(lean->graphs[0].node_count, LEAN_OPERATORS);
    return lean;
}

static void check_answer(const mote_tensor_info *info, const void *got, const uint8_t *expected)
{
    float  value;
    size_t k;

    if (info->dtype != MOTE_F32) {
        assert_memory_equal(got, expected, info->bytes);
        return;
    }
    for (k = 0; k < info->count; k++) {
        memcpy(&value, expected + 4 * k, sizeof value); /* RELU6's are at most 6 */
        assert_true(fabsf(((const float *)got)[k] - value) <= 1e-5f * 6);
    }
}

static void check_lean(mote_npz *npz, const char *name)
{
    mote_model            *lean = load_lean(name);
    mote_runner           *runner = network_runner(lean, NULL);
    const mote_tensor_info in = mote_model_input(lean, 0), out = mote_model_output(lean, 0);
    mote_array             samples, answers;
    mote_error             err = {0};
    size_t                 s;

    load_answers(&samples, npz, name, "in0");
    load_answers(&answers, npz, name, "out0");
    for (s = 0; s < (size_t)samples.dim[0]; s++) {
        memcpy(mote_runner_input(runner, 0), (const uint8_t *)samples.bytes + s * in.bytes, in.bytes);
        assert_int_equal(mote_runner_invoke(runner, &err), MOTE_OK);
        check_answer(&out, mote_runner_output(runner, 0), (const uint8_t *)answers.bytes + s * out.bytes);
    }
    mote_array_free(&samples);
    mote_array_free(&answers);
    mote_runner_destroy(runner);
    mote_model_destroy(lean);
}

static void lean_models_answer_as_micro_answers_to_the_whole_ones(void **state)
{
    mote_npz  *npz;
    mote_error err = {0};

    (void)state;
    if (mote_npz_open(&npz, "tests/golden/passes/golden.npz", &err) != MOTE_OK)
        fail_msg("%s", err.text);
    check_lean(npz, "image_int8");
    check_lean(npz, "image_float32");
    mote_npz_close(npz);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_operator_answers_the_same_after_all_passes),
                                       cmocka_unit_test(whole_files_answer_the_same_after_all_passes),
                                       cmocka_unit_test(lean_models_answer_as_micro_answers_to_the_whole_ones)};

    wanted = argv + 1;
    wanted_count = argc - 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
