/* SPDX-License-Identifier: Apache-2.0 */
#include "boards/fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "boards/boards.h"
#include "chips/code_size.h"
#include "compare/inspected.h"
#include "lower/lower.h"

enum { KERNELS_MAX = 8, CODES_MAX = 24 };

typedef struct planned {
    const char     *kernels;
    mote_inspection is;
} planned;

typedef struct compiled {
    const mote_chip *chip;
    const char      *kernels;
    mote_code_size   size;
    mote_error       failure;
} compiled;

/* The network, and what was found out about it so far. */
typedef struct fitting {
    const mote_fit_options *options;
    mote_inspect_options    inspect; /* of model */
    mote_model             *model;   /* in the form that is deployed */
    planned                 plans[KERNELS_MAX];
    compiled                codes[CODES_MAX];
    int                     plan_count, code_count;
    bool                    is_one_board; /* else no code is compiled for boards that it does not fit anyway */
} fitting;

static mote_status open_fitting(fitting *f, const mote_model *model, const mote_fit_options *options, mote_error *err)
{
    *f = (fitting){.options = options, .inspect = options->inspect};
    MOTE_TRY(mote_inspected_model(&f->model, model, &options->inspect, err));
    f->inspect.keeps_constant_channels = options->inspect.quantize || options->inspect.keeps_constant_channels;
    f->inspect.quantize = NULL;
    return MOTE_OK;
}

static void close_fitting(fitting *f)
{
    int i;

    for (i = 0; i < f->plan_count; i++)
        mote_inspection_free(&f->plans[i].is);
    mote_model_destroy(f->model);
}

/* ---- memory ---- */

static const mote_inspection *plan_for(fitting *f, const char *kernels, mote_error *err)
{
    planned *plan;
    int      i;

    for (i = 0; i < f->plan_count; i++)
        if (strcmp(f->plans[i].kernels, kernels) == 0)
            return &f->plans[i].is;
    plan = &f->plans[f->plan_count];
    f->inspect.kernels = plan->kernels = kernels;
    if (mote_inspect(&plan->is, f->model, &f->inspect, err) != MOTE_OK)
        return NULL;
    f->plan_count++;
    return &plan->is;
}

/* Splits are asked for by board: its kernels, and the bound that no plan for them can do without. */
typedef struct split_question {
    fitting          *f;
    const mote_board *board;
    size_t            bound_bytes;
} split_question;

static mote_status plan_split(void *user, const size_t *limits, int32_t count, size_t *taken, bool *fits, mote_error *err)
{
    const split_question *q = user;
    size_t                there = 0;
    int32_t               i;

    for (i = 0; i < count; i++)
        there += limits[i];
    *fits = false;
    if (there < q->bound_bytes)
        return MOTE_OK;
    q->f->inspect.kernels = q->board->kernels;
    return mote_inspected_split(fits, taken, q->f->model, &q->f->inspect, limits, count, err);
}

static mote_status split_arena(mote_fit *fit, fitting *f, const mote_inspection *is, mote_error *err)
{
    split_question q = {f, fit->board, is->memory.bound_bytes};

    return mote_fit_split(fit, plan_split, &q, err);
}

/* ---- code ---- */

/* Without kernels: those are a board's. */
static mote_compile_options compile_options(const fitting *f)
{
    return (mote_compile_options){.optimize = f->options->optimize,
                                  .keeps_constant_channels = f->inspect.keeps_constant_channels};
}

static void measure(compiled *code, const fitting *f, const mote_fit *fit)
{
    mote_memory_region   regions[MOTE_FIT_PARTS];
    mote_compile_options how = compile_options(f);

    how.kernels = fit->board->kernels;
    how.regions = regions;
    how.region_count = mote_fit_regions(fit, regions);

    *code = (compiled){.chip = fit->board->chip, .kernels = fit->board->kernels};
    mote_code_size_measure(&code->size, f->model, &how, fit->board->chip, f->options->time_limit_seconds, &code->failure);
}

/* An arena that is split is this board's own; all others have the same code. */
static compiled code_for(fitting *f, const mote_fit *fit)
{
    const mote_board *board = fit->board;
    compiled          own;
    int               i;

    if (fit->part_count > 0) {
        measure(&own, f, fit);
        return own;
    }
    for (i = 0; i < f->code_count; i++)
        if (f->codes[i].chip == board->chip && strcmp(f->codes[i].kernels, board->kernels) == 0)
            return f->codes[i];
    measure(&f->codes[f->code_count], f, fit);
    return f->codes[f->code_count++];
}

