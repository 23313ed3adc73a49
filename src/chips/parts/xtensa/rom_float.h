/* IEEE 754 arithmetic of one format, rounded to the nearest even: included once for each by rom_float.c, with
 *
 *   WORD, SIGNED    integers as wide as the format
 *   FRACTION        bits of the fraction
 *   EXPONENT        the largest exponent, of infinity and what is not a number
 *   F(name)         how functions of the format are named
 *
 * and F(multiply_high), which gives the upper word of a product with its lowest bit set if anything was cut off, and
 * F(count_zeros) of a word that is not 0. SPDX-License-Identifier: Apache-2.0 */

#define WORD_BITS ((int)(8 * sizeof(WORD)))
#define ONE       ((WORD)1 << FRACTION)
#define SIGN      ((WORD)1 << (WORD_BITS - 1))
#define INFINITE  ((WORD)EXPONENT << FRACTION)
#define NO_NUMBER (INFINITE | ONE >> 1)
#define BIAS      (EXPONENT / 2)
#define GUARDS    3 /* bits below the fraction, the last of them set if anything is below it */

typedef struct F(parts) {
    WORD sign, fraction; /* with its leading bit, but of a number that is too small for one */
    int  exponent;
} F(parts);

static inline F(parts) F(take_apart)(WORD a)
{
    F(parts) p = {a & SIGN, a & (ONE - 1), (int)(a >> FRACTION & EXPONENT)};

    if (p.exponent == 0)
        p.exponent = 1;
    else
        p.fraction |= ONE;
    return p;
}

static inline WORD F(shift_right)(WORD a, int bits)
{
    if (bits >= WORD_BITS)
        return a != 0;
    return bits == 0 ? a : a >> bits | (a << (WORD_BITS - bits) != 0);
}

/* fraction has its leading bit GUARDS higher than ONE, or less where exponent is 1. */
static inline WORD F(put_together)(WORD sign, int exponent, WORD fraction)
{
    const WORD guards = fraction & ((1 << GUARDS) - 1), half = 1 << (GUARDS - 1);

    if (exponent >= EXPONENT)
        return sign | INFINITE;
    fraction >>= GUARDS;
    fraction += guards > half || (guards == half && (fraction & 1));
    return sign | (((WORD)(exponent - 1) << FRACTION) + fraction); /* the leading bit adds the missing 1 */
}

/* fraction is anything but 0, its leading bit worth 2^(exponent - BIAS) at the top of the word. */
static WORD F(normalize)(WORD sign, int exponent, WORD fraction)
{
    const int zeros = F(count_zeros)(fraction), cut = WORD_BITS - 1 - FRACTION - GUARDS;

    fraction <<= zeros;
    exponent -= zeros;
    if (exponent >= 1)
        return F(put_together)(sign, exponent, F(shift_right)(fraction, cut));
    return F(put_together)(sign, 1, F(shift_right)(fraction, cut + 1 - exponent));
}

static inline int F(is_no_number)(WORD a)
{
    return (WORD)(a << 1) > (WORD)(INFINITE << 1);
}

/* |a| >= |b| */
static inline WORD F(add_smaller)(WORD a, WORD b)
{
    F(parts) p = F(take_apart)(a), q = F(take_apart)(b);
    WORD sum;

    if (p.exponent == EXPONENT) {
        if (F(is_no_number)(a) || (q.exponent == EXPONENT && p.sign != q.sign))
            return a | NO_NUMBER;
        return a;
    }
    p.fraction <<= GUARDS;
    q.fraction = F(shift_right)(q.fraction << GUARDS, p.exponent - q.exponent);
    if (p.sign == q.sign) {
        sum = p.fraction + q.fraction;
        if (sum >> (FRACTION + GUARDS + 1))
            return F(put_together)(p.sign, p.exponent + 1, F(shift_right)(sum, 1));
        return F(put_together)(p.sign, p.exponent, sum);
    }
    sum = p.fraction - q.fraction;
    if (sum == 0)
        return 0;
    while (!(sum >> (FRACTION + GUARDS)) && p.exponent > 1) {
        int by = F(count_zeros)(sum) - (WORD_BITS - 1 - FRACTION - GUARDS);
        by = by < p.exponent ? by : p.exponent - 1;
        sum <<= by;
        p.exponent -= by;
    }
    return F(put_together)(p.sign, p.exponent, sum);
}

