/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

enum { ROUNDS = 10 };

mote_random_key mote_random_make(uint64_t seed, mote_random_use use, uint32_t a, uint32_t b)
{
    return (mote_random_key){{(uint32_t)seed, (uint32_t)(seed >> 32) ^ ((uint32_t)use << 24), a, b}};
}

mote_random_block mote_random_at(mote_random_key key, uint64_t position)
{
    uint32_t c0 = (uint32_t)position, c1 = (uint32_t)(position >> 32), c2 = key.word[2], c3 = key.word[3];
    uint32_t k0 = key.word[0], k1 = key.word[1];
    int      round;

    for (round = 0; round < ROUNDS; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return (mote_random_block){{c0, c1, c2, c3}};
}

uint32_t mote_random_u32(mote_random_key key, uint64_t index)
{
    return mote_random_at(key, index / 4).word[index % 4];
}

float mote_random_unit_f32(mote_random_key key, uint64_t index)
{
    return (float)(mote_random_u32(key, index) >> 8) * 0x1p-24f;
}

double mote_random_unit_f64(mote_random_key key, uint64_t index)
{
    mote_random_block block = mote_random_at(key, index);
    uint64_t          bits = ((uint64_t)block.word[0] << 32 | block.word[1]) >> 11;

    return (double)bits * 0x1p-53;
}

void mote_random_fill_f32(mote_random_key key, float low, float high, float *out, size_t count)
{
    size_t i, j;

    for (i = 0; i < count; i += 4) {
        mote_random_block block = mote_random_at(key, i / 4);
        for (j = 0; j < 4 && i + j < count; j++) {
            float unit = (float)(block.word[j] >> 8) * 0x1p-24f;
            out[i + j] = low + (high - low) * unit;
        }
    }
}

void mote_random_permutation(mote_random_key key, uint32_t *out, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        out[i] = i;
    for (i = count; i > 1; i--) {
        uint32_t j = (uint32_t)(((uint64_t)mote_random_u32(key, i) * i) >> 32), kept = out[i - 1];
        out[i - 1] = out[j];
        out[j] = kept;
    }
}
