/* Frames of cameras on the chip become what the host makes of the same picture in a file: every pixel format, grey and
 * coloured inputs, real and quantized, frames of many sizes and strides; on this machine and on emulated chips. And what is
 * not called costs nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#define ROOT "build/tests/pictures"
#include "wrapping.h"

#include <mote/samples.h>

#include "graph/graph.h"
#include "report/png_encode.h"

/* ---- models ---- */

enum { HEIGHT = 5, WIDTH = 7 };

static const float means[] = {0.46f, 0.25f, 0.5f, 0.1f, 0.2f, 0.3f, 0.4f};
static const float deviations[] = {0.28f, 0.5f, 0.3f, 0.7f, 0.2f, 0.6f, 0.9f};

typedef struct picture_model {
    const char *label;
    int         channels, prepared_channels; /* -1: the recipe says nothing */
    mote_dtype  io;
    bool        is_flat; /* [1, height, width]: of bytes */
    const char *target;
    bool        is_vector; /* [1, all], of which the recipe says what pictures they are */
    mote_crop   crop;
} picture_model;

static mote_model *make_model(const picture_model *as)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 2, .name = "net"}, &err);
    network_dice  dice = network_dice_of(23);
    mote_layer_id x = as->is_vector ? mote_layer_input(b, 1, (int[]){HEIGHT * WIDTH * as->channels})
                                    : mote_layer_input(b, as->is_flat ? 2 : 3, (int[]){HEIGHT, WIDTH, as->channels});
    mote_model   *real, *model;
    mote_recipe   recipe = {.input = {{.is_prepared = as->prepared_channels >= 0,
                                       .preparation = {.scale = 255,
                                                       .offset = -0.125f,
                                                       .channels = as->prepared_channels,
                                                       .mean = means,
                                                       .std = deviations},
                                       .has_dtype = as->is_flat,
                                       .crop = as->crop,
                                       .dtype = MOTE_U8}}};

    x = mote_layer_dense(b, mote_layer_flatten(b, x, NULL), &(mote_dense_options){.units = 3});
    real = network_infer(network_finish(b, &x, 1, &dice));
    model = as->io == MOTE_F32 ? real : network_quantize(real, &(mote_quantize_options){.io = as->io});
    if (model != real)
        mote_model_destroy(real);
    if (as->prepared_channels < 0)
        recipe = (mote_recipe){0};
    if (as->is_vector)
        memcpy(recipe.input[0].image, (int32_t[]){HEIGHT, WIDTH, as->channels}, sizeof recipe.input[0].image);
    mote_recipe_copy(&model->recipe, &recipe, &model->arena, &err);
    assert_int_equal(err.code, MOTE_OK);
    return model;
}

/* ---- frames, and the same pictures as plain bytes ---- */

enum { GREY8, RGB888, BGR888, RGB565_BE, RGB565_LE, YUYV, UYVY, FORMATS };

static const char *const format_names[FORMATS] = {"grey8", "rgb888", "bgr888", "rgb565_be", "rgb565_le", "yuyv", "uyvy"};

enum { HEAD = 8, FRAME_MAX = 600 };

typedef struct frame {
    int     format, width, height, stride; /* stride 0: the rows follow each other */
    uint8_t bytes[FRAME_MAX];
} frame;

static int row_bytes(int format, int width)
{
    return format == GREY8 ? width : format <= BGR888 ? 3 * width : format < YUYV ? 2 * width : (width + 1) / 2 * 4;
}

static int clamp(int x)
{
    return x < 0 ? 0 : x > 255 ? 255 : x;
}

/* libjpeg's formulas, as its sources state them (jdcolor.c). */
static void rgb_of_yuv(uint8_t *rgb, int y, int u, int v)
{
    rgb[0] = (uint8_t)clamp(y + ((91881 * (v - 128) + 32768) >> 16));
    rgb[1] = (uint8_t)clamp(y + ((-22554 * (u - 128) + 32768 - 46802 * (v - 128)) >> 16));
    rgb[2] = (uint8_t)clamp(y + ((116130 * (u - 128) + 32768) >> 16));
}

static void rgb_of_565(uint8_t *rgb, int high, int low)
{
    const int red = high / 8, green = high % 8 * 8 + low / 32, blue = low % 32;

    rgb[0] = (uint8_t)(red * 8 + red / 4);
    rgb[1] = (uint8_t)(green * 4 + green / 16);
    rgb[2] = (uint8_t)(blue * 8 + blue / 4);
}

