/* Plans: no two live places overlap, none with less memory would do where that can be known, sharing only where it is legal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include "exec/exec.h"
#include "plan/blocks.h"

enum { RANDOM_NETWORKS = 80 };

/* ---- placing blocks ---- */

/* Places the blocks, checks that none clash, and returns whether that was proved to be the best. */
static bool place(block_set *set, size_t align, size_t *memory, size_t *bound)
{
    mote_placing placing = {.blocks = set->blocks, .count = set->count, .step_count = STEPS, .align = align};
    mote_error   err = {0};
    int32_t      a, b;

    assert_int_equal(mote_place_blocks(&placing, &err), MOTE_OK);
    assert_true(placing.memory_bytes >= placing.lower_bound);
    for (a = 0; a < set->count; a++) {
        assert_int_equal(set->blocks[a].offset % align, 0);
        assert_true(set->blocks[a].offset + set->blocks[a].bytes <= placing.memory_bytes);
        for (b = 0; b < a; b++)
            assert_false(clash(set->blocks, &set->blocks[a], &set->blocks[b]));
    }
    *memory = placing.memory_bytes;
    *bound = placing.lower_bound;
    return placing.memory_bytes == placing.lower_bound;
}

/* The least memory by trying every offset of every block: slow and certain. */
static bool fits_within(block_set *set, int32_t at, size_t align, size_t height)
{
    mote_block *block = &set->blocks[at];
    int32_t     i;

    if (at == set->count)
        return true;
    for (block->offset = 0; block->offset + block->bytes <= height; block->offset += align) {
        for (i = 0; i < at && !clash(set->blocks, block, &set->blocks[i]); i++) {
        }
        if (i == at && fits_within(set, at + 1, align, height))
            return true;
    }
    return false;
}

static void roll_small_set(block_set *set, uint64_t number)
{
    network_dice dice = network_dice_of(number);
    int          i;

    set->count = 0;
    for (i = 0; i < 7; i++) {
        int32_t first = roll(&dice, 6), life = roll(&dice, 4);
        size_t  bytes = (size_t)(1 + roll(&dice, 6));
        add_block(set, bytes, first, first + life);
        if (life > 0 && number % 3 == 0)
            shrink_block(set, i, first + roll(&dice, life), (size_t)(1 + roll(&dice, (int)bytes)));
    }
    if (number % 4 > 0)
        roll_overlaps(set, &dice, 7);
}

static void small_sets_of_blocks_are_placed_in_the_least_memory_there_is_and_that_is_proved(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 100; number++) {
        block_set    set;
        const size_t align = number % 5 ? 1 : 2;
        size_t       memory, bound;
        roll_small_set(&set, number);
        if (!place(&set, align, &memory, &bound))
            fail_msg("set %d: %zu bytes, but only %zu are proved", (int)number, memory, bound);
        if (fits_within(&set, 0, align, memory - 1))
            fail_msg("set %d: fewer than %zu bytes would do", (int)number, memory);
    }
}

/* Each block lives with the next one, and every second step has scratch. */
static void chains_reach_the_bound_whatever_their_length_and_alignment(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 200; number++) {
        network_dice dice = network_dice_of(number);
        size_t       align = (size_t)1 << roll(&dice, 5), memory, bound;
        int32_t      length = 2 + roll(&dice, 90), i;
        block_set    chain = {.count = 0};
        for (i = 0; i < length; i++)
            add_block(&chain, (size_t)(1 + roll(&dice, 3000)), i, i + 1);
        for (i = 1; i < length && number % 2; i += 2)
            add_block(&chain, (size_t)(1 + roll(&dice, 100)), i, i);
        if (!place(&chain, align, &memory, &bound))
            fail_msg("chain %d of %d blocks, aligned to %zu: %zu bytes, bound %zu", (int)number, chain.count, align, memory,
                     bound);
    }
}

/* The same where each may run over the one before, in places further than is worth it. */
static void chains_that_overlap_are_placed_in_the_least_memory(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 200; number++) {
        network_dice dice = network_dice_of(number);
        size_t       align = (size_t)1 << roll(&dice, 5), memory, bound;
        int32_t      length = 2 + roll(&dice, 90), i;
        block_set    chain = {.count = 0};
        for (i = 0; i < length; i++) {
            mote_block *block = add_block(&chain, (size_t)(1 + roll(&dice, 3000)), i, i + 1);
            block->runs_over = i > 0 && roll(&dice, 5) ? i - 1 : MOTE_NONE;
            block->distance = (size_t)roll(&dice, number % 2 ? 300 : 3000);
        }
        if (!place(&chain, align, &memory, &bound))
            fail_msg("chain %d of %d blocks, aligned to %zu: %zu bytes, bound %zu", (int)number, chain.count, align, memory,
                     bound);
    }
}

