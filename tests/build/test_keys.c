/* Keys follow the data, and links in them once. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "build/keys.h"

#define ROOT "build/tests/keys"

/* ---- helpers ---- */

static void write_to(const char *path, const char *text)
{
    mote_error err = {0};

    assert_int_equal(mote_file_write(path, text, strlen(text), &err), MOTE_OK);
}

static mote_build_keys keys_of(const char *folder)
{
    mote_spec      *spec;
    mote_build_keys keys;
    mote_error      err = {0};
    char            text[400];

    snprintf(text, sizeof text, "data: {path: %s}\nmodel: {layers: [flatten]}\ntrain: {loss: mse}\n", folder);
    write_to(ROOT "/keys.yaml", text);
    assert_int_equal(mote_spec_load(&spec, ROOT "/keys.yaml", &err), MOTE_OK);
    if (mote_build_keys_find(&keys, spec, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_spec_destroy(spec);
    return keys;
}

static void make_data(const char *folder)
{
    mote_error err = {0};
    char       path[200];

    mote_remove_tree(folder, &err);
    snprintf(path, sizeof path, "%s/class", folder);
    assert_int_equal(mote_make_dirs(path, &err), MOTE_OK);
    snprintf(path, sizeof path, "%s/class/picture", folder);
    write_to(path, "pixels");
}

/* ---- tests ---- */

/* Ten links to the folder itself in each of two folders: ten to the power of the depth ways to the picture. */
static void links_in_circles_end(void **state)
{
    mote_build_keys before, after;
    char            path[200];
    int             i;

    (void)state;
    make_data(ROOT "/circles");
    for (i = 0; i < 10; i++) {
        snprintf(path, sizeof path, ROOT "/circles/self%d", i);
        assert_int_equal(symlink(".", path), 0);
        snprintf(path, sizeof path, ROOT "/circles/class/up%d", i);
        assert_int_equal(symlink("..", path), 0);
    }
    alarm(20);
    before = keys_of(ROOT "/circles");
    alarm(0);
    write_to(ROOT "/circles/class/picture", "other pixels");
    after = keys_of(ROOT "/circles");
    assert_string_not_equal(before.train, after.train);
}

static void a_link_to_nowhere_is_data_like_any_other_name(void **state)
{
    mote_build_keys without, with;

    (void)state;
    make_data(ROOT "/nowhere");
    without = keys_of(ROOT "/nowhere");
    assert_int_equal(symlink("missing", ROOT "/nowhere/class/dangling"), 0);
    with = keys_of(ROOT "/nowhere");
    assert_string_not_equal(without.train, with.train);
}

/* More folders than the table first has room for: all are walked, and none twice. */
static void each_of_many_folders_counts(void **state)
{
    mote_build_keys before, after;
    char            path[200];
    mote_error      err = {0};
    int             i;

    (void)state;
    make_data(ROOT "/many");
    for (i = 0; i < 600; i++) {
        snprintf(path, sizeof path, ROOT "/many/%d", i);
        mote_make_dirs(path, &err);
    }
    before = keys_of(ROOT "/many");
    write_to(ROOT "/many/599/picture", "pixels");
    after = keys_of(ROOT "/many");
    assert_string_not_equal(before.train, after.train);
}

static int make_root(void **state)
{
    mote_error err = {0};

    (void)state;
    return mote_make_dirs(ROOT, &err) != MOTE_OK;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_in_circles_end),
        cmocka_unit_test(a_link_to_nowhere_is_data_like_any_other_name),
        cmocka_unit_test(each_of_many_folders_counts),
    };
    return cmocka_run_group_tests_name("keys", tests, make_root, NULL);
}