/* As an image file would have the pixel: three bytes, or one that is grey. */
static void pixel_of_file(uint8_t *out, const frame *f, int x, int y, bool is_grey)
{
    const uint8_t *row = f->bytes + y * (f->stride ? f->stride : row_bytes(f->format, f->width));

    switch (f->format) {
    case GREY8:
        out[0] = row[x];
        break;
    case RGB888:
        memcpy(out, row + 3 * x, 3);
        break;
    case BGR888:
        out[0] = row[3 * x + 2], out[1] = row[3 * x + 1], out[2] = row[3 * x];
        break;
    case RGB565_BE:
        rgb_of_565(out, row[2 * x], row[2 * x + 1]);
        break;
    case RGB565_LE:
        rgb_of_565(out, row[2 * x + 1], row[2 * x]);
        break;
    case YUYV:
        is_grey ? (void)(out[0] = row[2 * x]) : rgb_of_yuv(out, row[2 * x], row[x / 2 * 4 + 1], row[x / 2 * 4 + 3]);
        break;
    default:
        is_grey ? (void)(out[0] = row[2 * x + 1]) : rgb_of_yuv(out, row[2 * x + 1], row[x / 2 * 4], row[x / 2 * 4 + 2]);
    }
}

/* What mote run would give the model for this picture as a PNG; zeros where it refuses one without the crop's pixels. */
static void ask_host(uint8_t *stored, const mote_model *model, const frame *f, int channels)
{
    const mote_crop *crop = &model->recipe.input[0].crop;
    const bool       is_grey = f->format == GREY8 || (f->format >= YUYV && channels == 1);
    const char      *path = ROOT "/frame.png";
    uint8_t          file[3 * FRAME_MAX];
    mote_text        png = {0};
    mote_samples     samples;
    mote_error       err = {0};
    int              x, y;

    for (y = 0; y < f->height; y++)
        for (x = 0; x < f->width; x++)
            pixel_of_file(file + (y * f->width + x) * (is_grey ? 1 : 3), f, x, y, is_grey);
    mote_png_encode(&png, (mote_pixels){file, f->width, f->height, is_grey ? 1 : 3}, 1);
    assert_int_equal(mote_file_write(path, png.bytes, png.count, &err), MOTE_OK);
    mote_text_free(&png);
    memset(stored, 0, mote_model_input(model, 0).bytes);
    if (mote_samples_load(&samples, model, &path, 1, NULL, &err) == MOTE_OK)
        memcpy(stored, samples.bytes, samples.sample_bytes);
    else if (f->height >= crop->top + crop->height && f->width >= crop->left + crop->width)
        fail_msg("%s", err.text);
    mote_samples_free(&samples);
}

/* Of every format: one pixel, smaller, the same size, larger, larger in one direction, odd widths. */
static const int sizes[][2] = {{1, 1}, {2, 1}, {1, 4}, {3, 2}, {7, 5}, {14, 10}, {11, 4}, {5, 13}, {13, 9}, {17, 11}};
static const int gaps[] = {0, 0, 3, 1, 0, 5, 0, 7, 2, 0};
enum { SIZES = sizeof sizes / sizeof *sizes, SAMPLES = SIZES * FORMATS };

static frame make_frame(int sample, network_dice *dice)
{
    const int s = sample / FORMATS;
    frame     f = {.format = sample % FORMATS, .width = sizes[s][0], .height = sizes[s][1]};
    size_t    i;

    if (gaps[s] > 0)
        f.stride = row_bytes(f.format, f.width) + gaps[s];
    assert_true((f.stride ? f.stride : row_bytes(f.format, f.width)) * f.height <= FRAME_MAX);
    for (i = 0; i < FRAME_MAX; i++)
        f.bytes[i] = (uint8_t)(i % 7 == 0 ? 255 : i % 11 == 0 ? 0 : roll(dice, 256)); /* extremes clamp and carry */
    return f;
}

/* All samples for the chip (a frame with its head), and the host's answers. */
typedef struct frame_samples {
    uint8_t inputs[SAMPLES][HEAD + FRAME_MAX], answers[SAMPLES * HEIGHT * WIDTH * 3 * sizeof(float)];
} frame_samples;

static wrapped_samples make_samples(frame_samples *out, const mote_model *model, int channels)
{
    const size_t bytes = mote_model_input(model, 0).bytes;
    network_dice dice = network_dice_of(31);
    int          i;

    for (i = 0; i < SAMPLES; i++) {
        const frame   f = make_frame(i, &dice);
        const uint8_t head[HEAD] = {(uint8_t)f.format, (uint8_t)f.width, (uint8_t)f.height, (uint8_t)f.stride};
        memcpy(out->inputs[i], head, HEAD);
        memcpy(out->inputs[i] + HEAD, f.bytes, FRAME_MAX);
        ask_host(out->answers + (size_t)i * bytes, model, &f, channels);
    }
    return (wrapped_samples){out->inputs[0], out->answers, SAMPLES, sizeof out->inputs[0], bytes};
}

