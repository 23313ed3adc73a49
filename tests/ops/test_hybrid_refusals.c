/* What operators with int8 weights and LSTM in one or two directions refuse, and the line that says so: a golden case's
 * model is changed in one place, as a hostile file would have it. SPDX-License-Identifier: Apache-2.0 */
#include "golden_cases.h"

#include <math.h>

#include "exec/exec.h"
#include "formats/tflite/tflite.h"
#include "ops/op.h"

typedef enum change { LEFT_OUT, ONE_MORE_ROW, OF_FLOAT32, OF_INT8, ZERO_POINT, SCALES, COMPUTED, OPTION } change;

typedef enum option { NO_OPTION, CELL_CLIP, PROJ_CLIP, ACTIVATION, MERGE } option;

typedef struct refusal {
    const char *file, *name;
    change      change;
    int32_t     operand; /* or the option */
    const char *says;
} refusal;

static const refusal refusals[] = {
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", LEFT_OUT, 2,
     "weights of the forget gate, must be constants"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", LEFT_OUT, 3, "operand 3 must be a constant"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", LEFT_OUT, 24, "operand 24 must be a constant"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", LEFT_OUT, 5, "operand 5 must be a constant"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", LEFT_OUT, 1, "is of an input gate that has no weights"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", LEFT_OUT, 10, "operand 10 must be a constant"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", LEFT_OUT, 35, "operand 35 must be a variable"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", LEFT_OUT, 39, "weights for a further input, operand 39"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", LEFT_OUT, 41, "is there, but operand 41 is left out"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", ONE_MORE_ROW, 39, "agree in samples and times"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", ONE_MORE_ROW, 12, "operand 12 has shape"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", ONE_MORE_ROW, 19, "has shape"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", ONE_MORE_ROW, 38, "values expected"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", COMPUTED, 7, "must be a constant"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", OPTION, CELL_CLIP, "cell_clip -1 is below 0"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", OPTION, PROJ_CLIP, "proj_clip nan is below 0, or no number"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", OPTION, ACTIVATION, "activation 5: only tanh"},
    {"bidirectional_sequence_lstm", "f32_2_merged_aux_weights", OPTION, MERGE, "1 outputs, but merge_outputs is false"},
    {"bidirectional_sequence_lstm", "hybrid_3_aux_input", LEFT_OUT, 16, "without a projection"},
    {"bidirectional_sequence_lstm", "hybrid_3_aux_input", ONE_MORE_ROW, 33, "operand 33 has shape"},
    {"bidirectional_sequence_lstm", "hybrid_3_aux_input", OF_FLOAT32, 4, "operand 4 is float32, int8 expected"},
    {"bidirectional_sequence_lstm", "hybrid_3_aux_input", OF_INT8, 13, "operand 13 is int8, float32 expected"},
    {"bidirectional_sequence_lstm", "hybrid_3_aux_input", ZERO_POINT, 22, "operand 22 has zero point 1, 0 expected"},
    {"lstm_directions", "hybrid_12_norms_projection_projection_bias", LEFT_OUT, 21, "operand 21 must be a constant"},
    {"lstm_directions", "hybrid_12_norms_projection_projection_bias", OF_INT8, 22, "operand 22 is int8, float32 expected"},
    {"lstm_directions", "hybrid_12_norms_projection_projection_bias", ONE_MORE_ROW, 17, "operand 17 has shape"},
    {"lstm_directions", "f32_18_peepholes", LEFT_OUT, 9, "operand 9 must be a constant"},
    {"hybrid_conv_2d", "hybrid_plain_0_per_channel", ZERO_POINT, 1, "weights have zero point 1, 0 expected"},
    {"hybrid_conv_2d", "hybrid_plain_0_per_channel", SCALES, 1, "weights have 2 scales"},
    {"hybrid_fully_connected", "hybrid_0", ZERO_POINT, 1, "weights have zero point 1, 0 expected"},
    {"hybrid_transpose_conv", "hybrid_0", ZERO_POINT, 1, "weights have zero point 1, 0 expected"},
    {"hybrid_batch_matmul", "hybrid_0_nn", ZERO_POINT, 1, "zero point 1: int8 beside real numbers has 0"},
    {"hybrid_svdf", "hybrid_0", ZERO_POINT, 2, "operand 2 has zero point 1, 0 expected"},
    {"hybrid_svdf", "hybrid_0", OF_INT8, 3, "operand 3 is int8, float32 expected"},
    {"hybrid_embedding_lookup", "hybrid_1", SCALES, 1, "rows have 2 scales"},
    {"hybrid_embedding_lookup", "hybrid_1", ZERO_POINT, 1, "zero point 1, rows that become real numbers have 0"},
};

