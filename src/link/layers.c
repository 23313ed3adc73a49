/* What each layer gave on the board, beside the host's: both run the form that code is compiled of, the host with the
 * reference's arithmetic, so that every layer's bytes are the same where the board is right.
 *
 * Which form that was the board does not say: of those that `mote compile` has options for, it is the one that agrees
 * longest. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <mote/link.h>

#include "base/arena.h"
#include "exec/exec.h"
#include "graph/graph.h"
#include "link/session.h"
#include "passes/passes.h"
#include "runtime/link/frame.h"

enum { FORMS = 4 };

/* A form that the firmware may have been compiled of, and what its layers gave last. */
typedef struct form {
    mote_model     *model;
    mote_runner    *runner;
    mote_link_told *gave; /* [count] */
    int32_t         count;
} form;

typedef struct layer_work {
    const mote_link_board *board;
    form                   forms[FORMS];
    mote_link_told        *told; /* [board->layer_count] */
    mote_arena             arena;
} layer_work;

static mote_status make_form(form *f, int which, const mote_model *model, mote_arena *arena, mote_error *err)
{
    static const mote_runner_options options = {.target = "portable"};
    const mote_code_form             wanted = {.keeps_operators = which & 1, .keeps_constant_channels = which & 2};
    mote_prune_result                pruned;
    int                              left_out;

    MOTE_TRY(mote_model_for_code(&f->model, model, &wanted, &pruned, &left_out, err));
    MOTE_TRY(mote_runner_create(&f->runner, f->model, &options, err));
    f->count = mote_program_straight_steps(f->runner->program);
    f->gave = MOTE_NEW(arena, mote_link_told, f->count + 1, err);
    return err->code;
}

static mote_status make_forms(layer_work *w, const mote_model *model, mote_error *err)
{
    int i;

    w->told = MOTE_NEW(&w->arena, mote_link_told, w->board->layer_count, err);
    for (i = 0; i < FORMS && err->code == MOTE_OK; i++)
        make_form(&w->forms[i], i, model, &w->arena, err);
    return err->code;
}

static void release_forms(layer_work *w)
{
    int i;

    for (i = 0; i < FORMS; i++) {
        mote_runner_destroy(w->forms[i].runner);
        mote_model_destroy(w->forms[i].model);
    }
    mote_arena_destroy(&w->arena);
}

/* ---- one sample on the host ---- */

static void give_inputs(mote_runner *runner, const uint8_t *sample)
{
    const mote_graph *graph = &runner->program->model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->input_count; i++) {
        const size_t bytes = mote_tensor_bytes(&graph->tensors[graph->inputs[i]]);
        memcpy(mote_runner_input(runner, i), sample, bytes);
        sample += bytes;
    }
}

static uint32_t crc_of_step(const mote_runner *runner, const mote_step *step)
{
    const mote_tensor *tensors = runner->program->model->graphs[0].tensors;
    uint32_t           crc = MRT_LINK_CRC_BEGIN;
    int32_t            i;

    for (i = 0; i < step->out_count; i++)
        crc =
            mrt_link_crc(crc, mote_runner_tensor(runner, step->out[i]), (uint32_t)mote_tensor_bytes(&tensors[step->out[i]]));
    return ~crc;
}

static void run_form(form *f, const uint8_t *sample)
{
    const mote_program *program = f->runner->program;
    int32_t             s, k = 0;

    give_inputs(f->runner, sample);
    mote_runner_begin(f->runner);
    for (s = 0; s < program->step_count && k < f->count; s++) {
        mote_runner_step(f->runner, s);
        if (!program->steps[s].kernel->is_view)
            f->gave[k++] = (mote_link_told){(uint32_t)program->steps[s].node, crc_of_step(f->runner, &program->steps[s])};
    }
}

