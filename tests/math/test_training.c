/* Losses (values against their formulas in double, gradients against finite differences of those) and optimizer steps
 * (against Keras 3's update rules in double), at every level. SPDX-License-Identifier: Apache-2.0 */
#include "fence.h"

enum { ROWS = 7, COLUMNS_MAX = 37 };

static double clipped(double p)
{
    return p < 1e-7 ? 1e-7 : p > 1 - 1e-7 ? 1 - 1e-7 : p;
}

static double plain_softmax(int columns, const double *x, const double *t)
{
    double total = 0, loss = 0;
    for (int c = 0; c < columns; c++)
        total += exp(x[c]);
    for (int c = 0; c < columns; c++)
        loss -= t[c] * (x[c] - log(total));
    return loss;
}

static double plain_cross_entropy(int columns, const double *x, const double *t)
{
    double total = 0, loss = 0;
    for (int c = 0; c < columns; c++)
        total += x[c];
    for (int c = 0; c < columns; c++)
        loss -= t[c] * log(clipped(x[c] / total));
    return loss;
}

static double plain_cross_entropy_labels(int columns, const double *x, const double *t)
{
    double total = 0, loss = 0;
    for (int c = 0; c < columns; c++)
        total += clipped(x[c]);
    for (int c = 0; c < columns; c++)
        loss -= t[c] * log(clipped(x[c]) / total);
    return loss;
}

static double plain_sigmoid(int columns, const double *x, const double *t)
{
    double loss = 0;
    for (int c = 0; c < columns; c++)
        loss += (x[c] > 0 ? x[c] : 0) - x[c] * t[c] + log1p(exp(-fabs(x[c])));
    return loss / columns;
}

static double plain_binary(int columns, const double *x, const double *t)
{
    double loss = 0;
    for (int c = 0; c < columns; c++)
        loss -= t[c] * log(clipped(x[c])) + (1 - t[c]) * log(1 - clipped(x[c]));
    return loss / columns;
}

static double plain_square(int columns, const double *x, const double *t)
{
    double loss = 0;
    for (int c = 0; c < columns; c++)
        loss += (x[c] - t[c]) * (x[c] - t[c]);
    return loss / columns;
}

static double plain_absolute(int columns, const double *x, const double *t)
{
    double loss = 0;
    for (int c = 0; c < columns; c++)
        loss += fabs(x[c] - t[c]);
    return loss / columns;
}

typedef double plain_loss(int columns, const double *x, const double *t);
typedef double target_loss(size_t rows, int32_t columns, float scale, const float *x, const float *t, float *dx);
typedef double label_loss(size_t rows, int32_t columns, float scale, const float *x, const int32_t *labels, float *dx);

typedef struct trial {
    int32_t  columns;
    float   *x, *t, *dx;
    int32_t *labels;
    double  *want_dx;
} trial;

static trial make_trial(int32_t columns, bool is_probability, bool is_one_hot)
{
    size_t count = (size_t)(ROWS * columns);
    trial  k = {columns,
                fenced_random(count, is_probability ? 0.02f : -4, is_probability ? 0.9f : 4),
                fenced(count),
                fenced(count),
                fenced_bytes(ROWS * sizeof(int32_t), 0),
                doubles(count)};

    for (int row = 0; row < ROWS; row++) {
        k.labels[row] = draw_int(0, columns - 1);
        for (int32_t c = 0; c < columns; c++)
            k.t[row * columns + c] = is_one_hot ? (float)(c == k.labels[row]) : draw(0, 1);
    }
    return k;
}

static double plain_value_and_gradient(const trial *k, plain_loss *loss, double scale)
{
    double x[COLUMNS_MAX], t[COLUMNS_MAX], sum = 0;

    for (int row = 0; row < ROWS; row++) {
        for (int32_t c = 0; c < k->columns; c++) {
            x[c] = (double)k->x[row * k->columns + c];
            t[c] = (double)k->t[row * k->columns + c];
        }
        sum += loss(k->columns, x, t);
        for (int32_t c = 0; c < k->columns; c++) {
            double kept = x[c], h = 1e-6, up, down;
            x[c] = kept + h;
            up = loss(k->columns, x, t);
            x[c] = kept - h;
            down = loss(k->columns, x, t);
            x[c] = kept;
            k->want_dx[row * k->columns + c] = scale * (up - down) / (2 * h);
        }
    }
    return sum;
}

