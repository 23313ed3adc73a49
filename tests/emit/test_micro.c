/* Target "array": the plan in its file is one that TensorFlow Lite Micro may trust, as its own planner reads it, and no
 * larger than what that planner would make. tests/golden/check_micro_arena.py runs the same files by the real one.
 * SPDX-License-Identifier: Apache-2.0 */
#define ROOT "build/tests/micro"
#include "compiling.h"

#include "../ops/golden_cases.h"
#include "emit/micro.h"
#include "formats/tflite/tflite.h"

enum { RANDOM_NETWORKS = 60, WORDS_BEFORE = 3 };

/* ---- reading back what was written ---- */

typedef struct array {
    compiled    where;
    char        header[8000];
    mote_model *model;
    mote_blob   plan; /* bytes NULL: there is none */
} array;

static char *read_text(const char *folder, const char *name)
{
    char       path[300];
    mote_file  file = {0};
    mote_error err = {0};
    char      *text;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mote_file_open(&file, path, &err), MOTE_OK);
    text = malloc(file.count + 1);
    assert_non_null(text);
    memcpy(text, file.bytes, file.count);
    text[file.count] = '\0';
    mote_file_close(&file);
    return text;
}

/* The numbers between the braces of model.cc. */
static uint8_t *read_array(const char *folder, size_t *count)
{
    char       *text = read_text(folder, "model.cc"), *at = strchr(text, '{'), *end;
    uint8_t    *bytes = malloc(strlen(text));
    const char *stop = strchr(text, '}');

    assert_true(at && stop && bytes);
    for (*count = 0, at++; at < stop; at = end) {
        const long value = strtol(at, &end, 10);
        if (end == at)
            break;
        assert_in_range(value, 0, 255);
        bytes[(*count)++] = (uint8_t)value;
        end += strspn(end, ", \n");
    }
    free(text);
    return bytes;
}

