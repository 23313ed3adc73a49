/* Layers raised and lowered until a goal is met; mote/mixed.h says how.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mote/mixed.h>

#include "formats/tflite/tflite.h"
#include "ops/op.h"
#include "passes/passes.h"
#include "quantize/areas.h"
#include "quantize/quantize.h"

enum { FINENESS_MAX = 4, PROBES = 64 };

/* A step must leave at most this share of a layer's error; else a finer scheme is tried. */
#define ERROR_LEFT 0.25

/* A layer: the operators that one leads. */
typedef struct unit {
    int32_t leader;
    int32_t begun, now; /* fineness */
    bool    is_fixed;   /* the caller said what it is, or nothing finer fits */
    bool    is_thinned; /* it was tried whether the goal is met without it */
    double  error[FINENESS_MAX + 1];
    size_t  bytes_saved[FINENESS_MAX + 1]; /* of the file, where it alone is lowered to this */
} unit;

typedef struct mixing {
    const mote_model         *model;
    const mote_dataset_split *calibration, *scored;
    const mote_mixed_options *options;
    mote_mixed               *report;
    mote_mixing               by;
    int32_t                  *unit_of; /* of each operator; MOTE_NONE: it has the scheme to begin with */
    unit                     *units;
    int32_t                   unit_count, coarsest, finest;
    int32_t                 **levels_at; /* [point]: of each unit */
    int32_t                   point_capacity;
    mote_dataset_split        probes;
    mote_predictions          real_probes, real_scores; /* what the float model answers */
    mote_arena                arena;
    int64_t                   asked; /* for progress */
} mixing;

static const mote_graph *graph_of(const mixing *m)
{
    return &m->model->graphs[0];
}

static const char *unit_name(const mixing *m, int32_t u)
{
    return mote_area_name(graph_of(m), m->units[u].leader);
}

static mote_status tell(mixing *m, const char *stage, int64_t done, int64_t total, const char *detail, mote_error *err)
{
    const mote_progress      *progress = &m->options->quantize.progress;
    const mote_progress_event event = {.stage = stage, .done = done, .total = total, .detail = detail};

    if (progress->report && !progress->report(progress->user, &event))
        return mote_fail(err, MOTE_ERR_USAGE, "stopped");
    return MOTE_OK;
}

/* ---- layers ---- */

static mote_status find_units(mixing *m, mote_error *err)
{
    const mote_graph *graph = graph_of(m);
    int32_t          *leader = MOTE_NEW(&m->arena, int32_t, graph->node_count, err);
    int32_t           n, u, i;

    m->unit_of = MOTE_NEW(&m->arena, int32_t, graph->node_count, err);
    m->units = MOTE_NEW(&m->arena, unit, graph->node_count, err);
    m->by.rows = MOTE_NEW(&m->arena, const mote_scheme_row *, graph->node_count, err);
    MOTE_TRY(err->code);
    MOTE_TRY(mote_areas_find_leaders(leader, graph, err));
    MOTE_TRY(mote_areas_assign(m->by.rows, graph, &m->options->quantize, err));
    for (n = 0; n < graph->node_count; n++)
        if (leader[n] == n) {
            m->units[m->unit_count] = (unit){.leader = n, .begun = m->by.rows[n]->fineness, .now = m->by.rows[n]->fineness};
            for (i = 0; i <= FINENESS_MAX; i++)
                m->units[m->unit_count].error[i] = NAN;
            for (i = 0; i < m->options->quantize.layer_count; i++)
                m->units[m->unit_count].is_fixed |= mote_area_matches(graph, n, m->options->quantize.layers[i].pattern);
            m->unit_count++;
        }
    for (n = 0; n < graph->node_count; n++) {
        m->unit_of[n] = MOTE_NONE;
        for (u = 0; u < m->unit_count && leader[n] != MOTE_NONE; u++)
            if (m->units[u].leader == leader[n])
                m->unit_of[n] = u;
    }
    return MOTE_OK;
}

/* ---- one model ---- */

/* only: all layers but this one stay real; MOTE_NONE: each as it is now. */
static void set_rows(mixing *m, int32_t only, int32_t fineness)
{
    int32_t n;

    for (n = 0; n < graph_of(m)->node_count; n++) {
        const int32_t u = m->unit_of[n];
        m->by.rows[n] = u == MOTE_NONE      ? &mote_schemes[m->options->quantize.scheme]
                        : only == MOTE_NONE ? mote_scheme_of_fineness(m->units[u].now)
                        : u == only         ? mote_scheme_of_fineness(fineness)
                                            : &mote_scheme_real;
    }
}

