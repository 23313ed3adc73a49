/* Initial values: Keras' distributions over the counter-based generator. Every value is a pure function of seed, weight and
 * element, in double, without the system's mathematics: the same bits on every machine.
 *
 * Normal values come from the inverse of the distribution function, so a cut distribution is one uniform number in a
 * narrower range: nothing is drawn twice.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/random.h"
#include "layers/layer.h"

typedef enum distribution { CONSTANT, UNIFORM, NORMAL, CUT_NORMAL } distribution;

/* What an initializer means for a weight: the value, the limit or the deviation. */
typedef struct recipe {
    distribution kind;
    double       size;
} recipe;

/* The standard deviation of a standard normal cut at two deviations: Keras divides by it, so that the cut one has the
 * deviation asked for (keras/src/initializers/random_initializers.py, VarianceScaling). */
#define CUT_DEVIATION 0.87962566103423978
/* The probability below minus two deviations. */
#define CUT_TAIL 0.022750131948179209

static recipe recipe_of(const mote_initialization *i)
{
    double fan_in = i->fan_in > 1 ? i->fan_in : 1, fan_mean = (i->fan_in + i->fan_out) / 2;

    fan_mean = fan_mean > 1 ? fan_mean : 1;
    switch (i->initializer) {
    case MOTE_INITIALIZER_ONES:
        return (recipe){CONSTANT, 1};
    case MOTE_INITIALIZER_GLOROT_UNIFORM:
        return (recipe){UNIFORM, sqrt(3 / fan_mean)};
    case MOTE_INITIALIZER_GLOROT_NORMAL:
        return (recipe){CUT_NORMAL, sqrt(1 / fan_mean) / CUT_DEVIATION};
    case MOTE_INITIALIZER_HE_UNIFORM:
        return (recipe){UNIFORM, sqrt(6 / fan_in)};
    case MOTE_INITIALIZER_HE_NORMAL:
        return (recipe){CUT_NORMAL, sqrt(2 / fan_in) / CUT_DEVIATION};
    case MOTE_INITIALIZER_LECUN_UNIFORM:
        return (recipe){UNIFORM, sqrt(3 / fan_in)};
    case MOTE_INITIALIZER_LECUN_NORMAL:
        return (recipe){CUT_NORMAL, sqrt(1 / fan_in) / CUT_DEVIATION};
    case MOTE_INITIALIZER_RANDOM_UNIFORM:
        return (recipe){UNIFORM, 0.05};
    case MOTE_INITIALIZER_RANDOM_NORMAL:
        return (recipe){NORMAL, 0.05};
    case MOTE_INITIALIZER_ORTHOGONAL: /* of which matrices are made */
        return (recipe){NORMAL, 1};
    case MOTE_INITIALIZER_DEFAULT:
    case MOTE_INITIALIZER_ZEROS:
        break;
    }
    return (recipe){CONSTANT, 0};
}

/* log x = e log 2 + 2 artanh((m - 1) / (m + 1)), x = m 2^e, sqrt(1/2) <= m < sqrt(2); x > 0. Within 1e-16 relative. */
static double natural_log(double x)
{
    int    e, k;
    double m = frexp(x, &e), z, square, sum = 0;

    if (m < 0.70710678118654752) {
        m *= 2;
        e--;
    }
    z = (m - 1) / (m + 1);
    square = z * z;
    for (k = 23; k >= 1; k -= 2)
        sum = sum * square + 1.0 / k;
    return e * 0.69314718055994531 + 2 * z * sum;
}

static double polynomial(const double *coefficients, double x)
{
    double sum = coefficients[0];
    int    i;

    for (i = 1; i < 8; i++)
        sum = sum * x + coefficients[i];
    return sum;
}

