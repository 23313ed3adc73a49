/* chips/parts/xtensa/rom*.c, compiled for this machine: the integers and floats of an ESP8266 against this machine's own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdint.h>
#include <string.h>

/* Under names that this machine's compiler does not take for its own. */
#define __umulsidi3   rom_umulsidi3
#define __muldi3      rom_muldi3
#define __udivsi3     rom_udivsi3
#define __umodsi3     rom_umodsi3
#define __divsi3      rom_divsi3
#define __udivdi3     rom_udivdi3
#define __umoddi3     rom_umoddi3
#define __divdi3      rom_divdi3
#define __udivmoddi4  rom_udivmoddi4
#define __addsf3      rom_addsf3
#define __subsf3      rom_subsf3
#define __mulsf3      rom_mulsf3
#define __floatsisf   rom_floatsisf
#define __floatunsisf rom_floatunsisf
#define __fixunssfsi  rom_fixunssfsi
#define __adddf3      rom_adddf3
#define __subdf3      rom_subdf3
#define __muldf3      rom_muldf3
#define __divdf3      rom_divdf3
#define __floatsidf   rom_floatsidf
#define __floatunsidf rom_floatunsidf
#define __fixunsdfsi  rom_fixunsdfsi
#define __fixdfsi     rom_fixdfsi
#define __extendsfdf2 rom_extendsfdf2
#define __truncdfsf2  rom_truncdfsf2
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion" /* which the chip's parts are not compiled with */
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#include "chips/parts/xtensa/rom.c"
#include "chips/parts/xtensa/rom_float.c"
#pragma GCC diagnostic pop

enum { DRAWS = 300000 };

uint64_t rom_udivmoddi4(uint64_t a, uint64_t b, uint64_t *rest)
{
    if (rest)
        *rest = a % b;
    return a / b;
}

/* ---- numbers ---- */

static uint64_t state_of_dice = 88172645463325252u;

static uint64_t draw(void)
{
    state_of_dice ^= state_of_dice << 13;
    state_of_dice ^= state_of_dice >> 7;
    state_of_dice ^= state_of_dice << 17;
    return state_of_dice;
}

/* Any bits; subnormal; near 1, so that sums cancel; special; few bits set. */
static uint32_t draw_single(void)
{
    static const uint32_t special[] = {0,          0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 1,
                                       0x7f7fffff, 0x00800000, 0x3f800000, 0x4f800000, 0x7fffff};
    const uint32_t        bits = (uint32_t)draw();

    switch (draw() % 6) {
    case 0:
        return (bits & 0x80000000) | (bits & 0x7fffff) >> (draw() % 23);
    case 1:
        return (bits & 0x80ffffff) | 0x3f000000;
    case 2:
        return special[draw() % (sizeof special / sizeof *special)];
    case 3:
        return bits & 0xffff0000;
    default:
        return bits;
    }
}

static uint64_t draw_double(void)
{
    const uint64_t bits = draw(), sign = bits & 0x8000000000000000u;

    switch (draw() % 6) {
    case 0:
        return sign | (bits & 0xfffffffffffff) >> (draw() % 52);
    case 1:
        return (bits & 0x800fffffffffffff) | (uint64_t)(0x3f0 + draw() % 32) << 52;
    case 2:
        return rom_extendsfdf2(draw_single());
    case 3:
        return rom_extendsfdf2(draw_single()) + draw() % 3;
    case 4:
        return bits & 0xffffffff00000000;
    default:
        return bits;
    }
}

static float as_single(uint32_t bits)
{
    float number;

    memcpy(&number, &bits, sizeof number);
    return number;
}

static double as_double(uint64_t bits)
{
    double number;

    memcpy(&number, &bits, sizeof number);
    return number;
}

/* What is no number has many bits, and any will do. */
static void check_single(const char *what, uint64_t a, uint64_t b, uint32_t got, float wanted)
{
    uint32_t bits;

    memcpy(&bits, &wanted, sizeof bits);
    if (got != bits && !(wanted != wanted && got << 1 > 0xff000000))
        fail_msg("%s of %016llx and %016llx: %08x, not %08x", what, (unsigned long long)a, (unsigned long long)b, got, bits);
}

