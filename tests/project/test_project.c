/* Templates, and moving a project in among files of its user's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/sha256.h"
#include "project/project.h"

static const mote_variable variables[] = {{"name", "kws"}, {"set", "1"}, {"unset", ""}, {NULL, NULL}};

/* ---- templates ---- */

static void check_expanded(const char *text, const char *wanted)
{
    mote_text  out = {0};
    mote_error err = {0};

    if (mote_template_expand(&out, "t", text, variables, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mote_text_status(&out, &err), MOTE_OK);
    assert_int_equal(out.count, strlen(wanted));
    if (out.count > 0)
        assert_memory_equal(out.bytes, wanted, out.count);
    mote_text_free(&out);
}

static void check_refused(const char *text, const char *why)
{
    mote_text  out = {0};
    mote_error err = {0};

    assert_int_equal(mote_template_expand(&out, "t", text, variables, &err), MOTE_ERR_USAGE);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" expected: %s", why, err.text);
    mote_text_free(&out);
}

static void names_become_their_texts_and_parts_come_and_go(void **state)
{
    (void)state;
    check_expanded("", "");
    check_expanded("no newline", "no newline");
    check_expanded("@name@_a @name@@name@\n", "kws_a kwskws\n");
    check_expanded("somebody@example.org and @ and @@\n", "somebody@example.org and @ and @@\n");
    check_expanded("a\n@if set@\nb @name@\n@end@\nc\n", "a\nb kws\nc\n");
    check_expanded("a\n@if unset@\nb @nobody@\n@end@\nc\n", "a\nc\n");
    check_expanded("@unless unset@\nb\n@end@\n@unless set@\nc\n@end@\n", "b\n");
    check_expanded("@if unset@\n@if set@\nx\n@end@\ny\n@end@\nz\n", "z\n");
    check_expanded("@if set@\n@if unset@\nx\n@end@\ny\n@end@\nz\n", "y\nz\n");
    check_refused("a\n@nobody@\n", "t:2: there is no variable: nobody");
    check_refused("@if nobody@\n@end@\n", "t:1: there is no variable: nobody");
    check_refused("@if set@\nx\n", "a part does not end");
    check_refused("@end@\n", "no part has begun");
}

static void names_in_paths_become_the_models(void **state)
{
    char path[40], small[8];

    (void)state;
    mote_project_path(path, sizeof path, "lib/NAME/src/NAME.c", "kws");
    assert_string_equal(path, "lib/kws/src/kws.c");
    mote_project_path(small, sizeof small, "NAME/NAME", "longer");
    assert_string_equal(small, "longer/");
}

/* ---- merging ---- */

typedef struct folders {
    char       made[64], project[64];
    mote_arena arena;
    mote_error err;
} folders;

static void put(const char *folder, const char *path, const char *text)
{
    char       whole[200], parent[200];
    mote_error err = {0};

    snprintf(whole, sizeof whole, "%s/%s", folder, path);
    snprintf(parent, sizeof parent, "%.*s", (int)(mote_path_base(whole) - whole - 1), whole);
    assert_int_equal(mote_make_dirs(parent, &err), MOTE_OK);
    assert_int_equal(mote_file_write(whole, text, strlen(text), &err), MOTE_OK);
}