static mote_status make(mixing *m, mote_model **out, const mote_quantize_options *options, mote_error *err)
{
    mote_model *made;

    MOTE_TRY(mote_quantize_by(&made, m->model, m->calibration, options, &m->by, err));
    if (m->options->keeps_operators) {
        *out = made;
        return MOTE_OK;
    }
    mote_model_optimize(out, made, NULL, err);
    mote_model_destroy(made);
    return err->code;
}

static mote_status make_now(mixing *m, mote_model **out, mote_error *err)
{
    mote_quantize_options options = m->options->quantize;

    if (m->by.ranges_of) /* calibrated already: nothing to tell */
        options.progress = (mote_progress){0};
    set_rows(m, MOTE_NONE, 0);
    return make(m, out, &options, err);
}

static mote_status count_bytes(size_t *out, const mote_model *model, mote_error *err)
{
    mote_text file = {0};

    mote_tflite_write(&file, model, err);
    *out = file.count;
    mote_text_free(&file);
    return err->code;
}

/* ---- how much a layer matters ---- */

/* Samples from all of the split, as it has them. */
static mote_status take_probes(mixing *m, mote_error *err)
{
    const mote_dataset_split *from = m->calibration;
    const size_t              count = from->count < PROBES ? from->count : PROBES;
    int32_t                   f;
    size_t                    i;

    m->probes = (mote_dataset_split){.set = from->set, .id = from->id, .count = count};
    for (f = 0; f < from->set->feature_count; f++) {
        const mote_dataset_feature *feature = &from->set->feature[f];
        const size_t                bytes = feature->width * (size_t)mote_dtype_bits(feature->dtype) / 8;
        uint8_t                    *x = mote_arena_alloc(&m->arena, mote_size_mul(count, bytes), 1, err);
        if (!x)
            return err->code;
        for (i = 0; i < count; i++)
            memcpy(x + i * bytes, mote_dataset_sample(from, f, i * from->count / count), bytes);
        m->probes.x[f] = x;
    }
    return mote_predict(&m->real_probes, m->model, &m->probes, NULL, err);
}

static double relative_error(const mote_predictions *a, const mote_predictions *b)
{
    double  square = 0, signal = 0;
    int32_t k;
    size_t  i;

    for (k = 0; k < a->output_count; k++)
        for (i = 0; i < a->count * a->outputs[k].width; i++) {
            const double real = (double)a->outputs[k].real[i], gap = real - (double)b->outputs[k].real[i];
            square += gap * gap;
            signal += real * real;
        }
    return square > 0 ? square / signal : 0;
}

static mote_status measure_error(mixing *m, int32_t u, int32_t fineness, double *out, mote_error *err)
{
    mote_quantize_options options = m->options->quantize;
    mote_predictions      answers = {0};
    mote_model           *model = NULL;
    mote_error            refused = {0};

    options.io = MOTE_F32; /* ends are no layer's */
    options.progress = (mote_progress){0};
    set_rows(m, u, fineness);
    if (make(m, &model, &options, &refused) != MOTE_OK) {
        if (refused.code != MOTE_ERR_UNSUPPORTED)
            return mote_fail(err, refused.code, "%s", refused.text);
        *out = INFINITY; /* there is no such form */
        return MOTE_OK;
    }
    if (mote_predict(&answers, model, &m->probes, NULL, err) == MOTE_OK)
        *out = relative_error(&m->real_probes, &answers);
    mote_predictions_free(&answers);
    mote_model_destroy(model);
    return err->code;
}

/* Of each layer at each fineness from low to high. */
static mote_status measure_errors(mixing *m, int32_t low, int32_t high, mote_error *err)
{
    int32_t u, f;

    for (u = 0; u < m->unit_count; u++) {
        MOTE_TRY(tell(m, "measure layers", u, m->unit_count, unit_name(m, u), err));
        for (f = low; f <= high && !m->units[u].is_fixed; f++) {
            double *error = &m->units[u].error[f];
            if (!isnan(*error))
                continue;
            *error = 0;
            if (f < mote_scheme_real.fineness)
                MOTE_TRY(measure_error(m, u, f, error, err));
        }
    }
    return tell(m, "measure layers", m->unit_count, m->unit_count, NULL, err);
}