/* ---- a firmware that gives back what the net's input became ---- */

static void take_frames(const compiled *c, const wrapped_samples *s, bool is_interpreted)
{
    mote_text text = {0};
    int       f;

    mote_text_puts(&text, "    static const uint8_t zeros[NET_INPUT_0_BYTES];\n");
    if (is_interpreted)
        mote_text_puts(&text, "    if (net_open(&a->net) != 0)\n        return;\n");
    mote_text_puts(&text, "    mrt_copy(net_input(&a->net), zeros, NET_INPUT_0_BYTES);\n    switch (in[0]) {\n");
    for (f = 0; f < FORMATS; f++)
        mote_text_printf(&text, "    case %d: net_take_%s(&a->net, in + %d, in[1], in[2], in[3]); break;\n", f,
                         format_names[f], HEAD);
    mote_text_puts(&text, "    }\n    mrt_copy(out, net_input(&a->net), NET_INPUT_0_BYTES);\n");
    wrap(c, s, text.bytes);
    mote_text_free(&text);
}

static void equals_host(const wrapped_samples *s, size_t wrong, const char *label, const char *where)
{
    const uint8_t *head = s->inputs + wrong * s->in_bytes;

    if (wrong < s->count)
        fail_msg("%s on %s: %s, %d x %d, stride %d: not the host's bytes", label, where, format_names[head[0]], head[1],
                 head[2], head[3]);
}

/* ---- tests ---- */

static const picture_model models[] = {
    {"grey_i8", 1, 0, MOTE_I8, .target = "c"},
    {"colour_i8", 3, 3, MOTE_I8, .target = "c"},
    {"grey_f32", 1, 1, MOTE_F32, .target = "c"},
    {"middle", 3, 3, MOTE_I8, .target = "c", .crop = {MOTE_CROP_CENTER}},
    {"box", 1, 0, MOTE_I8, .target = "c", .crop = {MOTE_CROP_BOX, 1, 1, 3, 4}},
    {"colour_u8", 3, 1, MOTE_U8, .target = "c"},
    {"unprepared", 3, -1, MOTE_I8, .target = "c"},
    {"columns", 1, WIDTH, MOTE_I8, .is_flat = true, .target = "c"},
    {"interpreted", 3, 3, MOTE_I8, .target = "interpreter"},
    {"vector", 3, 3, MOTE_I8, .target = "c", .is_vector = true},
    {"vector_box", 3, 3, MOTE_I8, .target = "interpreter", .is_vector = true, .crop = {MOTE_CROP_BOX, 0, 3, 4, 4}},
};
enum { MODELS = sizeof models / sizeof *models, ON_CHIPS = 5 };

static void frames_become_what_the_host_makes_of_them(void **state)
{
    static const char *const chips[] = {"cortex-m4", "rv32imc", "atmega328p"};
    frame_samples           *frames = calloc(1, sizeof *frames);
    size_t                   k;
    int                      m;

    (void)state;
    assert_non_null(frames);
    for (m = 0; m < MODELS; m++) {
        const picture_model  *as = &models[m];
        mote_model           *model = make_model(as);
        compiled              c = compile(model, as->label, &(mote_compile_options){.target = as->target, .name = "net"});
        const wrapped_samples s = make_samples(frames, model, as->channels);
        if (m < 2 || (m < ON_CHIPS && as->crop.kind != MOTE_CROP_NONE))
            compiles_everywhere(&c);
        take_frames(&c, &s, strcmp(as->target, "interpreter") == 0);
        for (k = 0; m < ON_CHIPS && k < sizeof chips / sizeof *chips; k++)
            equals_host(&s, wrong_on_chip(&c, &s, chips[k]), as->label, chips[k]);
        equals_host(&s, wrong_on_this_machine(&c, &s, "-O0"), as->label, "this machine");
        equals_host(&s, wrong_on_this_machine(&c, &s, "-O3 -march=native"), as->label, "this machine");
        mote_model_destroy(model);
    }
    free(frames);
}

