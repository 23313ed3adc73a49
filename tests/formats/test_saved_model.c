/* SavedModels of four writers (tests/golden/gen_savedmodel.py) answer as TensorFlow does, sample by sample, and so does what
 * is written of them as .tflite; folders that lie are refused in one line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>

#include <mote/array.h>
#include <mote/convert.h>
#include <mote/file.h>
#include <mote/run.h>

#include "base/file.h"
#include "formats/formats.h"
#include "formats/tensorflow/checkpoint.h"
#include "formats/tensorflow/tensorflow.h"
#include "running.h"

#define FOLDER "tests/golden/savedmodel/"

static const char *const writers[] = {"keras", "module", "tf_keras", "tf1"};
static const char *const nets[] = {"mlp", "cnn", "depthwise", "lstm", "loops", "two"};

enum { WRITERS = sizeof writers / sizeof *writers, NETS = sizeof nets / sizeof *nets };

/* ---- answers ---- */

static mote_npz *samples;

static void load(mote_array *out, const char *kind, const char *name)
{
    char       full[200];
    mote_error err = {0};

    snprintf(full, sizeof full, "%s.%s", kind, name);
    if (mote_npz_load(out, samples, full, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static void give_inputs(mote_runner *runner, const mote_model *model, size_t sample)
{
    mote_array x;
    int32_t    i;

    for (i = 0; i < mote_model_input_count(model); i++) {
        const mote_tensor_info info = mote_model_input(model, i);
        load(&x, "in", info.name);
        memcpy(mote_runner_input(runner, i), (const float *)x.bytes + sample * info.count, info.bytes);
        mote_array_free(&x);
    }
}

static void check_outputs(const mote_runner *runner, const mote_model *model, const char *what, size_t sample)
{
    mote_array y;
    int32_t    i;
    size_t     k;

    for (i = 0; i < mote_model_output_count(model); i++) {
        const mote_tensor_info info = mote_model_output(model, i);
        const float           *got = mote_runner_output(runner, i), *wanted;
        double                 largest = 1;
        load(&y, "out", info.name);
        wanted = (const float *)y.bytes + sample * info.count;
        for (k = 0; k < info.count; k++)
            largest = fmax(largest, fabs((double)wanted[k]));
        for (k = 0; k < info.count; k++)
            if (!(fabs((double)got[k] - (double)wanted[k]) <= 1e-5 * largest))
                fail_msg("%s: output %s of sample %zu: %g, TensorFlow has %g", what, info.name, sample, (double)got[k],
                         (double)wanted[k]);
        mote_array_free(&y);
    }
}

/* Each sample by itself. */
static void check_model(const mote_model *model, const char *what)
{
    mote_runner *runner;
    mote_error   err = {0};
    size_t       sample;

    if (mote_runner_create(&runner, model, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", what, err.text);
    for (sample = 0; sample < 3; sample++) {
        give_inputs(runner, model, sample);
        invoke_model(runner);
        check_outputs(runner, model, what, sample);
    }
    mote_runner_destroy(runner);
}

static void check_written(const mote_model *model, const char *what)
{
    mote_text   text = {0};
    mote_error  err = {0};
    mote_model *again = NULL, *lean;

    if (mote_model_optimize(&lean, model, NULL, &err) != MOTE_OK || mote_tflite_write(&text, lean, &err) != MOTE_OK ||
        mote_model_read(&again, (const uint8_t *)text.bytes, text.count, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", what, err.text);
    check_model(again, what);
    mote_model_destroy(again);
    mote_model_destroy(lean);
    mote_text_free(&text);
}

static void check_case(const char *writer, const char *net)
{
    char        path[200], arrays[210];
    mote_model *model = NULL;
    mote_error  err = {0};

    snprintf(path, sizeof path, FOLDER "%s_%s", writer, net);
    snprintf(arrays, sizeof arrays, "%s.npz", path);
    if (mote_npz_open(&samples, arrays, &err) != MOTE_OK || mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mote_model_input_count(model) + mote_model_output_count(model), mote_npz_count(samples));
    assert_true(mote_model_input(model, 0).is_batched);
    check_model(model, path);
    check_written(model, path);
    mote_model_destroy(model);
    mote_npz_close(samples);
}

static void all_writers_models_answer_as_tensorflow_does(void **state)
{
    size_t w, n;

    (void)state;
    for (w = 0; w < WRITERS; w++)
        for (n = 0; n < NETS; n++)
            check_case(writers[w], nets[n]);
}

static int32_t count_operators(const mote_model *model, mote_op_kind op)
{
    int32_t n, count = 0;

    for (n = 0; n < model->graphs[0].node_count; n++)
        count += model->graphs[0].nodes[n].op == op;
    return count;
}

/* LayerNormalization, of tf-keras a FusedBatchNorm in training; a GELU of six nodes is one operator. */
static void normalization_of_layers_and_gelu_are_read(void **state)
{
    static const char *const both[] = {"keras", "tf_keras"};
    mote_model              *model;
    mote_error               err = {0};
    char                     path[200];
    size_t                   w;

    (void)state;
    for (w = 0; w < 2; w++) {
        check_case(both[w], "normalized");
        snprintf(path, sizeof path, FOLDER "%s_normalized", both[w]);
        assert_int_equal(mote_model_load(&model, path, NULL, &err), MOTE_OK);
        assert_int_equal(count_operators(model, MOTE_OP_GELU), 1);
        assert_int_equal(count_operators(model, MOTE_OP_SELECT_V2), 0);
        mote_model_destroy(model);
    }
}

/* What TensorFlow's own converter makes of the same folders, after passes. */
static void no_more_operators_than_tensorflows_converter_writes(void **state)
{
    static const int32_t most[] = {5, 10, 5, 4, -1, 7}; /* TensorFlow 2.21 (of LSTM: of the Keras models) */
    size_t               w, n;

    (void)state;
    for (w = 0; w < WRITERS; w++)
        for (n = 0; n < NETS; n++) {
            char        path[200];
            mote_model *model, *lean;
            mote_error  err = {0};
            snprintf(path, sizeof path, FOLDER "%s_%s", writers[w], nets[n]);
            assert_int_equal(mote_model_load(&model, path, NULL, &err), MOTE_OK);
            assert_int_equal(mote_model_optimize(&lean, model, NULL, &err), MOTE_OK);
            if (most[n] >= 0 && lean->graphs[0].node_count > most[n])
                fail_msg("%s: %d operators, TensorFlow has %d", path, lean->graphs[0].node_count, most[n]);
            mote_model_destroy(lean);
            mote_model_destroy(model);
        }
}

/* ---- loops ---- */

static int32_t count_op(const mote_model *model, mote_op_kind op)
{
    int32_t g, n, count = 0;

    for (g = 0; g < model->graph_count; g++)
        for (n = 0; n < model->graphs[g].node_count; n++)
            count += model->graphs[g].nodes[n].op == op;
    return count;
}

static void recurrent_layers_are_operators_or_loops(void **state)
{
    static const struct {
        const char *name;
        int32_t     lstms, loops;
    } cases[] = {{"keras_lstm", 2, 0},  {"tf_keras_lstm", 2, 0},  {"module_lstm", 1, 0},  {"tf1_lstm", 1, 0},
                 {"keras_loops", 0, 3}, {"tf_keras_loops", 0, 3}, {"module_loops", 0, 2}, {"tf1_loops", 0, 1}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        char        path[200];
        mote_model *model;
        mote_error  err = {0};
        snprintf(path, sizeof path, FOLDER "%s", cases[i].name);
        assert_int_equal(mote_model_load(&model, path, NULL, &err), MOTE_OK);
        assert_int_equal(count_op(model, MOTE_OP_UNIDIRECTIONAL_SEQUENCE_LSTM), cases[i].lstms);
        assert_int_equal(count_op(model, MOTE_OP_WHILE), cases[i].loops);
        assert_int_equal(model->graph_count, 1 + 2 * cases[i].loops);
        mote_model_destroy(model);
    }
}

/* With a fixed batch the operator's state would last from one sample to the next. */
static void an_lstm_of_a_fixed_batch_is_a_loop(void **state)
{
    const mote_input_shape shape = {.rank = 3, .dim = {1, 5, 4}};
    mote_load_options      options = {.shapes = &shape, .shape_count = 1};
    size_t                 w;

    (void)state;
    for (w = 0; w < WRITERS; w++) {
        char        path[200], arrays[210];
        mote_model *model;
        mote_error  err = {0};
        snprintf(path, sizeof path, FOLDER "%s_lstm", writers[w]);
        snprintf(arrays, sizeof arrays, "%s.npz", path);
        assert_int_equal(mote_npz_open(&samples, arrays, &err), MOTE_OK);
        assert_int_equal(mote_model_load(&model, path, &options, &err), MOTE_OK);
        assert_int_equal(count_op(model, MOTE_OP_UNIDIRECTIONAL_SEQUENCE_LSTM), 0);
        assert_true(count_op(model, MOTE_OP_WHILE) > 0);
        check_model(model, path);
        check_written(model, path);
        mote_model_destroy(model);
        mote_npz_close(samples);
    }
}

/* ---- signatures and shapes ---- */

static void expect(mote_status status, mote_status wanted, const mote_error *err, const char *text)
{
    assert_int_equal(status, wanted);
    if (!strstr(err->text, text))
        fail_msg("\"%s\" is not in: %s", text, err->text);
    assert_null(strchr(err->text, '\n'));
}

static void a_signature_is_chosen_by_name(void **state)
{
    mote_load_options options = {.signature = "serve"};
    mote_model       *model;
    mote_error        err = {0};

    (void)state;
    assert_int_equal(mote_model_load(&model, FOLDER "keras_mlp", &options, &err), MOTE_OK);
    assert_string_equal(mote_model_input(model, 0).name, "x");
    mote_model_destroy(model);
    options.signature = "train";
    expect(mote_model_load(&model, FOLDER "keras_mlp", &options, &err), MOTE_ERR_USAGE, &err,
           "there is no signature \"train\"; there are: serve");
}

static void a_batch_is_fixed_by_a_shape(void **state)
{
    const mote_input_shape shape = {.rank = 2, .dim = {4, 6}};
    mote_load_options      options = {.shapes = &shape, .shape_count = 1};
    mote_model            *model;
    mote_error             err = {0};

    (void)state;
    assert_int_equal(mote_model_load(&model, FOLDER "module_mlp", &options, &err), MOTE_OK);
    assert_false(mote_model_input(model, 0).is_batched);
    assert_int_equal(mote_model_output(model, 0).dim[0], 4);
    mote_model_destroy(model);
}

/* ---- graphs that lie ---- */

/* Protocol buffers, put together: a field's number, its length, its bytes. */
typedef struct message {
    uint8_t bytes[2000];
    size_t  count;
} message;

static void put(message *m, int field, const void *bytes, size_t count)
{
    assert_true(m->count + count + 4 < sizeof m->bytes && count < 1 << 14);
    m->bytes[m->count++] = (uint8_t)(field << 3 | 2);
    m->bytes[m->count++] = (uint8_t)((count & 0x7f) | 0x80);
    m->bytes[m->count++] = (uint8_t)(count >> 7);
    memcpy(m->bytes + m->count, bytes, count);
    m->count += count;
}

static void put_text(message *m, int field, const char *text)
{
    put(m, field, text, strlen(text));
}

static void put_within(message *m, int field, const message *inner)
{
    put(m, field, inner->bytes, inner->count);
}

static void put_node(message *graph, int field, const char *name, const char *op, const char *in)
{
    message node = {.count = 0};

    put_text(&node, 1, name);
    put_text(&node, 2, op);
    if (in)
        put_text(&node, 3, in);
    put_within(graph, field, &node);
}

static void put_end(message *signature, int field, const char *key, const char *tensor)
{
    static const uint8_t rest[] = {0x10, 1, 0x1a, 4, 0x12, 2, 8, 3}; /* float32 [3] */
    message              info = {.count = 0}, entry = {.count = 0};

    put_text(&info, 1, tensor);
    memcpy(info.bytes + info.count, rest, sizeof rest);
    info.count += sizeof rest;
    put_text(&entry, 1, key);
    put_within(&entry, 2, &info);
    put_within(signature, field, &entry);
}

/* A model of a graph, whose input is node x and output node y. */
static mote_status read_graph(const message *graph, mote_error *err)
{
    message     saved = {.count = 0}, meta = {.count = 0}, entry = {.count = 0}, signature = {.count = 0};
    mote_model *model = NULL;

    memset(err, 0, sizeof *err);
    put_end(&signature, 1, "x", "x:0");
    put_end(&signature, 2, "out", "y:0");
    put_text(&entry, 1, "serving_default");
    put_within(&entry, 2, &signature);
    put_within(&meta, 2, graph);
    put_within(&meta, 5, &entry);
    put_within(&saved, 2, &meta);
    mote_saved_model_read(&model, saved.bytes, saved.count, NULL, err);
    mote_model_destroy(model);
    return err->code;
}

/* A function of one argument and one output, which is that node's. */
static void put_function(message *graph, const char *name, const char *op)
{
    message library = {.count = 0}, function = {.count = 0}, signature = {.count = 0}, arg = {.count = 0},
            ret = {.count = 0};

    put_text(&arg, 1, "a");
    put_text(&signature, 1, name);
    put_within(&signature, 2, &arg);
    put_within(&signature, 3, &arg);
    put_within(&function, 1, &signature);
    put_node(&function, 3, "n", op, "a");
    put_text(&ret, 1, "a");
    put_text(&ret, 2, "n:a:0");
    put_within(&function, 4, &ret);
    put_within(&library, 1, &function);
    put_within(graph, 2, &library);
}

static void graphs_that_lie_are_refused(void **state)
{
    message    graph = {.count = 0};
    mote_error err;

    (void)state;
    put_node(&graph, 1, "x", "Placeholder", NULL);
    put_node(&graph, 1, "y", "Relu", "x");
    assert_int_equal(read_graph(&graph, &err), MOTE_OK);

    graph.count = 0;
    put_node(&graph, 1, "x", "Placeholder", NULL);
    put_node(&graph, 1, "y", "Relu", "z");
    expect(read_graph(&graph, &err), MOTE_ERR_FORMAT, &err, "there is no node \"z\"");

    graph.count = 0;
    put_node(&graph, 1, "x", "Placeholder", NULL);
    put_node(&graph, 1, "y", "Relu", "z");
    put_node(&graph, 1, "z", "Relu", "y");
    expect(read_graph(&graph, &err), MOTE_ERR_FORMAT, &err, "in a ring");

    graph.count = 0;
    put_node(&graph, 1, "x", "Placeholder", NULL);
    put_node(&graph, 1, "y", "f", "x");
    put_function(&graph, "f", "f");
    expect(read_graph(&graph, &err), MOTE_ERR_FORMAT, &err, "a function that calls itself: \"f\"");

    graph.count = 0;
    put_node(&graph, 1, "x", "Placeholder", NULL);
    put_node(&graph, 1, "y", "f", "x");
    put_function(&graph, "f", "Relu");
    assert_int_equal(read_graph(&graph, &err), MOTE_OK);

    graph.count = 0;
    put_node(&graph, 1, "x", "Placeholder", NULL);
    put_node(&graph, 1, "z", "Fft", "x");
    put_node(&graph, 1, "y", "Bessel", "z");
    expect(read_graph(&graph, &err), MOTE_ERR_UNSUPPORTED, &err, "Fft \"z\", Bessel \"y\"; docs/TENSORFLOW.md");

    graph.count = 0;
    put_node(&graph, 1, "x", "Placeholder", NULL);
    put_node(&graph, 1, "y", "Exit", "x");
    expect(read_graph(&graph, &err), MOTE_ERR_UNSUPPORTED, &err, "no part of a loop");
}

/* ---- checkpoints that lie ---- */

static void index_is_refused(mote_file *file, const char *text)
{
    mote_tf_checkpoint checkpoint = {.count = 0};
    mote_arena         arena = {0};
    mote_error         err = {0};

    expect(mote_tf_checkpoint_read(&checkpoint, file->bytes, file->count, &arena, &err), MOTE_ERR_FORMAT, &err, text);
    mote_tf_checkpoint_close(&checkpoint);
    mote_arena_destroy(&arena);
}

static void indices_that_lie_are_refused(void **state)
{
    mote_file  file = {0}, copy;
    mote_error err = {0};

    (void)state;
    assert_int_equal(mote_file_open(&file, FOLDER "module_mlp/variables/variables.index", &err), MOTE_OK);
    copy = (mote_file){.bytes = malloc(file.count), .count = file.count};
    memcpy((void *)copy.bytes, file.bytes, file.count);
    ((uint8_t *)copy.bytes)[10] ^= 1;
    index_is_refused(&copy, "checksum is wrong");
    copy.count--;
    index_is_refused(&copy, "no index of a checkpoint");
    copy.count = 10;
    index_is_refused(&copy, "no index of a checkpoint");
    free((void *)copy.bytes);
    mote_file_close(&file);
}

/* A copy of the folder, its data file as the caller wants it: cut to count bytes, with a bit turned; NULL text: it is read.
 */
static void with_data(size_t cut, size_t turned, const char *text)
{
    mote_arena  arena = {0};
    mote_error  err = {0};
    char       *folder = mote_temporary_dir(&arena, "saved", &err);
    const char *names[] = {"saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"};
    mote_model *model = NULL;
    size_t      i;

    assert_non_null(folder);
    mote_make_dirs(mote_path_join(&arena, folder, "variables", &err), &err);
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        const char *from = mote_path_join(&arena, FOLDER "module_mlp", names[i], &err);
        mote_file   file = {0};
        uint8_t    *bytes;
        assert_int_equal(mote_file_open(&file, from, &err), MOTE_OK);
        bytes = malloc(file.count);
        memcpy(bytes, file.bytes, file.count);
        if (i == 2)
            bytes[turned] ^= 1;
        assert_int_equal(
            mote_file_write(mote_path_join(&arena, folder, names[i], &err), bytes, i == 2 ? cut : file.count, &err),
            MOTE_OK);
        free(bytes);
        mote_file_close(&file);
    }
    expect(mote_model_load(&model, folder, NULL, &err), MOTE_ERR_FORMAT, &err, text);
    mote_error_clear(&err);
    mote_remove_tree(folder, &err);
    mote_arena_destroy(&arena);
}

static void data_that_lie_are_refused(void **state)
{
    (void)state;
    with_data(100, 0, "lies outside of its data file");
    with_data(612, 5, "checksum is wrong");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(normalization_of_layers_and_gelu_are_read),
                                       cmocka_unit_test(all_writers_models_answer_as_tensorflow_does),
                                       cmocka_unit_test(no_more_operators_than_tensorflows_converter_writes),
                                       cmocka_unit_test(recurrent_layers_are_operators_or_loops),
                                       cmocka_unit_test(an_lstm_of_a_fixed_batch_is_a_loop),
                                       cmocka_unit_test(a_signature_is_chosen_by_name),
                                       cmocka_unit_test(a_batch_is_fixed_by_a_shape),
                                       cmocka_unit_test(graphs_that_lie_are_refused),
                                       cmocka_unit_test(indices_that_lie_are_refused),
                                       cmocka_unit_test(data_that_lie_are_refused)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