/* Equal convolutions, each D lower than the one before: the bound is more than what two of them take. */
static void a_chain_that_must_sink_is_proved_to_need_it(void **state)
{
    block_set chain = {.count = 0};
    size_t    memory, bound;
    int32_t   i;

    (void)state;
    for (i = 0; i < 6; i++) {
        mote_block *block = add_block(&chain, 1000, i, i + 1);
        block->runs_over = i > 0 ? i - 1 : MOTE_NONE;
        block->distance = 100;
    }
    assert_true(place(&chain, 4, &memory, &bound));
    assert_int_equal(memory, 1000 + 5 * 100);
    for (i = 1; i < 6; i++)
        chain.blocks[i].distance = 300; /* alternating is less now */
    assert_true(place(&chain, 4, &memory, &bound));
    assert_int_equal(memory, 2000);
}

/* x - conv - conv - add in place of the second's output, over and over, with smaller images and a third convolution on the
 * way around where the sizes change. */
static void residual_blocks_reach_the_bound(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 100; number++) {
        network_dice dice = network_dice_of(number);
        size_t       bytes = (size_t)(64 + roll(&dice, 4096)) * 4, memory, bound;
        block_set    set = {.count = 0};
        int32_t      length = 1 + roll(&dice, 12), step = 0, x, i;
        add_block(&set, bytes / 4, -1, 0);
        x = set.count;
        add_block(&set, bytes, step, step);
        for (i = 0; i < length; i++) {
            const bool   halves = roll(&dice, 2);
            const size_t next = halves ? bytes / 2 : bytes;
            mote_block  *hidden, *out;
            hidden = add_block(&set, next, step + 1, step + 2);
            out = add_block(&set, next, step + 2, step + 4 + halves);
            out->runs_over = (int32_t)(hidden - set.blocks);
            out->distance = next / 16;
            set.spans[x][set.blocks[x].span_count - 1].last_step = step + 3;
            if (halves) { /* the way around is a convolution of its own, which is added */
                mote_block *around = add_block(&set, next, step + 3, step + 4);
                around->runs_over = x;
            }
            x = (int32_t)(out - set.blocks);
            step += 3 + halves;
            bytes = next;
        }
        if (!place(&set, 4, &memory, &bound))
            fail_msg("network %d of %d residual blocks: %zu bytes, bound %zu", (int)number, length, memory, bound);
    }
}

static void large_sets_of_blocks_are_valid_and_near_the_bound(void **state)
{
    uint64_t number;
    double   worst = 1;
    int      above = 0;

    (void)state;
    for (number = 0; number < 30; number++) {
        network_dice dice = network_dice_of(number);
        block_set    set = {.count = 0};
        size_t       memory, bound;
        int          i;
        for (i = 0; i < 160; i++) {
            const int32_t first = roll(&dice, 150), steps = roll(&dice, 8); /* one after the other, with any compiler */
            add_block(&set, (size_t)(1 + roll(&dice, 5000)), first, first + steps);
        }
        if (number % 2)
            roll_overlaps(&set, &dice, 1000);
        above += !place(&set, 16, &memory, &bound);
        worst = (double)memory / (double)bound > worst ? (double)memory / (double)bound : worst;
    }
    if (worst > 1.05 || above > 3)
        fail_msg("%d plans are above their bound, one is %.2f times it", above, worst);
}

static void nothing_to_place_and_blocks_without_bytes_are_fine(void **state)
{
    block_set set = {.count = 0};
    size_t    memory, bound;

    (void)state;
    assert_true(place(&set, 4, &memory, &bound));
    add_block(&set, 0, 0, 3);
    add_block(&set, 0, 1, 2);
    assert_true(place(&set, 4, &memory, &bound));
    assert_int_equal(memory, 0);
}

/* ---- programs ---- */

