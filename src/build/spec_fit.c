/* Whether a spec's network fits a board, and what to change in the spec where it does not. A way out is tried on a copy of
 * the network's description, which is built and planned as the spec's own.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "boards/fit.h"
#include "build/spec.h"

/* ---- a changed spec ---- */

typedef struct variant {
    mote_spec              spec;
    struct mote_spec_state state;
    mote_arena             arena; /* of what differs from the original's */
} variant;

static mote_status copy_layers(variant *v, mote_error *err)
{
    mote_spec_layer *layers = MOTE_NEW(&v->arena, mote_spec_layer, v->state.layer_count + 1, err);
    int              i;

    for (i = 0; layers && i < v->state.layer_count; i++) {
        const mote_layer_type *type = v->state.layers[i].type;
        layers[i] = v->state.layers[i];
        layers[i].options = mote_arena_alloc(&v->arena, 1, type->options_bytes, err);
        if (!layers[i].options)
            break;
        memcpy(layers[i].options, v->state.layers[i].options, type->options_bytes);
    }
    v->state.layers = layers;
    return err->code;
}

/* Shapes that data would give stand in the copy, so that it needs none. */
static void take_shapes(variant *v, const mote_model *model)
{
    int i, k;

    for (i = 0; i < v->state.input_count; i++) {
        const mote_tensor_info in = mote_model_input(model, i);
        mote_shape            *shape = &v->state.inputs[i].shape;
        if (shape->rank > 0)
            continue;
        shape->rank = in.rank - 1;
        for (k = 0; k < shape->rank; k++)
            shape->dims[k] = in.dim[k + 1];
    }
}

static mote_status open_variant(variant *v, const mote_spec *spec, const mote_model *model, mote_error *err)
{
    *v = (variant){.spec = *spec, .state = *spec->state};
    v->spec.state = &v->state;
    take_shapes(v, model);
    return copy_layers(v, err);
}

/* ---- changes ---- */

enum { EIGHTHS = 8 }; /* sizes are tried from seven eighths of theirs down to one */

static int scale(int size, int eighths)
{
    const int scaled = (size * eighths + EIGHTHS / 2) / EIGHTHS;

    return scaled > 0 ? scaled : 1;
}

static bool is_picture(const variant *v)
{
    return v->state.input_count == 1 && v->state.inputs[0].shape.rank == 3;
}

/* How many channels a layer makes: NULL where its input says that. */
static int *channels_of(const mote_spec_layer *layer)
{
    const mote_key *key = mote_key_find(layer->type->keys, "filters");

    if (!key)
        key = mote_key_find(layer->type->keys, "units");
    return key && key->kind == MOTE_KEY_INT ? (int *)(void *)((char *)layer->options + key->offset) : NULL;
}

/* The layers whose channels are the answer's: back from the outputs to the first that makes any. */
static void mark_answers(const variant *v, int layer, bool *is_answer)
{
    const mote_spec_layer *l = &v->state.layers[layer];
    int                    i;

    if (is_answer[layer])
        return;
    is_answer[layer] = true;
    for (i = 0; !channels_of(l) && i < l->input_count; i++)
        if (l->inputs[i] >= 0)
            mark_answers(v, l->inputs[i], is_answer);
}

static void narrow(const variant *v, int eighths)
{
    bool is_answer[MOTE_SPEC_LAYERS_MAX] = {false};
    int  i, *channels;

    for (i = 0; i < v->state.output_count; i++)
        if (v->state.outputs[i] >= 0)
            mark_answers(v, v->state.outputs[i], is_answer);
    for (i = 0; i < v->state.layer_count; i++)
        if (!is_answer[i] && (channels = channels_of(&v->state.layers[i])) != NULL)
            *channels = scale(*channels, eighths);
}

/* ---- trying them ---- */

/* The spec, what it deploys, and the fit that gets the ways. */
typedef struct search {
    const mote_spec  *spec;
    const mote_model *model;
    mote_fit_options  options;
    mote_fit         *fit;
    bool              as_int8;   /* an earlier way: quantized, with int8 ends; later ones have it, too */
    bool              is_solved; /* no more is to be tried */
} search;

static bool is_int8(const mote_spec *spec)
{
    return spec->convert.is_quantized && spec->convert.options.scheme == MOTE_SCHEME_INT8;
}

static mote_quantize_options int8_ends(const mote_spec *spec)
{
    mote_quantize_options how = spec->convert.options;

    if (is_int8(spec) && how.io != MOTE_F32)
        return how;
    how.scheme = MOTE_SCHEME_INT8;
    how.io = MOTE_I8;
    return how;
}

/* False: the network cannot be built so, or has no plan. It is compiled where constants and arena fit. */
static bool fit_variant(mote_fit *out, const search *s, const variant *v, mote_error *err)
{
    const mote_quantize_options quantized = int8_ends(s->spec);
    mote_fit_options            how = s->options;
    mote_model                 *model = NULL;
    mote_error                  refused = {0};

    *out = (mote_fit){0};
    how.inspect.quantize = s->as_int8 ? &quantized : how.inspect.quantize;
    how.leaves_code = true;
    if (mote_spec_build_model(&model, &v->spec, NULL, &refused) == MOTE_OK)
        mote_board_fit(out, model, s->fit->board, &how, &refused);
    how.leaves_code = s->options.leaves_code;
    if (refused.code == MOTE_OK && mote_fit_is_static(out->answer) && !how.leaves_code)
        mote_board_fit(out, model, s->fit->board, &how, &refused);
    mote_model_destroy(model);
    mote_fail_if_memory(err, &refused);
    return refused.code == MOTE_OK && !out->memory_failure[0];
}