/* How many layers from the first on are the same; -1: the form has others than the board tells of. */
static int32_t agreement(const layer_work *w, const form *f)
{
    int32_t same = 0, i;

    if (f->count != w->board->layer_count)
        return -1;
    for (i = 0; i < f->count; i++)
        if (f->gave[i].step != w->told[i].step)
            return -1;
    while (same < f->count && f->gave[same].crc == w->told[same].crc)
        same++;
    return same;
}

/* ---- all samples ---- */

static mote_status choose_form(form **chosen, layer_work *w, const uint8_t *sample, mote_error *err)
{
    int32_t best = -1;
    int     i;

    for (i = 0; i < FORMS; i++) {
        int32_t same;
        run_form(&w->forms[i], sample);
        same = agreement(w, &w->forms[i]);
        if (same > best) {
            best = same;
            *chosen = &w->forms[i];
        }
    }
    return best >= 0 ? MOTE_OK
                     : mote_fail(err, MOTE_ERR_UNSUPPORTED,
                                 "the board's firmware has other layers than this mote compiles; compile it again");
}

static mote_status name_layers(mote_link_layers *out, const form *f, mote_error *err)
{
    const mote_graph *graph = &f->runner->program->model->graphs[0];
    int32_t           i;

    out->layers = MOTE_NEW(out->owner, mote_link_layer, f->count, err);
    for (i = 0; out->layers && i < f->count; i++) {
        const mote_node   *node = &graph->nodes[f->gave[i].step];
        const mote_tensor *result = mote_node_result(graph, node);
        const char        *name = node->name ? node->name : result->name;
        out->layers[i].op = mote_node_kind_name(node);
        out->layers[i].shape = mote_arena_strdup(out->owner, mote_shape_show(result).text, err);
        out->layers[i].name = mote_arena_strdup(out->owner, name ? name : "", err);
    }
    out->layer_count = f->count;
    return err->code;
}

static mote_status compare_samples(mote_link_layers *out, layer_work *w, const mote_samples *inputs, mote_link *link,
                                   mote_error *err)
{
    form   *f = NULL;
    size_t  s;
    int32_t i;

    MOTE_TRY(mote_link_reset(link, err));
    for (s = 0; s < inputs->count; s++) {
        const uint8_t *sample = inputs->bytes + s * inputs->sample_bytes;
        MOTE_TRY(mote_link_run_told(link, sample, w->told, err));
        if (f) {
            run_form(f, sample);
        } else {
            MOTE_TRY(choose_form(&f, w, sample, err));
            MOTE_TRY(name_layers(out, f, err));
        }
        for (i = 0; i < f->count; i++)
            out->layers[i].different_samples += f->gave[i].crc != w->told[i].crc;
        MOTE_TRY(mote_link_tell(link, s + 1, inputs->count, err));
    }
    return MOTE_OK;
}

mote_status mote_link_compare_layers(mote_link_layers *out, const mote_model *model, const mote_samples *inputs,
                                     mote_link *link, mote_error *err)
{
    layer_work w = {.board = mote_link_board_of(link)};

    *out = (mote_link_layers){.sample_count = inputs->count};
    MOTE_TRY(mote_link_check_samples(link, model, inputs, err));
    if (w.board->layer_count == 0)
        return mote_fail(
            err, MOTE_ERR_UNSUPPORTED,
            "the board does not tell of layers: build its firmware with MRT_LINK_LAYERS defined (a model that has "
            "an IF or a WHILE, or is interpreted, cannot be told so)");
    out->owner = calloc(1, sizeof *out->owner);
    if (!out->owner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (make_forms(&w, model, err) == MOTE_OK)
        compare_samples(out, &w, inputs, link, err);
    release_forms(&w);
    if (err->code != MOTE_OK)
        mote_link_layers_free(out);
    return err->code;
}

void mote_link_layers_free(mote_link_layers *layers)
{
    if (layers->owner)
        mote_arena_destroy(layers->owner);
    free(layers->owner);
    *layers = (mote_link_layers){0};
}