static void check_loss(target_loss *loss, label_loss *labels, plain_loss *plain, bool is_probability)
{
    static const int32_t columns[] = {1, 2, 3, 10, 16, 17, 37};

    for (size_t i = 0; i < 7; i++) {
        trial  k = make_trial(columns[i], is_probability, labels != NULL);
        size_t count = (size_t)(ROWS * k.columns);
        double want = plain_value_and_gradient(&k, plain, 0.125), got;
        got = labels ? labels(ROWS, k.columns, 0.125f, k.x, k.labels, k.dx) : loss(ROWS, k.columns, 0.125f, k.x, k.t, k.dx);
        assert_true(fabs(got - want) <= 2e-6 * (1 + want));
        assert_near("dx", count, k.dx, k.want_dx, 5e-6);
        got = labels ? labels(ROWS, k.columns, 1, k.x, k.labels, NULL) : loss(ROWS, k.columns, 1, k.x, k.t, NULL);
        assert_true(fabs(got - want) <= 2e-6 * (1 + want));
        if (labels) /* in place */
            labels(ROWS, k.columns, 0.125f, k.x, k.labels, k.x);
        else
            loss(ROWS, k.columns, 0.125f, k.x, k.t, k.x);
        assert_memory_equal(k.x, k.dx, count * sizeof *k.x);
        free(k.want_dx);
        close_fences();
    }
}

static void losses_at_level(const mote_math *math)
{
    check_loss(math->softmax_cross_entropy, NULL, plain_softmax, false);
    check_loss(NULL, math->softmax_cross_entropy_labels, plain_softmax, false);
    check_loss(math->cross_entropy, NULL, plain_cross_entropy, true);
    check_loss(NULL, math->cross_entropy_labels, plain_cross_entropy_labels, true);
    check_loss(math->sigmoid_cross_entropy, NULL, plain_sigmoid, false);
    check_loss(math->binary_cross_entropy, NULL, plain_binary, true);
    check_loss(math->mean_squared_error, NULL, plain_square, false);
    check_loss(math->mean_absolute_error, NULL, plain_absolute, false);
}

static void losses_and_gradients_match_their_formulas(void **state)
{
    (void)state;
    for_each_level(losses_at_level);
}

static void extremes_at_level(const mote_math *math)
{
    const float   logits[3] = {1000, -1000, 0}, one_hot[3] = {1, 0, 0}, certain[3] = {1, 0, 0};
    const int32_t wrong = 1;
    float         dx[3];

    assert_true(math->softmax_cross_entropy(1, 3, 1, logits, one_hot, dx) == 0);
    assert_true(dx[0] == 0 && dx[1] == 0 && dx[2] == 0);
    assert_true(math->softmax_cross_entropy_labels(1, 3, 1, logits, &wrong, dx) == 2000);
    assert_true(math->sigmoid_cross_entropy(1, 3, 1, logits, one_hot, dx) < 0.24);
    assert_true(fabs(math->cross_entropy_labels(1, 3, 1, certain, &wrong, dx) + log(1e-7)) < 1e-4);
    assert_true(dx[1] == 0); /* clipped: Keras passes nothing either */
    assert_true(isfinite(math->binary_cross_entropy(1, 3, 1, certain, one_hot, dx)));
    assert_true(math->softmax_cross_entropy(0, 3, 1, NULL, NULL, NULL) == 0);
}

static void losses_stay_finite_at_extremes(void **state)
{
    (void)state;
    for_each_level(extremes_at_level);
}

typedef struct slots {
    float  *w, *g, *a, *b, *c;
    double *ww, *aa, *bb, *cc;
    size_t  count;
} slots;

static slots make_slots(size_t count)
{
    slots s = {fenced_random(count, -1, 1),
               fenced(count),
               fenced(count),
               fenced(count),
               fenced(count),
               doubles(count),
               doubles(count),
               doubles(count),
               doubles(count),
               count};

    for (size_t i = 0; i < count; i++) {
        s.a[i] = s.b[i] = s.c[i] = 0;
        s.ww[i] = (double)s.w[i];
    }
    return s;
}

static void finish_slots(slots *s, bool clears_g)
{
    assert_near("w", s->count, s->w, s->ww, 3e-6);
    for (size_t i = 0; i < s->count; i++)
        assert_true((s->g[i] == 0) == clears_g);
    free(s->ww), free(s->aa), free(s->bb), free(s->cc);
    close_fences();
}