static mote_program *plan(const mote_model *model, const mote_plan_options *options)
{
    mote_program *program;
    mote_error    err = {0};

    if (mote_lower(&program, model, &mote_target_reference, &err) != MOTE_OK ||
        mote_plan(program, options, &err) != MOTE_OK || mote_plan_verify(program, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_true(program->memory_bytes >= program->lower_bound);
    return program;
}

static bool is_end(const mote_id *ids, int32_t count, mote_id id)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* Whether the step makes the network's numbers of the caller's. */
static bool converts(const mote_program *program, int32_t s)
{
    const mote_op_kind op = program->model->graphs[0].nodes[program->steps[s].node].op;

    return op == MOTE_OP_QUANTIZE || op == MOTE_OP_DEQUANTIZE;
}

/* A shared place is a view's, or in-place's: then the input dies there, and is no output; nor given by the caller, unless
 * the step converts it. */
static void check_sharing(const mote_program *program)
{
    const mote_graph *graph = &program->model->graphs[0];
    int32_t           s, later, i;

    for (s = 0; s < program->step_count; s++) {
        const mote_step *step = &program->steps[s];
        mote_id          in = step->in_count ? step->in[0] : MOTE_NONE;
        if (step->kernel->is_view)
            assert_int_equal(program->places[step->out[0]].shares, in);
        if (program->places[step->out[0]].shares == MOTE_NONE || step->kernel->is_view)
            continue;
        if (program->places[step->out[0]].shares == in) {
            assert_true(step->in_place & 1u);
        } else {
            assert_true(step->in_count > 1 && (step->in_place & 2u));
            in = step->in[1];
            assert_int_equal(program->places[step->out[0]].shares, in);
        }
        for (i = 0; i < graph->tensor_count; i++) /* the input under all its names */
            if (program->places[i].is_placed && i != step->out[0] &&
                mote_plan_place(program, i) == mote_plan_place(program, in) && program->places[i].first_step < s) {
                assert_true(converts(program, s) || !is_end(graph->inputs, graph->input_count, i));
                assert_false(is_end(graph->outputs, graph->output_count, i));
                for (later = s + 1; later < program->step_count; later++)
                    assert_false(is_end(program->steps[later].in, program->steps[later].in_count, i));
            }
    }
}

static void plans_of_random_networks_never_overlap_and_share_only_what_is_legal(void **state)
{
    static const size_t aligns[] = {0, 1, 16, 64};
    uint64_t            number;
    int                 above = 0;

    (void)state;
    for (number = 0; number < RANDOM_NETWORKS; number++) {
        mote_model *model = network_infer(network_random(number)), *int8 = number % 4 ? NULL : network_quantize(model, NULL);
        size_t      a;
        mote_model *both[2] = {model, int8};
        for (a = 0; a < 8; a++) {
            mote_plan_options options = {.align_bytes = aligns[a / 2]};
            mote_program     *program;
            if (!both[a % 2])
                continue;
            program = plan(both[a % 2], &options);
            check_sharing(program);
            above += program->memory_bytes > program->lower_bound;
            if ((double)program->memory_bytes > 1.1 * (double)program->lower_bound + (double)options.align_bytes)
                fail_msg("network %d, aligned to %zu: %zu bytes, bound %zu", (int)number, options.align_bytes,
                         program->memory_bytes, program->lower_bound);
            mote_program_destroy(program);
        }
        mote_model_destroy(int8);
        mote_model_destroy(model);
    }
    assert_int_equal(above, 0); /* of 200 */
}

static void keeping_all_gives_every_tensor_its_own_bytes(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 20; number++) {
        mote_model             *model = network_infer(network_random(number));
        const mote_plan_options all = {.keeps_all = true};
        mote_program           *program = plan(model, &all);
        int32_t                 a, b, s;
        for (s = 0; s < program->step_count; s++)
            assert_true(program->places[program->steps[s].out[0]].shares == MOTE_NONE || program->steps[s].kernel->is_view);
        for (a = 0; a < model->graphs[0].tensor_count; a++)
            for (b = 0; b < a; b++) {
                const mote_place *p = &program->places[a], *q = &program->places[b];
                if (p->is_placed && q->is_placed && p->shares == MOTE_NONE && q->shares == MOTE_NONE)
                    assert_true(p->offset + p->bytes <= q->offset || q->offset + q->bytes <= p->offset);
            }
        mote_program_destroy(program);
        mote_model_destroy(model);
    }
}

static void sharing_memory_does_not_change_answers(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 30; number++) {
        mote_model               *model = network_infer(network_random(number));
        const mote_runner_options keep = {.keeps_all = true};
        mote_runner              *tight = network_runner(model, NULL), *wide = network_runner(model, &keep);
        network_dice              dice = network_dice_of(number);
        int                       k;
        for (k = 0; k < 3; k++)
            network_same_answers(tight, wide, model, &dice);
        mote_runner_destroy(tight);
        mote_runner_destroy(wide);
        mote_model_destroy(model);
    }
}

