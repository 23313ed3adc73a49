/* Memory of several regions: nothing overlaps, nothing exceeds its region, fast regions are full before slow ones are used,
 * and one region is what it always was. SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>

#include "exec/exec.h"
#include "plan/blocks.h"
#include "plan/plan.h"
#include "plan/split.h"

/* ---- blocks ---- */

typedef struct split_case {
    block_set      set;
    double         heat[SET_BLOCKS_MAX];
    size_t         limits[MOTE_REGIONS_MAX];
    mote_placing   placing;
    mote_splitting splitting;
} split_case;

static void prepare(split_case *c, size_t align, int32_t region_count)
{
    c->placing = (mote_placing){.blocks = c->set.blocks, .count = c->set.count, .step_count = STEPS, .align = align};
    c->splitting =
        (mote_splitting){.placing = &c->placing, .heat = c->heat, .region_bytes = c->limits, .region_count = region_count};
    assert_int_equal(mote_place_blocks(&c->placing, &(mote_error){0}), MOTE_OK);
}

static int32_t region_of(const split_case *c, const mote_block *block)
{
    int32_t r = c->splitting.region_count - 1;

    while (r > 0 && block->offset < c->splitting.regions[r].offset)
        r--;
    return r;
}

/* What is live at most of a region's blocks, without what overlaps save: its worst step, each block padded. */
static size_t most_live(const split_case *c, int32_t region, const mote_block *with)
{
    size_t  most = 0, live;
    int32_t s, i;

    for (s = -1; s <= STEPS; s++) {
        for (live = 0, i = 0; i < c->set.count; i++) {
            const mote_block *block = &c->set.blocks[i];
            if (region_of(c, block) == region || block == with)
                live += (taken_at(block, s) + c->placing.align - 1) / c->placing.align * c->placing.align;
        }
        if (with && (s < first_of(with) || s > last_of(with)))
            live = 0;
        most = live > most ? live : most;
    }
    return most;
}

static void check_places(const split_case *c)
{
    int32_t a, b;

    for (a = 0; a < c->set.count; a++) {
        const mote_block          *block = &c->set.blocks[a];
        const mote_program_region *region = &c->splitting.regions[region_of(c, block)];
        assert_int_equal(block->offset % c->placing.align, 0);
        assert_true(block->offset >= region->offset && block->offset + block->bytes <= region->offset + region->bytes);
        for (b = 0; b < a; b++)
            assert_false(clash(c->set.blocks, block, &c->set.blocks[b]));
    }
    for (a = 0; a < c->splitting.region_count; a++)
        assert_true((c->splitting.regions[a].bytes + c->placing.align - 1) / c->placing.align * c->placing.align <=
                        c->limits[a] ||
                    c->splitting.regions[a].bytes == 0);
}

static void roll_case(split_case *c, network_dice *dice, int32_t region_count)
{
    int32_t i;

    c->set.count = 0;
    for (i = 0; i < 60; i++) {
        const int32_t first = roll(dice, 100);
        add_block(&c->set, (size_t)(1 + roll(dice, 3000)), first, first + roll(dice, 9));
        c->heat[i] = roll(dice, 6) == 0 ? (double)INFINITY : roll(dice, 500) / 10.0;
    }
    if (roll(dice, 2))
        roll_overlaps(&c->set, dice, 1000);
    for (i = 0; i < region_count; i++)
        c->limits[i] = i + 1 < region_count ? (size_t)(500 + roll(dice, 6000)) : SIZE_MAX;
    prepare(c, (size_t)4 << roll(dice, 3), region_count);
}

/* Of random blocks, by what their lives leave no way around. A region takes at most a quarter more than what is live there
 * at its worst step; so all take together at most 1.25 times as many bytes as there are regions times what one would need. A
 * block that lies in a slower region would have filled each faster one to at least four fifths at one of its steps. */
static void random_blocks_are_apart_and_fill_fast_regions_first(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 200; number++) {
        network_dice  dice = network_dice_of(number);
        const int32_t count = 1 + roll(&dice, 4);
        split_case    c;
        mote_error    err = {0};
        size_t        total = 0, whole;
        int32_t       i, r;
        roll_case(&c, &dice, count);
        whole = c.placing.memory_bytes;
        assert_int_equal(mote_split_blocks(&c.splitting, &err), MOTE_OK);
        check_places(&c);
        for (r = 0; r < count; r++) {
            const size_t live = most_live(&c, r, NULL);
            total += c.splitting.regions[r].bytes;
            if ((double)c.splitting.regions[r].bytes > 1.25 * (double)live)
                fail_msg("case %d: region %d has %zu bytes for %zu", (int)number, r, c.splitting.regions[r].bytes, live);
        }
        assert_true((double)total <= 1.25 * count * (double)whole);
        for (i = 0; i < c.set.count; i++)
            for (r = 0; r < region_of(&c, &c.set.blocks[i]); r++) {
                const size_t live = most_live(&c, r, &c.set.blocks[i]);
                if ((double)live < 0.8 * (double)c.limits[r])
                    fail_msg("case %d: block %d would be %zu of %zu bytes in region %d", (int)number, i, live, c.limits[r],
                             r);
            }
    }
}