static void check_double(const char *what, uint64_t a, uint64_t b, uint64_t got, double wanted)
{
    uint64_t bits;

    memcpy(&bits, &wanted, sizeof bits);
    if (got != bits && !(wanted != wanted && got << 1 > 0xffe0000000000000))
        fail_msg("%s of %016llx and %016llx: %016llx, not %016llx", what, (unsigned long long)a, (unsigned long long)b,
                 (unsigned long long)got, (unsigned long long)bits);
}

/* ---- tests ---- */

static void singles_are_this_machines(void **state)
{
    int i;
    (void)state;
    for (i = 0; i < DRAWS; i++) {
        const uint32_t a = draw_single(), b = draw() % 8 ? draw_single() : a + (uint32_t)(draw() % 5) - 2;
        const float    x = as_single(a), y = as_single(b);
        check_single("sum", a, b, rom_addsf3(a, b), x + y);
        check_single("difference", a, b, rom_subsf3(a, b), x - y);
        check_single("product", a, b, rom_mulsf3(a, b), x * y);
        check_single("float", a, 0, rom_floatsisf((int32_t)a), (float)(int32_t)a);
        check_single("float of unsigned", a, 0, rom_floatunsisf(a), (float)a);
        check_double("double", a, 0, rom_extendsfdf2(a), (double)x);
        if (x > -1 && x < 4294967296.0f)
            assert_int_equal(rom_fixunssfsi(a), (uint32_t)x);
    }
}

static void doubles_are_this_machines(void **state)
{
    int i;
    (void)state;
    for (i = 0; i < DRAWS; i++) {
        const uint64_t a = draw_double(), b = draw() % 8 ? draw_double() : a + draw() % 5 - 2;
        const double   x = as_double(a), y = as_double(b);
        check_double("sum", a, b, rom_adddf3(a, b), x + y);
        check_double("difference", a, b, rom_subdf3(a, b), x - y);
        check_double("product", a, b, rom_muldf3(a, b), x * y);
        check_double("quotient", a, b, rom_divdf3(a, b), x / y);
        check_double("double", a, 0, rom_floatsidf((int32_t)a), (double)(int32_t)a);
        check_double("double of unsigned", a, 0, rom_floatunsidf((uint32_t)a), (double)(uint32_t)a);
        check_single("float", a, 0, rom_truncdfsf2(a), (float)x);
        if (x > -1 && x < 4294967296.0)
            assert_int_equal(rom_fixunsdfsi(a), (uint32_t)x);
        if (x > -2147483649.0 && x < 2147483648.0)
            assert_true(rom_fixdfsi(a) == (int32_t)x);
    }
}

static void integers_are_this_machines(void **state)
{
    int i;
    (void)state;
    for (i = 0; i < DRAWS; i++) {
        const uint64_t a = draw() >> draw() % 64, b = draw() >> draw() % 64;
        const uint32_t p = (uint32_t)a, q = (uint32_t)b | 1;
        assert_true(rom_umulsidi3(p, q) == (uint64_t)p * q);
        assert_true((uint64_t)rom_muldi3((int64_t)a, (int64_t)b) == a * b);
        assert_int_equal(rom_udivsi3(p, q), p / q);
        assert_int_equal(rom_umodsi3(p, q), p % q);
        assert_true(rom_divdi3(-(int64_t)(a >> 1), (int64_t)(b >> 1 | 1)) == -(int64_t)(a >> 1) / (int64_t)(b >> 1 | 1));
        if (p != 0x80000000 || q != 0xffffffff)
            assert_int_equal(rom_divsi3((int32_t)p, (int32_t)q), (int32_t)p / (int32_t)q);
    }
    assert_int_equal(rom_udivsi3(0xffffffff, 1), 0xffffffff);
    assert_int_equal(rom_udivsi3(0, 7), 0);
    assert_int_equal(rom_umodsi3(6, 7), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(singles_are_this_machines),
        cmocka_unit_test(doubles_are_this_machines),
        cmocka_unit_test(integers_are_this_machines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
