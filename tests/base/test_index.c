/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "base/index.h"

enum { KEYS = 1000, VALUES = 5000 };

/* Hashes are few and lie far apart or side by side, so that buckets hold several of them. */
static uint64_t hash_of(int32_t key)
{
    return key % 2 ? (uint64_t)key : (uint64_t)key << 32;
}

static void an_index_gives_all_values_of_a_hash_in_their_order(void **state)
{
    mote_index index = {0};
    int32_t    i, at, key;

    (void)state;
    assert_int_equal(mote_index_first(&index, 1), -1);
    for (i = 0; i < VALUES; i++)
        assert_true(mote_index_add(&index, hash_of(i % KEYS), i));
    for (key = 0; key < KEYS; key++) {
        i = key;
        for (at = mote_index_first(&index, hash_of(key)); at >= 0; at = mote_index_next(&index, at)) {
            assert_int_equal(mote_index_value(&index, at), i);
            i += KEYS;
        }
        assert_int_equal(i, key + VALUES);
    }
    assert_int_equal(mote_index_first(&index, hash_of(KEYS + 1)), -1);
    mote_index_free(&index);
    mote_index_free(&index);
}

static void the_hash_is_fnv_1a_and_goes_on_where_it_ended(void **state)
{
    (void)state;
    /* Fowler, Noll and Vo's own test vector for "foobar", 64 bits. */
    assert_true(mote_hash_bytes(MOTE_HASH_SEED, "foobar", 6) == 0x85944171f73967e8u);
    assert_true(mote_hash_bytes(mote_hash_bytes(MOTE_HASH_SEED, "foo", 3), "bar", 3) == 0x85944171f73967e8u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_gives_all_values_of_a_hash_in_their_order),
        cmocka_unit_test(the_hash_is_fnv_1a_and_goes_on_where_it_ended),
    };
    return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