static void splits_are_the_same_each_time(void **state)
{
    split_case one, two;
    mote_error err = {0};
    int32_t    i, k;

    (void)state;
    for (k = 0; k < 2; k++) {
        network_dice dice = network_dice_of(7);
        roll_case(k ? &two : &one, &dice, 3);
        assert_int_equal(mote_split_blocks(k ? &two.splitting : &one.splitting, &err), MOTE_OK);
    }
    for (i = 0; i < one.set.count; i++)
        assert_int_equal(one.set.blocks[i].offset, two.set.blocks[i].offset);
}

static void hot_blocks_are_in_the_fast_region(void **state)
{
    split_case c = {.heat = {1, 9, (double)INFINITY, 5}, .limits = {100, SIZE_MAX}};
    mote_error err = {0};

    (void)state;
    add_block(&c.set, 40, 0, 2);
    add_block(&c.set, 40, 0, 2);
    add_block(&c.set, 60, 1, 1);
    add_block(&c.set, 200, 0, 2); /* hot, and too large */
    prepare(&c, 4, 2);
    assert_int_equal(mote_split_blocks(&c.splitting, &err), MOTE_OK);
    check_places(&c);
    assert_int_equal(c.splitting.regions[0].bytes, 100);
    assert_int_equal(c.splitting.regions[1].bytes, 240);
    assert_int_equal(region_of(&c, &c.set.blocks[0]), 1);
    assert_int_equal(region_of(&c, &c.set.blocks[1]), 0);
    assert_int_equal(region_of(&c, &c.set.blocks[2]), 0);
}

/* By heat 40 and 30 would take the fast region's room, and neither 70 nor 60 find any beside. */
static void tight_regions_are_filled_by_size_where_heat_leaves_no_room(void **state)
{
    static const size_t bytes[] = {40, 28, 72, 60};
    split_case          c = {.heat = {4, 3, 2, 1}, .limits = {100, 100}};
    mote_error          err = {0};
    int32_t             i;

    (void)state;
    for (i = 0; i < 4; i++)
        add_block(&c.set, bytes[i], 0, 3);
    prepare(&c, 4, 2);
    assert_int_equal(mote_split_blocks(&c.splitting, &err), MOTE_OK);
    check_places(&c);
    add_block(&c.set, 4, 3, 3);
    prepare(&c, 4, 2);
    assert_int_equal(mote_split_blocks(&c.splitting, &err), MOTE_ERR_LIMIT);
    assert_string_equal(err.text, "the memory given has 200 bytes in 2 regions; no plan was found for it: at least 204 are "
                                  "needed, 72 of them in one piece");
}

/* ---- programs ---- */

