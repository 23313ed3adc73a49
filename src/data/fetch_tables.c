/* The small sets that scikit-learn's wheel carries: tables get a header and their classes' names, so that mote (and anybody)
 * reads them; the digits become arrays.
 *
 * A table with classes begins with "COUNT,FEATURES,CLASS,CLASS ...", and its last column counts these classes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/zip.h"
#include "data/array.h"
#include "data/fetch.h"

enum { MEMBER_MAX = 4 << 20, CLASSES_MAX = 8, DIGITS = 1797, DIGIT_PIXELS = 64 };

/* A member of a wheel as text, gzip undone: in arena, a zero behind it. NULL and err. */
static char *read_member(zip_t *archive, size_t archive_bytes, const char *name, mote_arena *arena, mote_error *err)
{
    const uint8_t *packed = NULL;
    uint8_t       *plain = NULL;
    size_t         count = 0;
    bool           is_there = false;
    char          *text;

    if (mote_zip_read(archive, archive_bytes, name, MEMBER_MAX, arena, &packed, &count, &is_there, err) != MOTE_OK)
        return NULL;
    if (!is_there) {
        mote_fail(err, MOTE_ERR_FORMAT, "holds no %s", name);
        return NULL;
    }
    if (!mote_is_gzip(packed, count))
        return mote_arena_strndup(arena, (const char *)packed, count, err);
    if (mote_gunzip(&plain, &count, packed, count, MEMBER_MAX, err) != MOTE_OK)
        return NULL;
    text = mote_arena_strndup(arena, (const char *)plain, count, err);
    free(plain);
    return text;
}

/* The lines of text, one after the other, without their ends; NULL behind the last. */
static char *next_line(char **at)
{
    char  *line = *at;
    size_t length = strcspn(line, "\r\n");

    if (*line == '\0')
        return NULL;
    *at = line + length + strspn(line + length, "\r\n");
    line[length] = '\0';
    return line;
}

static mote_status save_text(const mote_fetchable_set *set, const char *folder, mote_text *text, mote_error *err)
{
    mote_arena  scratch = {0};
    const char *path = mote_path_join(&scratch, folder, set->files[0].name, err);

    if (path && mote_text_status(text, err) == MOTE_OK)
        mote_file_write(path, text->bytes, text->count, err);
    mote_text_free(text);
    mote_arena_destroy(&scratch);
    return err->code;
}

/* A wheel that is open. */
typedef struct wheel {
    mote_file  file;
    zip_t     *archive;
    mote_arena arena;
} wheel;

static mote_status open_wheel(wheel *w, const char *path, mote_error *err)
{
    *w = (wheel){.archive = NULL};
    if (mote_file_open(&w->file, path, err) == MOTE_OK)
        w->archive = mote_zip_open(w->file.bytes, w->file.count, err);
    return err->code;
}

static void close_wheel(wheel *w)
{
    if (w->archive)
        zip_discard(w->archive);
    mote_file_close(&w->file);
    mote_arena_destroy(&w->arena);
}

static char *read_from(wheel *w, const char *name, mote_error *err)
{
    return read_member(w->archive, w->file.count, name, &w->arena, err);
}

/* ---- tables with classes ---- */

static const char *const iris_columns[] = {"sepal_length", "sepal_width", "petal_length", "petal_width", "species", NULL};
static const char *const wine_columns[] = {
    "alcohol",         "malic_acid", "ash", "alcalinity",  "magnesium", "phenols",  "flavanoids", "nonflavanoid_phenols",
    "proanthocyanins", "color",      "hue", "od280_od315", "proline",   "cultivar", NULL};

/* The thirty of breast_cancer.csv: ten measures, three ways. */
static void put_cancer_columns(mote_text *out)
{
    static const char *const ways[] = {"mean", "error", "worst"};
    static const char *const measures[] = {"radius",      "texture",   "perimeter",      "area",     "smoothness",
                                           "compactness", "concavity", "concave_points", "symmetry", "fractal_dimension"};
    size_t                   w, m;

    for (w = 0; w < 3; w++)
        for (m = 0; m < 10; m++)
            mote_text_printf(out, "%s_%s,", measures[m], ways[w]);
    mote_text_puts(out, "diagnosis\n");
}

static void put_columns(mote_text *out, const char *name)
{
    const char *const *columns = strcmp(name, "iris") == 0 ? iris_columns : wine_columns;
    int                i;

    if (strcmp(name, "breast-cancer") == 0) {
        put_cancer_columns(out);
        return;
    }
    for (i = 0; columns[i]; i++)
        mote_text_printf(out, "%s%s", i > 0 ? "," : "", columns[i]);
    mote_text_puts(out, "\n");
}

