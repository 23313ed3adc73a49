/* Quantization: parameters, weights and biases, whole networks, and TensorFlow's converter on the same models and samples.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <float.h>
#include <math.h>

#include "exec/exec.h"
#include "quantize/quantize.h"
#include "running.h"

/* ---- activations' parameters ---- */

static void check_affine(float min, float max)
{
    mote_affine a = mote_affine_of(&mote_schemes[MOTE_SCHEME_INT8], min, max);
    double      low = fmin((double)min, 0), high = fmax((double)max, 0), scale = (double)a.scale;

    assert_true(a.scale > 0 && isfinite(a.scale));
    assert_in_range(a.zero_point + 128, 0, 255); /* real 0 is an integer */
    /* both ends are reached, up to half a step that rounding the zero point costs */
    assert_true((-128 - a.zero_point) * scale <= low + 0.5001 * scale);
    assert_true((127 - a.zero_point) * scale >= high - 0.5001 * scale);
}

static void zero_is_always_an_integer_and_the_range_is_covered(void **state)
{
    static const float ends[] = {0, 1, 6, 255, 1e-3f, 1e-30f, FLT_MIN, 1e30f, FLT_MAX, 0.1f, 3.14159f};
    size_t             i, j;

    (void)state;
    for (i = 0; i < sizeof ends / sizeof *ends; i++)
        for (j = 0; j < sizeof ends / sizeof *ends; j++) {
            check_affine(-ends[i], ends[j]);
            check_affine(ends[i], ends[j]);
            check_affine(-ends[i], -ends[j]);
        }
}

static void known_ranges_give_known_parameters(void **state)
{
    static const struct {
        float   min, max, scale;
        int32_t zero_point;
    } rows[] = {{0, 255, 1, -128},
                {-128, 127, 1, 0},
                {0, 6, 6.0f / 255.0f, -128},
                {-1, 0, 1.0f / 255.0f, 127},
                {2, 10, 10.0f / 255.0f, -128},
                {-1, 1, 2.0f / 255.0f, 0},
                {0, 0, 1, 0},
                {-3, -1, 3.0f / 255.0f, 127}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        mote_affine a = mote_affine_of(&mote_schemes[MOTE_SCHEME_INT8], rows[i].min, rows[i].max);
        assert_true(a.scale == rows[i].scale);
        if (rows[i].min == -1 && rows[i].max == 1)
            assert_in_range(a.zero_point + 1, 0, 1); /* -0.5: either is right */
        else
            assert_int_equal(a.zero_point, rows[i].zero_point);
    }
}

/* ---- weights ---- */

static void weights_use_the_whole_range_of_their_channel(void **state)
{
    float               values[] = {1, -2, 0.5f, /**/ 0, 0, 0, /**/ -1e-30f, 1e-30f, 0, /**/ 1e30f, -4e29f, 1};
    mote_tensor         w = {.dtype = MOTE_F32, .rank = 2, .dim = {4, 3}, .data = values};
    float               scale[4];
    int8_t              out[12];
    static const int8_t wanted[] = {64, -127, 32, 0, 0, 0, -127, 127, 0, 127, -51, 0};

    (void)state;
    mote_quantize_weights(&mote_schemes[MOTE_SCHEME_INT8], &w, 0, NULL, scale, out);
    assert_true(scale[0] == 2.0f / 127.0f && scale[1] > 0 && isfinite(scale[1]) && scale[3] == 1e30f / 127.0f);
    assert_memory_equal(out, wanted, sizeof wanted);
}

static void a_last_axis_and_one_scale_for_all_work_too(void **state)
{
    float               values[] = {1, 10, -2, 20, 0.5f, -5};
    mote_tensor         w = {.dtype = MOTE_F32, .rank = 4, .dim = {1, 3, 1, 2}, .data = values};
    float               scale[2];
    int8_t              out[6];
    static const int8_t by_channel[] = {64, 64, -127, 127, 32, -32}, together[] = {6, 64, -13, 127, 3, -32};

    (void)state;
    mote_quantize_weights(&mote_schemes[MOTE_SCHEME_INT8], &w, 3, NULL, scale, out);
    assert_memory_equal(out, by_channel, sizeof by_channel);
    mote_quantize_weights(&mote_schemes[MOTE_SCHEME_INT8], &w, -1, NULL, scale, out);
    assert_true(scale[0] == 20.0f / 127.0f);
    assert_memory_equal(out, together, sizeof together);
}

/* ---- whole networks ---- */

static void run_float(mote_runner *runner, const float *x, float *y)
{
    mote_runner_set_real(runner, 0, x);
    invoke_model(runner);
    mote_runner_get_real(runner, 0, y);
}

/* Mean absolute difference of probabilities over samples of the calibration's kind. */
static double mean_gap(const mote_model *a, const mote_model *b, const mote_dataset_split *split)
{
    mote_runner *ra = network_runner(a, NULL), *rb = network_runner(b, NULL);
    size_t       width = mote_model_output(a, 0).count, s, i;
    double       sum = 0;
    float        x[4096], ya[64], yb[64];

    assert_true(width <= 64 && split->set->feature[0].width <= 4096);
    for (s = 0; s < split->count; s++) {
        mote_dataset_gather(split, 0, mote_dataset_in_row(s, 1), x);
        run_float(ra, x, ya);
        run_float(rb, x, yb);
        for (i = 0; i < width; i++)
            sum += fabs((double)ya[i] - (double)yb[i]);
    }
    mote_runner_destroy(ra);
    mote_runner_destroy(rb);
    return sum / (double)(split->count * width);
}