typedef struct change {
    bool of_input, of_width;
    int  eighths;
    char what[96]; /* in words */
} change;

static bool apply_to_input(mote_text *what, const change *c, variant *v)
{
    int      *size = v->state.inputs[0].shape.dims;
    const int before[2] = {size[0], size[1]};

    if (!is_picture(v))
        return false;
    size[0] = scale(before[0], c->eighths);
    size[1] = scale(before[1], c->eighths);
    mote_text_printf(what, "%sinput %dx%d instead of %dx%d", what->count ? ", " : "", size[0], size[1], before[0],
                     before[1]);
    return true;
}

/* False: there is nothing of that kind to change. */
static bool apply(change *c, const search *s, variant *v)
{
    mote_text what = {0};
    bool      is_possible = true;

    if (s->as_int8)
        mote_text_puts(&what, is_int8(s->spec) ? "io: int8" : "quantize: int8, io: int8");
    if (c->of_input)
        is_possible = apply_to_input(&what, c, v);
    if (c->of_width) {
        narrow(v, c->eighths);
        mote_text_printf(&what, "%s%d/8 of the channels of each layer", what.count ? ", " : "", c->eighths);
    }
    snprintf(c->what, sizeof c->what, "%s", what.bytes ? what.bytes : "");
    mote_text_free(&what);
    return is_possible;
}

/* False: it cannot be. */
static bool try_change(mote_fit *changed, const search *s, change *c, mote_error *err)
{
    variant    v;
    const bool is_possible =
        open_variant(&v, s->spec, s->model, err) == MOTE_OK && apply(c, s, &v) && fit_variant(changed, s, &v, err);

    mote_arena_destroy(&v.arena);
    return is_possible;
}

/* The largest that fits; else the smallest, as the best that this change can do. */
static mote_status try_sizes(search *s, change c, mote_error *err)
{
    mote_fit changed;

    for (c.eighths = EIGHTHS - 1; !s->is_solved && err->code == MOTE_OK && c.eighths > 0; c.eighths--) {
        if (!try_change(&changed, s, &c, err) || (!mote_fit_is_static(changed.answer) && c.eighths > 1))
            continue;
        mote_fit_add_way(s->fit, c.what, &changed);
        break;
    }
    return err->code;
}

/* Costs the least: where that is enough, nothing else is looked for. */
static mote_status try_int8(search *s, mote_error *err)
{
    change   c = {.eighths = EIGHTHS};
    mote_fit changed;

    if (is_int8(s->spec) && s->spec->convert.options.io != MOTE_F32)
        return MOTE_OK;
    s->as_int8 = true;
    s->as_int8 = try_change(&changed, s, &c, err);
    s->is_solved = s->as_int8 && mote_fit_is_static(mote_fit_add_way(s->fit, c.what, &changed)->answer);
    return err->code;
}

static bool has_way_that_fits(const mote_fit *fit)
{
    int32_t i;

    for (i = 0; i < fit->way_count; i++)
        if (mote_fit_is_static(fit->ways[i].answer))
            return true;
    return false;
}

static mote_status find_ways(search *s, mote_error *err)
{
    MOTE_TRY(try_int8(s, err));
    if (s->spec->state->start.path) /* whose sizes its weights say */
        return MOTE_OK;
    MOTE_TRY(try_sizes(s, (change){.of_input = true}, err));
    MOTE_TRY(try_sizes(s, (change){.of_width = true}, err));
    s->is_solved = has_way_that_fits(s->fit);
    return try_sizes(s, (change){.of_input = true, .of_width = true}, err);
}

/* ---- the whole ---- */

static mote_status fit_model(mote_fit *out, const mote_spec *spec, const mote_model *model, const mote_board *board,
                             const mote_fit_options *options, mote_error *err)
{
    mote_fit_options how = options ? *options : (mote_fit_options){0};
    const bool       leaves_ways = how.leaves_ways;
    search           s = {.spec = spec, .model = model, .fit = out};

    how.inspect = mote_spec_deployed(spec);
    how.optimize = spec->deploy.options.optimize;
    how.leaves_ways = true;
    s.options = how;
    s.options.counts_time = false;
    MOTE_TRY(mote_board_fit(out, model, board, &how, err));
    if (leaves_ways || mote_fit_is_static(out->answer) || out->memory_failure[0])
        return MOTE_OK;
    return find_ways(&s, err);
}

mote_status mote_spec_fit(mote_fit *out, const mote_spec *spec, const mote_dataset *set, const mote_board *board,
                          const mote_fit_options *options, mote_error *err)
{
    mote_model *model;

    *out = (mote_fit){0};
    MOTE_TRY(mote_spec_build_model(&model, spec, set, err));
    fit_model(out, spec, model, board, options, err);
    mote_model_destroy(model);
    return err->code;
}
