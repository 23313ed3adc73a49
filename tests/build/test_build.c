/* A build does what has changed and nothing else, keeps what is done when a later stage fails, and gives the same bytes each
 * time. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <mote/build.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/text.h"
#include "build/outputs.h"

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

#define FRESH    MOTE_STAGE_UP_TO_DATE
#define RAN      MOTE_STAGE_RAN
#define RESTORED MOTE_STAGE_RESTORED

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
                                       "model.keras",
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
    assert_true(first.summary.parameters == 25 && first.summary.epochs == 3 && first.summary.quantized.file_bytes > 0);
    assert_true(second.summary.parameters == first.summary.parameters &&
                second.summary.arena_bytes == first.summary.arena_bytes);
    assert_true(mote_evaluation_metric(&second.summary.quantized.evaluation, "mae") > 0);
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
    assert_int_equal(r.summary.quantized.file_bytes, 0);
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
    remove(in(folder, "history.json"));
    r = build(folder, sine); /* nothing that is kept has them */
    assert_int_equal(r.train, RAN);
}

/* ---- repair ---- */

typedef enum damage { REMOVED, EMPTIED, REPLACED, DAMAGE_COUNT } damage;

static void harm(const char *path, damage how)
{
    FILE *stream;

    if (how == REMOVED) {
        assert_int_equal(remove(path), 0);
        return;
    }
    stream = fopen(path, "wb"); /* in place, without a new name or an error */
    assert_non_null(stream);
    if (how == REPLACED)
        fputs("junk", stream);
    fclose(stream);
}

static void keep_copy(const char *path)
{
    char command[700];

    snprintf(command, sizeof command, "cp %s %s", path, ROOT "/kept");
    assert_int_equal(system(command), 0);
}

static void each_lost_file_is_made_again_by_as_little_as_needed(void **state)
{
    static const struct {
        const char      *name;
        mote_stage_state train, convert, deploy;
    } cases[] = {
        {"model.tflite", RAN, RAN, RAN},
        {"model.keras", RAN, RAN, RAN},
        {"model_int8.tflite", FRESH, RAN, FRESH},
        {"history.csv", RESTORED, FRESH, FRESH},
        {"history.json", RESTORED, FRESH, FRESH},
        {"plots/history.svg", RESTORED, FRESH, FRESH},
        {"plots/data.svg", FRESH, RESTORED, FRESH},
        {"plots/predictions.svg", FRESH, RESTORED, FRESH},
        {"firmware/repair.c", FRESH, FRESH, RAN},
        {"firmware/repair.h", FRESH, FRESH, RAN},
        {"firmware/mote_runtime/mrt.h", FRESH, FRESH, RAN},
    };
    const char *folder = ROOT "/repair";
    size_t      i;
    damage      how;

    (void)state;
    clean(folder);
    build(folder, sine);
    write_to(in(folder, "notes.txt"), "the user's own\n");
    write_to(in(folder, "plots/mine.svg"), "the user's own\n");
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        for (how = REMOVED; how < DAMAGE_COUNT; how++) {
            const char       *path = in(folder, cases[i].name);
            mote_build_result r;
            keep_copy(path);
            harm(path, how);
            r = build(folder, sine);
            assert_states(&r, cases[i].train, cases[i].convert, cases[i].deploy);
            assert_same_files(in(folder, cases[i].name), ROOT "/kept");
            r = build(folder, sine);
            assert_states(&r, FRESH, FRESH, FRESH);
        }
    assert_true(mote_path_exists(in(folder, "notes.txt")));
    assert_true(mote_path_exists(in(folder, "plots/mine.svg")));
}

static void plots_come_back_from_the_kept_models(void **state)
{
    const char       *folder = ROOT "/plots";
    mote_build_result r;

    (void)state;
    clean(folder);
    build(folder, sine);
    clean(in(folder, "plots"));
    r = build(folder, sine);
    assert_states(&r, RESTORED, RESTORED, FRESH);
    assert_true(mote_path_exists(in(folder, "plots/history.svg")));
    assert_true(mote_path_exists(in(folder, "plots/predictions.svg")));
}