static inline WORD F(add)(WORD a, WORD b)
{
    return (WORD)(a << 1) >= (WORD)(b << 1) ? F(add_smaller)(a, b) : F(add_smaller)(b, a);
}

/* The leading bit at the top. */
static inline void F(lift)(F(parts) * p)
{
    const int zeros = F(count_zeros)(p->fraction);

    p->fraction <<= zeros;
    p->exponent -= zeros - (WORD_BITS - 1 - FRACTION);
}

static inline WORD F(multiply)(WORD a, WORD b)
{
    F(parts) p = F(take_apart)(a), q = F(take_apart)(b);
    const WORD sign = p.sign ^ q.sign;

    if (F(is_no_number)(a) || F(is_no_number)(b))
        return (F(is_no_number)(a) ? a : b) | NO_NUMBER;
    if (p.exponent == EXPONENT || q.exponent == EXPONENT)
        return p.fraction == 0 || q.fraction == 0 ? NO_NUMBER : sign | INFINITE;
    if (p.fraction == 0 || q.fraction == 0)
        return sign;
    F(lift)(&p);
    F(lift)(&q);
    return F(normalize)(sign, p.exponent + q.exponent - BIAS + 1, F(multiply_high)(p.fraction, q.fraction));
}

/* Bit by bit. */
static inline WORD F(divide)(WORD a, WORD b)
{
    F(parts) p = F(take_apart)(a), q = F(take_apart)(b);
    const WORD sign = p.sign ^ q.sign;
    WORD       quotient = 0, rest;
    int        i;

    if (F(is_no_number)(a) || F(is_no_number)(b))
        return (F(is_no_number)(a) ? a : b) | NO_NUMBER;
    if (p.exponent == EXPONENT)
        return q.exponent == EXPONENT ? NO_NUMBER : sign | INFINITE;
    if (q.fraction == 0)
        return p.fraction == 0 ? NO_NUMBER : sign | INFINITE;
    if (q.exponent == EXPONENT || p.fraction == 0)
        return sign;
    F(lift)(&p);
    F(lift)(&q);
    p.fraction >>= 1;
    q.fraction >>= 1;
    rest = p.fraction;
    for (i = 0; i < WORD_BITS - 1; i++) {
        quotient <<= 1;
        if (rest >= q.fraction) {
            rest -= q.fraction;
            quotient |= 1;
        }
        rest <<= 1;
    }
    return F(normalize)(sign, p.exponent - q.exponent + BIAS + 1, quotient | (rest != 0));
}

/* size * 2^-shift, with the sign. */
static inline WORD F(of_integer)(int is_negative, WORD size)
{
    return size == 0 ? 0 : F(normalize)(is_negative ? SIGN : 0, BIAS + WORD_BITS - 1, size);
}

/* Toward 0; what does not fit is the nearest that does, what is no number 0. */
static inline uint32_t F(to_unsigned)(WORD a)
{
    const F(parts) p = F(take_apart)(a);
    const int shift = p.exponent - BIAS - FRACTION;

    if (p.exponent < BIAS || p.sign || F(is_no_number)(a))
        return 0;
    if (p.exponent - BIAS >= 32)
        return UINT32_MAX;
    return (uint32_t)(shift >= 0 ? p.fraction << shift : p.fraction >> -shift);
}

#undef WORD_BITS
#undef ONE
#undef SIGN
#undef INFINITE
#undef NO_NUMBER
#undef BIAS
#undef GUARDS