static void set_option(mrt_lstm_attributes *as, option which)
{
    as->cell_clip = which == CELL_CLIP ? -1.0f : as->cell_clip;
    as->proj_clip = which == PROJ_CLIP ? NAN : as->proj_clip;
    as->fused_activation_function = which == ACTIVATION ? 5 : as->fused_activation_function;
    as->merge_outputs = which == MERGE ? !as->merge_outputs : as->merge_outputs;
}

static void make_change(mote_model *model, const refusal *r)
{
    mote_graph  *graph = &model->graphs[0];
    mote_node   *node = &graph->nodes[0];
    mote_tensor *tensor = r->change == OPTION ? NULL : &graph->tensors[node->in[r->operand]];

    switch (r->change) {
    case LEFT_OUT:
        node->in[r->operand] = MOTE_NONE;
        break;
    case ONE_MORE_ROW:
        tensor->dim[0]++;
        break;
    case OF_FLOAT32:
        tensor->dtype = MOTE_F32;
        break;
    case OF_INT8:
        tensor->dtype = MOTE_I8;
        break;
    case ZERO_POINT:
        tensor->quant->zero_point[0] = 1;
        break;
    case SCALES:
        ((mote_quant *)(uintptr_t)tensor->quant)->count = 2;
        break;
    case COMPUTED:
        tensor->kind = MOTE_ACTIVATION;
        break;
    case OPTION:
        set_option(&node->as.bidirectional_sequence_lstm, (option)r->operand);
    }
}

/* Asks the operator alone: its shape rule, then its parameters. */
static mote_status ask(mote_model *model, mote_error *err)
{
    mote_prepared prepared = {.arena = &model->arena};

    MOTE_TRY(mote_op_verify_node(model, &model->graphs[0], &model->graphs[0].nodes[0], err));
    return mote_described_prepare(&model->graphs[0], &model->graphs[0].nodes[0], &prepared, err);
}

static void check(const refusal *r)
{
    mote_model *model = NULL;
    mote_error  err = {0};
    golden_file file;
    golden_case c;
    char        path[120];

    snprintf(path, sizeof path, "tests/golden/operators/%s.npz", r->file);
    golden_open(&file, path);
    while (golden_next(&file, &c))
        if (strcmp(c.name, r->name) == 0)
            assert_int_equal(mote_tflite_read(&model, c.model, c.model_bytes, 0, &err), MOTE_OK);
    if (!model)
        fail_msg("%s has no case %s", r->file, r->name);
    assert_int_equal(ask(model, &err), MOTE_OK);
    make_change(model, r);
    if (ask(model, &err) == MOTE_OK || !strstr(err.text, r->says))
        fail_msg("%s, %s, change %d of %d: it says\n\"%s\", not\n\"%s\"", r->file, r->name, (int)r->change, (int)r->operand,
                 err.text, r->says);
    mote_model_destroy(model);
    golden_close(&file);
}

static void each_is_one_line_that_says_where_and_what(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof refusals / sizeof *refusals; i++)
        check(&refusals[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_one_line_that_says_where_and_what)};

    return cmocka_run_group_tests_name("refusals of int8 weights and of LSTM", tests, NULL, NULL);
}