/* The standard normal's quantile, 0 < p < 1. Source: Wichura 1988, "Algorithm AS 241", PPND16: within 1e-16 relative. */
static double normal_quantile(double p)
{
    static const double middle_over[8] = {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
                                          45921.953931549871457, 13731.693765509461125, 1971.5909503065514427,
                                          133.14166789178437745, 3.387132872796366608};
    static const double middle_under[8] = {
        5226.495278852854561,  28729.085735721942674, 39307.89580009271061,  21213.794301586595867,
        5394.1960214247511077, 687.1870074920579083,  42.313330701600911252, 1.0};
    static const double near_over[8] = {7.7454501427834140764e-4, .0227238449892691845833, .24178072517745061177,
                                        1.27045825245236838258,   3.64784832476320460504,  5.7694972214606914055,
                                        4.6303378461565452959,    1.42343711074968357734};
    static const double near_under[8] = {
        1.05075007164441684324e-9, 5.475938084995344946e-4, .0151986665636164571966, .14810397642748007459,
        .68976733498510000455,     1.6763848301838038494,   2.05319162663775882187,  1.0};
    static const double far_over[8] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, .0012426609473880784386,
                                       .026532189526576123093,    .29656057182850489123,     1.7848265399172913358,
                                       5.4637849111641143699,     6.6579046435011037772};
    static const double far_under[8] = {
        2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
        .0148753612908506148525,    .13692988092273580531,    .59983220655588793769,    1.0};
    double q = p - 0.5, r;

    if (fabs(q) <= 0.425) {
        r = 0.180625 - q * q;
        return q * polynomial(middle_over, r) / polynomial(middle_under, r);
    }
    r = sqrt(-natural_log(q < 0 ? p : 1 - p));
    r = r <= 5 ? polynomial(near_over, r - 1.6) / polynomial(near_under, r - 1.6)
               : polynomial(far_over, r - 5) / polynomial(far_under, r - 5);
    return q < 0 ? -r : r;
}

/* ---- orthogonal ---- */

/* Vectors in a matrix: element e of vector v is values[v * next + e * step]. */
typedef struct vectors {
    float *values;
    size_t count, length, next, step;
} vectors;

static double product(const vectors *m, size_t a, size_t b)
{
    double sum = 0;
    size_t e;

    for (e = 0; e < m->length; e++)
        sum += (double)m->values[a * m->next + e * m->step] * (double)m->values[b * m->next + e * m->step];
    return sum;
}

/* Vector a becomes factor a + other b. */
static void combine(const vectors *m, size_t a, double factor, double other, size_t b)
{
    size_t e;

    for (e = 0; e < m->length; e++) {
        float *value = &m->values[a * m->next + e * m->step];
        *value = (float)(factor * (double)*value + other * (double)m->values[b * m->next + e * m->step]);
    }
}

/* Each vector loses what the ones before it have of it, twice, as the first time rounds, and gets length 1. This is the Q of
 * a QR decomposition whose R has a positive diagonal: Keras' own, which multiplies Q by the signs of that diagonal. */
static void make_orthogonal(const vectors *m)
{
    size_t v, before;
    int    round;

    for (v = 0; v < m->count; v++) {
        for (round = 0; round < 2; round++)
            for (before = 0; before < v; before++)
                combine(m, v, 1, -product(m, v, before), before);
        combine(m, v, 1 / sqrt(product(m, v, v)), 0, v);
    }
}

/* [out, in], the transpose of Keras' kernel: the shorter side's vectors are at right angles. */
static void orthogonalize(const mote_initialization *initialization, float *values, size_t count)
{
    const size_t columns = (size_t)initialization->fan_in, rows = count / columns;

    make_orthogonal(rows >= columns ? &(vectors){values, columns, rows, 1, columns}
                                    : &(vectors){values, rows, columns, columns, 1});
}

void mote_initialize(const mote_initialization *initialization, float *values, size_t count)
{
    mote_random_key key = mote_random_make(initialization->seed, MOTE_RANDOM_INIT, initialization->index, 0);
    recipe          r = recipe_of(initialization);
    size_t          i;

    for (i = 0; i < count; i++) {
        double unit = r.kind == CONSTANT ? 0 : mote_random_unit_f64(key, i) * (1 - 0x1p-52) + 0x1p-54; /* not 0, not 1 */
        if (r.kind == CONSTANT)
            values[i] = (float)r.size;
        else if (r.kind == UNIFORM)
            values[i] = (float)(r.size * (2 * unit - 1));
        else if (r.kind == NORMAL)
            values[i] = (float)(r.size * normal_quantile(unit));
        else
            values[i] = (float)(r.size * normal_quantile(CUT_TAIL + unit * (1 - 2 * CUT_TAIL)));
    }
    if (initialization->initializer == MOTE_INITIALIZER_ORTHOGONAL)
        orthogonalize(initialization, values, count);
}