/* Plots of classes when the targets were classes, and are numbers now. */
static void what_an_earlier_spec_drew_does_not_stay(void **state)
{
    const char *folder = ROOT "/drawn";
    spec_text   text = mnist;

    (void)state;
    clean(folder);
    build(folder, text);
    assert_true(mote_path_exists(in(folder, "plots/confusion.svg")));
    write_to(in(folder, "plots/samples.svg"), "changed by the user\n");
    build(folder, sine);
    assert_false(mote_path_exists(in(folder, "plots/confusion.svg")));
    assert_true(mote_path_exists(in(folder, "plots/samples.svg")));
}

/* `mote train` leaves no firmware of the network before. */
static void what_was_made_from_another_training_does_not_stay(void **state)
{
    const char        *folder = ROOT "/retrained";
    mote_build_result  r;
    mote_error         err = {0};
    spec_text          other = sine;
    mote_build_options options = {.folder = folder, .only_train = true};
    mote_spec         *spec;

    (void)state;
    clean(folder);
    build(folder, sine);
    other.train = "train: {loss: mse, optimizer: rmsprop, batch_size: 16, epochs: 3, metrics: [mae], seed: 8}";
    spec = load("retrained", other);
    assert_int_equal(mote_build(&r, spec, &options, &err), MOTE_OK);
    mote_spec_destroy(spec);
    assert_false(mote_path_exists(in(folder, "model_int8.tflite")));
    assert_false(mote_path_exists(in(folder, "firmware")));
    assert_int_not_equal(system("grep -q -e int8 -e firmware/ " ROOT "/retrained/summary.json"), 0);
    assert_false(mote_path_exists(in(folder, "plots/predictions.svg")));
    assert_true(mote_path_exists(in(folder, "plots/history.svg")));
    r = build(folder, other);
    assert_states(&r, FRESH, RAN, RAN);
}

static void figures_that_were_changed_are_measured_again(void **state)
{
    const char       *folder = ROOT "/figures", *path = in(folder, "summary.json");
    mote_build_result first, r;
    mote_summary      ignored;
    mote_error        err = {0};

    (void)state;
    clean(folder);
    first = build(folder, sine);
    assert_int_equal(system("sed -i 's/\"parameters\": 25/\"parameters\": 26/' " ROOT "/figures/summary.json"), 0);
    assert_int_equal(mote_summary_load(&ignored, path, &err), MOTE_ERR_FORMAT);
    r = build(folder, sine);
    assert_states(&r, RAN, RAN, RAN);
    assert_int_equal(r.summary.parameters, first.summary.parameters);
}

/* A file whose list was written by somebody else is not a way out of the folder. */
static void a_list_of_files_names_nothing_outside(void **state)
{
    const char  *folder = ROOT "/outside";
    mote_outputs outputs = {.folder = folder};
    char         hash[65];
    mote_error   err = {0};

    (void)state;
    memset(hash, '0', 64);
    hash[64] = '\0';
    assert_int_equal(mote_outputs_list(&outputs, "firmware/../../x", hash, &err), MOTE_OK);
    assert_int_equal(mote_outputs_list(&outputs, "/etc/passwd", hash, &err), MOTE_OK);
    assert_int_equal(mote_outputs_list(&outputs, "plots/../x", hash, &err), MOTE_OK);
    assert_int_equal(mote_outputs_list(&outputs, "notes.txt", hash, &err), MOTE_OK);
    assert_int_equal(mote_outputs_list(&outputs, "model.tflite", "short", &err), MOTE_OK);
    assert_int_equal(outputs.count, 0);
    assert_int_equal(mote_outputs_list(&outputs, "model.tflite", hash, &err), MOTE_OK);
    assert_int_equal(outputs.count, 1);
    mote_arena_destroy(&outputs.arena);
}

/* ---- the folder ---- */

static void what_a_killed_build_left_is_cleared(void **state)
{
    const char       *folder = ROOT "/left";
    mote_build_result r;
    mote_error        err = {0};

    (void)state;
    clean(folder);
    build(folder, sine);
    write_to(in(folder, ".mote-tmp-abcdefghij"), "half");
    write_to(in(folder, "plots/.mote-tmp-abcdefghij"), "half");
    write_to(in(folder, "notes.tmp123"), "the user's own");
    mote_make_dirs(in(folder, ".mote-tmp-klmnopqrst"), &err);
    write_to(in(folder, ".mote-tmp-klmnopqrst/repair.c"), "half");
    r = build(folder, sine);
    assert_states(&r, FRESH, FRESH, FRESH);
    assert_false(mote_path_exists(in(folder, ".mote-tmp-abcdefghij")));
    assert_false(mote_path_exists(in(folder, "plots/.mote-tmp-abcdefghij")));
    assert_false(mote_path_exists(in(folder, ".mote-tmp-klmnopqrst")));
    assert_true(mote_path_exists(in(folder, "notes.tmp123")));
    assert_false(mote_path_exists(in(folder, ".mote-lock")));
}