/* ---- points ---- */

static void count_macs(const mixing *m, mote_mixed_point *point)
{
    int32_t n;

    for (n = 0; n < graph_of(m)->node_count; n++) {
        const int32_t    u = m->unit_of[n];
        const mote_dtype type = u == MOTE_NONE ? mote_schemes[m->options->quantize.scheme].activations
                                               : mote_scheme_of_fineness(m->units[u].now)->activations;
        const size_t     macs = mote_op_macs(graph_of(m), &graph_of(m)->nodes[n]);
        *(type == MOTE_F32 ? &point->macs_real : type == MOTE_I16 ? &point->macs_int16 : &point->macs_int8) += macs;
    }
}

static void count_changed(const mixing *m, mote_mixed_point *point)
{
    int32_t u;

    for (u = 0; u < m->unit_count; u++) {
        point->raised += m->units[u].now > m->units[u].begun;
        point->lowered += m->units[u].now < m->units[u].begun;
    }
}

static mote_status make_room(mixing *m, mote_error *err)
{
    const int32_t     count = m->report->point_count, capacity = count > 0 ? 2 * count : 32;
    mote_mixed_point *points;
    int32_t         **levels;

    if (count < m->point_capacity)
        return MOTE_OK;
    points = MOTE_NEW(m->report->owner, mote_mixed_point, capacity, err);
    levels = MOTE_NEW(&m->arena, int32_t *, capacity, err);
    if (!points || !levels)
        return err->code;
    if (count > 0) {
        memcpy(points, m->report->points, (size_t)count * sizeof *points);
        memcpy(levels, m->levels_at, (size_t)count * sizeof(int32_t *));
    }
    m->report->points = points;
    m->levels_at = levels;
    m->point_capacity = capacity;
    return MOTE_OK;
}

static mote_status add_point(mixing *m, int32_t changed, size_t bytes, double drop, mote_error *err)
{
    mote_mixed_point *point;
    int32_t           u;

    MOTE_TRY(make_room(m, err));
    point = &m->report->points[m->report->point_count];
    *point = (mote_mixed_point){.layer = "", .scheme = "", .bytes = bytes, .drop = drop};
    m->levels_at[m->report->point_count] = MOTE_NEW(&m->arena, int32_t, m->unit_count, err);
    if (changed != MOTE_NONE) {
        point->layer = mote_arena_strdup(m->report->owner, unit_name(m, changed), err);
        point->scheme = mote_scheme_of_fineness(m->units[changed].now)->name;
    }
    MOTE_TRY(err->code);
    for (u = 0; u < m->unit_count; u++)
        m->levels_at[m->report->point_count][u] = m->units[u].now;
    count_macs(m, point);
    count_changed(m, point);
    m->report->point_count++;
    return MOTE_OK;
}

static const mote_mixed_point *last_point(const mixing *m)
{
    return &m->report->points[m->report->point_count - 1];
}

static bool is_close(const mixing *m, double drop)
{
    /* A share of samples is a quotient, and a limit in decimals another: they are equal up to rounding. */
    return !m->options->has_max_drop || drop <= m->options->max_drop + 1e-9;
}

static bool is_short(const mixing *m, size_t bytes)
{
    return m->options->max_bytes == 0 || bytes <= m->options->max_bytes;
}

/* The model as it is now: its file's size and, where that is wanted, what it loses. */
static mote_status score(mixing *m, const mote_model *model, double *drop, mote_error *err)
{
    const mote_predict_options options = {.limit = m->options->limit};
    mote_predictions           answers = {0};
    mote_drop                  lost = {0};

    if (mote_predict(&answers, model, m->scored, &options, err) == MOTE_OK)
        mote_measure_drop(&lost, &m->real_scores, &answers, m->scored, NULL, err);
    mote_predictions_free(&answers);
    m->report->kind = lost.kind;
    *drop = lost.points;
    return err->code;
}