/* Of sixty networks, every third with one scale a layer. */
typedef struct gaps {
    double mean, worst;
} gaps;

static gaps find_gaps(mote_scheme scheme)
{
    uint64_t number;
    gaps     found = {0};

    for (number = 0; number < 60; number++) {
        mote_model           *real = network_infer(network_random(number)), *made;
        mote_dataset         *set = network_data(real, 80, 0, number);
        mote_quantize_options options = {.scheme = scheme, .is_per_tensor = number % 3 == 2};
        mote_error            err = {0};
        double                gap;
        if (mote_model_quantize(&made, real, &set->split[MOTE_SPLIT_TRAIN], &options, &err) != MOTE_OK)
            fail_msg("network %d: %s", (int)number, err.text);
        gap = mean_gap(real, made, &set->split[MOTE_SPLIT_TRAIN]);
        found.mean += gap / 60;
        found.worst = gap > found.worst ? gap : found.worst;
        mote_model_destroy(made);
        mote_model_destroy(real);
        mote_dataset_destroy(set);
    }
    print_message("%s: probabilities differ by %.4f in the mean, %.4f in the worst network\n", mote_scheme_name(scheme),
                  found.mean, found.worst);
    return found;
}

static void random_networks_answer_nearly_as_in_float(void **state)
{
    const gaps found = find_gaps(MOTE_SCHEME_INT8);

    (void)state;
    assert_true(found.mean < 0.01 && found.worst < 0.04);
}

/* What is left are the int8 weights' steps. */
static void random_networks_of_int16_answer_more_nearly(void **state)
{
    const gaps found = find_gaps(MOTE_SCHEME_INT16X8);

    (void)state;
    assert_true(found.mean < 0.002 && found.worst < 0.006);
}

static void random_networks_of_powers_of_two_answer_nearly(void **state)
{
    const gaps bytes = find_gaps(MOTE_SCHEME_POW2_INT8), words = find_gaps(MOTE_SCHEME_POW2_INT16);

    (void)state;
    assert_true(bytes.mean < 0.005 && bytes.worst < 0.02);
    assert_true(words.mean < 0.0001 && words.worst < 0.0003);
}

/* All scales are powers of two and all zero points 0, but SOFTMAX's and LOGISTIC's own, which nothing but a QUANTIZE reads.
 */
static mote_model *make_with_sigmoid(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){4}),
                                       &(mote_dense_options){.units = 6, .activation = MOTE_ACTIVATION_SIGMOID});
    network_dice  dice = network_dice_of(6);

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .activation = MOTE_ACTIVATION_SOFTMAX});
    return network_infer(network_finish(b, &x, 1, &dice));
}

static void powers_of_two_are_all_there_is(void **state)
{
    uint64_t number;
    int32_t  id, n, i, exponent;
    size_t   k;

    (void)state;
    for (number = 0; number < 40; number++) {
        const mote_scheme scheme = number % 2 ? MOTE_SCHEME_POW2_INT16 : MOTE_SCHEME_POW2_INT8;
        mote_model       *real = number < 2 ? make_with_sigmoid() : network_infer(network_random(number));
        mote_model       *made =
            network_quantize(real, &(mote_quantize_options){.scheme = scheme, .is_per_channel = number % 3 == 0});
        const mote_graph *graph = &made->graphs[0];
        bool             *has_zero = calloc((size_t)graph->tensor_count, sizeof *has_zero);
        for (id = 0; id < graph->tensor_count; id++)
            for (i = 0; graph->tensors[id].quant && i < graph->tensors[id].quant->count; i++) {
                assert_true(frexpf(graph->tensors[id].quant->scale[i], &exponent) == 0.5f);
                has_zero[id] |= graph->tensors[id].quant->zero_point[i] != 0;
            }
        for (n = 0; n < graph->node_count; n++)
            for (k = 0; k < (size_t)graph->nodes[n].in_count; k++)
                if (graph->nodes[n].in[k] != MOTE_NONE && has_zero[graph->nodes[n].in[k]])
                    assert_true(graph->nodes[n].op == MOTE_OP_QUANTIZE || graph->nodes[n].op == MOTE_OP_DEQUANTIZE);
        free(has_zero);
        mote_model_destroy(made);
        mote_model_destroy(real);
    }
}

/* Weight k of a packed constant. */
static int32_t int4_at(const mote_tensor *tensor, size_t k)
{
    const int32_t half = ((const uint8_t *)tensor->data)[k / 2] >> (k % 2 ? 4 : 0) & 15;

    return half >= 8 ? half - 16 : half;
}

/* Each is the nearest step of its channel, of which the largest is 7. */
static size_t check_int4_weights(const mote_tensor *real, const mote_tensor *small)
{
    const size_t count = mote_tensor_count(real);
    size_t       inner = 1, k;
    int32_t      d, sevens = 0;

    assert_int_equal(mote_tensor_bytes(small), (count + 1) / 2);
    for (d = small->quant->axis + 1; d < real->rank; d++)
        inner *= (size_t)real->dim[d];
    for (k = 0; k < count; k++) {
        const double scale = (double)small->quant->scale[k / inner % (size_t)small->quant->count];
        const double value = (double)((const float *)real->data)[k];
        assert_in_range(int4_at(small, k) + 7, 0, 14);
        assert_true(fabs(value - scale * int4_at(small, k)) <= 0.50001 * scale);
        sevens += abs(int4_at(small, k)) == 7;
    }
    assert_true(sevens >= small->quant->count);
    return count;
}

