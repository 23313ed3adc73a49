/* base/json: what lacks memory is not printed at all.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static long left; /* allocations until the one that fails; below 0: none does */

static void *allocate(size_t bytes)
{
    return left-- == 0 ? NULL : malloc(bytes);
}

static json_t *build(void)
{
    json_t *object = json_object(), *list = json_array(), *other = json_object();
    int     i;

    for (i = 0; i < 20; i++)
        mote_json_append(&list, mote_json_number(i * 0.5));
    mote_json_set(&object, "list", list);
    mote_json_set(&object, "name", mote_json_text("caf\xc3\xa9"));
    mote_json_set(&object, "odd", mote_json_text("\xff"));
    mote_json_set(&other, "name", mote_json_text("not taken"));
    mote_json_set(&other, "none", mote_json_text(NULL));
    mote_json_set(&other, "endless", mote_json_number(INFINITY));
    mote_json_complete(&object, other);
    json_decref(other);
    return object;
}

static void json_prints_what_it_was_given(void **state)
{
    mote_error err = {0};
    char      *text = mote_json_print(build(), JSON_COMPACT, &err);

    (void)state;
    assert_non_null(text);
    assert_non_null(strstr(text, "{\"list\":[0.0,0.5,1.0,"));
    assert_non_null(strstr(text, "9.5],\"name\":\"caf\xc3\xa9\",\"odd\":\"\\\\xff\",\"none\":null,\"endless\":null}"));
    free(text);
}

static void json_is_whole_or_not_printed_whichever_allocation_fails(void **state)
{
    mote_error err = {0};
    char      *whole = mote_json_print(build(), JSON_COMPACT, &err), *text = NULL;
    long       n;

    (void)state;
    for (n = 0; n < 10000 && !text; n++) {
        mote_error failure = {0};
        left = n;
        json_set_alloc_funcs(allocate, free);
        text = mote_json_print(build(), JSON_COMPACT, &failure);
        json_set_alloc_funcs(malloc, free);
        if (left >= 0) /* every allocation was granted */
            break;
        if (text)
            assert_string_equal(text, whole); /* jansson went on without: allowed when nothing is missing */
        else
            assert_int_equal(failure.code, MOTE_ERR_LIMIT);
        free(text);
        text = NULL;
    }
    assert_true(n > 40);
    assert_string_equal(text, whole);
    free(text);
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_prints_what_it_was_given),
        cmocka_unit_test(json_is_whole_or_not_printed_whichever_allocation_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