/* dense (tanh, softmax): tanh and softmax work in their input's place; on the model's own input they must not. */
static void elementwise_steps_work_in_place_but_never_on_the_callers_input(void **state)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){6});
    network_dice  dice = network_dice_of(1);
    mote_model   *model;
    mote_program *program;

    (void)state;
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_TANH});
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_SOFTMAX});
    model = network_infer(network_finish(b, &x, 1, &dice));
    program = plan(model, NULL);
    assert_int_equal(program->places[program->steps[0].out[0]].shares, MOTE_NONE);
    assert_int_equal(program->places[program->steps[1].out[0]].shares, program->steps[0].out[0]);
    assert_int_equal(program->memory_bytes, 2 * 6 * sizeof(float));
    mote_program_destroy(program);
    mote_model_destroy(model);
}

/* The same answers as with every tensor apart. */
static void check_answers(const mote_model *model)
{
    const mote_runner_options keep = {.keeps_all = true};
    mote_runner              *tight = network_runner(model, NULL), *wide = network_runner(model, &keep);
    network_dice              dice = network_dice_of(5);

    network_same_answers(tight, wide, model, &dice);
    mote_runner_destroy(tight);
    mote_runner_destroy(wide);
}

/* 100 numbers to 20 and to 1: int8 needs 100 + 20 bytes. uint8 needs no more, and with float32 the floats' 400 hold both,
 * at the input where their bytes take the place of the first of them. */
static void an_input_is_quantized_in_its_own_place(void **state)
{
    static const struct {
        mote_dtype io;
        size_t     bytes;
    } wanted[] = {{MOTE_I8, 120}, {MOTE_U8, 120}, {MOTE_F32, 400}};
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){100}), &(mote_dense_options){.units = 20});
    network_dice  dice = network_dice_of(1);
    mote_model   *model;
    size_t        i;

    (void)state;
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 1});
    model = network_infer(network_finish(b, &x, 1, &dice));
    for (i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        mote_model   *quantized = network_quantize(model, &(mote_quantize_options){.io = wanted[i].io});
        mote_program *program = plan(quantized, NULL);
        assert_int_equal(program->memory_bytes, wanted[i].bytes);
        assert_int_equal(program->lower_bound, wanted[i].bytes);
        check_answers(quantized);
        mote_program_destroy(program);
        mote_model_destroy(quantized);
    }
    mote_model_destroy(model);
}

/* Numbers that are dequantized last need the room of the floats only. */
static void an_output_is_dequantized_over_what_it_comes_from(void **state)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){1}), &(mote_dense_options){.units = 100});
    network_dice  dice = network_dice_of(1);
    mote_model   *model = network_infer(network_finish(b, &x, 1, &dice)), *quantized = network_quantize(model, NULL);
    mote_program *program = plan(quantized, NULL);

    (void)state;
    assert_int_equal(program->memory_bytes, 400);
    check_answers(quantized);
    mote_program_destroy(program);
    mote_model_destroy(quantized);
    mote_model_destroy(model);
}

/* Two convolutions and a sum: three places, of which each step's output takes or runs over what is free. */
typedef struct sum_network {
    mote_model   *model;
    mote_program *program;
    mote_id       first, second, sum; /* what the steps give */
} sum_network;

/* first = conv(input), second = conv(first), sum = first + second; the sum and, where asked, first are outputs. */
static sum_network make_sum_network(bool keeps_first)
{
    mote_error                err = {0};
    mote_builder             *b = mote_builder_create(NULL, &err);
    const mote_conv2d_options conv = {.filters = 4, .kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME};
    network_dice              dice = network_dice_of(1);
    mote_layer_id             x[2], outputs[2];
    sum_network               made;

    x[0] = mote_layer_conv2d(b, mote_layer_input(b, 3, (int[]){8, 8, 4}), &conv);
    x[1] = mote_layer_conv2d(b, x[0], &conv);
    outputs[0] = mote_layer_add(b, x, 2, NULL);
    outputs[1] = x[0];
    made.model = network_infer(network_finish(b, outputs, keeps_first ? 2 : 1, &dice));
    made.program = plan(made.model, NULL);
    assert_int_equal(made.program->step_count, 3);
    made.first = made.program->steps[0].out[0];
    made.second = made.program->steps[1].out[0];
    made.sum = made.program->steps[2].out[0];
    return made;
}