/* A point more; *fits false: it would not be what is wanted, and nothing is added. NULL: it is added in any case. */
static mote_status try_point(mixing *m, int32_t changed, bool wants_goal, bool *fits, mote_error *err)
{
    mote_model *model = NULL;
    size_t      bytes = 0;
    double      drop = 0;
    char        detail[160];

    MOTE_TRY(make_now(m, &model, err));
    if (count_bytes(&bytes, model, err) == MOTE_OK && (!fits || is_short(m, bytes)))
        score(m, model, &drop, err);
    mote_model_destroy(model);
    MOTE_TRY(err->code);
    if (fits && !(*fits = is_short(m, bytes) && (!wants_goal || is_close(m, drop))))
        return MOTE_OK;
    MOTE_TRY(add_point(m, changed, bytes, drop, err));
    snprintf(detail, sizeof detail, "%d raised, %zu bytes, drop %.3g", (int)last_point(m)->raised, bytes, drop);
    return tell(m, "mix", ++m->asked, 0, detail, err);
}

/* ---- raising ---- */

/* The least fine scheme that leaves little of the layer's error, or the finest; the present one where none is better. */
static int32_t next_fineness(const mixing *m, const unit *u)
{
    int32_t f;

    for (f = u->now + 1; f <= m->finest; f++)
        if (u->error[f] <= ERROR_LEFT * u->error[u->now] && u->error[u->now] > 0)
            return f;
    return m->finest > u->now && u->error[m->finest] < u->error[u->now] ? m->finest : u->now;
}

/* MOTE_NONE: no layer gets better. */
static int32_t pick_raised(const mixing *m, int32_t *fineness)
{
    int32_t u, best = MOTE_NONE;
    double  most = 0;

    for (u = 0; u < m->unit_count; u++) {
        const unit   *at = &m->units[u];
        const int32_t next = at->is_fixed ? at->now : next_fineness(m, at);
        const double  gain = next == at->now ? 0 : at->error[at->now] - at->error[next];
        if (gain > most) {
            most = gain;
            best = u;
            *fineness = next;
        }
    }
    return best;
}

/* What the file has no room for stays as it is. */
static mote_status raise(mixing *m, mote_error *err)
{
    int32_t u, next = 0, before;
    bool    fits;

    while ((!m->options->has_max_drop || !is_close(m, last_point(m)->drop)) && (u = pick_raised(m, &next)) != MOTE_NONE) {
        before = m->units[u].now;
        m->units[u].now = next;
        MOTE_TRY(try_point(m, u, false, &fits, err));
        if (!fits) {
            m->units[u].now = before;
            m->units[u].is_fixed = true;
        }
    }
    return MOTE_OK;
}

/* The goal is met: what it is met without goes back, what was raised last first. */
static mote_status thin(mixing *m, mote_error *err)
{
    const int32_t count = m->report->point_count;
    int32_t       p, u, f, raised;
    bool          fits = false;

    for (p = count - 1; p > 0; p--)
        for (u = 0; u < m->unit_count; u++) {
            raised = m->units[u].now;
            if (m->levels_at[p][u] <= m->levels_at[p - 1][u] || m->units[u].is_thinned)
                continue; /* this step was not its own */
            m->units[u].is_thinned = true;
            for (f = m->units[u].begun, fits = false; f < raised && !fits; f++) {
                m->units[u].now = f;
                if (isfinite(m->units[u].error[f]))
                    MOTE_TRY(try_point(m, u, true, &fits, err));
            }
            if (!fits)
                m->units[u].now = raised;
        }
    return MOTE_OK;
}

/* ---- lowering ---- */

/* What the file gets shorter by, where one layer alone is of a coarser scheme. */
static mote_status measure_saving(mixing *m, int32_t u, int32_t fineness, size_t bytes, mote_error *err)
{
    const int32_t before = m->units[u].now;
    mote_model   *model = NULL;
    mote_error    refused = {0};
    size_t        shorter = bytes;

    m->units[u].now = fineness;
    if (make_now(m, &model, &refused) == MOTE_OK)
        count_bytes(&shorter, model, err);
    else if (refused.code != MOTE_ERR_UNSUPPORTED)
        mote_fail(err, refused.code, "%s", refused.text);
    mote_model_destroy(model);
    m->units[u].now = before;
    m->units[u].bytes_saved[fineness] = shorter < bytes ? bytes - shorter : 0;
    return err->code;
}

static mote_status measure_savings(mixing *m, mote_error *err)
{
    const size_t bytes = last_point(m)->bytes;
    int32_t      u, f;

    for (u = 0; u < m->unit_count; u++)
        for (f = m->coarsest; !m->units[u].is_fixed && f < m->units[u].now; f++)
            MOTE_TRY(measure_saving(m, u, f, bytes, err));
    return MOTE_OK;
}