/* "150,4,setosa,versicolor,virginica": how many names. */
static int read_classes(char *line, const char **classes)
{
    char *at = line;
    int   i, count = 0;

    for (i = 0; at && i < 2 + CLASSES_MAX; i++) {
        char *comma = strchr(at, ',');
        if (comma)
            *comma = '\0';
        if (i >= 2)
            classes[count++] = at;
        at = comma ? comma + 1 : NULL;
    }
    return count;
}

static mote_status put_rows(mote_text *out, char *text, mote_error *err)
{
    const char *classes[CLASSES_MAX];
    char       *line = next_line(&text), *last;
    const int   count = line ? read_classes(line, classes) : 0;

    while ((line = next_line(&text)) != NULL) {
        last = strrchr(line, ',');
        if (!last || last[1] < '0' || last[1] - '0' >= count || last[2] != '\0')
            return mote_fail(err, MOTE_ERR_FORMAT, "a row ends with no class: %s", mote_show_string(line).text);
        mote_text_add(out, line, (size_t)(last - line) + 1);
        mote_text_printf(out, "%s\n", classes[last[1] - '0']);
    }
    return MOTE_OK;
}

mote_status mote_fetch_unpack_table(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                    const char *temporary, const mote_progress *progress, mote_error *err)
{
    mote_text out = {0};
    wheel     w;
    char     *text = open_wheel(&w, package_path, err) == MOTE_OK ? read_from(&w, set->members, err) : NULL;

    (void)temporary, (void)progress;
    put_columns(&out, set->said.name);
    if (text && put_rows(&out, text, err) == MOTE_OK)
        save_text(set, folder, &out, err);
    mote_text_free(&out);
    close_wheel(&w);
    return err->code;
}

/* ---- diabetes: measures and targets in files of their own ---- */

mote_status mote_fetch_unpack_diabetes(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                       const char *temporary, const mote_progress *progress, mote_error *err)
{
    mote_text out = {0};
    wheel     w;
    char     *x = open_wheel(&w, package_path, err) == MOTE_OK ? read_from(&w, set->members, err) : NULL;
    char     *y = x ? read_from(&w, "sklearn/datasets/data/diabetes_target.csv.gz", err) : NULL, *row, *target, *at;

    (void)temporary, (void)progress;
    mote_text_puts(&out, "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6,progression\n");
    while (y && (row = next_line(&x)) != NULL && (target = next_line(&y)) != NULL) {
        for (at = row; *at; at++)
            *at = *at == ' ' ? ',' : *at;
        mote_text_printf(&out, "%s,%g\n", row, strtod(target, NULL));
    }
    if (y)
        save_text(set, folder, &out, err);
    mote_text_free(&out);
    close_wheel(&w);
    return err->code;
}

/* ---- digits: 64 pixels of 0 to 16 and a label a row ---- */

static mote_status read_digits(mote_array *x, mote_array *y, char *text, mote_error *err)
{
    char *line, *at, *end;
    int   row, i;

    for (row = 0; row < DIGITS; row++) {
        at = line = next_line(&text);
        for (i = 0; at && i <= DIGIT_PIXELS; i++, at = *end == ',' ? end + 1 : NULL) {
            const long value = strtol(at, &end, 10);
            if (end == at || value < 0 || value > (i < DIGIT_PIXELS ? 16 : 9))
                break;
            ((uint8_t *)(i < DIGIT_PIXELS ? x : y)->bytes)[i < DIGIT_PIXELS ? row * DIGIT_PIXELS + i : row] = (uint8_t)value;
        }
        if (!line || i != DIGIT_PIXELS + 1)
            return mote_fail(err, MOTE_ERR_FORMAT, "row %d of the digits is damaged", row + 1);
    }
    return MOTE_OK;
}

static mote_status save_array(const mote_array *array, const char *folder, const char *name, mote_arena *arena,
                              mote_error *err)
{
    const char *path = mote_path_join(arena, folder, name, err);

    return path ? mote_npy_save(array, path, err) : err->code;
}

mote_status mote_fetch_unpack_digits(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                     const char *temporary, const mote_progress *progress, mote_error *err)
{
    const int64_t dim[] = {DIGITS, 8, 8};
    mote_array    x = {0}, y = {0};
    wheel         w;
    char         *text = open_wheel(&w, package_path, err) == MOTE_OK ? read_from(&w, set->members, err) : NULL;

    (void)temporary, (void)progress;
    if (text && mote_array_create(&x, MOTE_U8, 3, dim, err) == MOTE_OK &&
        mote_array_create(&y, MOTE_U8, 1, dim, err) == MOTE_OK && read_digits(&x, &y, text, err) == MOTE_OK &&
        save_array(&x, folder, set->files[0].name, &w.arena, err) == MOTE_OK)
        save_array(&y, folder, set->files[1].name, &w.arena, err);
    mote_array_free(&x);
    mote_array_free(&y);
    close_wheel(&w);
    return err->code;
}