/* A process that holds the lock and dies does not give it up itself: the kernel does. */
static void a_second_build_waits_until_the_first_one_ends(void **state)
{
    const char        *folder = ROOT "/waits";
    mote_spec         *spec = load("waits", sine);
    said               heard = {0};
    mote_build_options options = {.folder = folder, .say = hear, .user = &heard};
    mote_build_result  r;
    mote_error         err = {0};
    int                ready[2];
    char               byte;
    pid_t              child;

    (void)state;
    clean(folder);
    mote_make_dirs(folder, &err);
    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        mote_lock lock;
        mote_lock_try(&lock, in(folder, ".mote-lock"), &err);
        if (write(ready[1], "x", 1) == 1)
            usleep(300000);
        _exit(lock.is_held ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(mote_build(&r, spec, &options, &err), MOTE_OK);
    assert_non_null(strstr(heard.lines, "warning: waiting until another build has ended in " ROOT "/waits"));
    assert_non_null(strstr(heard.lines, "train "));
    assert_int_equal(waitpid(child, NULL, WNOHANG), child); /* ended before */
    close(ready[0]);
    close(ready[1]);
    mote_spec_destroy(spec);
}

static bool stop(void *user, const mote_progress_event *event)
{
    (void)user;
    return strcmp(event->stage, "wait") != 0;
}

static void waiting_can_be_stopped(void **state)
{
    const char        *folder = ROOT "/stops";
    mote_spec         *spec = load("stops", sine);
    mote_build_options options = {.folder = folder, .progress = {stop, NULL}};
    mote_build_result  r;
    mote_lock          lock;
    mote_error         err = {0};

    (void)state;
    clean(folder);
    mote_make_dirs(folder, &err);
    assert_int_equal(mote_lock_try(&lock, in(folder, ".mote-lock"), &err), MOTE_OK);
    assert_true(lock.is_held);
    assert_int_equal(mote_build(&r, spec, &options, &err), MOTE_ERR_USAGE);
    mote_lock_release(&lock);
    mote_spec_destroy(spec);
}

static void a_build_that_fails_leaves_no_folder(void **state)
{
    spec_text         text = sine;
    mote_build_result r;
    mote_error        err = {0};

    (void)state;
    clean(ROOT "/fails");
    text.data = "data: {path: build/tests/build/nowhere.npz}";
    assert_int_equal(try_build(&r, ROOT "/fails/a/b", text, &err), MOTE_ERR_IO);
    assert_false(mote_path_exists(ROOT "/fails"));
    mote_make_dirs(ROOT "/fails/a", &err);
    err = (mote_error){0};
    assert_int_equal(try_build(&r, ROOT "/fails/a/b", text, &err), MOTE_ERR_IO);
    assert_true(mote_path_exists(ROOT "/fails/a"));
    assert_false(mote_path_exists(ROOT "/fails/a/b"));
}

static void a_path_of_any_length_is_built_in(void **state)
{
    enum { PARTS = 8, PART = 100 };
    char              folder[sizeof ROOT + PARTS * (PART + 1)] = ROOT, *end = folder + strlen(ROOT);
    mote_spec        *spec = load("long", sine);
    mote_build_result r;
    mote_error        err = {0};
    char             *model;
    mote_arena        arena = {0};
    int               i;

    (void)state;
    for (i = 0; i < PARTS; i++, end += PART + 1) {
        *end = '/';
        memset(end + 1, 'a' + i, PART);
        end[PART + 1] = '\0';
    }
    if (mote_build(&r, spec, &(mote_build_options){.folder = folder}, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_string_equal(r.folder, folder);
    model = mote_path_join(&arena, folder, "model_int8.tflite", &err);
    assert_true(mote_path_exists(model));
    mote_arena_destroy(&arena);
    mote_spec_destroy(spec);
    clean(ROOT "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void an_empty_folder_name_is_refused(void **state)
{
    mote_spec        *spec = load("empty", sine);
    mote_build_result r;
    mote_error        err = {0};

    (void)state;
    assert_int_equal(mote_build(&r, spec, &(mote_build_options){.folder = ""}, &err), MOTE_ERR_USAGE);
    mote_spec_destroy(spec);
}

/* ---- what it is about ---- */

static void a_spec_without_a_train_section_is_refused(void **state)
{
    spec_text         text = sine;
    mote_build_result r;
    mote_error        err = {0};

    (void)state;
    clean(ROOT "/untrained");
    text.train = "";
    assert_int_equal(try_build(&r, ROOT "/untrained", text, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "untrained.yaml: has no train section; add "));
    assert_false(mote_path_exists(ROOT "/untrained"));
}

/* Rows of 64 numbers in [0, 1]: forty of the class "dark", then ten of "bright". */
static void write_pictures(void)
{
    mote_text  text = {0};
    mote_error err = {0};
    int        row, i;

    for (row = 0; row < 50; row++) {
        for (i = 0; i < 64; i++)
            mote_text_printf(&text, "%g,", (row < 40 ? 0.1 : 0.9) + 0.001 * ((row * 7 + i) % 50));
        mote_text_puts(&text, row < 40 ? "dark\n" : "bright\n");
    }
    assert_int_equal(mote_file_write(ROOT "/pictures.csv", text.bytes, text.count, &err), MOTE_OK);
    mote_text_free(&text);
}

static void samples_of_every_class_are_drawn_floats_and_one_output_too(void **state)
{
    const char       *folder = ROOT "/pictures";
    spec_text         text = {.data = "data: {path: build/tests/build/pictures.csv}",
                              .model = "model: {input: [8, 8, 1], layers: [flatten, dense: {units: 1, activation: sigmoid}]}",
                              .train = "train: {loss: binary_crossentropy, epochs: 30, learning_rate: 0.01}",
                              .convert = "",
                              .deploy = "deploy: {target: c}"};
    mote_build_result r;

    (void)state;
    write_pictures();
    clean(folder);
    r = build(folder, text);
    assert_float_equal(mote_evaluation_metric(&r.summary.real.evaluation, "accuracy"), 1, 0);
    assert_int_equal(system("grep -q bright " ROOT "/pictures/plots/samples.svg"), 0);
    assert_int_equal(system("grep -q dark " ROOT "/pictures/plots/samples.svg"), 0);
}

/* x is the row's number, the class its parity; no test set. */
static void write_parities(void)
{
    char text[4000] = "x,even\n";
    int  i;

    for (i = 0; i < 60; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%d\n", i, i % 2);
    write_to(ROOT "/parity.csv", text);
}

static void figures_are_measured_on_what_is_kept_aside(void **state)
{
    const char       *folder = ROOT "/aside";
    spec_text         text = {.data = "data: {path: build/tests/build/parity.csv}",
                              .model = "model: {layers: [dense: {units: 2, activation: softmax}]}",
                              .train = "train: {loss: sparse_categorical_crossentropy, validation_split: 0.25, metrics: "
                                               "[accuracy], epochs: 2}",
                              .convert = "",
                              .deploy = "deploy: {target: c}"};
    mote_build_result r;

    (void)state;
    write_parities();
    clean(folder);
    r = build(folder, text);
    assert_string_equal(r.summary.split, "validation");
    assert_int_equal(r.summary.real.evaluation.count, 15);
    assert_float_equal(mote_evaluation_metric(&r.summary.real.evaluation, "accuracy"),
                       mote_evaluation_metric(&r.summary.last_validation, "accuracy"), 1e-6);
    text.train = "train: {loss: sparse_categorical_crossentropy, metrics: [accuracy], epochs: 2}";
    r = build(folder, text);
    assert_string_equal(r.summary.split, "train");
}

/* Targets of 0 and 1 are numbers to one output by mse, whether training has just said so or a kept model is drawn. */
static void a_regression_on_whole_numbers_gets_its_plots_back(void **state)
{
    const char       *folder = ROOT "/whole";
    spec_text         text = {.data = "data: {path: build/tests/build/parity.csv}",
                              .model = "model: {layers: [dense: 1]}",
                              .train = "train: {loss: mse, validation_split: 0.25, learning_rate: 0.0001}",
                              .convert = "",
                              .deploy = "deploy: {target: c}"};
    mote_build_result r;

    (void)state;
    write_parities();
    clean(folder);
    r = build(folder, text);
    assert_true(mote_path_exists(in(folder, "plots/predictions.svg")));
    keep_copy(in(folder, "plots/predictions.svg"));
    clean(in(folder, "plots"));
    r = build(folder, text);
    assert_states(&r, RESTORED, RESTORED, FRESH);
    assert_same_files(in(folder, "plots/predictions.svg"), ROOT "/kept");
}

static void what_is_measured_on_training_samples_is_said(void **state)
{
    mote_spec         *spec;
    said               heard = {0};
    mote_build_options options = {.folder = ROOT "/onself", .say = hear, .user = &heard};
    mote_build_result  r;
    mote_error         err = {0};

    (void)state;
    write_parities();
    clean(ROOT "/onself");
    spec = load("onself", (spec_text){"data: {path: build/tests/build/parity.csv}",
                                      "model: {layers: [dense: {units: 2, activation: softmax}]}",
                                      "train: {loss: sparse_categorical_crossentropy}", "", ""});
    assert_int_equal(mote_build(&r, spec, &options, &err), MOTE_OK);
    assert_non_null(strstr(heard.lines, "train accuracy"));
    assert_non_null(strstr(heard.lines, "add validation_split or test_split"));
    mote_spec_destroy(spec);
}

static void thousands_of_classes_build_without_a_matrix(void **state)
{
    const char       *folder = ROOT "/many";
    spec_text         text = {.data = "data: {path: build/tests/build/parity.csv, classes: 60000, target_kind: classes}",
                              .model = "model: {layers: [dense: {units: 60000, activation: softmax}]}",
                              .train = "train: {loss: sparse_categorical_crossentropy, validation_split: 0.5}",
                              .convert = "",
                              .deploy = ""};
    mote_build_result r;

    (void)state;
    write_parities();
    clean(folder);
    r = build(folder, text);
    assert_states(&r, RAN, RAN, RAN);
    assert_false(mote_path_exists(in(folder, "plots/confusion.svg")));
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
    const char       *folder = ROOT "/sine";
    mote_build_result r = build(folder, sine);
    mote_summary      read;
    mote_error        err = {0};
    char             *written = mote_summary_json(&r.summary), *text;

    (void)state;
    assert_int_equal(mote_summary_load(&read, in(folder, "summary.json"), &err), MOTE_OK);
    text = mote_summary_json(&read);
    assert_string_equal(text, written);
    free(text);
    free(written);
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
            static const char *const same[] = {"model.tflite", "model.keras", "model_int8.tflite", "history.csv",
                                               "firmware/shards.c"};
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
        cmocka_unit_test(each_lost_file_is_made_again_by_as_little_as_needed),
        cmocka_unit_test(plots_come_back_from_the_kept_models),
        cmocka_unit_test(what_an_earlier_spec_drew_does_not_stay),
        cmocka_unit_test(what_was_made_from_another_training_does_not_stay),
        cmocka_unit_test(figures_that_were_changed_are_measured_again),
        cmocka_unit_test(a_list_of_files_names_nothing_outside),
        cmocka_unit_test(what_a_killed_build_left_is_cleared),
        cmocka_unit_test(a_second_build_waits_until_the_first_one_ends),
        cmocka_unit_test(waiting_can_be_stopped),
        cmocka_unit_test(a_build_that_fails_leaves_no_folder),
        cmocka_unit_test(a_path_of_any_length_is_built_in),
        cmocka_unit_test(an_empty_folder_name_is_refused),
        cmocka_unit_test(a_spec_without_a_train_section_is_refused),
        cmocka_unit_test(figures_are_measured_on_what_is_kept_aside),
        cmocka_unit_test(a_regression_on_whole_numbers_gets_its_plots_back),
        cmocka_unit_test(what_is_measured_on_training_samples_is_said),
        cmocka_unit_test(samples_of_every_class_are_drawn_floats_and_one_output_too),
        cmocka_unit_test(thousands_of_classes_build_without_a_matrix),
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
