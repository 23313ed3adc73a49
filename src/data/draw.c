/* Which training samples go to another split: the last ones of arrays and tables, as the validation_split of Keras' fit()
 * has it; drawn ones of class folders, which stand class by class, and where strata are asked for: the same part of each
 * class; or those that Keras' image_dataset_from_directory() takes. Samples that go are brought to the end, so that splits
 * stay views. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "data/array.h"
#include "data/numpy_shuffle.h"
#include "data/raw.h"

enum { STREAM_SHUFFLE = 1, STREAM_DRAW = 4 }; /* 2 and 3: data/sine.c */

/* Splits off the last samples of the training split: views, no copies. */
static void move_tail(mote_dataset *set, mote_split_id to, size_t kept)
{
    mote_dataset_split *train = &set->split[MOTE_SPLIT_TRAIN], *tail = &set->split[to];
    int                 f, t;

    tail->count = train->count - kept;
    for (f = 0; f < set->feature_count; f++) {
        tail->x[f] =
            (const uint8_t *)train->x[f] + kept * set->feature[f].width * mote_array_element_bytes(set->feature[f].dtype);
        set->state->spill[to][f] = set->state->spill[MOTE_SPLIT_TRAIN][f];
    }
    for (t = 0; t < set->target_count; t++) {
        tail->labels[t] = train->labels[t] ? train->labels[t] + kept : NULL;
        tail->values[t] = train->values[t] ? train->values[t] + kept * set->target[t].width : NULL;
    }
    tail->names = train->names ? train->names + kept : NULL;
    train->count = kept;
}

/* The same of a view: order[0..kept) stay, and the others go. */
static mote_status share_order(mote_dataset *view, mote_split_id to, const uint32_t *order, size_t kept, mote_error *err)
{
    mote_dataset_split        *train = &view->split[MOTE_SPLIT_TRAIN];
    struct mote_dataset_state *state = view->state;
    const uint32_t            *copy = mote_arena_copy(&state->arena, order, train->count, sizeof *order, err);

    if (!copy)
        return err->code;
    state->order[MOTE_SPLIT_TRAIN] = copy;
    state->order[to] = copy + kept;
    memcpy(state->spill[to], state->spill[MOTE_SPLIT_TRAIN], sizeof state->spill[to]);
    view->split[to] = *train;
    view->split[to].id = to;
    view->split[to].count = train->count - kept;
    train->count = kept;
    return MOTE_OK;
}

/* How many stay in training. */
static mote_status count_kept(const mote_dataset *set, mote_split_id to, double fraction, size_t *kept, mote_error *err)
{
    const size_t count = set->split[MOTE_SPLIT_TRAIN].count;

    if (!(fraction > 0 && fraction < 1))
        return mote_fail(err, MOTE_ERR_USAGE, "a %s split of %g is not between 0 and 1", mote_split_name(to), fraction);
    if (set->split[to].count > 0)
        return mote_fail(err, MOTE_ERR_USAGE, "has a %s split already", mote_split_name(to));
    if (count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "has no training samples to split");
    *kept = (size_t)floor((double)count * (1 - fraction));
    if (*kept == 0 || *kept == count)
        return mote_fail(err, MOTE_ERR_USAGE, "a %s split of %g leaves one of the two parts of %zu samples empty",
                         mote_split_name(to), fraction, count);
    return MOTE_OK;
}

/* ---- another order ---- */

/* Brings rows into the order given, cycle by cycle: row i becomes what was row order[i]. */
static void permute_rows(uint8_t *rows, size_t row_bytes, mote_spill *spill, const uint32_t *order, uint32_t count,
                         uint8_t *kept, bool *is_done)
{
    uint32_t start, i;

    memset(is_done, 0, count * sizeof *is_done);
    for (start = 0; start < count; start++) {
        if (is_done[start])
            continue;
        memcpy(kept, rows + start * row_bytes, row_bytes);
        for (i = start; order[i] != start; i = order[i]) {
            memcpy(rows + i * row_bytes, rows + order[i] * row_bytes, row_bytes);
            mote_spill_touch(spill, row_bytes);
            is_done[i] = true;
        }
        memcpy(rows + i * row_bytes, kept, row_bytes);
        is_done[i] = true;
    }
}