/* wanted NULL: there is no such file. */
static void check_file(const folders *f, const char *path, const char *wanted)
{
    char       whole[200];
    mote_file  file = {0};
    mote_error err = {0};

    snprintf(whole, sizeof whole, "%s/%s", f->project, path);
    if (!wanted) {
        assert_false(mote_path_exists(whole));
        return;
    }
    if (mote_file_open(&file, whole, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(file.count, strlen(wanted));
    assert_memory_equal(file.bytes, wanted, file.count);
    mote_file_close(&file);
}

static mote_kept_files merge(folders *f)
{
    mote_kept_files kept;

    f->err = (mote_error){0};
    mote_project_merge(&kept, f->made, f->project, "src", &f->arena, &f->err);
    return kept;
}

static void begin(folders *f)
{
    memset(f, 0, sizeof *f);
    snprintf(f->made, sizeof f->made, "build/tests/project-made-%d", (int)getpid());
    snprintf(f->project, sizeof f->project, "build/tests/project-%d", (int)getpid());
    put(f->made, "src/kws.c", "code 1");
    put(f->made, "src/deep/er/old.h", "old");
    put(f->made, "README.md", "page 1");
    put(f->made, "examples/a/a.ino", "sketch 1");
    assert_int_equal(merge(f).count, 0);
    assert_int_equal(f->err.code, MOTE_OK);
}

/* What is made the second time. */
static void make_again(folders *f)
{
    mote_error err = {0};

    assert_int_equal(mote_remove_tree(f->made, &err), MOTE_OK);
    put(f->made, "src/kws.c", "code 2");
    put(f->made, "README.md", "page 2");
    put(f->made, "examples/a/a.ino", "sketch 2");
    put(f->made, "examples/b/b.ino", "another");
}

static void end(folders *f)
{
    mote_error err = {0};

    mote_remove_tree(f->made, &err);
    mote_remove_tree(f->project, &err);
    mote_arena_destroy(&f->arena);
}

static void what_mote_wrote_is_replaced_and_the_users_stays(void **state)
{
    folders         f;
    mote_kept_files kept;

    (void)state;
    begin(&f);
    put(f.project, "src/mine.c", "mine");
    put(f.project, "examples/a/a.ino", "my sketch");
    put(f.project, "examples/b/b.ino", "my other one");
    make_again(&f);
    kept = merge(&f);
    assert_int_equal(f.err.code, MOTE_OK);
    assert_int_equal(kept.count, 2);
    assert_string_equal(kept.path[0], "examples/a/a.ino");
    assert_string_equal(kept.path[1], "examples/b/b.ino");
    check_file(&f, "src/kws.c", "code 2");
    check_file(&f, "README.md", "page 2");
    check_file(&f, "src/mine.c", "mine");
    check_file(&f, "examples/a/a.ino", "my sketch");
    check_file(&f, "examples/b/b.ino", "my other one");
    check_file(&f, "src/deep", NULL);               /* made no more, and its folders are empty */
    put(f.project, "examples/a/a.ino", "sketch 1"); /* the change is taken back: mote's again */
    kept = merge(&f);
    assert_int_equal(kept.count, 1);
    check_file(&f, "examples/a/a.ino", "sketch 2");
    end(&f);
}

static void changed_sources_are_refused_before_anything_changes(void **state)
{
    folders f;

    (void)state;
    begin(&f);
    put(f.project, "src/kws.c", "my code");
    make_again(&f);
    merge(&f);
    assert_int_equal(f.err.code, MOTE_ERR_USAGE);
    assert_non_null(strstr(f.err.text, "src/kws.c is not as mote wrote it"));
    check_file(&f, "README.md", "page 1");
    check_file(&f, "examples/b/b.ino", NULL);
    end(&f);
}

/* A merge that was cut short left new files that the list does not know: they are as they would be made. */
static void a_merge_that_was_cut_short_is_taken_up(void **state)
{
    folders f;

    (void)state;
    begin(&f);
    make_again(&f);
    put(f.project, "src/kws.c", "code 2");
    assert_int_equal(merge(&f).count, 0);
    assert_int_equal(f.err.code, MOTE_OK);
    check_file(&f, "README.md", "page 2");
    end(&f);
}

static void a_list_that_lies_reaches_nothing_outside(void **state)
{
    folders         f;
    char            list[400], outside[100];
    mote_sha256_hex hash;
    mote_sha256     sum;

    (void)state;
    begin(&f);
    mote_sha256_begin(&sum);
    mote_sha256_add(&sum, "precious", 8);
    hash = mote_sha256_end(&sum);
    snprintf(outside, sizeof outside, "%s-outside", f.project);
    put("build/tests", mote_path_base(outside), "precious");
    snprintf(list, sizeof list, "%s  ../%s\n%s  src/../../%s\n%s  %s\nshort\n", hash.text, mote_path_base(outside),
             hash.text, mote_path_base(outside), hash.text, outside);
    put(f.project, ".mote-files", list);
    merge(&f);
    assert_true(mote_path_exists(outside));
    unlink(outside);
    end(&f);
}

static void a_folder_in_a_files_place_is_refused(void **state)
{
    folders f;

    (void)state;
    begin(&f);
    make_again(&f);
    put(f.project, "examples/b/b.ino/x", "a folder of that name");
    merge(&f);
    assert_int_equal(f.err.code, MOTE_ERR_USAGE);
    assert_non_null(strstr(f.err.text, "is a folder"));
    check_file(&f, "README.md", "page 1");
    end(&f);
}

/* ---- the projects there are ---- */

static void every_project_has_templates_with_a_page(void **state)
{
    const mote_project *project;
    char                path[80];
    int                 i;

    (void)state;
    for (i = 0; (project = mote_project_at(i)) != NULL; i++) {
        snprintf(path, sizeof path, "templates/%s/README.md", project->name);
        if (!mote_embedded_find(path))
            fail_msg("%s is missing", path);
        assert_ptr_equal(mote_project_find(project->name), project);
    }
    assert_null(mote_project_at(-1));
    assert_null(mote_project_find("c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_their_texts_and_parts_come_and_go),
        cmocka_unit_test(names_in_paths_become_the_models),
        cmocka_unit_test(what_mote_wrote_is_replaced_and_the_users_stays),
        cmocka_unit_test(changed_sources_are_refused_before_anything_changes),
        cmocka_unit_test(a_merge_that_was_cut_short_is_taken_up),
        cmocka_unit_test(a_list_that_lies_reaches_nothing_outside),
        cmocka_unit_test(a_folder_in_a_files_place_is_refused),
        cmocka_unit_test(every_project_has_templates_with_a_page),
    };
    return cmocka_run_group_tests_name("project", tests, NULL, NULL);
}