static array compile_array(const mote_model *model)
{
    array      a = {.where = compile(model, "array", &(mote_compile_options){.target = "array"})};
    char      *header = read_text(a.where.folder, "model.h");
    size_t     count;
    uint8_t   *bytes = read_array(a.where.folder, &count);
    mote_error err = {0};
    int32_t    i;

    assert_true(strlen(header) < sizeof a.header);
    strcpy(a.header, header);
    if (mote_tflite_read(&a.model, bytes, count, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (i = 0; i < a.model->metadata_count; i++)
        if (strcmp(a.model->metadata[i].name, MOTE_OFFLINE_PLAN_NAME) == 0) {
            assert_null(a.plan.bytes);
            a.plan = a.model->metadata[i];
        }
    free(header);
    free(bytes);
    return a;
}

static int32_t word_at(const mote_blob *plan, int32_t index)
{
    int32_t word;

    assert_true(4 * ((size_t)index + 1) <= plan->count);
    memcpy(&word, plan->bytes + 4 * (size_t)index, sizeof word);
    return word;
}

static size_t told_after(const array *a, const char *words)
{
    const char *at = strstr(a->header, words);

    assert_non_null(at);
    return (size_t)strtoul(at + strlen(words), NULL, 10);
}

/* ---- whether a plan is right, by looking at each operator ---- */

static bool holds(const mote_id *ids, int32_t count, mote_id id)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* Known before operator n, or computed by it, and read by it or later. */
static bool lives_at(const mote_graph *graph, mote_id id, int32_t n)
{
    bool    begins = holds(graph->inputs, graph->input_count, id), is_read = holds(graph->outputs, graph->output_count, id);
    int32_t i;

    for (i = 0; i < graph->node_count; i++) {
        const mote_node *node = &graph->nodes[i];
        begins |= i <= n && holds(node->out, node->out_count, id);
        is_read |= i >= n && (holds(node->in, node->in_count, id) || (i == n && holds(node->out, node->out_count, id)));
    }
    return begins && is_read;
}

static bool are_reshaped(const mote_graph *graph, mote_id a, mote_id b)
{
    int32_t i;

    for (i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].op == MOTE_OP_RESHAPE && ((graph->nodes[i].in[0] == a && graph->nodes[i].out[0] == b) ||
                                                      (graph->nodes[i].in[0] == b && graph->nodes[i].out[0] == a)))
            return true;
    return false;
}

static void check_pair(const mote_graph *graph, const mote_blob *plan, mote_id a, mote_id b)
{
    const int64_t from_a = word_at(plan, WORDS_BEFORE + a), from_b = word_at(plan, WORDS_BEFORE + b);
    const int64_t end_a = from_a + (int64_t)mote_tensor_bytes(&graph->tensors[a]);
    const int64_t end_b = from_b + (int64_t)mote_tensor_bytes(&graph->tensors[b]);
    int32_t       n;

    if (from_a < 0 || from_b < 0 || end_a <= from_b || end_b <= from_a || (from_a == from_b && are_reshaped(graph, a, b)))
        return;
    for (n = 0; n < graph->node_count; n++)
        if (lives_at(graph, a, n) && lives_at(graph, b, n))
            fail_msg("%s and %s lie over each other at operator %d", graph->tensors[a].name, graph->tensors[b].name, n);
}

static void check_plan(const array *a)
{
    const mote_graph *graph = &a->model->graphs[0];
    const size_t      bytes = told_after(a, "Tensors take ");
    mote_id           i, k;

    assert_int_equal(word_at(&a->plan, 0), 1);
    assert_int_equal(word_at(&a->plan, 1), 1);
    assert_int_equal(word_at(&a->plan, 2), graph->tensor_count);
    assert_int_equal(a->plan.count, 4 * (WORDS_BEFORE + (size_t)graph->tensor_count));
    for (i = 0; i < graph->tensor_count; i++) {
        const int32_t offset = word_at(&a->plan, WORDS_BEFORE + i);
        if (graph->tensors[i].kind != MOTE_ACTIVATION) {
            assert_int_equal(offset, -1);
            continue;
        }
        assert_true(offset >= 0 && offset % 16 == 0);
        assert_true((size_t)offset + mote_tensor_bytes(&graph->tensors[i]) <= bytes);
        for (k = 0; k < i; k++)
            check_pair(graph, &a->plan, i, k);
    }
    assert_true(bytes <= told_after(a, "own plan would take "));
}

/* ---- tests ---- */

static void tensors_that_live_together_lie_apart_in_every_plan(void **state)
{
    int number, planned = 0;

    (void)state;
    for (number = 0; number < RANDOM_NETWORKS; number++) {
        mote_model *real = network_infer(network_random((uint64_t)number)), *small = network_quantize(real, NULL);
        mote_model *models[] = {real, small};
        int         i;
        for (i = 0; i < 2; i++) {
            array a = compile_array(models[i]);
            if (a.plan.bytes)
                check_plan(&a);
            planned += a.plan.bytes != NULL;
            mote_model_destroy(a.model);
            mote_model_destroy(models[i]);
        }
    }
    assert_true(planned > RANDOM_NETWORKS);
}

static int32_t count_reshaped_in_place(const array *a)
{
    const mote_graph *graph = &a->model->graphs[0];
    int32_t           i, count = 0;

    for (i = 0; i < graph->node_count; i++) {
        const mote_node *node = &graph->nodes[i];
        count += node->op == MOTE_OP_RESHAPE && graph->tensors[node->in[0]].kind == MOTE_ACTIVATION &&
                 word_at(&a->plan, WORDS_BEFORE + node->in[0]) == word_at(&a->plan, WORDS_BEFORE + node->out[0]);
    }
    return count;
}

/* Several outputs, branches, operators of every kind. */
static void plans_of_whole_models_are_right(void **state)
{
    static const char *const paths[] = {"tests/golden/operators/examples_images.npz",
                                        "tests/golden/operators/examples_audio.npz",
                                        "tests/golden/operators/examples_sequences.npz"};
    int                      i, planned = 0, in_place = 0;

    (void)state;
    for (i = 0; i < 3; i++) {
        golden_file file;
        golden_case c;
        golden_open(&file, paths[i]);
        while (golden_next(&file, &c)) {
            mote_model *model;
            mote_error  err = {0};
            array       a;
            if (mote_tflite_read(&model, c.model, c.model_bytes, NULL, &err) != MOTE_OK)
                fail_msg("%s: %s", c.name, err.text);
            a = compile_array(model);
            if (a.plan.bytes) {
                check_plan(&a);
                in_place += count_reshaped_in_place(&a);
                planned++;
            }
            mote_model_destroy(a.model);
            mote_model_destroy(model);
        }
        golden_close(&file);
    }
    assert_true(planned >= 40);
    assert_true(in_place >= 40);
}

static array compile_golden(const char *path, const char *name)
{
    golden_file file;
    golden_case c;
    mote_model *model;
    mote_error  err = {0};
    array       a;

    golden_open(&file, path);
    do
        assert_true(golden_next(&file, &c));
    while (strcmp(c.name, name) != 0);
    assert_int_equal(mote_tflite_read(&model, c.model, c.model_bytes, NULL, &err), MOTE_OK);
    a = compile_array(model);
    mote_model_destroy(model);
    golden_close(&file);
    return a;
}

/* The greedy planner puts a network's two largest tensors, which are not neighbours, where a third does not fit between
 * them. */
static void a_plan_is_smaller_where_the_greedy_one_is_not_the_best(void **state)
{
    array a = compile_golden("tests/golden/operators/examples_images.npz", "visual_wake_words_i8");

    (void)state;
    assert_non_null(a.plan.bytes);
    check_plan(&a);
    assert_int_equal(told_after(&a, "Tensors take "), 2880);
    assert_int_equal(told_after(&a, "own plan would take "), 3456);
    mote_model_destroy(a.model);
}

/* The real one needs 6792 bytes on x86-64, 240 of them to record what it does. */
static void the_arena_is_told_for_both_sizes_of_pointers(void **state)
{
    array a = compile_golden("tests/golden/operators/examples_images.npz", "visual_wake_words_i8");

    (void)state;
    assert_int_equal(told_after(&a, "sizeof(void *) == 4 ? "), 5840);
    assert_int_equal(told_after(&a, "sizeof(void *) == 4 ? 5840 : "), 6880);
    mote_model_destroy(a.model);
}

static void several_subgraphs_have_no_plan_and_the_header_says_so(void **state)
{
    array a = compile_golden("tests/golden/operators/examples_sequences.npz", "gate_f32");

    (void)state;
    assert_null(a.plan.bytes);
    assert_non_null(strstr(a.header, "the model has several subgraphs"));
    mote_model_destroy(a.model);
}

/* A plan is of one numbering of tensors: written again it would be of another. */
static void a_plan_that_was_read_is_replaced_or_left_out(void **state)
{
    mote_model *real = network_infer(network_random(1)), *back;
    array       first = compile_array(real), second = compile_array(first.model);
    mote_text   file = {0}, again = {0};
    mote_error  err = {0};

    (void)state;
    assert_non_null(first.plan.bytes);
    assert_int_equal(first.plan.count, second.plan.count);
    assert_memory_equal(first.plan.bytes, second.plan.bytes, first.plan.count);
    assert_int_equal(mote_tflite_write(&file, first.model, &err), MOTE_OK);
    assert_int_equal(mote_tflite_read(&back, (const uint8_t *)file.bytes, file.count, NULL, &err), MOTE_OK);
    assert_int_equal(back->metadata_count, first.model->metadata_count - 1);
    assert_int_equal(mote_tflite_write(&again, real, &err), MOTE_OK);
    assert_int_equal(file.count, again.count);
    assert_memory_equal(file.bytes, again.bytes, file.count);
    mote_text_free(&file);
    mote_text_free(&again);
    mote_model_destroy(back);
    mote_model_destroy(first.model);
    mote_model_destroy(second.model);
    mote_model_destroy(real);
}

/* By hand: the two of 64 first, the later of them at 0; then 48 above both, since it lives with both; then 32 in the gap
 * that the first leaves when it is over. What is fixed is not moved, and the rest is put around it. */
static void their_planner_is_known_as_it_is(void **state)
{
    mote_micro_buffer buffers[] = {
        {64, 0, 1, MOTE_MICRO_FREE}, {48, 1, 2, MOTE_MICRO_FREE}, {64, 1, 2, MOTE_MICRO_FREE}, {32, 2, 3, MOTE_MICRO_FREE}};
    mote_micro_buffer fixed[] = {
        {32, 0, 1, 48}, {32, 0, 0, MOTE_MICRO_FREE}, {64, 1, 1, MOTE_MICRO_FREE}, {16, 0, 1, MOTE_MICRO_FREE}};
    const int64_t wanted[] = {64, 128, 0, 64}, wanted_fixed[] = {48, 0, 80, 32};
    mote_error    err = {0};
    size_t        bytes;
    int           i;

    (void)state;
    assert_int_equal(mote_micro_plan_greedily(buffers, 4, &bytes, &err), MOTE_OK);
    for (i = 0; i < 4; i++)
        assert_int_equal(buffers[i].offset, wanted[i]);
    assert_int_equal(bytes, 176);
    assert_int_equal(mote_micro_plan_greedily(fixed, 4, &bytes, &err), MOTE_OK);
    for (i = 0; i < 4; i++)
        assert_int_equal(fixed[i].offset, wanted_fixed[i]);
    assert_int_equal(bytes, 144);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_that_live_together_lie_apart_in_every_plan),
        cmocka_unit_test(plans_of_whole_models_are_right),
        cmocka_unit_test(a_plan_is_smaller_where_the_greedy_one_is_not_the_best),
        cmocka_unit_test(the_arena_is_told_for_both_sizes_of_pointers),
        cmocka_unit_test(several_subgraphs_have_no_plan_and_the_header_says_so),
        cmocka_unit_test(a_plan_that_was_read_is_replaced_or_left_out),
        cmocka_unit_test(their_planner_is_known_as_it_is),
    };

    return cmocka_run_group_tests_name("micro", tests, find_compilers, NULL);
}
