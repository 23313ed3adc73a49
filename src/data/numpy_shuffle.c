/* MT19937, seeded by one number as numpy.random.RandomState does, and the shuffle of its legacy generator: from the last
 * place down, each exchanged with one at or below it, drawn by rejection under a mask of bits.
 * Source: Matsumoto and Nishimura 1998; NumPy's mt19937.c, legacy-distributions.c (random_interval), mtrand.pyx (shuffle).
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/numpy_shuffle.h"

enum { WORDS = 624, MIDDLE = 397 };

typedef struct mt19937 {
    uint32_t word[WORDS];
    int      used;
} mt19937;

static void seed_words(mt19937 *g, uint32_t seed)
{
    uint32_t i;

    g->word[0] = seed;
    for (i = 1; i < WORDS; i++)
        g->word[i] = 1812433253u * (g->word[i - 1] ^ g->word[i - 1] >> 30) + i;
    g->used = WORDS;
}

static uint32_t twist(uint32_t upper, uint32_t lower)
{
    const uint32_t both = (upper & 0x80000000u) | (lower & 0x7fffffffu);

    return both >> 1 ^ (lower & 1 ? 0x9908b0dfu : 0);
}

static void next_words(mt19937 *g)
{
    int i;

    for (i = 0; i < WORDS; i++)
        g->word[i] = g->word[(i + MIDDLE) % WORDS] ^ twist(g->word[i], g->word[(i + 1) % WORDS]);
    g->used = 0;
}

static uint32_t next_word(mt19937 *g)
{
    uint32_t y;

    if (g->used == WORDS)
        next_words(g);
    y = g->word[g->used++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

/* 0 .. most. */
static uint32_t draw_at_most(mt19937 *g, uint32_t most)
{
    uint32_t mask = most, drawn;

    mask |= mask >> 1;
    mask |= mask >> 2;
    mask |= mask >> 4;
    mask |= mask >> 8;
    mask |= mask >> 16;
    do
        drawn = next_word(g) & mask;
    while (drawn > most);
    return drawn;
}

void mote_numpy_shuffle(uint32_t seed, uint32_t *items, uint32_t count)
{
    mt19937  g;
    uint32_t i, other, kept;

    seed_words(&g, seed);
    for (i = count; i-- > 1;) {
        other = draw_at_most(&g, i);
        kept = items[i];
        items[i] = items[other];
        items[other] = kept;
    }
}