static void free_sum_network(sum_network *made)
{
    mote_program_destroy(made->program);
    mote_model_destroy(made->model);
}

static void a_sum_takes_the_place_of_whichever_operand_is_not_needed_later(void **state)
{
    sum_network both_die = make_sum_network(false), first_lives = make_sum_network(true);

    (void)state;
    assert_int_equal(both_die.program->places[both_die.sum].shares, both_die.first);
    assert_int_equal(first_lives.program->places[first_lives.sum].shares, first_lives.second);
    assert_int_equal(first_lives.program->memory_bytes, 2 * 8 * 8 * 4 * sizeof(float));
    free_sum_network(&both_die);
    free_sum_network(&first_lives);
}

static void nothing_runs_over_the_callers_input_or_what_is_read_later(void **state)
{
    sum_network made = make_sum_network(false);

    (void)state;
    assert_int_equal(made.program->places[made.first].runs_over, MOTE_NONE);  /* the caller's */
    assert_int_equal(made.program->places[made.second].runs_over, MOTE_NONE); /* read by the sum */
    free_sum_network(&made);
}

/* x = conv(input), x as a vector (an output), conv(x), leaky RELU, conv: what the second convolution reads lives on under
 * the vector's name; what the third one reads has the second's place, and dies. */
static void a_place_is_run_over_only_when_all_who_share_it_are_gone(void **state)
{
    mote_error                err = {0};
    mote_builder             *b = mote_builder_create(NULL, &err);
    const mote_conv2d_options conv = {.filters = 4, .kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME};
    mote_layer_id             x = mote_layer_conv2d(b, mote_layer_input(b, 3, (int[]){8, 8, 1}), &conv), outputs[2];
    network_dice              dice = network_dice_of(1);
    mote_model               *model;
    mote_program             *program;

    (void)state;
    outputs[0] = mote_layer_flatten(b, x, NULL);
    x = mote_layer_leaky_relu(b, mote_layer_conv2d(b, x, &conv), NULL);
    outputs[1] = mote_layer_conv2d(b, x, &conv);
    model = network_infer(network_finish(b, outputs, 2, &dice));
    program = plan(model, NULL);
    assert_int_equal(program->step_count, 5);
    assert_int_equal(program->places[program->steps[1].out[0]].shares, program->steps[0].out[0]);
    assert_int_equal(program->places[program->steps[2].out[0]].runs_over, MOTE_NONE);
    assert_int_equal(program->places[program->steps[3].out[0]].shares, program->steps[2].out[0]);
    assert_int_equal(program->places[program->steps[4].out[0]].runs_over, program->steps[3].out[0]);
    mote_program_destroy(program);
    mote_model_destroy(model);
}

/* Three convolutions in a row: the second and the third run over what they read, each a row and a pixel lower (and all but
 * one channel of the position that is being written). */
static void convolutions_run_over_what_they_read_by_what_they_declare(void **state)
{
    mote_error                err = {0};
    mote_builder             *b = mote_builder_create(NULL, &err);
    const mote_conv2d_options conv = {.filters = 4, .kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME};
    mote_layer_id             x = mote_layer_input(b, 3, (int[]){8, 8, 1});
    network_dice              dice = network_dice_of(1);
    mote_model               *model;
    mote_program             *program;
    const size_t              image = 8 * 8 * 4 * sizeof(float), distance = ((8 + 1) * 4 + 3) * sizeof(float);
    mote_place               *places;
    int                       i;

    (void)state;
    for (i = 0; i < 3; i++)
        x = mote_layer_conv2d(b, x, &conv);
    model = network_infer(network_finish(b, &x, 1, &dice));
    program = plan(model, NULL);
    places = program->places;
    for (i = 1; i < 3; i++) {
        const mote_step *step = &program->steps[i];
        assert_int_equal(step->overlap, distance);
        assert_int_equal(places[step->out[0]].runs_over, step->in[0]);
        assert_int_equal(places[step->in[0]].offset, places[step->out[0]].offset + distance);
    }
    assert_int_equal(program->memory_bytes, image + 2 * distance);
    assert_int_equal(program->lower_bound, program->memory_bytes);
    places[program->steps[1].out[0]].offset += 4; /* nearer than is declared: the verifier must see it */
    assert_int_equal(mote_plan_verify(program, &err), MOTE_ERR_LIMIT);
    mote_program_destroy(program);
    mote_model_destroy(model);
}

