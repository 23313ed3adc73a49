/* NAME_take_FORMAT: frames as cameras give them become a picture input. The runtime walks over the picture
 * (runtime/prepare/picture.h); printed here are the sizes, and how each of the 256 bytes is stored.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"
#include "exec/exec.h"

enum { BYTES = 256 };

/* The name of a function of picture.h, without "mrt_pixel_"; one for grey pictures has "_grey" behind it. */
typedef struct pixel_format {
    const char *name, *row_bytes, *comment;
} pixel_format;

static const pixel_format formats[] = {
    {"grey8", "width", "a byte a pixel"},
    {"rgb888", "width * 3", "red, green, blue"},
    {"bgr888", "width * 3", "blue, green, red"},
    {"rgb565_be", "width * 2", "16 bits, the byte with red first: ESP32-CAM"},
    {"rgb565_le", "width * 2", "16 bits, the byte with blue first"},
    {"yuyv", "(width + 1) / 2 * 4", "YUV 4:2:2 of JPEG's colours: Y U Y V"},
    {"uyvy", "(width + 1) / 2 * 4", "the same as U Y V Y"},
};

enum { FORMATS = sizeof formats / sizeof *formats };

/* ---- which inputs are pictures ---- */

static bool is_possible(const mrt_picture *as)
{
    return (as->channels == 1 || as->channels == 3) && as->height <= MRT_PICTURE_SIDE_MAX &&
           as->width <= MRT_PICTURE_SIDE_MAX;
}

bool mote_emits_picture(const mote_emitter *e, int32_t input, mrt_picture *out)
{
    const mote_tensor_info   info = mote_model_input(e->model, input);
    const mote_input_recipe *recipe = input < MOTE_FEATURES_MAX ? &e->model->recipe.input[input] : NULL;
    const bool               was_bytes = recipe && recipe->has_dtype && recipe->dtype == MOTE_U8;
    const bool               takes_real = info.dtype == MOTE_F32 || (info.is_quantized && mote_dtype_bits(info.dtype) <= 16);

    if (recipe && recipe->crop.kind == MOTE_CROP_PAD) /* letterboxes are the host's alone */
        return false;
    if (takes_real && recipe && recipe->image[0] > 0) {
        *out = (mrt_picture){recipe->image[0], recipe->image[1], recipe->image[2]};
        return (size_t)out->height * (size_t)out->width * (size_t)out->channels == info.count && is_possible(out);
    }
    if (!takes_real || info.rank < 3 || info.rank > 4 || info.dim[0] != 1 || (info.rank == 3 && !was_bytes))
        return false;
    *out = (mrt_picture){info.dim[1], info.dim[2], info.rank == 4 ? info.dim[3] : 1};
    return is_possible(out);
}

bool mote_emits_pictures(const mote_emitter *e)
{
    mrt_picture ignored;
    int32_t     i;

    for (i = 0; i < e->model->graphs[0].input_count; i++)
        if (mote_emits_picture(e, i, &ignored))
            return true;
    return false;
}

static const mote_crop *crop_of(const mote_emitter *e, int32_t input)
{
    static const mote_crop none = {0};

    return input < MOTE_FEATURES_MAX ? &e->model->recipe.input[input].crop : &none;
}

/* ---- NAME.h ---- */

static void emit_head(const mote_emitter *e, const mote_end_suffix *suffix, const pixel_format *format, mote_text *out)
{
    mote_text_printf(out,
                     "void %s_take_%s%s(%s_arena *arena, const uint8_t *pixels, int32_t width, int32_t height, "
                     "int32_t stride)",
                     e->name, format->name, suffix->text, e->name);
}

static void emit_declarations(const mote_emitter *e, const mote_end_suffix *suffix, const mrt_picture *as, mote_text *out)
{
    int f;

    const mote_crop *crop = crop_of(e, suffix->index);

    mote_text_printf(out, "/* A camera's frame becomes the picture that input %d takes: ", suffix->index);
    if (crop->kind == MOTE_CROP_CENTER)
        mote_text_puts(out, "its largest middle part of that shape,\n * ");
    else if (crop->kind == MOTE_CROP_BOX)
        mote_text_printf(out, "%d x %d pixels of it, from column %d, row %d,\n * ", crop->width, crop->height, crop->left,
                         crop->top);
    mote_text_printf(
        out,
        "stretched to %d x %d%s as training's were, prepared\n * and stored, without a buffer. pixels: `height` rows, each "
        "`stride` bytes after the one before it (0: without gaps).\n * Where %s nothing changes. */\n",
        as->width, as->height, as->channels == 1 ? ", grey" : "",
        crop->kind == MOTE_CROP_BOX ? "a frame does not have all of them" : "width or height is below 1");
    for (f = 0; f < FORMATS; f++) {
        mote_text_printf(out, "/* %s */ ", formats[f].comment);
        emit_head(e, suffix, &formats[f], out);
        mote_text_puts(out, ";\n");
    }
}

void mote_emit_picture_declarations(const mote_emitter *e, int32_t input, mote_text *out)
{
    const mote_end_suffixes all = mote_emit_suffixes(e, true, input);
    mrt_picture             as;
    int                     k;

    for (k = 0; k < all.count; k++)
        if (mote_emits_picture(e, input, &as))
            emit_declarations(e, &all.suffix[k], &as, out);
}

/* ---- NAME.c ---- */

/* Preparing depends on an element's channel alone, or, of means for each column, on its place. */
static bool is_by_channel(const mote_preparation *prep, const mrt_picture *as)
{
    return prep->channels <= 1 || prep->channels == as->channels;
}