static void permute_names(const char **names, const uint32_t *order, uint32_t count, bool *is_done)
{
    const char *kept;

    permute_rows((uint8_t *)names, sizeof *names, NULL, order, count, (uint8_t *)&kept, is_done);
}

static mote_status reorder_array(const mote_array *array, mote_spill *spill, const uint32_t *order, uint32_t count,
                                 bool *is_done, mote_arena *scratch, mote_error *err)
{
    const size_t rows = array->bytes ? (size_t)array->dim[0] : 0;
    const size_t row_bytes = rows ? array->count / rows * mote_array_element_bytes(array->dtype) : 0;
    uint8_t     *kept = mote_arena_alloc(scratch, row_bytes, 1, err);

    if (kept && row_bytes > 0)
        permute_rows(array->bytes, row_bytes, spill, order, count, kept, is_done);
    return err->code;
}

/* Training samples, their targets and names; count: how many there are now, fewer than were read after an earlier split. */
static mote_status reorder_train(mote_dataset *set, const uint32_t *order, mote_arena *scratch, mote_error *err)
{
    struct mote_dataset_state *state = set->state;
    const uint32_t             count = (uint32_t)set->split[MOTE_SPLIT_TRAIN].count;
    bool                      *is_done = MOTE_NEW(scratch, bool, count, err);
    int                        i;

    MOTE_TRY(err->code);
    for (i = 0; i < set->feature_count; i++)
        MOTE_TRY(reorder_array(&state->x[MOTE_SPLIT_TRAIN][i], state->spill[MOTE_SPLIT_TRAIN][i], order, count, is_done,
                               scratch, err));
    for (i = 0; i < set->target_count; i++) {
        MOTE_TRY(reorder_array(&state->labels[MOTE_SPLIT_TRAIN][i], NULL, order, count, is_done, scratch, err));
        MOTE_TRY(reorder_array(&state->values[MOTE_SPLIT_TRAIN][i], NULL, order, count, is_done, scratch, err));
    }
    if (state->names[MOTE_SPLIT_TRAIN])
        permute_names(state->names[MOTE_SPLIT_TRAIN], order, count, is_done);
    return MOTE_OK;
}

