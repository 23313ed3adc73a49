/* Runs the cases of bundle.inc: TFLite Micro's bytes for integers, floats within 1e-5 max(1, max |reference|). On a chip it
 * writes how many cases there were, how many went wrong, and which; on a host it prints that.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>

#if defined(BUNDLE_ON_HOST)
#include <stdio.h>
#else
#include "harness.h"
#endif

static void copy_bytes(void *to, const uint8_t *from, uint32_t count)
{
    uint8_t *out = (uint8_t *)to;
    uint32_t i;

    for (i = 0; i < count; i++)
        out[i] = from[i];
}

static __attribute__((unused)) int same_bytes(const void *got, const uint8_t *wanted, uint32_t count)
{
    const uint8_t *bytes = (const uint8_t *)got;
    uint32_t       i;

    for (i = 0; i < count; i++)
        if (bytes[i] != wanted[i])
            return 0;
    return 1;
}

static float absolute(float x)
{
    return x < 0 ? -x : x;
}

static float float_at(const uint8_t *bytes, uint32_t i)
{
    float value;

    copy_bytes(&value, bytes + 4 * i, 4);
    return value;
}

/* NaN goes with NaN, infinity with the same infinity. */
static __attribute__((unused)) int same_floats(const void *got, const uint8_t *wanted, uint32_t count)
{
    const uint8_t *bytes = (const uint8_t *)got;
    float          largest = 1.0f;
    uint32_t       i;

    for (i = 0; i < count / 4; i++) {
        const float b = absolute(float_at(wanted, i));
        largest = b > largest && b <= 3.4e38f ? b : largest;
    }
    for (i = 0; i < count / 4; i++) {
        const float a = float_at(bytes, i), b = float_at(wanted, i);
        if (!(absolute(a - b) <= 1e-5f * largest) && !same_bytes(bytes + 4 * i, wanted + 4 * i, 4) && (a == a || b == b))
            return 0;
    }
    return 1;
}

#include "bundle.inc"

enum { CASE_COUNT = sizeof bundle_cases / sizeof *bundle_cases };

int main(void);

#if defined(BUNDLE_ON_HOST)
int main(void)
{
    int i, wrong = 0;

    for (i = 0; i < CASE_COUNT; i++)
        if (!bundle_cases[i].run()) {
            printf("wrong: %s\n", bundle_cases[i].name);
            wrong++;
        }
    printf("%d of %d cases differ\n", wrong, (int)CASE_COUNT);
    return wrong != 0;
}
#else
int main(void)
{
    static harness_report report;
    static uint32_t       told[2 + CASE_COUNT];
    port_state            port;
    uint32_t              i;

    for (i = 0; i < CASE_COUNT; i++) {
        told[0]++;
        if (!bundle_cases[i].run())
            told[2 + told[1]++] = i;
    }
    port_open(&port);
    port_write(&port, told, (2 + told[1]) * sizeof *told);
    report.magic = HARNESS_MAGIC;
    port_finish(&report);
}
#endif