static mote_program *plan_for(const mote_model *model, const mote_target *target, const size_t *regions, int32_t count)
{
    const mote_plan_options options = {.region_bytes = regions, .region_count = count};
    mote_program           *program;
    mote_error              err = {0};

    if (mote_lower(&program, model, target, &err) != MOTE_OK || mote_plan(program, &options, &err) != MOTE_OK ||
        mote_plan_verify(program, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return program;
}

static void same_plan(const mote_program *a, const mote_program *b)
{
    int32_t i;

    assert_int_equal(a->memory_bytes, b->memory_bytes);
    assert_int_equal(a->lower_bound, b->lower_bound);
    for (i = 0; i < a->model->graphs[0].tensor_count; i++)
        if (a->places[i].is_placed)
            assert_int_equal(mote_plan_place(a, i)->offset, mote_plan_place(b, i)->offset);
    for (i = 0; i < a->step_count; i++)
        if (a->steps[i].scratch_bytes > 0)
            assert_int_equal(a->scratch[i], b->scratch[i]);
}

static void what_fits_into_the_first_region_is_planned_as_ever(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 20; number++) {
        mote_model   *model = network_infer(network_random(number));
        mote_program *plain = plan_for(model, &mote_target_portable, NULL, 0), *one, *two;
        const size_t  whole = (plain->memory_bytes + plain->align_bytes - 1) / plain->align_bytes * plain->align_bytes;
        one = plan_for(model, &mote_target_portable, (size_t[]){whole}, 1);
        two = plan_for(model, &mote_target_portable, (size_t[]){whole, SIZE_MAX}, 2);
        same_plan(one, plain);
        same_plan(two, plain);
        assert_int_equal(plain->region_count, 1);
        assert_int_equal(plain->regions[0].bytes, plain->memory_bytes);
        assert_int_equal(two->region_count, 2);
        assert_int_equal(two->regions[1].bytes, 0);
        mote_program_destroy(two);
        two = plan_for(model, &mote_target_portable, (size_t[]){whole - 1, SIZE_MAX}, 2); /* would be padded to more */
        assert_true(two->regions[1].bytes > 0);
        mote_program_destroy(plain);
        mote_program_destroy(one);
        mote_program_destroy(two);
        mote_model_destroy(model);
    }
}

static void programs_lie_within_their_regions(void **state)
{
    uint64_t number;
    int      used = 0;

    (void)state;
    for (number = 0; number < 60; number++) {
        mote_model   *model = network_infer(network_random(number));
        mote_program *plain = plan_for(model, &mote_target_portable, NULL, 0), *split;
        const size_t  limits[] = {plain->memory_bytes / 2, plain->memory_bytes / 4, SIZE_MAX};
        int32_t       r;
        split = plan_for(model, &mote_target_portable, limits, 3);
        for (r = 0; r < 3; r++)
            assert_true(split->regions[r].bytes <= limits[r]);
        used += split->regions[0].bytes > 0 && split->regions[2].bytes > 0;
        assert_int_equal(split->lower_bound, plain->lower_bound);
        assert_true(split->memory_bytes >= split->lower_bound);
        mote_program_destroy(plain);
        mote_program_destroy(split);
        mote_model_destroy(model);
    }
    assert_true(used > 20);
}

/* A convolution's window, and the image that it is cut from. */
static void scratch_is_in_the_fast_region(void **state)
{
    static const mote_quantize_options how = {.io = MOTE_I8};
    mote_error                         err = {0};
    mote_builder                      *b = mote_builder_create(NULL, &err);
    mote_layer_id                      x = mote_layer_input(b, 3, (int[]){12, 12, 8});
    network_dice                       dice = network_dice_of(1);
    mote_model                        *model, *int8;
    mote_program                      *plain, *split;
    int32_t                            s, with_scratch = 0;

    (void)state;
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 8, .kernel_size = {3, 3}});
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 8, .kernel_size = {3, 3}});
    model = network_infer(network_finish(b, &x, 1, &dice));
    int8 = network_quantize(model, &how);
    plain = plan_for(int8, &mote_target_arm_dsp, NULL, 0);
    split = plan_for(int8, &mote_target_arm_dsp, (size_t[]){plain->memory_bytes / 2, SIZE_MAX}, 2);
    for (s = 0; s < split->step_count; s++)
        if (split->steps[s].scratch_bytes > 0) {
            with_scratch++;
            assert_int_equal(mote_plan_region(split, split->scratch[s]), 0);
        }
    assert_true(with_scratch > 0);
    mote_program_destroy(plain);
    mote_program_destroy(split);
    mote_model_destroy(int8);
    mote_model_destroy(model);
}

static void regions_that_are_too_small_are_refused(void **state)
{
    mote_model   *model = network_infer(network_random(3));
    mote_program *program;
    const size_t  limits[] = {8, 8, 8, 8, 8, 8, 8};
    mote_error    err = {0};

    (void)state;
    assert_int_equal(mote_lower(&program, model, &mote_target_portable, &err), MOTE_OK);
    assert_int_equal(mote_plan(program, &(mote_plan_options){.region_bytes = limits, .region_count = 2}, &err),
                     MOTE_ERR_LIMIT);
    err = (mote_error){0};
    assert_int_equal(mote_plan(program, &(mote_plan_options){.region_bytes = limits, .region_count = 7}, &err),
                     MOTE_ERR_USAGE);
    assert_string_equal(err.text, "memory of 7 regions; 1 to 6 are possible");
    mote_program_destroy(program);
    mote_model_destroy(model);
}

static void a_place_across_two_regions_is_found_by_the_verifier(void **state)
{
    mote_model   *model = network_infer(network_random(1));
    mote_program *program = plan_for(model, &mote_target_portable, NULL, 0);
    mote_error    err = {0};

    (void)state;
    program->region_count = 2;
    program->regions[0].bytes = 4;
    program->regions[1] = (mote_program_region){4, program->memory_bytes - 4};
    assert_int_equal(mote_plan_verify(program, &err), MOTE_ERR_LIMIT);
    mote_program_destroy(program);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_blocks_are_apart_and_fill_fast_regions_first),
        cmocka_unit_test(splits_are_the_same_each_time),
        cmocka_unit_test(hot_blocks_are_in_the_fast_region),
        cmocka_unit_test(tight_regions_are_filled_by_size_where_heat_leaves_no_room),
        cmocka_unit_test(what_fits_into_the_first_region_is_planned_as_ever),
        cmocka_unit_test(programs_lie_within_their_regions),
        cmocka_unit_test(scratch_is_in_the_fast_region),
        cmocka_unit_test(regions_that_are_too_small_are_refused),
        cmocka_unit_test(a_place_across_two_regions_is_found_by_the_verifier),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