/* Of what does not fit anyway, compilers say the same once more. */
static mote_status take_code(mote_fit *fit, fitting *f, mote_error *err)
{
    const compiled code = code_for(f, fit);

    MOTE_TRY(mote_fail_if_memory(err, &code.failure));
    if (code.failure.code == MOTE_OK) {
        fit->code_chip = code.chip;
        fit->code_bytes = code.size.code_bytes;
        fit->stack_bytes = code.size.stack_bytes;
        mote_fit_place(fit);
    } else if (fit->answer != MOTE_FIT_NO || code.failure.code == MOTE_ERR_IO) {
        snprintf(fit->code_failure, sizeof fit->code_failure, "%.*s", (int)sizeof fit->code_failure - 1, code.failure.text);
    }
    return MOTE_OK;
}

/* ---- what is to blame ---- */

static int by_bytes(const void *a, const void *b)
{
    const mote_place_info *x = *(const mote_place_info *const *)a, *y = *(const mote_place_info *const *)b;

    return (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

enum { BLAMED = 3 };

/* What lives at the step at which most does: its largest tensors. */
static void blame_tensors(mote_text *text, const mote_memory_info *memory)
{
    const mote_place_info *alive[BLAMED + 1];
    int32_t                count = 0, i;

    for (i = 0; i < memory->place_count; i++) {
        const mote_place_info *place = &memory->places[i];
        if (place->shares || place->first_step > memory->peak_step || place->last_step < memory->peak_step)
            continue;
        alive[count++] = place;
        qsort(alive, (size_t)count, sizeof alive[0], by_bytes);
        count = count > BLAMED ? BLAMED : count;
    }
    mote_text_printf(text, "the arena is fullest at #%d", memory->peak_step);
    for (i = 0; i < count; i++) {
        const char *name = alive[i]->name ? alive[i]->name : "scratch";
        mote_text_printf(text, "%s %s %zu", i ? " +" : ":", mote_show(name, strcspn(name, ";")).text, alive[i]->bytes);
    }
    mote_text_puts(text, " bytes");
}

static void blame_constants(mote_text *text, const mote_inspection *is)
{
    const mote_layer_info *largest = NULL;
    int32_t                i;

    for (i = 0; i < is->layer_count; i++)
        if (is->layers[i].parameter_bytes > 0 && (!largest || is->layers[i].parameter_bytes > largest->parameter_bytes))
            largest = &is->layers[i];
    if (largest)
        mote_text_printf(text, "%sthe largest constants are those of %s: %zu bytes", text->count ? "; " : "",
                         mote_show(largest->name, strcspn(largest->name, ";")).text, largest->parameter_bytes);
}

static void blame(mote_fit *fit, const mote_inspection *is)
{
    mote_text text = {0};

    if (fit->ram_over > 0 && fit->answer != MOTE_FIT_SPLIT)
        blame_tensors(&text, &is->memory);
    if (fit->answer == MOTE_FIT_NO && (fit->flash_over > 0 || fit->ram_over == 0))
        blame_constants(&text, is);
    snprintf(fit->blame, sizeof fit->blame, "%s", text.bytes ? text.bytes : "");
    mote_text_free(&text);
}

/* ---- one board ---- */

static size_t largest_array(const mote_inspection *is)
{
    size_t  most = 0;
    int32_t i;

    for (i = 0; i < is->layer_count; i++)
        most = is->layers[i].weights.bytes > most ? is->layers[i].weights.bytes : most;
    return most;
}

static mote_status fit_board(mote_fit *fit, fitting *f, const mote_board *board, mote_error *err)
{
    const mote_inspection *is = plan_for(f, board->kernels, err);

    *fit = (mote_fit){.board = board, .code_bytes = MOTE_UNKNOWN, .stack_bytes = MOTE_UNKNOWN};
    if (!is)
        return err->code;
    if (is->memory_failure) {
        snprintf(fit->memory_failure, sizeof fit->memory_failure, "%s", is->memory_failure);
        fit->answer = MOTE_FIT_NO;
    } else {
        fit->arena_bytes = is->memory.arena_bytes;
        fit->constant_bytes = is->memory.constant_bytes;
        fit->array_bytes = largest_array(is);
        fit->array_limit = mote_target_find(board->kernels)->object_bytes;
        mote_fit_place(fit);
        MOTE_TRY(split_arena(fit, f, is, err));
        if (!f->options->leaves_code && (f->is_one_board || fit->answer != MOTE_FIT_NO)) {
            MOTE_TRY(take_code(fit, f, err));
            MOTE_TRY(split_arena(fit, f, is, err)); /* beside the stack */
        }
        blame(fit, is);
    }
    mote_fit_tell(fit);
    return MOTE_OK;
}

static mote_status take_times(mote_fit *fits, int32_t count, const fitting *f, mote_error *err)
{
    const mote_compile_options how = compile_options(f);

    return f->options->counts_time ? mote_fits_take_times(fits, count, f->model, &how, f->options->time_limit_seconds, err)
                                   : MOTE_OK;
}

static mote_status fit_one(mote_fit *fit, const mote_model *model, const mote_board *board, const mote_fit_options *options,
                           mote_error *err)
{
    fitting f;

    MOTE_TRY(open_fitting(&f, model, options, err));
    f.is_one_board = true;
    if (fit_board(fit, &f, board, err) == MOTE_OK)
        take_times(fit, 1, &f, err);
    close_fitting(&f);
    return err->code;
}

/* ---- ways out of a model ---- */

/* A float model as int8, which is worked out, not estimated: only scales are missing. */
static mote_status add_int8_way(mote_fit *fit, const mote_model *model, const mote_fit_options *options, mote_error *err)
{
    static const mote_quantize_options int8 = {.io = MOTE_I8};
    mote_fit_options                   how = *options;
    mote_fit                           changed;
    mote_error                         refused = {0};

    how.inspect.quantize = &int8;
    if (fit_one(&changed, model, fit->board, &how, &refused) == MOTE_OK && !changed.memory_failure[0])
        mote_fit_add_way(fit, "quantize: int8, io: int8", &changed);
    return mote_fail_if_memory(err, &refused);
}

/* The same code, other sizes. */
static void add_estimate(mote_fit *fit, const char *what, size_t arena_bytes, size_t constant_bytes)
{
    mote_fit changed = *fit;

    changed.arena_bytes = arena_bytes;
    changed.constant_bytes = constant_bytes;
    mote_fit_place(&changed);
    mote_fit_add_way(fit, what, &changed)->is_estimate = true;
}

/* Arenas of convolutions grow with the input's area. */
static void estimate_input(mote_fit *fit, const mote_model *model)
{
    const mote_tensor_info in = mote_model_input(model, 0);
    const size_t           others = fit->ram_bytes - fit->arena_bytes;
    char                   what[64];
    double                 share;
    int32_t                h, w;

    if (fit->ram_over == 0 || in.rank != 4 || !in.is_batched || others >= fit->region_bytes)
        return;
    share = (double)(fit->region_bytes - others) / (double)fit->arena_bytes;
    h = (int32_t)(in.dim[1] * sqrt(share));
    w = (int32_t)(in.dim[2] * sqrt(share));
    if (h < 1 || w < 1)
        return;
    snprintf(what, sizeof what, "input about %dx%d instead of %dx%d", h, w, in.dim[1], in.dim[2]);
    add_estimate(fit, what, (size_t)((double)fit->arena_bytes * h / in.dim[1] * w / in.dim[2]), fit->constant_bytes);
}

/* Weights grow with the square of the channels, arenas with the channels. */
static void estimate_width(mote_fit *fit)
{
    char   what[64];
    double width;

    if (fit->flash_over == 0 || fit->flash_over >= fit->constant_bytes)
        return;
    width = sqrt((double)(fit->constant_bytes - fit->flash_over) / (double)fit->constant_bytes);
    snprintf(what, sizeof what, "about %.0f %% of the channels of each layer", floor(100 * width));
    add_estimate(fit, what, (size_t)((double)fit->arena_bytes * width), fit->constant_bytes - fit->flash_over);
}

static mote_status find_ways(mote_fit *fit, const mote_model *model, const mote_fit_options *options, mote_error *err)
{
    if (mote_fit_is_static(fit->answer) || options->leaves_ways || fit->memory_failure[0])
        return MOTE_OK;
    if (!options->inspect.quantize && !mote_model_is_quantized(model))
        MOTE_TRY(add_int8_way(fit, model, options, err));
    estimate_input(fit, model);
    estimate_width(fit);
    return MOTE_OK;
}

/* ---- public ---- */

mote_status mote_board_fit(mote_fit *out, const mote_model *model, const mote_board *board, const mote_fit_options *options,
                           mote_error *err)
{
    static const mote_fit_options defaults = {0};
    const mote_fit_options       *o = options ? options : &defaults;

    *out = (mote_fit){0};
    MOTE_TRY(err->code); /* of a board that was not found */
    if (!model || !board)
        return mote_fail(err, MOTE_ERR_USAGE, "no %s", model ? "board" : "model");
    MOTE_TRY(fit_one(out, model, board, o, err));
    return find_ways(out, model, o, err);
}

mote_status mote_boards_fit(mote_fit *fits, const mote_boards *boards, const mote_model *model,
                            const mote_fit_options *options, mote_error *err)
{
    static const mote_fit_options defaults = {0};
    fitting                       f;
    int32_t                       i;

    MOTE_TRY(open_fitting(&f, model, options ? options : &defaults, err));
    for (i = 0; err->code == MOTE_OK && i < mote_boards_count(boards); i++)
        fit_board(&fits[i], &f, mote_boards_at(boards, i), err);
    if (err->code == MOTE_OK)
        take_times(fits, mote_boards_count(boards), &f, err);
    close_fitting(&f);
    return err->code;
}
