/* mote verify: each kind of finding in a file made for it (tests/golden/gen_verify.py), all findings of a file at once, and
 * that nothing about a file can make it fail, hang or tell without end.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <mote/verify.h>

#include "base/file.h"
#include "formats/formats.h"

#define FOLDER "tests/fuzz/corpus/verify/"

static const char *const kind_words[] = {
#define KIND(NAME, word, severity, advice) word,
#include "verify/kinds.def"
};
enum { KIND_COUNT = sizeof kind_words / sizeof *kind_words };

static mote_engine engine_of(const char *name)
{
    mote_engine engine = MOTE_ENGINE_MOTE;

    while (engine < MOTE_ENGINE_COUNT && strcmp(mote_engine_name(engine), name) != 0)
        engine++;
    assert_true(engine < MOTE_ENGINE_COUNT);
    return engine;
}

static mote_verification *verify(const char *path, mote_engine engine)
{
    mote_error         err = {0};
    mote_verification *found;

    if (mote_verify(&found, path, engine, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return found;
}

static const mote_finding *find(const mote_verification *found, const char *kind, const char *severity)
{
    int32_t i;

    for (i = 0; i < found->count; i++)
        if (strcmp(found->findings[i].kind, kind) == 0 &&
            (!severity || strcmp(mote_severity_name(found->findings[i].severity), severity) == 0))
            return &found->findings[i];
    return NULL;
}

/* ---- claims about files ---- */

static void check_claim(const char *file, const char *engine, const char *severity, const char *kind)
{
    char               path[200];
    mote_verification *found;

    snprintf(path, sizeof path, FOLDER "%s", file);
    found = verify(path, engine_of(engine));
    if (!find(found, kind, severity))
        fail_msg("%s for %s: no %s \"%s\"", file, engine, severity, kind);
    assert_int_equal(strcmp(severity, "error") == 0 && found->errors == 0, 0);
    mote_verification_destroy(found);
}

static void each_kind_is_found_in_the_file_made_for_it(void **state)
{
    bool  is_seen[KIND_COUNT] = {false};
    char  file[80], engine[16], severity[16], kind[40];
    FILE *claims = fopen("tests/verify/expected.txt", "r");
    int   count = 0, i;

    (void)state;
    assert_non_null(claims);
    while (fscanf(claims, "%79s %15s %15s %39s", file, engine, severity, kind) == 4) {
        check_claim(file, engine, severity, kind);
        for (i = 0; i < KIND_COUNT; i++)
            is_seen[i] |= strcmp(kind_words[i], kind) == 0;
        count++;
    }
    fclose(claims);
    assert_true(count > 100);
    for (i = 0; i < KIND_COUNT; i++)
        if (!is_seen[i])
            fail_msg("no file shows \"%s\"", kind_words[i]);
}

static void a_good_file_has_no_errors_for_any_engine(void **state)
{
    mote_engine engine;

    (void)state;
    for (engine = 0; engine < MOTE_ENGINE_COUNT; engine++) {
        mote_verification *found = verify(FOLDER "good.tflite", engine);
        assert_int_equal(found->errors + found->warnings, 0);
        assert_int_equal(found->operator_count, 1);
        assert_int_equal(found->tensor_count, 4);
        mote_verification_destroy(found);
    }
}

static void a_finding_says_where_and_what_to_do(void **state)
{
    mote_verification  *found = verify(FOLDER "scale_zero.tflite", MOTE_ENGINE_TFLM);
    const mote_finding *finding = find(found, "quantization-scale", NULL);

    (void)state;
    assert_non_null(finding);
    assert_int_equal(finding->subgraph, 0);
    assert_int_equal(finding->operator_index, -1);
    assert_int_equal(finding->tensor, 0);
    assert_string_equal(finding->tensor_name, "input");
    assert_string_equal(finding->field, "quantization.scale");
    assert_string_equal(finding->reason, "scale 0 is 0");
    assert_true(finding->advice[0] != '\0');
    mote_verification_destroy(found);
}

/* What mote runs has no errors for mote; what it does not run has at least one. */
static void mote_agrees_with_itself(void **state)
{
    char  file[80], rest[80], path[200];
    FILE *claims = fopen("tests/verify/expected.txt", "r");

    (void)state;
    while (fscanf(claims, "%79s %79[^\n]", file, rest) == 2) {
        mote_error         err = {0};
        mote_model        *model;
        mote_verification *found;
        snprintf(path, sizeof path, FOLDER "%s", file);
        found = verify(path, MOTE_ENGINE_MOTE);
        if ((mote_model_load(&model, path, NULL, &err) == MOTE_OK) != (found->errors == 0))
            fail_msg("%s: %d errors, and %s", file, found->errors, err.code == MOTE_OK ? "it is read" : err.text);
        mote_model_destroy(model);
        mote_verification_destroy(found);
    }
    fclose(claims);
}

static void each_kind_is_in_the_documentation(void **state)
{
    mote_error err = {0};
    mote_file  page = {0};
    char       word[80];
    int        i;

    (void)state;
    assert_int_equal(mote_file_open(&page, "docs/VERIFY.md", &err), MOTE_OK);
    for (i = 0; i < KIND_COUNT; i++) {
        snprintf(word, sizeof word, "`%s`", kind_words[i]);
        if (!memmem(page.bytes, page.count, word, strlen(word)))
            fail_msg("docs/VERIFY.md does not name \"%s\"", kind_words[i]);
    }
    mote_file_close(&page);
}

/* ---- several at once ---- */