/* The step that costs least for each byte that it saves. */
static int32_t pick_lowered(const mixing *m, int32_t *fineness)
{
    int32_t u, f, best = MOTE_NONE;
    double  least = INFINITY;

    for (u = 0; u < m->unit_count; u++)
        for (f = m->coarsest; !m->units[u].is_fixed && f < m->units[u].now; f++) {
            const unit  *at = &m->units[u];
            const size_t saved =
                at->bytes_saved[f] > at->bytes_saved[at->now] ? at->bytes_saved[f] - at->bytes_saved[at->now] : 0;
            const double price = saved > 0 ? (at->error[f] - at->error[at->now]) / (double)saved : (double)INFINITY;
            if (price < least) {
                least = price;
                best = u;
                *fineness = f;
            }
        }
    return best;
}

static mote_status lower(mixing *m, mote_error *err)
{
    int32_t u, next = 0;

    if (is_short(m, last_point(m)->bytes) || m->coarsest >= mote_schemes[m->options->quantize.scheme].fineness)
        return MOTE_OK;
    MOTE_TRY(measure_errors(m, m->coarsest, mote_schemes[m->options->quantize.scheme].fineness, err));
    MOTE_TRY(measure_savings(m, err));
    while (!is_short(m, last_point(m)->bytes) && (u = pick_lowered(m, &next)) != MOTE_NONE) {
        m->units[u].now = next;
        MOTE_TRY(try_point(m, u, false, NULL, err));
    }
    return MOTE_OK;
}

/* ---- the goal ---- */

/* Whether a comes nearer to the goal than b: short enough first, then the least loss, or, within the limit, the last. */
static bool is_nearer(const mixing *m, const mote_mixed_point *a, const mote_mixed_point *b)
{
    if (is_short(m, a->bytes) != is_short(m, b->bytes))
        return is_short(m, a->bytes);
    if (!is_short(m, a->bytes))
        return a->bytes < b->bytes;
    if (m->options->has_max_drop && is_close(m, a->drop))
        return true;
    return a->drop < b->drop;
}

static void choose(mixing *m)
{
    int32_t p, u;

    m->report->chosen = 0;
    for (p = 1; p < m->report->point_count; p++)
        if (is_nearer(m, &m->report->points[p], &m->report->points[m->report->chosen]))
            m->report->chosen = p;
    for (u = 0; u < m->unit_count; u++)
        m->units[u].now = m->levels_at[m->report->chosen][u];
}

static mote_status check_goal(const mixing *m, mote_error *err)
{
    const mote_mixed_point *nearest = &m->report->points[m->report->chosen];

    if (!is_short(m, nearest->bytes))
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "the shortest file has %zu bytes with %d layers lowered, %zu more than %zu; take more bytes, or a "
                         "smaller network",
                         nearest->bytes, (int)nearest->lowered, nearest->bytes - m->options->max_bytes,
                         m->options->max_bytes);
    if (!is_close(m, nearest->drop))
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "the best loses %.4g %s with %d layers raised, %.4g more than %.4g; allow a larger drop%s%s",
                         nearest->drop, mote_drop_unit(m->report->kind), (int)nearest->raised,
                         nearest->drop - m->options->max_drop, m->options->max_drop,
                         m->options->max_bytes > 0 ? ", more bytes" : "",
                         m->finest < mote_scheme_real.fineness ? ", or finer layers" : "");
    return MOTE_OK;
}

static mote_status search(mixing *m, mote_error *err)
{
    MOTE_TRY(try_point(m, MOTE_NONE, false, NULL, err));
    MOTE_TRY(lower(m, err));
    if (is_short(m, last_point(m)->bytes) && (!m->options->has_max_drop || !is_close(m, last_point(m)->drop))) {
        MOTE_TRY(measure_errors(m, m->coarsest, m->finest, err));
        MOTE_TRY(raise(m, err));
        if (m->options->has_max_drop && is_close(m, last_point(m)->drop))
            MOTE_TRY(thin(m, err));
    }
    choose(m);
    return check_goal(m, err);
}

