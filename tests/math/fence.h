/* Buffers for kernel tests: random contents, and guard bytes on both sides that must stay as they were; the levels to test.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_MATH_FENCE_H
#define MOTE_TESTS_MATH_FENCE_H

#include "testing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/math.h"

enum { FENCE_BYTES = 128, FENCES_MAX = 64, FENCE_FILL = 0xA5, THREADS_TESTED = 3 };

static struct {
    unsigned char *block[FENCES_MAX];
    size_t         bytes[FENCES_MAX];
    int            count;
} fences;

static uint64_t draws;

/* `shift` floats past a 64-byte boundary: kernels must not expect alignment. */
static void *fenced_bytes(size_t bytes, size_t shift)
{
    size_t         whole = (bytes + shift * 4 + 2 * FENCE_BYTES + 63) / 64 * 64;
    unsigned char *block = aligned_alloc(64, whole);

    assert_non_null(block);
    assert_true(fences.count < FENCES_MAX);
    memset(block, FENCE_FILL, whole);
    fences.block[fences.count] = block + shift * 4;
    fences.bytes[fences.count++] = bytes;
    return block + shift * 4 + FENCE_BYTES;
}

static inline float *fenced(size_t count)
{
    return fenced_bytes(count * sizeof(float), (size_t)fences.count % 3);
}

static inline float draw(float low, float high)
{
    float unit = mote_random_unit_f32(mote_random_make(7, MOTE_RANDOM_TEST, 0, 0), draws++);
    return low + (high - low) * unit;
}

/* A whole number in [low, high]. */
static inline int32_t draw_int(int32_t low, int32_t high)
{
    uint32_t word = mote_random_u32(mote_random_make(9, MOTE_RANDOM_TEST, 0, 0), draws++);
    return low + (int32_t)(word % (uint32_t)(high - low + 1));
}

static inline float *fenced_random(size_t count, float low, float high)
{
    float *p = fenced(count);
    for (size_t i = 0; i < count; i++)
        p[i] = draw(low, high);
    return p;
}

/* Scratch is filled with NaN bits, so that whoever trusts its contents shows. */
static inline void *fenced_scratch(size_t bytes)
{
    void *p = fenced_bytes(bytes, 0);
    memset(p, 0xff, bytes);
    return p;
}

/* All guard bytes are whole; all buffers are released. */
static inline void close_fences(void)
{
    for (int i = 0; i < fences.count; i++) {
        unsigned char *block = fences.block[i];
        for (size_t k = 0; k < FENCE_BYTES; k++)
            if (block[k] != FENCE_FILL || block[FENCE_BYTES + fences.bytes[i] + k] != FENCE_FILL)
                fail_msg("buffer %d: guard byte %zu was written", i, k);
        free((void *)((uintptr_t)block & ~(uintptr_t)63));
    }
    fences.count = 0;
}

/* |a - b| <= tolerance * max(1, max |b|) */
static inline void assert_near(const char *what, size_t count, const float *a, const double *b, double tolerance)
{
    double largest = 1;

    for (size_t i = 0; i < count; i++)
        largest = fabs(b[i]) > largest ? fabs(b[i]) : largest;
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)a[i] - b[i]) <= tolerance * largest))
            fail_msg("%s[%zu]: %.9g, expected %.9g (largest %.3g)", what, i, (double)a[i], b[i], largest);
}

/* Runs test at each level of this processor. */
static inline void for_each_level(void (*test)(const mote_math *math))
{
    static const char *const names[] = {"baseline", "avx2", "avx512"};

    for (int i = 0; i < 3; i++) {
        const mote_math *math = mote_math_select(names[i]);
        if (math) {
            draws = 0;
            test(math);
        }
    }
}

static inline double *doubles(size_t count)
{
    double *p = calloc(count ? count : 1, sizeof *p);
    assert_non_null(p);
    return p;
}

#endif
