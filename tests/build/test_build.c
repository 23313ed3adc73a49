/* A build does what has changed and nothing else, keeps what is done when a later stage fails, and gives the same bytes each
 * time. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <mote/build.h>

#include "base/file.h"

#define ROOT "build/tests/build"

/* fontconfig keeps its patterns by encoded offsets, which the leak checker cannot follow. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

/* ---- helpers ---- */

/* What differs from test to test. */
typedef struct spec_text {
    const char *data, *model, *train, *convert, *deploy;
} spec_text;

static const spec_text sine = {
    .data = "data: {generate: {sine: {samples: 200, noise: 0.1, seed: 1}}}",
    .model = "model: {input: [1], layers: [dense: {units: 8, activation: relu}, dense: {units: 1}]}",
    .train = "train: {loss: mse, optimizer: rmsprop, batch_size: 16, epochs: 3, metrics: [mae], seed: 7}",
    .convert = "convert: {quantize: int8, calibrate: 40, io: int8}",
    .deploy = "deploy: {target: c}",
};

static mote_spec *load(const char *name, spec_text text)
{
    char       path[200], yaml[2000];
    mote_spec *spec;
    mote_error err = {0};

    mote_make_dirs(ROOT, &err);
    snprintf(path, sizeof path, ROOT "/%s.yaml", name);
    snprintf(yaml, sizeof yaml, "name: %s\n%s\n%s\n%s\n%s\n%s\n", name, text.data, text.model, text.train, text.convert,
             text.deploy);
    assert_int_equal(mote_file_write(path, yaml, strlen(yaml), &err), MOTE_OK);
    if (mote_spec_load(&spec, path, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return spec;
}

typedef struct said {
    int  count;
    char lines[2000];
} said;

static void hear(void *user, const char *line)
{
    said *heard = user;

    heard->count++;
    strncat(heard->lines, line, sizeof heard->lines - strlen(heard->lines) - 2);
    strcat(heard->lines, "\n");
}

static mote_status try_build(mote_build_result *result, const char *folder, spec_text text, mote_error *err)
{
    mote_spec         *spec = load(mote_path_base(folder), text);
    said               heard = {0};
    mote_build_options options = {.folder = folder, .say = hear, .user = &heard};
    mote_status        status = mote_build(result, spec, &options, err);

    mote_spec_destroy(spec);
    if (status == MOTE_OK)
        assert_true(heard.count >= 3);
    return status;
}

static mote_build_result build(const char *folder, spec_text text)
{
    mote_build_result result;
    mote_error        err = {0};

    if (try_build(&result, folder, text, &err) != MOTE_OK)
        fail_msg("%s: %s", folder, err.text);
    return result;
}

static void assert_states(const mote_build_result *r, mote_stage_state train, mote_stage_state convert,
                          mote_stage_state deploy)
{
    if (r->train != train || r->convert != convert || r->deploy != deploy)
        fail_msg("train %d, convert %d, deploy %d; %d %d %d expected", (int)r->train, (int)r->convert, (int)r->deploy,
                 (int)train, (int)convert, (int)deploy);
}

#define FRESH MOTE_STAGE_UP_TO_DATE
#define RAN   MOTE_STAGE_RAN

static char *in(const char *folder, const char *name)
{
    static char paths[8][300];
    static int  next;
    char       *path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void clean(const char *folder)
{
    mote_error err = {0};

    assert_int_equal(mote_remove_tree(folder, &err), MOTE_OK);
}

static struct timespec modified(const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0)
        fail_msg("%s is missing", path);
    return info.st_mtim;
}

static void assert_same_files(const char *a, const char *b)
{
    mote_file  fa, fb;
    mote_error err = {0};

    assert_int_equal(mote_file_open(&fa, a, &err), MOTE_OK);
    assert_int_equal(mote_file_open(&fb, b, &err), MOTE_OK);
    if (fa.count != fb.count || memcmp(fa.bytes, fb.bytes, fa.count) != 0)
        fail_msg("%s and %s differ", a, b);
    mote_file_close(&fa);
    mote_file_close(&fb);
}

static bool is_same_file(const char *a, const char *b)
{
    char command[700];

    snprintf(command, sizeof command, "cmp -s %s %s", a, b);
    return system(command) == 0;
}

static void write_to(const char *path, const char *text)
{
    mote_error err = {0};

    assert_int_equal(mote_file_write(path, text, strlen(text), &err), MOTE_OK);
}

static const char *const products[] = {"model.tflite",
                                       "model_int8.tflite",
                                       "history.csv",
                                       "history.json",
                                       "summary.json",
                                       "firmware/sine.h",
                                       "firmware/sine.c",
                                       "firmware/sine_selftest.c",
                                       "firmware/mote_runtime/mrt.h",
                                       "plots/history.svg"};
enum { PRODUCT_COUNT = sizeof products / sizeof *products };

/* ---- tests ---- */

static void a_second_build_rewrites_nothing(void **state)
{
    const char       *folder = ROOT "/sine";
    struct timespec   before[PRODUCT_COUNT];
    mote_build_result first, second;
    int               i;

    (void)state;
    clean(folder);
    first = build(folder, sine);
    assert_states(&first, RAN, RAN, RAN);
    for (i = 0; i < PRODUCT_COUNT; i++)
        before[i] = modified(in(folder, products[i]));
    second = build(folder, sine);
    assert_states(&second, FRESH, FRESH, FRESH);
    for (i = 0; i < PRODUCT_COUNT; i++) {
        struct timespec after = modified(in(folder, products[i]));
        assert_memory_equal(&before[i], &after, sizeof after);
    }
    assert_string_equal(first.folder, folder);
    assert_true(first.summary.parameters == 25 && first.summary.epochs == 3 && first.summary.int8.file_bytes > 0);
    assert_true(second.summary.parameters == first.summary.parameters &&
                second.summary.arena_bytes == first.summary.arena_bytes);
    assert_true(mote_evaluation_metric(&second.summary.int8.evaluation, "mae") > 0);
    assert_true(mote_evaluation_metric(&second.summary.last_epoch, "loss") > 0);
}

static void comments_and_the_order_of_keys_change_nothing(void **state)
{
    const char       *folder = ROOT "/words";
    spec_text         text = sine;
    mote_build_result r;

    (void)state;
    clean(folder);
    build(folder, text);
    text.train =
        "train:   # the same in other words\n  seed: 7\n  epochs: 3\n  metrics: [mae]\n  batch_size: 16\n  loss: mse\n"
        "  optimizer: rmsprop";
    r = build(folder, text);
    assert_states(&r, FRESH, FRESH, FRESH);
}

static void each_section_runs_its_stage_and_those_after_it(void **state)
{
    const char       *folder = ROOT "/sections";
    spec_text         text = sine;
    struct timespec   trained;
    mote_build_result r;

    (void)state;
    clean(folder);
    build(folder, text);
    trained = modified(in(folder, "model.tflite"));
    text.deploy = "deploy: {target: c, optimize: size}";
    r = build(folder, text);
    assert_states(&r, FRESH, FRESH, RAN);
    text.convert = "convert: {quantize: int8, calibrate: 40, io: float32}";
    r = build(folder, text);
    assert_states(&r, FRESH, RAN, RAN);
    assert_true(modified(in(folder, "model.tflite")).tv_nsec == trained.tv_nsec);
    text.train = "train: {loss: mse, optimizer: rmsprop, batch_size: 16, epochs: 3, metrics: [mae], seed: 8}";
    r = build(folder, text);
    assert_states(&r, RAN, RAN, RAN);
    text.convert = "convert: {quantize: none}";
    r = build(folder, text);
    assert_states(&r, FRESH, RAN, RAN);
    assert_false(mote_path_exists(in(folder, "model_int8.tflite"))); /* nothing stale stays */
    assert_int_equal(r.summary.int8.file_bytes, 0);
    r = build(folder, text);
    assert_states(&r, FRESH, FRESH, FRESH);
}

static void what_is_missing_is_made_again(void **state)
{
    const char       *folder = ROOT "/missing";
    mote_build_result r;

    (void)state;
    clean(folder);
    build(folder, sine);
    clean(in(folder, "firmware"));
    r = build(folder, sine);
    assert_states(&r, FRESH, FRESH, RAN);
    remove(in(folder, "model_int8.tflite"));
    r = build(folder, sine);
    assert_int_equal(r.train, FRESH);
    assert_int_equal(r.convert, RAN);
    remove(in(folder, "history.csv"));
    r = build(folder, sine);
    assert_int_equal(r.train, RAN);
}

static void a_failing_stage_keeps_the_ones_before_it(void **state)
{
    const char       *folder = ROOT "/failing";
    mote_build_result r;
    mote_error        err = {0};

    (void)state;
    clean(folder);
    mote_make_dirs(in(folder, "firmware"), &err);
    write_to(in(folder, "firmware/mine.txt"), "a file of the user's own\n");
    assert_int_equal(try_build(&r, folder, sine, &err), MOTE_ERR_USAGE);
    assert_states(&r, RAN, RAN, RAN); /* the last one was begun */
    assert_true(mote_path_exists(in(folder, "firmware/mine.txt")));
    assert_true(mote_path_exists(in(folder, "model_int8.tflite")));
    remove(in(folder, "firmware/mine.txt"));
    r = build(folder, sine);
    assert_states(&r, FRESH, FRESH, RAN);
}

/* Training that is cut short must not leave a model that passes for one that another spec made. */
static void a_stage_that_fails_half_way_is_not_taken_for_done_when_the_spec_goes_back(void **state)
{
    const char       *folder = ROOT "/back";
    spec_text         other = sine;
    mote_build_result r;
    mote_error        err = {0};

    (void)state;
    clean(folder);
    build(folder, sine);
    other.train = "train: {loss: mse, optimizer: rmsprop, batch_size: 16, epochs: 3, metrics: [mae], seed: 99}";
    remove(in(folder, "history.csv"));
    mote_make_dirs(in(folder, "history.csv"), &err); /* the model can be written, its history cannot */
    assert_int_not_equal(try_build(&r, folder, other, &err), MOTE_OK);
    clean(in(folder, "history.csv"));
    write_to(in(folder, "history.csv"), "epoch\n");
    r = build(folder, sine);
    assert_int_equal(r.train, RAN);
}

static void a_damaged_summary_is_survived(void **state)
{
    static const char *const damaged[] = {
        "", "{", "[]", "null", "{\"keys\": 3, \"train\": [1]}", "\x80\x81", "{\"keys\": {\"train\": \"x\"}}"};
    const char       *folder = ROOT "/damaged";
    mote_build_result r;
    size_t            i;

    (void)state;
    clean(folder);
    build(folder, sine);
    for (i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        write_to(in(folder, "summary.json"), damaged[i]);
        r = build(folder, sine);
        assert_states(&r, RAN, RAN, RAN);
    }
    r = build(folder, sine);
    assert_states(&r, FRESH, FRESH, FRESH);
}

static void a_summary_is_read_back_as_it_was_written(void **state)
{
    const char  *folder = ROOT "/sine";
    mote_summary read;
    mote_error   err = {0};
    mote_file    file;
    char        *text;

    (void)state;
    build(folder, sine);
    assert_int_equal(mote_summary_load(&read, in(folder, "summary.json"), &err), MOTE_OK);
    text = mote_summary_json(&read);
    assert_int_equal(mote_file_open(&file, in(folder, "summary.json"), &err), MOTE_OK);
    assert_int_equal(strlen(text), file.count);
    assert_memory_equal(text, file.bytes, file.count);
    mote_file_close(&file);
    free(text);
    assert_int_not_equal(mote_summary_load(&read, ROOT "/nowhere.json", &err), MOTE_OK);
}

/* Trains the same on so many threads; the spec's name is the folder's, so the key differs, but not the bytes. */
static void build_on_threads(const char *folder, spec_text text, int threads)
{
    mote_spec         *spec = load("shards", text);
    mote_build_options options = {.folder = folder};
    mote_build_result  r;
    mote_error         err = {0};

    clean(folder);
    spec->train.threads = threads;
    if (mote_build(&r, spec, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_spec_destroy(spec);
}

static const spec_text mnist = {
    .data = "data: {path: build/tests/build/mnist, scale: 255}",
    .model =
        "model: {input: [28, 28, 1], layers: [conv2d: {filters: 4, kernel_size: 3, activation: relu}, max_pooling2d: 4, "
        "flatten, dropout: 0.25, dense: {units: 10, activation: softmax}]}",
    .train = "train: {loss: categorical_crossentropy, optimizer: adam, batch_size: 16, epochs: 12, validation_split: 0.2, "
             "metrics: "
             "[accuracy], seed: 5}",
    .convert = "convert: {quantize: int8, calibrate: 20, io: uint8}",
    .deploy = "deploy: {target: c}",
};

/* 200 training and 50 test images of the committed part of MNIST, as IDX files. */
static void cut_idx(const char *from, const char *to, unsigned keep, size_t header)
{
    mote_file  file;
    mote_error err = {0};
    uint8_t   *copy;
    size_t     bytes;

    assert_int_equal(mote_file_open(&file, from, &err), MOTE_OK);
    bytes = header + keep * (header == 16 ? 784u : 1u);
    assert_true(bytes <= file.count);
    copy = malloc(bytes);
    memcpy(copy, file.bytes, bytes);
    copy[4] = copy[5] = 0;
    copy[6] = (uint8_t)(keep >> 8);
    copy[7] = (uint8_t)keep;
    assert_int_equal(mote_file_write(to, copy, bytes, &err), MOTE_OK);
    free(copy);
    mote_file_close(&file);
}

static int make_mnist(void **state)
{
    static const struct {
        const char *name;
        unsigned    keep;
        size_t      header;
    } parts[] = {{"train-images-idx3-ubyte", 200, 16},
                 {"train-labels-idx1-ubyte", 200, 8},
                 {"t10k-images-idx3-ubyte", 50, 16},
                 {"t10k-labels-idx1-ubyte", 50, 8}};
    mote_error err = {0};
    size_t     i;

    (void)state;
    mote_make_dirs(ROOT "/mnist", &err);
    for (i = 0; i < 4; i++) {
        char from[200], to[200], command[600];
        snprintf(from, sizeof from, "examples/mnist/subset/%s", parts[i].name);
        snprintf(to, sizeof to, ROOT "/mnist/%s", parts[i].name);
        if (!mote_path_exists(from)) { /* kept compressed */
            snprintf(command, sizeof command, "gzip -dc %s.gz >" ROOT "/unpacked", from);
            assert_int_equal(system(command), 0);
            snprintf(from, sizeof from, ROOT "/unpacked");
        }
        cut_idx(from, to, parts[i].keep, parts[i].header);
    }
    return err.code != MOTE_OK;
}

static void the_number_of_threads_changes_no_byte(void **state)
{
    const char *names[] = {ROOT "/threads1", ROOT "/threads2", ROOT "/threads3"};
    int         i, t;

    (void)state;
    for (t = 0; t < 3; t++)
        build_on_threads(names[t], mnist, t + 1);
    for (t = 1; t < 3; t++)
        for (i = 0; i < 4; i++) {
            static const char *const same[] = {"model.tflite", "model_int8.tflite", "history.csv", "firmware/shards.c"};
            assert_same_files(in(names[0], same[i]), in(names[t], same[i]));
        }
}

static void mnist_builds_and_a_changed_file_of_data_retrains(void **state)
{
    const char       *folder = ROOT "/digits";
    mote_build_result r;
    mote_error        err = {0};
    mote_file         file;

    (void)state;
    clean(folder);
    r = build(folder, mnist);
    assert_states(&r, RAN, RAN, RAN);
    assert_int_equal(r.summary.train_samples, 160);
    assert_int_equal(r.summary.validation_samples, 40);
    assert_int_equal(r.summary.test_samples, 50);
    assert_true(mote_evaluation_metric(&r.summary.real.evaluation, "accuracy") > 0.2);
    assert_true(mote_path_exists(in(folder, "firmware/digits.c")));
    r = build(folder, mnist);
    assert_states(&r, FRESH, FRESH, FRESH);
    assert_int_equal(mote_file_open(&file, ROOT "/mnist/t10k-labels-idx1-ubyte", &err), MOTE_OK);
    assert_int_equal(mote_file_write(ROOT "/mnist/t10k-labels-idx1-ubyte", file.bytes, file.count, &err), MOTE_OK);
    mote_file_close(&file);
    r = build(folder, mnist);
    assert_int_equal(r.train, RAN); /* touched: its time is another */
}

static void another_seed_is_another_model(void **state)
{
    const char *folder = ROOT "/seeds", *other = ROOT "/seeds2";
    spec_text   text = sine;

    (void)state;
    clean(folder);
    clean(other);
    build(folder, text);
    text.train = "train: {loss: mse, optimizer: rmsprop, batch_size: 16, epochs: 3, metrics: [mae], seed: 8}";
    build(other, text);
    assert_false(is_same_file(in(folder, "model.tflite"), in(other, "model.tflite")));
}

static void names_with_dashes_build_and_data_without_targets_is_refused(void **state)
{
    const char       *folder = ROOT "/with-dash";
    spec_text         text = sine;
    mote_build_result r;
    mote_error        err = {0};

    (void)state;
    clean(folder);
    build(folder, sine);
    assert_true(mote_path_exists(in(folder, "firmware/with_dash.h")));
    text.data = "data: {path: build/tests/build/nowhere.npz}";
    assert_int_equal(try_build(&r, folder, text, &err), MOTE_ERR_IO);
    assert_null(strchr(err.text, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_build_rewrites_nothing),
        cmocka_unit_test(comments_and_the_order_of_keys_change_nothing),
        cmocka_unit_test(each_section_runs_its_stage_and_those_after_it),
        cmocka_unit_test(what_is_missing_is_made_again),
        cmocka_unit_test(a_failing_stage_keeps_the_ones_before_it),
        cmocka_unit_test(a_stage_that_fails_half_way_is_not_taken_for_done_when_the_spec_goes_back),
        cmocka_unit_test(a_damaged_summary_is_survived),
        cmocka_unit_test(a_summary_is_read_back_as_it_was_written),
        cmocka_unit_test(the_number_of_threads_changes_no_byte),
        cmocka_unit_test(mnist_builds_and_a_changed_file_of_data_retrains),
        cmocka_unit_test(another_seed_is_another_model),
        cmocka_unit_test(names_with_dashes_build_and_data_without_targets_is_refused),
    };
    return cmocka_run_group_tests_name("build", tests, make_mnist, NULL);
}
