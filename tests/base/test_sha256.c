/* base/sha256: the known answers of FIPS 180-4 (NIST's example values).
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>

#include "base/sha256.h"

static mote_sha256_hex hash_of(const void *bytes, size_t count)
{
    mote_sha256 hash;

    mote_sha256_begin(&hash);
    mote_sha256_add(&hash, bytes, count);
    return mote_sha256_end(&hash);
}

static void short_messages_have_their_published_hashes(void **state)
{
    static const struct {
        const char *message, *hash;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    size_t i;
    (void)state;
    for (i = 0; i < sizeof known / sizeof *known; i++)
        assert_string_equal(hash_of(known[i].message, strlen(known[i].message)).text, known[i].hash);
}

static void a_million_letters_in_odd_parts_have_their_published_hash(void **state)
{
    mote_sha256 hash;
    char        part[997];
    size_t      left = 1000000;
    (void)state;
    memset(part, 'a', sizeof part);
    mote_sha256_begin(&hash);
    while (left > 0) {
        size_t count = left < sizeof part ? left : sizeof part;
        mote_sha256_add(&hash, part, count);
        left -= count;
    }
    assert_string_equal(mote_sha256_end(&hash).text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_messages_have_their_published_hashes),
        cmocka_unit_test(a_million_letters_in_odd_parts_have_their_published_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