static mote_status tell_layers(mixing *m, mote_error *err)
{
    int32_t u;

    m->report->layers = MOTE_NEW(m->report->owner, mote_mixed_layer, m->unit_count, err);
    for (u = 0; m->report->layers && u < m->unit_count; u++)
        m->report->layers[u] = (mote_mixed_layer){
            .name = mote_arena_strdup(m->report->owner, unit_name(m, u), err),
            .op = mote_node_kind_name(&graph_of(m)->nodes[m->units[u].leader]),
            .scheme = mote_scheme_of_fineness(m->units[u].now)->name,
            .is_changed = m->units[u].now != m->units[u].begun,
            .error = m->units[u].error[m->units[u].begun],
        };
    m->report->layer_count = m->unit_count;
    return err->code;
}

/* ---- the face ---- */

static mote_status check(mixing *m, mote_error *err)
{
    const mote_mixed_options *o = m->options;
    const int32_t             begun = mote_schemes[o->quantize.scheme].fineness;
    int32_t                   f;

    MOTE_TRY(mote_quantize_check(&o->quantize, err));
    if (begun == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "layers of %s are not raised or lowered one by one",
                         mote_scheme_name(o->quantize.scheme));
    if (!o->has_max_drop && o->max_bytes == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "layers are mixed for a goal: give max_drop or max_bytes");
    if (o->has_max_drop && !(o->max_drop >= 0 && o->max_drop <= 100))
        return mote_fail(err, MOTE_ERR_USAGE, "a drop of at most %g; it is 0 to 100", o->max_drop);
    for (f = mote_scheme_real.fineness; o->finest && f > 0 && strcmp(mote_scheme_of_fineness(f)->name, o->finest) != 0;
         f--) {
    }
    m->finest = o->finest ? f : mote_scheme_real.fineness;
    m->coarsest = o->max_bytes > 0 ? 1 : begun;
    if (m->finest < begun)
        return mote_fail(err, MOTE_ERR_USAGE, "layers of %s cannot be raised to \"%s\"",
                         mote_scheme_name(o->quantize.scheme), mote_show_string(o->finest).text);
    return MOTE_OK;
}

static mote_status mix(mixing *m, mote_model **out, mote_error *err)
{
    const mote_predict_options options = {.limit = m->options->limit};
    mote_status                status;

    m->report->owner = calloc(1, sizeof *m->report->owner);
    if (!m->report->owner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    MOTE_TRY(find_units(m, err));
    MOTE_TRY(mote_predict(&m->real_scores, m->model, m->scored, &options, err));
    MOTE_TRY(take_probes(m, err));
    m->report->sample_count = m->real_scores.count;
    status = search(m, err);
    if (status == MOTE_OK) {
        m->report->is_met = true;
        MOTE_TRY(tell_layers(m, err));
        return make_now(m, out, err);
    }
    if (m->report->point_count > 0) {
        mote_error other = {0}; /* the first failure is the one to tell */
        choose(m);
        tell_layers(m, &other);
    }
    return status;
}

mote_status mote_model_quantize_mixed(mote_model **out, mote_mixed *report, const mote_model *model,
                                      const mote_dataset_split *calibration, const mote_dataset_split *scored,
                                      const mote_mixed_options *options, mote_error *err)
{
    mixing      m = {.calibration = calibration, .scored = scored, .options = options, .report = report};
    mote_model *real = NULL;

    *out = NULL;
    *report = (mote_mixed){0};
    if (!model || !calibration || !scored || calibration->count == 0 || scored->count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "mixing layers takes a model, calibration samples, and samples to score");
    if (model->stage != MOTE_STAGE_INFER)
        return mote_fail(err, MOTE_ERR_USAGE, "layers are mixed of a float model at inference");
    MOTE_TRY(check(&m, err));
    if (mote_model_has_int8_weights(model)) /* so that operators keep their numbers while it is quantized */
        MOTE_TRY(mote_model_with_real_weights(&real, model, err));
    m.model = real ? real : model;
    mix(&m, out, err);
    mote_predictions_free(&m.real_probes);
    mote_predictions_free(&m.real_scores);
    mote_arena_destroy(&m.by.arena);
    mote_arena_destroy(&m.arena);
    mote_model_destroy(real);
    return err->code;
}

void mote_mixed_free(mote_mixed *report)
{
    if (report->owner)
        mote_arena_destroy(report->owner);
    free(report->owner);
    *report = (mote_mixed){0};
}