static void int4_weights_are_packed_by_channel(void **state)
{
    uint64_t number;
    size_t   checked = 0;

    (void)state;
    for (number = 0; number < 10; number++) {
        mote_model       *real = network_infer(network_random(number));
        mote_model       *small = network_quantize(real, &(mote_quantize_options){.scheme = MOTE_SCHEME_INT4});
        const mote_graph *graph = &small->graphs[0];
        int32_t           n, r;
        for (n = 0; n < graph->node_count; n++) {
            const mote_tensor *w = graph->nodes[n].in_count > 1 ? mote_node_in(graph, &graph->nodes[n], 1) : NULL;
            if (!w || w->dtype != MOTE_I4)
                continue;
            for (r = 0; r < real->graphs[0].tensor_count; r++)
                if (real->graphs[0].tensors[r].origin == w->origin && real->graphs[0].tensors[r].kind == MOTE_CONST &&
                    real->graphs[0].tensors[r].rank == w->rank)
                    checked += check_int4_weights(&real->graphs[0].tensors[r], w);
        }
        mote_model_destroy(small);
        mote_model_destroy(real);
    }
    assert_true(checked > 1000);
}

/* The three kinds of ends compute the same inside: what comes out agrees, step for step. */
static void io_types_agree_to_the_step(void **state)
{
    static const mote_dtype types[] = {MOTE_I8, MOTE_U8, MOTE_F32};
    uint64_t                number;

    (void)state;
    for (number = 0; number < 10; number++) {
        mote_model      *real = network_infer(network_random(number)), *model[3];
        mote_runner     *runner[3];
        mote_tensor_info in;
        network_dice     dice = network_dice_of(number);
        size_t           i, k, t;
        float            x[4096], y[3][64];
        for (t = 0; t < 3; t++) {
            model[t] = network_quantize(real, &(mote_quantize_options){.io = types[t]});
            runner[t] = network_runner(model[t], NULL);
            in = mote_model_input(model[t], 0);
            assert_int_equal(in.dtype, types[t]);
            assert_int_equal(mote_model_output(model[t], 0).dtype, types[t]);
            assert_string_equal(in.name, mote_model_input(real, 0).name);
            assert_int_equal(in.is_batched, mote_model_input(real, 0).is_batched);
        }
        for (k = 0; k < 5; k++) {
            for (i = 0; i < in.count; i++)
                x[i] = roll_between(&dice, -1, 2);
            for (t = 0; t < 3; t++)
                run_float(runner[t], x, y[t]);
            for (i = 0; i < mote_model_output(real, 0).count; i++)
                assert_true(y[0][i] == y[1][i] && y[0][i] == y[2][i]);
        }
        for (t = 0; t < 3; t++) {
            mote_runner_destroy(runner[t]);
            mote_model_destroy(model[t]);
        }
        mote_model_destroy(real);
    }
}

static void an_input_that_is_an_output_and_one_that_is_read_on_work(void **state)
{
    static const mote_dtype types[] = {MOTE_I8, MOTE_U8, MOTE_F32};
    size_t                  t;

    (void)state;
    for (t = 0; t < 3; t++) {
        mote_error    err = {0};
        mote_builder *b = mote_builder_create(NULL, &err);
        mote_layer_id x = mote_layer_input(b, 1, (int[]){5}), outputs[3];
        network_dice  dice = network_dice_of(2);
        mote_model   *real, *int8;
        mote_runner  *runner;
        float         in[5] = {-0.9f, 0, 0.5f, 1, 1.9f}, back[5];
        int           i;
        outputs[0] = x;
        outputs[1] = mote_layer_dense(b, x, &(mote_dense_options){.units = 5});
        outputs[2] = mote_layer_activation(b, outputs[1], &(mote_activation_options){.activation = MOTE_ACTIVATION_SOFTMAX});
        real = network_infer(network_finish(b, outputs, 3, &dice));
        int8 = network_quantize(real, &(mote_quantize_options){.io = types[t]});
        runner = network_runner(int8, NULL);
        mote_runner_set_real(runner, 0, in);
        invoke_model(runner);
        mote_runner_get_real(runner, 0, back);
        for (i = 0; i < 5; i++)
            assert_true(fabsf(back[i] - in[i]) < 0.01f);
        mote_runner_destroy(runner);
        mote_model_destroy(int8);
        mote_model_destroy(real);
    }
}

/* A constant operand of ADD gets the range of its data, a bias that is too large for its scale widens the weights'. */
static void constants_and_large_biases_are_kept(void **state)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){4}), &(mote_dense_options){.units = 3});
    network_dice  dice = network_dice_of(3);
    mote_model   *real = network_infer(network_finish(b, &x, 1, &dice)), *int8;
    mote_graph   *graph = &real->graphs[0];
    const float   shift[3] = {-10, 0.25f, 30};
    mote_id      constant = mote_graph_add_const(real, graph, "shift", MOTE_F32, 1, (int32_t[]){3}, shift, &err), in[2], sum;
    mote_tensor  spec = graph->tensors[graph->outputs[0]];
    mote_node    add = {.op = MOTE_OP_ADD, .in = in, .in_count = 2, .out = &sum, .out_count = 1};
    float       *bias = graph->tensors[graph->nodes[0].in[2]].data, *w = graph->tensors[graph->nodes[0].in[1]].data;
    mote_runner *runner[2];
    float        given[4] = {1, -0.5f, 0.25f, 1.5f}, y[2][3];
    int          i;

    (void)state;
    bias[1] = 3.0f;
    for (i = 0; i < 4; i++)
        w[4 + i] = 1e-9f; /* 3 / (in_scale 1e-9 / 127) is far beyond int32 */
    in[0] = constant;
    in[1] = graph->outputs[0];
    sum = graph->outputs[0] = mote_graph_add_tensor(real, graph, &spec, &err);
    assert_non_null(mote_graph_add_node(real, graph, &add, &err));
    assert_int_equal(mote_model_verify(real, &err), MOTE_OK);
    int8 = network_quantize(real, NULL);
    for (i = 0; i < 2; i++) {
        runner[i] = network_runner(i ? int8 : real, NULL);
        run_float(runner[i], given, y[i]);
        mote_runner_destroy(runner[i]);
    }
    for (i = 0; i < 3; i++)
        assert_true(fabsf(y[0][i] - y[1][i]) < 0.4f); /* the range is 40: a step is 0.16 */
    mote_model_destroy(int8);
    mote_model_destroy(real);
}