static mote_status shuffle_train(mote_dataset *set, uint64_t seed, mote_error *err)
{
    mote_arena     scratch = {0};
    const uint32_t count = (uint32_t)set->split[MOTE_SPLIT_TRAIN].count;
    uint32_t      *order = MOTE_NEW(&scratch, uint32_t, count, err);

    if (order) {
        mote_random_permutation(mote_random_make(seed, MOTE_RANDOM_DATA, STREAM_SHUFFLE, 0), order, count);
        reorder_train(set, order, &scratch, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- the same part of each class ---- */

typedef struct share {
    size_t count, taken; /* samples of the class; of them, those that go */
    double remainder;
    int    label;
} share;

/* The largest remainder first; between equal ones, the class that comes first. */
static int compare_shares(const void *a, const void *b)
{
    const share *x = a, *y = b;

    if (x->remainder != y->remainder)
        return x->remainder > y->remainder ? -1 : 1;
    return x->label - y->label;
}

static int compare_labels(const void *a, const void *b)
{
    return ((const share *)a)->label - ((const share *)b)->label;
}

/* Hare's method: each class its whole share, the rest by remainders. No class loses its last sample. */
static void share_out(share *shares, int class_count, size_t total, size_t wanted)
{
    size_t taken = 0, before;
    int    c;

    for (c = 0; c < class_count; c++) {
        double exact = (double)shares[c].count * (double)wanted / (double)total;
        shares[c].taken = (size_t)floor(exact);
        shares[c].remainder = exact - floor(exact);
        taken += shares[c].taken;
    }
    qsort(shares, (size_t)class_count, sizeof *shares, compare_shares);
    do {
        before = taken;
        for (c = 0; c < class_count && taken < wanted; c++)
            if (shares[c].taken + 1 < shares[c].count) {
                shares[c].taken++;
                taken++;
            }
    } while (taken < wanted && taken > before);
    qsort(shares, (size_t)class_count, sizeof *shares, compare_labels);
}

/* Marks those of class c that go: the first of a permutation of the class. */
static mote_status draw_class(bool *goes, const mote_dataset_split *train, const share *s, mote_random_key key,
                              mote_arena *scratch, mote_error *err)
{
    uint32_t *members = MOTE_NEW(scratch, uint32_t, s->count, err), *order = MOTE_NEW(scratch, uint32_t, s->count, err);
    size_t    used = 0, i;

    if (!members || !order)
        return err->code;
    for (i = 0; i < train->count; i++)
        if (train->labels[0][i] == s->label)
            members[used++] = (uint32_t)i;
    mote_random_permutation(key, order, (uint32_t)s->count);
    for (i = 0; i < s->taken; i++)
        goes[members[order[i]]] = true;
    return MOTE_OK;
}

/* Those that stay, in the order that they had, then those that go, mixed: the first of them are no class alone. */
static mote_status order_by_mark(uint32_t *order, const bool *goes, const mote_dataset_split *train, size_t kept,
                                 mote_random_key key, mote_arena *scratch, mote_error *err)
{
    uint32_t *places = MOTE_NEW(scratch, uint32_t, train->count - kept, err);
    size_t    stay = 0, go = 0, i;

    if (!places)
        return err->code;
    mote_random_permutation(key, places, (uint32_t)(train->count - kept));
    for (i = 0; i < train->count; i++)
        order[goes[i] ? kept + places[go++] : stay++] = (uint32_t)i;
    return MOTE_OK;
}

/* order[] gets those that stay, *kept of them, and then those that go. */
static mote_status draw(uint32_t *order, const mote_dataset *set, mote_split_id to, uint64_t seed, size_t *kept,
                        mote_arena *scratch, mote_error *err)
{
    const mote_dataset_split *train = &set->split[MOTE_SPLIT_TRAIN];
    share                    *shares = MOTE_NEW(scratch, share, set->target[0].class_count, err);
    bool                     *goes = MOTE_NEW(scratch, bool, train->count, err);
    size_t                    wanted = train->count - *kept, i;
    int                       c;

    if (!shares || !goes)
        return err->code;
    for (c = 0; c < set->target[0].class_count; c++)
        shares[c].label = c;
    for (i = 0; i < train->count; i++)
        shares[train->labels[0][i]].count++;
    share_out(shares, set->target[0].class_count, train->count, wanted);
    for (c = 0; c < set->target[0].class_count; c++) {
        const mote_random_key key =
            mote_random_make(seed, MOTE_RANDOM_DATA, STREAM_DRAW + (uint32_t)to, (uint32_t)shares[c].label);
        const mote_arena_mark mark = mote_arena_get_mark(scratch);
        MOTE_TRY(draw_class(goes, train, &shares[c], key, scratch, err));
        mote_arena_release(scratch, mark);
        wanted -= shares[c].taken;
    }
    *kept += wanted; /* what single samples of their classes left open */
    if (*kept == train->count)
        return mote_fail(err, MOTE_ERR_USAGE, "no class has a sample to spare for a %s split", mote_split_name(to));
    return order_by_mark(order, goes, train, *kept,
                         mote_random_make(seed, MOTE_RANDOM_DATA, STREAM_SHUFFLE, 1 + (uint32_t)to), scratch, err);
}

static mote_status take_drawn(mote_dataset *set, mote_split_id to, uint64_t seed, size_t kept, mote_error *err)
{
    mote_arena scratch = {0};
    uint32_t  *order = MOTE_NEW(&scratch, uint32_t, set->split[MOTE_SPLIT_TRAIN].count, err);

    if (order && draw(order, set, to, seed, &kept, &scratch, err) == MOTE_OK) {
        if (set->state->is_view)
            share_order(set, to, order, kept, err);
        else if (reorder_train(set, order, &scratch, err) == MOTE_OK)
            move_tail(set, to, kept);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

static bool is_drawn(const mote_dataset *set)
{
    return set->state->is_by_class && set->split[MOTE_SPLIT_TRAIN].labels[0];
}

/* ---- the last ones ---- */

static void note_lost_class(mote_dataset *set, int target, mote_split_id to, int32_t label, mote_error *err)
{
    const char *const *names = set->target[target].class_names;
    char               number[16];

    snprintf(number, sizeof number, "%d", (int)label);
    mote_dataset_note(set, err,
                      "the last samples became the %s split, and class %s has none left to train on; shuffle the file",
                      mote_split_name(to), names ? mote_show_string(names[label]).text : number);
}

/* Says so when the last samples took a whole class with them: files are often sorted by class. */
static mote_status note_lost_classes(mote_dataset *set, int target, mote_split_id to, mote_error *err)
{
    const int32_t *kept = set->split[MOTE_SPLIT_TRAIN].labels[target], *went = set->split[to].labels[target];
    mote_arena     scratch = {0};
    bool          *stays = MOTE_NEW(&scratch, bool, set->target[target].class_count, err);
    size_t         i;

    if (!stays)
        return err->code;
    for (i = 0; i < set->split[MOTE_SPLIT_TRAIN].count; i++)
        stays[kept[i]] = true;
    for (i = 0; i < set->split[to].count && stays[went[i]]; i++)
        ;
    if (i < set->split[to].count)
        note_lost_class(set, target, to, went[i], err);
    mote_arena_destroy(&scratch);
    return err->code;
}

static mote_status take_last(mote_dataset *set, mote_split_id to, size_t kept, mote_error *err)
{
    int t;

    move_tail(set, to, kept);
    for (t = 0; t < set->target_count; t++)
        if (set->split[to].labels[t])
            MOTE_TRY(note_lost_classes(set, t, to, err));
    return MOTE_OK;
}

mote_status mote_dataset_take_validation(mote_dataset *set, double fraction, mote_error *err)
{
    size_t kept = 0;

    MOTE_TRY(count_kept(set, MOTE_SPLIT_VALIDATION, fraction, &kept, err));
    return is_drawn(set) ? take_drawn(set, MOTE_SPLIT_VALIDATION, set->state->seed, kept, err)
                         : take_last(set, MOTE_SPLIT_VALIDATION, kept, err);
}

mote_status mote_dataset_take_test(mote_dataset *set, double fraction, uint64_t seed, mote_error *err)
{
    size_t kept = 0;

    MOTE_TRY(count_kept(set, MOTE_SPLIT_TEST, fraction, &kept, err));
    if (is_drawn(set))
        return take_drawn(set, MOTE_SPLIT_TEST, seed, kept, err);
    MOTE_TRY(shuffle_train(set, seed, err));
    move_tail(set, MOTE_SPLIT_TEST, kept);
    return MOTE_OK;
}

/* ---- as Keras splits a folder ---- */

/* A file of the training split, and its place there. */
typedef struct listed_file {
    const char *name;         /* NULL: samples of other sources stay in the order that they have */
    size_t      folder_count; /* letters up to its last / */
    int32_t     label;
    uint32_t    place;
} listed_file;

static size_t folder_of(const char *name)
{
    const char *slash = name ? strrchr(name, '/') : NULL;

    return slash ? (size_t)(slash - name) : 0;
}

static int compare_folders(const listed_file *a, const listed_file *b)
{
    const size_t shared = a->folder_count < b->folder_count ? a->folder_count : b->folder_count;
    const int    order = shared > 0 ? memcmp(a->name, b->name, shared) : 0;

    return order != 0 ? order : (a->folder_count > b->folder_count) - (a->folder_count < b->folder_count);
}

/* os.walk's folders of a class sorted by path, then the files in each: those right in the class come before those in folders
 * inside it. */
static int compare_files(const void *x, const void *y)
{
    const listed_file *a = x, *b = y;
    int                order = (a->label > b->label) - (a->label < b->label);

    if (order == 0 && a->name && b->name) {
        order = compare_folders(a, b);
        order = order != 0 ? order : strcmp(a->name + a->folder_count, b->name + b->folder_count);
    }
    return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

/* order[i]: the place of the i-th file of Keras' list. */
static mote_status list_as_keras(uint32_t *order, const mote_dataset_split *train, mote_arena *scratch, mote_error *err)
{
    listed_file *files = MOTE_NEW(scratch, listed_file, train->count, err);
    size_t       i;

    if (!files)
        return err->code;
    for (i = 0; i < train->count; i++) {
        const char *name = train->names ? train->names[i] : NULL;
        files[i] = (listed_file){name, folder_of(name), name && train->labels[0] ? train->labels[0][i] : 0, (uint32_t)i};
    }
    qsort(files, train->count, sizeof *files, compare_files);
    for (i = 0; i < train->count; i++)
        order[i] = files[i].place;
    return MOTE_OK;
}

static mote_status take_shuffled(mote_dataset *set, uint32_t seed, size_t kept, mote_error *err)
{
    const mote_dataset_split *train = &set->split[MOTE_SPLIT_TRAIN];
    mote_arena                scratch = {0};
    uint32_t                 *order = MOTE_NEW(&scratch, uint32_t, train->count, err);

    if (order && list_as_keras(order, train, &scratch, err) == MOTE_OK) {
        mote_numpy_shuffle(seed, order, (uint32_t)train->count);
        if (reorder_train(set, order, &scratch, err) == MOTE_OK)
            move_tail(set, MOTE_SPLIT_VALIDATION, kept);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_dataset_take_as_folder(mote_dataset *set, double fraction, uint64_t seed, mote_error *err)
{
    const size_t count = set->split[MOTE_SPLIT_TRAIN].count;
    size_t       kept = 0;

    MOTE_TRY(count_kept(set, MOTE_SPLIT_VALIDATION, fraction, &kept, err));
    kept = count - (size_t)(fraction * (double)count); /* Keras rounds here the other way than in fit() */
    if (kept == count)
        return mote_fail(err, MOTE_ERR_USAGE, "a validation split of %g leaves none of %zu samples for validation", fraction,
                         count);
    if (seed > UINT32_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "a validation_split of data takes a seed of NumPy's, at most %u",
                         (unsigned)UINT32_MAX);
    return take_shuffled(set, (uint32_t)seed, kept, err);
}

/* ---- by asking, whatever the source ---- */

static mote_status number_samples(mote_dataset *set, mote_error *err)
{
    mote_dataset_split *train = &set->split[MOTE_SPLIT_TRAIN];
    const char        **names = MOTE_NEW(&set->state->arena, const char *, train->count, err);
    size_t              i;

    for (i = 0; names && i < train->count; i++)
        names[i] = mote_arena_printf(&set->state->arena, err, "%zu", i);
    train->names = set->state->names[MOTE_SPLIT_TRAIN] = names;
    return err->code;
}

static mote_status divide_off(mote_dataset *set, mote_split_id to, double fraction, uint64_t seed, mote_error *err)
{
    size_t kept = 0;

    MOTE_TRY(count_kept(set, to, fraction, &kept, err));
    if (set->split[MOTE_SPLIT_TRAIN].labels[0])
        return take_drawn(set, to, seed, kept, err);
    MOTE_TRY(shuffle_train(set, seed + (uint64_t)to, err));
    move_tail(set, to, kept);
    return MOTE_OK;
}

mote_status mote_dataset_divide(mote_dataset *set, const mote_split_options *options, mote_error *err)
{
    const double test = options->test, validation = options->validation;

    if (!(test >= 0 && validation >= 0 && test + validation > 0 && test + validation < 1))
        return mote_fail(err, MOTE_ERR_USAGE, "parts of %g and %g for test and validation leave nothing to divide", test,
                         validation);
    if (set->split[MOTE_SPLIT_TEST].count > 0 || set->split[MOTE_SPLIT_VALIDATION].count > 0)
        return mote_fail(err, MOTE_ERR_USAGE, "has a %s split already",
                         mote_split_name(set->split[MOTE_SPLIT_TEST].count > 0 ? MOTE_SPLIT_TEST : MOTE_SPLIT_VALIDATION));
    if (!set->split[MOTE_SPLIT_TRAIN].names)
        MOTE_TRY(number_samples(set, err));
    if (test > 0)
        MOTE_TRY(divide_off(set, MOTE_SPLIT_TEST, test, options->seed, err));
    return validation > 0 ? divide_off(set, MOTE_SPLIT_VALIDATION, validation / (1 - test), options->seed, err) : MOTE_OK;
}