/* The models lie outside of the tree: $MOTE_SHARED, or beside it. */
static void the_reference_models_take_no_more_than_they_must(void **state)
{
    static const struct {
        const char *name;
        size_t      most_bytes;
    } models[] = {{"kws", 8650}, {"resnet8", 33728}, {"vww", 46192}, {"ad", 768}};
    const char *shared = getenv("MOTE_SHARED") ? getenv("MOTE_SHARED") : "../shared";
    size_t      i;

    (void)state;
    for (i = 0; i < sizeof models / sizeof *models; i++) {
        mote_error    err = {0};
        mote_model   *model;
        mote_program *program;
        char          path[512];
        snprintf(path, sizeof path, "%s/models/%s_int8.tflite", shared, models[i].name);
        if (access(path, R_OK) != 0) {
            print_message("skipped: there is no %s\n", path);
            skip();
        }
        assert_int_equal(mote_model_load(&model, path, NULL, &err), MOTE_OK);
        assert_int_equal(mote_lower(&program, model, &mote_target_portable, &err), MOTE_OK);
        assert_int_equal(mote_plan(program, NULL, &err), MOTE_OK);
        assert_int_equal(mote_plan_verify(program, &err), MOTE_OK);
        assert_int_equal(program->memory_bytes, program->lower_bound);
        if (program->memory_bytes > models[i].most_bytes)
            fail_msg("%s: %zu bytes, at most %zu expected", path, program->memory_bytes, models[i].most_bytes);
        mote_program_destroy(program);
        mote_model_destroy(model);
    }
}

static void overlapping_scratch_is_found_by_the_verifier(void **state)
{
    mote_model   *model = network_infer(network_random(1));
    mote_program *program = plan(model, NULL);
    mote_error    err = {0};
    int32_t       s;

    (void)state;
    program->steps[0].scratch_bytes = 8; /* nobody planned it */
    program->scratch[0] = mote_plan_place(program, model->graphs[0].inputs[0])->offset;
    assert_int_equal(mote_plan_verify(program, &err), MOTE_ERR_LIMIT);
    program->steps[0].scratch_bytes = 0;
    for (s = 0; s < program->step_count; s++) /* and so is an output that lies on its input */
        if (program->places[program->steps[s].out[0]].shares == MOTE_NONE) {
            program->places[program->steps[s].out[0]].offset = mote_plan_place(program, program->steps[s].in[0])->offset;
            break;
        }
    err = (mote_error){0};
    assert_int_equal(mote_plan_verify(program, &err), MOTE_ERR_LIMIT);
    mote_program_destroy(program);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_sets_of_blocks_are_placed_in_the_least_memory_there_is_and_that_is_proved),
        cmocka_unit_test(chains_reach_the_bound_whatever_their_length_and_alignment),
        cmocka_unit_test(chains_that_overlap_are_placed_in_the_least_memory),
        cmocka_unit_test(a_chain_that_must_sink_is_proved_to_need_it),
        cmocka_unit_test(residual_blocks_reach_the_bound),
        cmocka_unit_test(large_sets_of_blocks_are_valid_and_near_the_bound),
        cmocka_unit_test(nothing_to_place_and_blocks_without_bytes_are_fine),
        cmocka_unit_test(plans_of_random_networks_never_overlap_and_share_only_what_is_legal),
        cmocka_unit_test(keeping_all_gives_every_tensor_its_own_bytes),
        cmocka_unit_test(sharing_memory_does_not_change_answers),
        cmocka_unit_test(elementwise_steps_work_in_place_but_never_on_the_callers_input),
        cmocka_unit_test(an_input_is_quantized_in_its_own_place),
        cmocka_unit_test(an_output_is_dequantized_over_what_it_comes_from),
        cmocka_unit_test(a_sum_takes_the_place_of_whichever_operand_is_not_needed_later),
        cmocka_unit_test(nothing_runs_over_the_callers_input_or_what_is_read_later),
        cmocka_unit_test(a_place_is_run_over_only_when_all_who_share_it_are_gone),
        cmocka_unit_test(convolutions_run_over_what_they_read_by_what_they_declare),
        cmocka_unit_test(the_reference_models_take_no_more_than_they_must),
        cmocka_unit_test(overlapping_scratch_is_found_by_the_verifier),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
