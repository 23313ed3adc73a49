/* SPDX-License-Identifier: Apache-2.0 */
#include "data/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "data/array.h"

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

mote_status mote_words_sort(mote_class_list *out, const char *const *words, size_t count, size_t most, mote_arena *arena,
                            mote_arena *scratch, mote_error *err)
{
    const char **sorted = mote_arena_copy(scratch, words, count, sizeof *sorted, err), **names;
    size_t       found = 0, i;

    if (!sorted)
        return err->code;
    qsort(sorted, count, sizeof *sorted, compare_text);
    for (i = 0; i < count; i++)
        if (i == 0 || strcmp(sorted[i], sorted[found - 1]) != 0)
            sorted[found++] = sorted[i];
    if (found > most)
        return mote_fail(err, MOTE_ERR_LIMIT, "holds %zu different words; at most %zu are possible", found, most);
    names = mote_arena_copy(arena, sorted, found, sizeof *names, err);
    for (i = 0; names && i < found; i++)
        if ((names[i] = mote_arena_strdup(arena, sorted[i], err)) == NULL)
            return err->code;
    *out = (mote_class_list){names, (int)found};
    return err->code;
}

int32_t mote_words_find(const mote_class_list *sorted, const char *word)
{
    const char *const *place =
        sorted->count > 0 ? bsearch(&word, sorted->names, (size_t)sorted->count, sizeof *place, compare_text) : NULL;

    return place ? (int32_t)(place - sorted->names) : -1;
}

/* ---- NumPy's text: letters along the last axis, zeros behind the last one ---- */

/* One code point as UTF-8. */
static size_t put_letter(uint32_t letter, char out[4])
{
    if (letter < 0x80) {
        out[0] = (char)letter;
        return 1;
    }
    if (letter < 0x800) {
        out[0] = (char)(0xc0 | letter >> 6);
        out[1] = (char)(0x80 | (letter & 0x3f));
        return 2;
    }
    if (letter < 0x10000) {
        out[0] = (char)(0xe0 | letter >> 12);
        out[1] = (char)(0x80 | (letter >> 6 & 0x3f));
        out[2] = (char)(0x80 | (letter & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | letter >> 18);
    out[1] = (char)(0x80 | (letter >> 12 & 0x3f));
    out[2] = (char)(0x80 | (letter >> 6 & 0x3f));
    out[3] = (char)(0x80 | (letter & 0x3f));
    return 4;
}

/* NULL where the letters are no text, or none at all. */
static char *join_letters(const mote_array *letters, size_t at, size_t width, mote_arena *scratch, mote_error *err)
{
    char  *text;
    size_t used = 0, i;

    while (width > 0 && mote_array_at(letters, at + width - 1) == 0)
        width--;
    text = mote_arena_alloc(scratch, 4 * width + 1, 1, err);
    for (i = 0; text && i < width; i++) {
        const double letter = mote_array_at(letters, at + i);
        if (letter == 0 || letter > 0x10ffff)
            return NULL;
        if (letters->dtype == MOTE_U8)
            text[used++] = (char)(uint8_t)letter;
        else
            used += put_letter((uint32_t)letter, text + used);
    }
    return text && used > 0 && mote_is_utf8(text, used) ? text : NULL;
}

/* All words of one array. */
static mote_status join_words(const char **words, const mote_array *letters, const char *name, mote_arena *scratch,
                              mote_error *err)
{
    const size_t width = (size_t)letters->dim[letters->rank - 1], count = letters->count / width;
    size_t       i;

    for (i = 0; i < count; i++) {
        words[i] = join_letters(letters, i * width, width, scratch, err);
        MOTE_TRY(err->code);
        if (!words[i])
            return mote_fail(err, MOTE_ERR_FORMAT, "%s[%zu] is empty, or no UTF-8; a label is a word", name, i);
    }
    return MOTE_OK;
}

static size_t word_count(const mote_raw_split *split, int target)
{
    const mote_array *y = &split->y[target];

    return split->is_text[target] && y->bytes ? y->count / (size_t)y->dim[y->rank - 1] : 0;
}

/* Labels in place of the letters. */
static mote_status replace_letters(mote_raw_set *raw, mote_array *y, const mote_class_list *classes,
                                   const char *const *words, mote_error *err)
{
    mote_array labels = *y;
    size_t     i;

    labels.dtype = MOTE_I32;
    labels.rank--;
    MOTE_TRY(mote_array_allocate(&labels, raw->max_bytes, err));
    for (i = 0; i < labels.count; i++)
        ((int32_t *)labels.bytes)[i] = mote_words_find(classes, words[i]);
    mote_array_free(y);
    *y = labels;
    return MOTE_OK;
}

static mote_status label_target(mote_raw_set *raw, int target, size_t count, mote_arena *scratch, mote_error *err)
{
    const char **words = MOTE_NEW(scratch, const char *, count, err);
    size_t       at = 0;
    int          s;

    for (s = 0; words && s < MOTE_SPLIT_COUNT; at += word_count(&raw->split[s], target), s++) {
        const mote_raw_split *split = &raw->split[s];
        if (split->y[target].bytes && !split->is_text[target])
            return mote_fail(err, MOTE_ERR_FORMAT, "%s holds numbers, and the targets of another split are words",
                             split->y_name[target]);
        if (word_count(split, target) > 0)
            MOTE_TRY(join_words(words + at, &split->y[target], split->y_name[target], scratch, err));
    }
    if (!words)
        return err->code;
    if (mote_words_sort(&raw->classes[target], words, count, MOTE_CLASS_MAX, &raw->arena, scratch, err) != MOTE_OK)
        return mote_context(err, "the target");
    for (s = 0, at = 0; s < MOTE_SPLIT_COUNT; s++) {
        const size_t here = word_count(&raw->split[s], target);
        if (here > 0)
            MOTE_TRY(replace_letters(raw, &raw->split[s].y[target], &raw->classes[target], words + at, err));
        at += here;
    }
    return MOTE_OK;
}

mote_status mote_raw_label_words(mote_raw_set *raw, mote_error *err)
{
    int t, s;

    for (t = 0; t < MOTE_TARGETS_MAX; t++) {
        mote_arena scratch = {.cap_bytes = raw->max_bytes};
        size_t     count = 0;
        for (s = 0; s < MOTE_SPLIT_COUNT; s++)
            count += word_count(&raw->split[s], t);
        if (count > 0)
            label_target(raw, t, count, &scratch, err);
        mote_arena_destroy(&scratch);
        MOTE_TRY(err->code);
    }
    return MOTE_OK;
}