/* SPLIT moves operand 1, ARG_MAX answers with places: those stay what they are, and the same. */
static void moved_values_keep_their_scale_and_places_stay_integers(void **state)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){4}), &(mote_dense_options){.units = 6});
    network_dice  dice = network_dice_of(3);
    mote_model   *real = network_infer(network_finish(b, &x, 1, &dice)), *int8;
    mote_graph   *graph = &real->graphs[0];
    const int32_t one = 1;
    const mote_id axis = mote_graph_add_const(real, graph, "axis", MOTE_I32, 0, NULL, &one, &err);
    mote_id       whole = graph->outputs[0], parts[2], place;
    mote_tensor   half = graph->tensors[whole], found = {.name = "place", .dtype = MOTE_I32, .rank = 1, .dim = {1}};
    mote_node     split = {.op = MOTE_OP_SPLIT,
                           .in = (mote_id[]){axis, whole},
                           .in_count = 2,
                           .out = parts,
                           .out_count = 2,
                           .as.split = {.count = 2}};
    mote_node     arg = {.op = MOTE_OP_ARG_MAX,
                         .in = (mote_id[]){whole, axis},
                         .in_count = 2,
                         .out = &place,
                         .out_count = 1,
                         .as.arg_max = {.out_type = MOTE_I32}};
    const float   given[4] = {1, -0.5f, 0.25f, 1.5f};
    mote_runner  *runner;
    float         largest = -FLT_MAX, y[3];
    int32_t       i, k, at = 0;

    (void)state;
    half.dim[1] = 3;
    found.is_batched = half.is_batched;
    parts[0] = mote_graph_add_tensor(real, graph, &half, &err);
    parts[1] = mote_graph_add_tensor(real, graph, &half, &err);
    place = mote_graph_add_tensor(real, graph, &found, &err);
    mote_graph_add_node(real, graph, &split, &err);
    mote_graph_add_node(real, graph, &arg, &err);
    mote_graph_set_outputs(real, graph, (mote_id[]){parts[0], parts[1], place}, 3, &err);
    if (mote_model_verify(real, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    int8 = network_quantize(real, &(mote_quantize_options){.io = MOTE_I8});
    graph = &int8->graphs[0];
    assert_int_equal(graph->tensors[graph->outputs[2]].dtype, MOTE_I32);
    assert_null(graph->tensors[graph->outputs[2]].quant);
    assert_true(graph->tensors[graph->outputs[0]].quant->scale[0] == graph->tensors[graph->outputs[1]].quant->scale[0]);
    runner = network_runner(int8, NULL);
    mote_runner_set_real(runner, 0, given);
    invoke_model(runner);
    for (i = 0; i < 2; i++) {
        mote_runner_get_real(runner, i, y);
        for (k = 0; k < 3; k++)
            if (y[k] > largest) {
                largest = y[k];
                at = 3 * i + k;
            }
    }
    assert_int_equal(*(const int32_t *)mote_runner_output(runner, 2), at);
    mote_runner_destroy(runner);
    mote_model_destroy(int8);
    mote_model_destroy(real);
}

/* A dense layer of six, and behind it an operator that takes a constant number, too. */
static mote_model *make_with_constant(mote_op_kind op, float constant, int32_t width)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){4}), &(mote_dense_options){.units = 6});
    network_dice  dice = network_dice_of(3);
    mote_model   *real = network_infer(network_finish(b, &x, 1, &dice));
    mote_graph   *graph = &real->graphs[0];
    const int32_t around[4] = {0, 0, 1, 2};
    mote_id       in[3] = {graph->outputs[0]}, out;
    mote_tensor   spec = graph->tensors[graph->outputs[0]];
    mote_node     node = {.op = op, .in = in, .in_count = 1, .out = &out, .out_count = 1};
    int32_t       i;

    for (i = 0; i < 6; i++) /* 0 to 5 thirds, and what the input adds */
        ((float *)graph->tensors[graph->nodes[0].in[2]].data)[i] = (float)i / 3;
    if (op == MOTE_OP_PADV2)
        in[node.in_count++] = mote_graph_add_const(real, graph, "around", MOTE_I32, 2, (int32_t[]){2, 2}, around, &err);
    in[node.in_count++] = mote_graph_add_const(real, graph, "constant", MOTE_F32, 1, (int32_t[]){1}, &constant, &err);
    spec.dim[1] = width;
    out = graph->outputs[0] = mote_graph_add_tensor(real, graph, &spec, &err);
    mote_graph_add_node(real, graph, &node, &err);
    if (mote_model_verify(real, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return real;
}

/* The answers of the float model, and so many operators; QUANTIZE, FULLY_CONNECTED, the operator and DEQUANTIZE are four. */
static void check_with_constant(mote_op_kind op, float constant, mote_scheme scheme, int32_t operators)
{
    mote_model   *real = make_with_constant(op, constant, op == MOTE_OP_PADV2 ? 9 : 6);
    mote_model   *made = network_quantize(real, &(mote_quantize_options){.scheme = scheme});
    mote_dataset *set = network_data(real, 60, 0, 9);
    const double  gap = mean_gap(real, made, &set->split[MOTE_SPLIT_TRAIN]);

    if (!(gap < (scheme == MOTE_SCHEME_INT4 ? 0.15 : 0.03)) || made->graphs[0].node_count != operators)
        fail_msg("%s, %s: answers differ by %.4f in the mean; %d operators, %d expected", mote_op_kind_name(op),
                 mote_scheme_name(scheme), gap, made->graphs[0].node_count, operators);
    mote_dataset_destroy(set);
    mote_model_destroy(made);
    mote_model_destroy(real);
}

/* What is asked of the dense layer it answers in that scale at once; but where the output is narrower than the layer, a
 * QUANTIZE cuts off what the operator would: of integers about 0 only where the greater half is cut. */
static void operands_of_one_scale_are_brought_to_it(void **state)
{
    mote_scheme scheme;

    (void)state;
    for (scheme = 0; scheme < MOTE_SCHEME_COUNT; scheme++) {
        if (!mote_scheme_is_calibrated(scheme))
            continue; /* operators stay as they are */
        check_with_constant(MOTE_OP_MAXIMUM, -9.0f, scheme, 4);
        check_with_constant(MOTE_OP_MAXIMUM, 1.0f, scheme, mote_schemes[scheme].is_symmetric ? 4 : 5);
        check_with_constant(MOTE_OP_MINIMUM, 1.0f, scheme, 5);
        check_with_constant(MOTE_OP_PADV2, -3.0f, scheme, 4);
    }
}

/* A dense layer of six, a mask added to it, and SOFTMAX. */
static mote_model *make_masked(const float *mask)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){4}), &(mote_dense_options){.units = 6});
    network_dice  dice = network_dice_of(5);
    mote_model   *real = network_infer(network_finish(b, &x, 1, &dice));
    mote_graph   *graph = &real->graphs[0];
    mote_tensor   spec = graph->tensors[graph->outputs[0]];
    mote_id       in[2] = {graph->outputs[0]}, sum, out;
    mote_node     add = {.op = MOTE_OP_ADD, .in = in, .in_count = 2, .out = &sum, .out_count = 1};
    mote_node     softmax = {
            .op = MOTE_OP_SOFTMAX, .in = &sum, .in_count = 1, .out = &out, .out_count = 1, .as.softmax.beta = 1};

    in[1] = mote_graph_add_const(real, graph, "mask", MOTE_F32, 1, (int32_t[]){6}, mask, &err);
    sum = mote_graph_add_tensor(real, graph, &spec, &err);
    out = graph->outputs[0] = mote_graph_add_tensor(real, graph, &spec, &err);
    mote_graph_add_node(real, graph, &add, &err);
    mote_graph_add_node(real, graph, &softmax, &err);
    if (mote_model_verify(real, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return real;
}

/* Steps that reach to -1e9 would make all scores that count the same. */
static void masked_scores_leave_the_others_their_steps(void **state)
{
    static const float masks[][6] = {{0, 0, -1e9f, 0, -1e9f, 0}, {-3.4e38f, 0.5f, 0, -3.4e38f, 0, 0}};
    size_t             i;
    int                scheme, method;

    (void)state;
    for (i = 0; i < sizeof masks / sizeof *masks; i++)
        for (scheme = MOTE_SCHEME_INT8; scheme <= MOTE_SCHEME_INT16X8; scheme++)
            for (method = 0; method < MOTE_CALIBRATE_COUNT; method++) {
                mote_model *real = make_masked(masks[i]);
                mote_model *made =
                    network_quantize(real, &(mote_quantize_options){.scheme = (mote_scheme)scheme,
                                                                    .method = (mote_calibration_method)method});
                mote_dataset *set = network_data(real, 60, 0, 9);
                const double  gap = mean_gap(real, made, &set->split[MOTE_SPLIT_TRAIN]);
                /* the mean of samples' ranges cuts some values off */
                if (!(gap < (method == MOTE_CALIBRATE_AVERAGE ? 0.06 : scheme == MOTE_SCHEME_INT8 ? 0.02 : 0.004)))
                    fail_msg("mask %zu, %s, method %d: answers differ by %.4f in the mean", i,
                             mote_scheme_name((mote_scheme)scheme), method, gap);
                mote_dataset_destroy(set);
                mote_model_destroy(made);
                mote_model_destroy(real);
            }
}

/* Each method's own answer is near float's; the ranges are no wider than all that was seen. */
static void methods_give_ranges_within_what_was_seen(void **state)
{
    uint64_t number;
    int      method;

    (void)state;
    for (number = 0; number < 6; number++) {
        mote_model   *real = network_infer(network_random(number));
        mote_dataset *set = network_data(real, 60, 0, 9);
        mote_model   *all = network_quantize(real, &(mote_quantize_options){0});
        bool          differs[MOTE_CALIBRATE_COUNT] = {false};
        for (method = 1; method < MOTE_CALIBRATE_COUNT; method++) {
            const mote_quantize_options how = {.method = (mote_calibration_method)method, .percentile = 98};
            mote_model                 *made = network_quantize(real, &how);
            int32_t                     t;
            assert_true(mean_gap(real, made, &set->split[MOTE_SPLIT_TRAIN]) < 0.1);
            for (t = 0; t < made->graphs[0].tensor_count && t < all->graphs[0].tensor_count; t++) {
                const mote_quant *a = made->graphs[0].tensors[t].quant, *b = all->graphs[0].tensors[t].quant;
                if (made->graphs[0].tensors[t].kind != MOTE_ACTIVATION || !a || !b)
                    continue;
                assert_true((double)a->scale[0] <= 1.0001 * (double)b->scale[0]);
                differs[method] |= a->scale[0] != b->scale[0];
            }
            mote_model_destroy(made);
        }
        assert_true(differs[MOTE_CALIBRATE_AVERAGE] && differs[MOTE_CALIBRATE_PERCENTILE]);
        mote_model_destroy(all);
        mote_model_destroy(real);
        mote_dataset_destroy(set);
    }
}

static void what_cannot_be_quantized_is_named(void **state)
{
    mote_model        *trained = network_random(1), *real, *out, *int8;
    mote_dataset      *set, *other;
    mote_error         err = {0};
    mote_dataset_split none;

    (void)state;
    assert_int_equal(mote_model_freeze(&real, trained, &err), MOTE_OK);
    set = network_data(real, 5, 0, 1);
    none = set->split[MOTE_SPLIT_TRAIN];
    none.count = 0;
    assert_int_equal(mote_model_quantize(&out, trained, &set->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_ERR_USAGE);
    assert_null(out);
    mote_error_clear(&err);
    assert_int_equal(mote_model_quantize(&out, real, &none, NULL, &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_model_quantize(&out, real, NULL, NULL, &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(
        mote_model_quantize(&out, real, &set->split[MOTE_SPLIT_TRAIN], &(mote_quantize_options){.io = MOTE_I16}, &err),
        MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_quantize_check(&(mote_quantize_options){.scheme = MOTE_SCHEME_POW2_INT8, .io = MOTE_U8}, &err),
                     MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_quantize_check(&(mote_quantize_options){.is_per_tensor = true, .is_per_channel = true}, &err),
                     MOTE_ERR_USAGE);
    mote_error_clear(&err);
    other = network_data(trained, 5, 0, 2);
    ((float *)(uintptr_t)other->split[MOTE_SPLIT_TRAIN].x[0])[3] = NAN;
    assert_int_equal(mote_model_quantize(&out, real, &other->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_ERR_NUMERIC);
    mote_error_clear(&err);
    assert_int_equal(mote_model_quantize(&int8, real, &set->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_OK);
    assert_int_equal(mote_model_quantize(&out, int8, &set->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_ERR_USAGE);
    mote_model_destroy(int8);
    mote_model_destroy(real);
    mote_model_destroy(trained);
    mote_dataset_destroy(set);
    mote_dataset_destroy(other);
}

/* ---- dynamic-range files ---- */

static mote_model *load_operator(const char *name)
{
    mote_model *model;
    mote_error  err = {0};
    char        path[120];

    snprintf(path, sizeof path, "tests/fuzz/corpus/tflite/ops_%s.tflite", name);
    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

/* The mean size of what a model answers. */
static double mean_size(const mote_model *model, const mote_dataset_split *split)
{
    mote_runner *runner = network_runner(model, NULL);
    size_t       width = mote_model_output(model, 0).count, s, i;
    double       sum = 0;
    float        x[4096], y[64];

    assert_true(width <= 64);
    for (s = 0; s < split->count; s++) {
        mote_dataset_gather(split, 0, mote_dataset_in_row(s, 1), x);
        run_float(runner, x, y);
        for (i = 0; i < width; i++)
            sum += fabs((double)y[i]);
    }
    mote_runner_destroy(runner);
    return sum / (double)(split->count * width);
}

static void int8_weights_of_float_operators_are_quantized_from_the_real_numbers_they_stand_for(void **state)
{
    static const char *const names[] = {"hybrid_conv_2d", "hybrid_depthwise_conv_2d", "hybrid_fully_connected",
                                        "hybrid_transpose_conv", "hybrid_nets"};
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        mote_model   *real = load_operator(names[i]), *int8;
        mote_dataset *set = network_data(real, 60, 0, i);
        mote_error    err = {0};
        double        gap;
        if (mote_model_quantize(&int8, real, &set->split[MOTE_SPLIT_TRAIN], NULL, &err) != MOTE_OK)
            fail_msg("%s: %s", names[i], err.text);
        assert_int_equal(int8->stage, MOTE_STAGE_QUANTIZED);
        gap = mean_gap(real, int8, &set->split[MOTE_SPLIT_TRAIN]) / mean_size(real, &set->split[MOTE_SPLIT_TRAIN]);
        if (!(gap < 0.05))
            fail_msg("%s: answers differ by %.4f of their size", names[i], gap);
        mote_model_destroy(int8);
        mote_model_destroy(real);
        mote_dataset_destroy(set);
    }
}

/* ---- recurrent layers ---- */

static mote_dataset *recurrent_samples(const char *name)
{
    mote_dataset *set;
    mote_error    err = {0};
    char          path[120];

    snprintf(path, sizeof path, "tests/golden/recurrent/%s.npz", name);
    if (mote_dataset_load(&set, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return set;
}

static mote_model *recurrent_net(const char *name)
{
    mote_model *model;
    mote_error  err = {0};
    char        path[120];

    snprintf(path, sizeof path, "tests/golden/recurrent/%s.keras", name);
    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static void recurrent_networks_answer_nearly_as_in_float(void **state)
{
    static const char *const names[] = {"lstm", "gru", "ids_lstm"};
    static const double      most[MOTE_SCHEME_COUNT] = {[MOTE_SCHEME_INT8] = 0.05,
                                                        [MOTE_SCHEME_INT16X8] = 0.005,
                                                        [MOTE_SCHEME_FLOAT16] = 0.005,
                                                        [MOTE_SCHEME_DYNAMIC] = 0.02,
                                                        [MOTE_SCHEME_INT4] = 0.1};
    size_t                   i;
    int                      scheme;

    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++)
        for (scheme = MOTE_SCHEME_INT8; scheme <= MOTE_SCHEME_INT16X8; scheme++) {
            const mote_quantize_options options = {.scheme = (mote_scheme)scheme};
            mote_model                 *real = recurrent_net(names[i]), *made;
            mote_dataset               *set = recurrent_samples(names[i]);
            mote_error                  err = {0};
            double                      gap;
            if (mote_model_quantize(&made, real, &set->split[MOTE_SPLIT_TRAIN], &options, &err) != MOTE_OK)
                fail_msg("%s: %s", names[i], err.text);
            gap = mean_gap(real, made, &set->split[MOTE_SPLIT_TRAIN]) / mean_size(real, &set->split[MOTE_SPLIT_TRAIN]);
            if (!(gap < most[scheme]))
                fail_msg("%s, %s: answers differ by %.4f of their size", names[i], mote_scheme_name(options.scheme), gap);
            mote_model_destroy(made);
            mote_model_destroy(real);
            mote_dataset_destroy(set);
        }
}

static void whole_numbers_stay_what_they_are(void **state)
{
    mote_model   *real = recurrent_net("ids_gru"), *int8;
    mote_dataset *set = recurrent_samples("ids_gru");
    mote_error    err = {0};

    (void)state;
    if (mote_model_quantize(&int8, real, &set->split[MOTE_SPLIT_TRAIN], &(mote_quantize_options){.io = MOTE_I8}, &err) !=
        MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mote_model_input(int8, 0).dtype, MOTE_I32);
    assert_int_equal(mote_model_output(int8, 0).dtype, MOTE_I8);
    mote_model_destroy(int8);
    mote_model_destroy(real);
    mote_dataset_destroy(set);
}

static void int8_weights_of_operators_without_int8_form_are_refused(void **state)
{
    static const char *const names[] = {"hybrid_svdf", "lstm_directions", "bidirectional_sequence_lstm"};
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        mote_model   *real = load_operator(names[i]), *int8;
        mote_dataset *set = network_data(real, 4, 0, i);
        mote_error    err = {0};
        assert_int_equal(mote_model_quantize(&int8, real, &set->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_ERR_UNSUPPORTED);
        assert_null(int8);
        assert_true(strstr(err.text, "has no int8 form") || strstr(err.text, "only float32"));
        mote_model_destroy(real);
        mote_dataset_destroy(set);
    }
}

/* ---- TensorFlow's converter ---- */

static mote_dataset *golden_samples(const char *name)
{
    mote_npz            *npz;
    mote_array           x;
    char                 key[40];
    mote_dataset_options options = {.flatten = true};
    mote_dataset        *set;
    mote_error           err = {0};

    snprintf(key, sizeof key, "%s/x", name);
    assert_int_equal(mote_npz_open(&npz, "tests/golden/convert/samples.npz", &err), MOTE_OK);
    assert_int_equal(mote_npz_load(&x, npz, key, 0, &err), MOTE_OK);
    mote_make_dirs("build/tests", &err);
    assert_int_equal(mote_npy_save(&x, "build/tests/golden_convert.npy", &err), MOTE_OK);
    if (mote_dataset_load(&set, "build/tests/golden_convert.npy", &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_array_free(&x);
    mote_npz_close(npz);
    return set;
}

static mote_model *load(const char *name, const char *suffix)
{
    mote_model *model;
    mote_error  err = {0};
    char        path[120];

    snprintf(path, sizeof path, "tests/golden/convert/%s%s.tflite", name, suffix);
    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static void compare_quant(const char *what, const mote_tensor *ours, const mote_tensor *theirs, double tolerance)
{
    int32_t c;

    if (!ours->quant != !theirs->quant || ours->dtype != theirs->dtype)
        fail_msg("%s: types or quantization differ: %s and %s", what, mote_dtype_name(ours->dtype),
                 mote_dtype_name(theirs->dtype));
    if (!ours->quant)
        return;
    if (ours->quant->count != theirs->quant->count)
        fail_msg("%s: %d scales, TensorFlow %d", what, ours->quant->count, theirs->quant->count);
    for (c = 0; c < ours->quant->count; c++) {
        double a = (double)ours->quant->scale[c], b = (double)theirs->quant->scale[c];
        if (!(fabs(a - b) <= tolerance * b) || ours->quant->zero_point[c] != theirs->quant->zero_point[c])
            fail_msg("%s, channel %d: scale %.9g zero %d, TensorFlow %.9g %d", what, c, a, ours->quant->zero_point[c], b,
                     theirs->quant->zero_point[c]);
    }
}

/* TensorFlow's calibrator looks at an operator's inputs after it has run; ADD works in its first input's place, so that one
 * is given the sum's range on top of its own. mote's is the tensor's own, and never coarser. */
static bool is_overwritten_by_add(const mote_graph *graph, const mote_tensor *tensor)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].op == MOTE_OP_ADD && mote_node_in(graph, &graph->nodes[n], 0) == tensor)
            return true;
    return false;
}

static void compare_activation(const char *what, const mote_graph *graph, const mote_tensor *ours, const mote_tensor *theirs)
{
    if (is_overwritten_by_add(graph, ours))
        assert_true(ours->quant->scale[0] <= theirs->quant->scale[0]);
    else
        compare_quant(what, ours, theirs, 1e-6);
}

static int64_t stored(const mote_tensor *tensor, size_t i)
{
    return tensor->dtype == MOTE_I8    ? ((const int8_t *)tensor->data)[i]
           : tensor->dtype == MOTE_I64 ? ((const int64_t *)tensor->data)[i]
                                       : ((const int32_t *)tensor->data)[i];
}

static void compare_const(const char *what, const mote_tensor *ours, const mote_tensor *theirs)
{
    size_t i;

    for (i = 0; i < mote_tensor_count(ours); i++) {
        const int64_t a = stored(ours, i), b = stored(theirs, i);
        if (llabs(a - b) > (ours->dtype == MOTE_I64 ? 1 + llabs(b) / 500000 : 0))
            fail_msg("%s[%zu] is %lld, TensorFlow's %lld", what, i, (long long)a, (long long)b);
    }
}

/* The same operators in the same order; every operand has TensorFlow's scales: weights to the bit, activations up to what
 * float kernels that add in another order make of a range (1e-6), biases up to both. Then the integers; biases of int64 are
 * so many steps that the scale's last bits show in them. */
static void compare_with_tensorflow(const char *name, const char *suffix, const mote_quantize_options *options)
{
    mote_model   *real = load(name, ""), *theirs = load(name, suffix), *ours;
    mote_dataset *set = golden_samples(name);
    mote_error    err = {0};
    int32_t       n, i;

    if (mote_model_quantize(&ours, real, &set->split[MOTE_SPLIT_TRAIN], options, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    assert_int_equal(ours->graphs[0].node_count, theirs->graphs[0].node_count);
    for (n = 0; n < ours->graphs[0].node_count; n++) {
        const mote_graph *go = &ours->graphs[0], *gt = &theirs->graphs[0];
        const mote_node  *a = &go->nodes[n], *b = &gt->nodes[n];
        char              what[260];
        assert_int_equal(a->op, b->op);
        assert_int_equal(a->activation, b->activation);
        for (i = 0; i < a->in_count; i++) {
            const mote_tensor *x = mote_node_in(go, a, i), *y = mote_node_in(gt, b, i);
            snprintf(what, sizeof what, "%s%s: %s operand %d", name, suffix, mote_node_show(go, a).text, i);
            if (x->kind != MOTE_CONST) {
                compare_activation(what, go, x, y);
                continue;
            }
            compare_quant(what, x, y, x->dtype == MOTE_I8 ? 0 : 2e-6);
            compare_const(what, x, y);
        }
        snprintf(what, sizeof what, "%s%s: %s output", name, suffix, mote_node_show(go, a).text);
        compare_activation(what, go, mote_node_out(go, a, 0), mote_node_out(gt, b, 0));
    }
    mote_dataset_destroy(set);
    mote_model_destroy(ours);
    mote_model_destroy(theirs);
    mote_model_destroy(real);
}

#define GOLDEN(name)                                                                                                        \
    static void name##_is_quantized_as_tensorflow_does(void **state)                                                        \
    {                                                                                                                       \
        (void)state;                                                                                                        \
        compare_with_tensorflow(#name, "_int8", &(mote_quantize_options){.io = MOTE_I8});                                   \
        compare_with_tensorflow(#name, "_tensor", &(mote_quantize_options){.io = MOTE_I8, .is_per_tensor = true});          \
        compare_with_tensorflow(#name, "_int16x8",                                                                          \
                                &(mote_quantize_options){.scheme = MOTE_SCHEME_INT16X8, .io = MOTE_I16});                   \
    }
GOLDEN(mlp)
GOLDEN(cnn)
GOLDEN(residual)
GOLDEN(dead)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_is_always_an_integer_and_the_range_is_covered),
        cmocka_unit_test(known_ranges_give_known_parameters),
        cmocka_unit_test(weights_use_the_whole_range_of_their_channel),
        cmocka_unit_test(a_last_axis_and_one_scale_for_all_work_too),
        cmocka_unit_test(random_networks_answer_nearly_as_in_float),
        cmocka_unit_test(io_types_agree_to_the_step),
        cmocka_unit_test(an_input_that_is_an_output_and_one_that_is_read_on_work),
        cmocka_unit_test(constants_and_large_biases_are_kept),
        cmocka_unit_test(moved_values_keep_their_scale_and_places_stay_integers),
        cmocka_unit_test(operands_of_one_scale_are_brought_to_it),
        cmocka_unit_test(random_networks_of_int16_answer_more_nearly),
        cmocka_unit_test(random_networks_of_powers_of_two_answer_nearly),
        cmocka_unit_test(powers_of_two_are_all_there_is),
        cmocka_unit_test(int4_weights_are_packed_by_channel),
        cmocka_unit_test(masked_scores_leave_the_others_their_steps),
        cmocka_unit_test(methods_give_ranges_within_what_was_seen),
        cmocka_unit_test(what_cannot_be_quantized_is_named),
        cmocka_unit_test(int8_weights_of_float_operators_are_quantized_from_the_real_numbers_they_stand_for),
        cmocka_unit_test(recurrent_networks_answer_nearly_as_in_float),
        cmocka_unit_test(whole_numbers_stay_what_they_are),
        cmocka_unit_test(int8_weights_of_operators_without_int8_form_are_refused),
        cmocka_unit_test(mlp_is_quantized_as_tensorflow_does),
        cmocka_unit_test(cnn_is_quantized_as_tensorflow_does),
        cmocka_unit_test(residual_is_quantized_as_tensorflow_does),
        cmocka_unit_test(dead_is_quantized_as_tensorflow_does),
    };
    return cmocka_run_group_tests_name("quantize", tests, NULL, NULL);
}