/* All bytes as elements of one channel. */
static void store_bytes(uint8_t *stored, const mote_tensor_info *info, mote_preparation prep, int32_t channel)
{
    float            raw[BYTES], real[BYTES];
    const mote_array bytes = {.dtype = MOTE_F32, .bytes = raw, .count = BYTES};
    int              b;

    if (prep.channels > 1) {
        prep.channels = 1;
        prep.mean += channel;
        prep.std += channel;
    }
    for (b = 0; b < BYTES; b++)
        raw[b] = (float)b;
    mote_preparation_apply(&prep, &bytes, real);
    mote_store_real(info, real, stored, BYTES);
}

/* How each byte is stored: what preparing and quantizing it on the chip would give, for the price of a load. */
static void emit_table(const mote_emitter *e, int32_t input, const mote_preparation *prep, mote_text *out)
{
    const mote_tensor_info info = mote_model_input(e->model, input);
    const int32_t          channels = prep->channels > 1 ? prep->channels : 1;
    uint8_t                stored[BYTES * sizeof(float)];
    int32_t                c;

    mote_text_printf(out,
                     "/* How each byte of a picture is stored as an element of input %d: prepared%s. */\n"
                     "static const MRT_FLASH %s %s_of_byte_%d[%d][%d] = {",
                     input, info.is_quantized ? " and quantized" : "", mote_dtype_c_name(info.dtype), e->name, input,
                     channels, BYTES);
    for (c = 0; c < channels; c++) {
        store_bytes(stored, &info, *prep, c);
        mote_text_puts(out, c ? ",\n    " : "\n    ");
        mote_emit_values(out, stored, info.dtype, BYTES);
    }
    mote_text_puts(out, "};\n\n");
}

static void emit_store(const mote_emitter *e, int32_t input, const mote_preparation *prep, const mrt_picture *as,
                       mote_text *out)
{
    const mote_end_suffixes all = mote_emit_suffixes(e, true, input);
    const char             *type = mote_dtype_c_name(mote_model_input(e->model, input).dtype);

    mote_text_printf(out,
                     "static void %s_store_%d(void *to, int32_t index, int32_t channel, uint8_t byte)\n{\n"
                     "    (void)channel;\n    ((%s *)to)[index] = ",
                     e->name, input, type);
    if (is_by_channel(prep, as))
        mote_text_printf(out, "%s_of_byte_%d[%s][byte];\n}\n\n", e->name, input, prep->channels > 1 ? "channel" : "0");
    else
        mote_text_printf(out, "%s_prepare_input%s((float)byte, index);\n}\n\n", e->name, all.suffix[0].text);
}

static void emit_region(const mote_crop *crop, mote_text *out)
{
    if (crop->kind == MOTE_CROP_CENTER)
        mote_text_puts(out, "mrt_region_middle(frame, &as)");
    else if (crop->kind == MOTE_CROP_BOX)
        mote_text_printf(out, "mrt_region_box(frame, %d, %d, %d, %d)", crop->top, crop->left, crop->height, crop->width);
    else
        mote_text_puts(out, "mrt_region_whole(frame)");
}

static void emit_take(const mote_emitter *e, int32_t input, const mrt_picture *as, mote_text *out)
{
    mote_text_printf(out,
                     "MRT_INLINE void %s_take_%d(%s_arena *arena, const mrt_frame *frame, mrt_pixel pixel)\n{\n"
                     "    const mrt_picture as = {%d, %d, %d};\n    const mrt_region  region = ",
                     e->name, input, e->name, as->height, as->width, as->channels);
    emit_region(crop_of(e, input), out);
    mote_text_printf(out,
                     ";\n    void *const       to = %s_input_%d(arena);\n\n"
                     "    if (to)\n        mrt_take_picture(&region, pixel, &as, %s_store_%d, to);\n}\n\n",
                     e->name, input, e->name, input);
}

static void emit_format(const mote_emitter *e, const mote_end_suffix *suffix, const pixel_format *format,
                        const mrt_picture *as, mote_text *out)
{
    const bool has_grey = as->channels == 1 && format != formats;

    emit_head(e, suffix, format, out);
    mote_text_printf(out,
                     "\n{\n    const mrt_frame frame = {pixels, width, height, stride != 0 ? stride : %s};\n\n"
                     "    %s_take_%d(arena, &frame, mrt_pixel_%s%s);\n}\n\n",
                     format->row_bytes, e->name, suffix->index, format->name, has_grey ? "_grey" : "");
}

static void emit_picture(const mote_emitter *e, int32_t input, const mrt_picture *as, mote_text *out)
{
    static const mote_preparation plain = {0};
    const mote_preparation       *prep = mote_emits_prepare(e, input) ? &e->model->recipe.input[input].preparation : &plain;
    const mote_end_suffixes       all = mote_emit_suffixes(e, true, input);
    int                           k, f;

    if (is_by_channel(prep, as))
        emit_table(e, input, prep, out);
    emit_store(e, input, prep, as, out);
    emit_take(e, input, as, out);
    for (k = 0; k < all.count; k++)
        for (f = 0; f < FORMATS; f++)
            emit_format(e, &all.suffix[k], &formats[f], as, out);
}

void mote_emit_pictures(const mote_emitter *e, mote_text *out)
{
    mrt_picture as;
    int32_t     i;

    if (mote_emits_pictures(e))
        mote_text_puts(out, "#include \"mote_runtime/prepare/picture.h\"\n\n");
    for (i = 0; i < e->model->graphs[0].input_count; i++)
        if (mote_emits_picture(e, i, &as))
            emit_picture(e, i, &as, out);
}