/* A scale of 0 for the input and a zero point of 300 for it, in one file. */
static void all_findings_are_told_at_once(void **state)
{
    mote_error         err = {0};
    mote_file          file = {0};
    mote_verification *found;
    uint8_t           *bytes;
    size_t             i, changed = 0;

    (void)state;
    assert_int_equal(mote_file_open(&file, FOLDER "zero_point_300.tflite", &err), MOTE_OK);
    bytes = malloc(file.count);
    memcpy(bytes, file.bytes, file.count);
    for (i = 0; i + 4 <= file.count; i += 4) { /* the output's scale of 0.05 becomes 0 */
        static const float scale = 0.05f;
        if (memcmp(bytes + i, &scale, sizeof scale) == 0) {
            memset(bytes + i, 0, sizeof scale);
            changed++;
        }
    }
    assert_int_equal(changed, 1);
    assert_int_equal(mote_verify_bytes(&found, bytes, file.count, MOTE_ENGINE_TFLM, &err), MOTE_OK);
    assert_non_null(find(found, "quantization-zero-point", "error"));
    assert_non_null(find(found, "quantization-scale", "error"));
    assert_int_equal(found->errors, 2);
    mote_verification_destroy(found);
    free(bytes);
    mote_file_close(&file);
}

/* ---- files that nobody vouches for ---- */

/* Of a file that is cut or has one byte changed: an answer, of bounded length, that agrees with the reader. */
static void check_bytes(const uint8_t *bytes, size_t count, mote_engine engine)
{
    mote_error         err = {0};
    mote_verification *found;

    if (mote_verify_bytes(&found, bytes, count, engine, &err) != MOTE_OK) {
        assert_int_equal(err.code, MOTE_ERR_UNSUPPORTED);
        return;
    }
    assert_true(found->count <= KIND_COUNT * MOTE_FINDINGS_OF_A_KIND);
    assert_int_equal(found->errors + found->warnings + found->notes, found->count + found->left_out);
    mote_verification_destroy(found);
}

static void a_file_cut_at_every_byte_is_told_about(void **state)
{
    mote_error err = {0};
    mote_file  file = {0};
    size_t     count;

    (void)state;
    assert_int_equal(mote_file_open(&file, FOLDER "good.tflite", &err), MOTE_OK);
    for (count = 0; count < file.count; count++) {
        uint8_t *cut = malloc(count + 1); /* so that sanitizers see its end */
        memcpy(cut, file.bytes, count);
        check_bytes(cut, count, (mote_engine)(count % MOTE_ENGINE_COUNT));
        free(cut);
    }
    mote_file_close(&file);
}

static void a_file_with_any_byte_changed_is_told_about(void **state)
{
    mote_error err = {0};
    mote_file  file = {0};
    size_t     i;

    (void)state;
    assert_int_equal(mote_file_open(&file, FOLDER "subgraph_cycle.tflite", &err), MOTE_OK);
    for (i = 8; i < file.count; i++) {
        uint8_t *bytes = malloc(file.count);
        memcpy(bytes, file.bytes, file.count);
        bytes[i] ^= 0xff;
        check_bytes(bytes, file.count, (mote_engine)(i % MOTE_ENGINE_COUNT));
        free(bytes);
    }
    mote_file_close(&file);
}

/* many.tflite has a hundred operators that read a tensor which nothing computes, and that nothing reads. */
static void findings_of_one_kind_are_counted_beyond_the_most(void **state)
{
    mote_verification *found = verify(FOLDER "many.tflite", MOTE_ENGINE_TFLM);

    (void)state;
    assert_int_equal(found->errors, 100);
    assert_int_equal(found->notes, 100);
    assert_int_equal(found->count, 2 * MOTE_FINDINGS_OF_A_KIND);
    assert_int_equal(found->left_out, 2 * (100 - MOTE_FINDINGS_OF_A_KIND));
    mote_verification_destroy(found);
}

/* ---- requests ---- */

static void what_is_no_tflite_is_told_as_what_it_is(void **state)
{
    static const char  pointer[] = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    mote_error         err = {0};
    mote_verification *found;

    (void)state;
    assert_int_equal(mote_verify_bytes(&found, pointer, sizeof pointer - 1, MOTE_ENGINE_TFLM, &err), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "git lfs pull"));
    assert_null(found);
}

static void wrong_requests_are_usage(void **state)
{
    mote_error         err = {0};
    mote_verification *found;

    (void)state;
    assert_int_equal(mote_verify(&found, NULL, MOTE_ENGINE_TFLM, &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_verify_bytes(&found, NULL, 0, MOTE_ENGINE_TFLM, &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_verify(&found, FOLDER "good.tflite", MOTE_ENGINE_COUNT, &err), MOTE_ERR_USAGE);
    assert_null(found);
    mote_verification_destroy(NULL);
    assert_null(mote_engine_name(MOTE_ENGINE_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_found_in_the_file_made_for_it),
        cmocka_unit_test(a_good_file_has_no_errors_for_any_engine),
        cmocka_unit_test(a_finding_says_where_and_what_to_do),
        cmocka_unit_test(mote_agrees_with_itself),
        cmocka_unit_test(each_kind_is_in_the_documentation),
        cmocka_unit_test(all_findings_are_told_at_once),
        cmocka_unit_test(a_file_cut_at_every_byte_is_told_about),
        cmocka_unit_test(a_file_with_any_byte_changed_is_told_about),
        cmocka_unit_test(findings_of_one_kind_are_counted_beyond_the_most),
        cmocka_unit_test(what_is_no_tflite_is_told_as_what_it_is),
        cmocka_unit_test(wrong_requests_are_usage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
