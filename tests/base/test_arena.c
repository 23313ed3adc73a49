/* Arenas under AddressSanitizer: each allocation is one of malloc's, so that what runs over it is seen.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
int         __asan_address_is_poisoned(const volatile void *address);
static bool may_touch(const volatile void *address)
{
    return !__asan_address_is_poisoned(address);
}
static const bool has_sanitizer = true;
#else
static bool may_touch(const volatile void *address)
{
    (void)address;
    return true;
}
static const bool has_sanitizer = false;
#endif

static void sanitizer_sees_what_runs_over_an_arenas_allocation(void **state)
{
    mote_arena      arena = {0};
    mote_error      err = {0};
    mote_arena_mark mark;
    unsigned char  *first, *second;

    (void)state;
    if (!has_sanitizer)
        skip();
    first = mote_arena_alloc(&arena, 5, 1, &err);
    mark = mote_arena_get_mark(&arena);
    second = mote_arena_alloc(&arena, 3, 7, &err);
    assert_true(may_touch(first + 4) && may_touch(second + 20));
    assert_false(may_touch(first + 5) || may_touch(second + 21) || may_touch(first - 1) || may_touch(second - 1));
    mote_arena_release(&arena, mark);
    assert_true(may_touch(first));
    assert_false(may_touch(second));
    mote_arena_destroy(&arena);
    assert_false(may_touch(first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sanitizer_sees_what_runs_over_an_arenas_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