static void draw_gradient(slots *s)
{
    for (size_t i = 0; i < s->count; i++)
        s->g[i] = draw(0.1f, 1);
}

static void check_sgd(const mote_math *math, size_t count, mote_math_sgd o)
{
    slots s = make_slots(count);

    for (int step = 1; step <= 10; step++) {
        draw_gradient(&s);
        for (size_t i = 0; i < count; i++) {
            double move = -(double)o.lr * (double)s.g[i], momentum = (double)o.momentum;
            s.aa[i] = momentum * s.aa[i] + move;
            s.ww[i] += momentum == 0 ? move : o.nesterov ? momentum * s.aa[i] + move : s.aa[i];
        }
        math->sgd_step(&o, count, s.w, s.g, o.momentum != 0 ? s.a : NULL);
    }
    finish_slots(&s, o.clears_g);
}

static void check_rmsprop(const mote_math *math, size_t count, mote_math_rmsprop o)
{
    slots s = make_slots(count);

    for (int step = 1; step <= 10; step++) {
        draw_gradient(&s);
        for (size_t i = 0; i < count; i++) {
            double g = (double)s.g[i], rho = (double)o.rho, move, under;
            s.aa[i] = rho * s.aa[i] + (1 - rho) * g * g;
            s.cc[i] = rho * s.cc[i] + (1 - rho) * g;
            under = s.aa[i] - (o.centered ? s.cc[i] * s.cc[i] : 0) + (double)o.epsilon;
            move = (double)o.lr * g / sqrt(under);
            s.bb[i] = (double)o.momentum * s.bb[i] + move;
            s.ww[i] -= s.bb[i];
            if (o.momentum == 0)
                s.bb[i] = 0;
        }
        math->rmsprop_step(&o, count, s.w, s.g, s.a, o.momentum != 0 ? s.b : NULL, o.centered ? s.c : NULL);
    }
    finish_slots(&s, o.clears_g);
}

static void check_adam(const mote_math *math, size_t count, mote_math_adam o)
{
    slots s = make_slots(count);

    for (o.step = 1; o.step <= 10; o.step++) {
        double alpha =
            (double)o.lr * sqrt(1 - pow((double)o.beta2, (double)o.step)) / (1 - pow((double)o.beta1, (double)o.step));
        draw_gradient(&s);
        for (size_t i = 0; i < count; i++) {
            double g = (double)s.g[i];
            s.aa[i] += (g - s.aa[i]) * (1 - (double)o.beta1);
            s.bb[i] += (g * g - s.bb[i]) * (1 - (double)o.beta2);
            s.ww[i] -= alpha * s.aa[i] / (sqrt(s.bb[i]) + (double)o.epsilon);
        }
        math->adam_step(&o, count, s.w, s.g, s.a, s.b);
    }
    finish_slots(&s, o.clears_g);
}

static void optimizers_at_level(const mote_math *math)
{
    static const size_t counts[] = {1, 15, 16, 33, 1000};

    for (size_t i = 0; i < 5; i++) {
        check_sgd(math, counts[i], (mote_math_sgd){.lr = 0.01f});
        check_sgd(math, counts[i], (mote_math_sgd){.lr = 0.01f, .momentum = 0.9f, .clears_g = true});
        check_sgd(math, counts[i], (mote_math_sgd){.lr = 0.01f, .momentum = 0.9f, .nesterov = true});
        check_rmsprop(math, counts[i], (mote_math_rmsprop){.lr = 1e-3f, .rho = 0.9, .epsilon = 1e-7f, .clears_g = true});
        check_rmsprop(math, counts[i], (mote_math_rmsprop){.lr = 1e-3f, .rho = 0.9, .epsilon = 1e-7f, .momentum = 0.5f});
        check_rmsprop(math, counts[i], (mote_math_rmsprop){.lr = 1e-3f, .rho = 0.9, .epsilon = 1e-3f, .centered = true});
        check_adam(math, counts[i], (mote_math_adam){.lr = 1e-3f, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7f});
        check_adam(math, counts[i],
                   (mote_math_adam){.lr = 1e-2f, .beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-4f, .clears_g = true});
    }
}

static void optimizers_follow_keras_rules(void **state)
{
    (void)state;
    for_each_level(optimizers_at_level);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_and_gradients_match_their_formulas),
        cmocka_unit_test(losses_stay_finite_at_extremes),
        cmocka_unit_test(optimizers_follow_keras_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