/* Which region is taken is told at compile time: who does not crop has no code for it. */
static void models_that_do_not_crop_have_no_code_for_it(void **state)
{
    mote_model *model = make_model(&models[0]);
    compiled    c = compile(model, "uncropped", &(mote_compile_options){.name = "net"});

    (void)state;
    run("grep -q 'region = mrt_region_whole(frame)' %s/net.c && ! grep -Eq 'mrt_region_(middle|box)|middle|crop' "
        "%s/net.[ch]",
        c.folder, c.folder);
    mote_model_destroy(model);
    model = make_model(&models[3]);
    c = compile(model, "cropped", &(mote_compile_options){.name = "net"});
    run("grep -q 'mrt_region_middle(frame, &as)' %s/net.c && grep -q 'its largest middle part of that shape' %s/net.h",
        c.folder, c.folder);
    mote_model_destroy(model);
    model = make_model(&models[4]);
    c = compile(model, "cropped", &(mote_compile_options){.name = "net"});
    run("grep -q 'mrt_region_box(frame, 1, 1, 3, 4)' %s/net.c && grep -q '4 x 3 pixels of it, from column 1, row 1' "
        "%s/net.h",
        c.folder, c.folder);
    mote_model_destroy(model);
}

static void frames_without_pixels_change_nothing(void **state)
{
    mote_model *model = make_model(&models[0]);
    compiled    c = compile(model, "empty", &(mote_compile_options){.name = "net"});

    (void)state;
    run("printf '#include \"net.c\"\\nint main(void) { static net_arena a; int i; net_input(&a)[3] = 77;\\n"
        "net_take_rgb888(&a, 0, 0, 5, 0); net_take_yuyv(&a, 0, 5, 0, 9); net_take_grey8(&a, 0, -1, -1, 0);\\n"
        "for (i = 0; i < NET_INPUT_0_SIZE; i++) if (net_input(&a)[i] != (i == 3 ? 77 : 0)) return 1;\\nreturn 0; }' "
        ">%s/main.c && gcc -std=c99 %s/main.c -o " ROOT "/empty_frames && " ROOT "/empty_frames",
        c.folder, c.folder);
    mote_model_destroy(model);
}

/* What is no picture: other channels, no training on bytes, an input that takes no real numbers. */
static void other_inputs_have_no_such_functions(void **state)
{
    picture_model as = {"other", 2, 0, MOTE_I8, .target = "c"};
    mote_model   *model = make_model(&as);
    compiled      c = compile(model, "other", NULL);

    (void)state;
    run("! grep -q _take_ %s/net.h && ! ls %s/mote_runtime/prepare", c.folder, c.folder);
    mote_model_destroy(model);
    as.channels = 1;
    as.is_flat = true;
    model = make_model(&as);
    model->recipe.input[0].has_dtype = false;
    c = compile(model, "other", NULL);
    run("! grep -q _take_ %s/net.h", c.folder);
    mote_model_destroy(model);
}

/* Flash, RAM and instructions of a model whose input is a picture, and of the same one whose input is none. */
static void what_is_not_called_costs_nothing(void **state)
{
    static const char *const chips[] = {"cortex-m4", "rv32imc", "atmega328p"};
    picture_model            as = {"cost", 1, 0, MOTE_I8, .is_flat = true, .target = "c"};
    size_t                   k;
    int                      i;

    (void)state;
    for (k = 0; k < sizeof chips / sizeof *chips; k++) {
        mote_emulation run[2];
        mote_error     err = {0};
        if (mote_chip_check(mote_chip_find(chips[k]), &err) != MOTE_OK)
            continue;
        for (i = 0; i < 2; i++) {
            mote_model *model = make_model(&as);
            model->recipe.input[0].has_dtype = i == 1;
            if (mote_emulate_model(&run[i], model, NULL, &(mote_emulate_options){.chip = chips[k]}, &err) != MOTE_OK)
                fail_msg("%s", err.text);
            mote_model_destroy(model);
        }
        assert_int_equal(run[0].flash_bytes, run[1].flash_bytes);
        assert_int_equal(run[0].ram_bytes, run[1].ram_bytes);
        assert_int_equal(run[0].count, run[1].count);
        mote_emulation_free(&run[0]);
        mote_emulation_free(&run[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_become_what_the_host_makes_of_them),
        cmocka_unit_test(models_that_do_not_crop_have_no_code_for_it),
        cmocka_unit_test(frames_without_pixels_change_nothing),
        cmocka_unit_test(other_inputs_have_no_such_functions),
        cmocka_unit_test(what_is_not_called_costs_nothing),
    };

    return cmocka_run_group_tests_name("pictures", tests, find_compilers, NULL);
}
