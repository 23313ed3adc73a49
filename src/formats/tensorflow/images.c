/* Operators on images: convolutions, pools, normalization, sizes. ONNX has channels second; where they are last here, a view
 * stands before and behind.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "formats/onnx/operators.h"
#include "formats/tensorflow/operators.h"

static const int64_t to_second[] = {0, 3, 1, 2}, to_last[] = {0, 2, 3, 1};

/* ---- where channels are ---- */

static bool is_second(const mote_import_call *c)
{
    return mote_tf_has_channels_second(c->node);
}

static mote_import_value *channels_second(mote_import_call *c, mote_import_value *x)
{
    if (!mote_import_failed(c) && x->shape.rank != 4)
        mote_import_refuse(c, "images of %d dimensions", x->shape.rank - 2);
    return mote_import_failed(c) || is_second(c) ? x : mote_tf_turned(c, x, to_second);
}

/* What the operator of ONNX gives, as the file has it. */
static void give_image(mote_import_call *c, mote_tf_told told)
{
    const mote_import_attribute attributes[] = {MOTE_TF_INTS("perm", to_last, 4), MOTE_TF_END};
    mote_import_value          *y;

    if (mote_import_failed(c))
        return;
    if (is_second(c))
        mote_tf_all(c, told);
    else if ((y = mote_tf_part(c, told)) != NULL)
        mote_tf_all(c, (mote_tf_told){"Transpose", attributes, &y, 1});
}

/* ---- windows ---- */

typedef struct window {
    int64_t     strides[2], dilations[2], kernel[2], pads[4];
    const char *auto_pad;
} window;

/* Of a list with an entry an axis: those of height and width; the others must be 1. */
static void read_pair(mote_import_call *c, const char *name, int64_t *out)
{
    const mote_import_list list = mote_import_ints(c, name);
    const int32_t          at = is_second(c) ? 2 : 1;

    out[0] = out[1] = 1;
    if (list.count < 0)
        return;
    if (list.count != 4 || list.n[0] != 1 || list.n[is_second(c) ? 1 : 3] != 1) {
        mote_import_refuse(c, "%s along samples or channels, or of other than two dimensions", name);
        return;
    }
    out[0] = list.n[at];
    out[1] = list.n[at + 1];
}

static void read_window(mote_import_call *c, window *w)
{
    const char            *padding = mote_import_string(c, "padding", "VALID");
    const mote_import_list pads = mote_import_ints(c, "explicit_paddings");
    const int32_t          at = is_second(c) ? 4 : 2;

    *w = (window){.auto_pad = strcmp(padding, "SAME") == 0 ? "SAME_UPPER" : "VALID"};
    read_pair(c, "strides", w->strides);
    read_pair(c, "dilations", w->dilations);
    read_pair(c, "ksize", w->kernel);
    if (strcmp(padding, "EXPLICIT") != 0)
        return;
    w->auto_pad = "NOTSET";
    if (pads.count != 8) {
        mote_import_wrong(c, "%d paddings", pads.count);
        return;
    }
    w->pads[0] = pads.n[at];
    w->pads[1] = pads.n[at + 2];
    w->pads[2] = pads.n[at + 1];
    w->pads[3] = pads.n[at + 3];
}

/* ---- convolutions ---- */

static void convolve(mote_import_call *c, mote_import_value *x, mote_import_value *w, int64_t group)
{
    mote_import_value          *in[] = {x, w};
    window                      win;
    const mote_import_attribute attributes[] = {MOTE_TF_INTS("strides", win.strides, 2),
                                                MOTE_TF_INTS("dilations", win.dilations, 2),
                                                MOTE_TF_INTS("pads", win.pads, 4),
                                                MOTE_TF_STRING("auto_pad", NULL),
                                                MOTE_TF_INT("group", group),
                                                MOTE_TF_END};
    mote_import_attribute       all[sizeof attributes / sizeof *attributes];

    read_window(c, &win);
    memcpy(all, attributes, sizeof all);
    all[3].s = win.auto_pad;
    give_image(c, (mote_tf_told){"Conv", all, in, 2});
}

/* [height, width, ins, outs] */
static void import_conv(mote_import_call *c)
{
    static const int64_t perm[] = {3, 2, 0, 1};
    mote_import_value   *x = channels_second(c, c->in[0]), *w = c->in[1];

    if (!mote_import_failed(c) && (w->shape.rank != 4 || w->shape.dim[2] < 1 || x->shape.dim[1] % w->shape.dim[2] != 0))
        mote_import_wrong(c, "weights that do not fit the image");
    if (!mote_import_failed(c))
        convolve(c, x, mote_tf_turned(c, w, perm), x->shape.dim[1] / w->shape.dim[2]);
}

/* [height, width, channels, outputs of each] */
static void import_depthwise(mote_import_call *c)
{
    static const int64_t perm[] = {2, 3, 0, 1};
    mote_import_value   *x = channels_second(c, c->in[0]), *w = c->in[1];
    mote_import_shape    shape = {.rank = 4};

    if (!mote_import_failed(c) && (w->shape.rank != 4 || x->shape.dim[1] != w->shape.dim[2]))
        mote_import_wrong(c, "weights that do not fit the image");
    if (mote_import_failed(c))
        return;
    shape.dim[0] = w->shape.dim[2] * w->shape.dim[3];
    shape.dim[1] = 1;
    shape.dim[2] = w->shape.dim[0];
    shape.dim[3] = w->shape.dim[1];
    w = mote_tf_turned(c, w, perm);
    convolve(c, x, w ? mote_tf_reshaped(c, w, &shape) : NULL, x->shape.dim[1]);
}

/* The size, weights [height, width, outs, ins], the image. */
static void import_transposed(mote_import_call *c)
{
    static const int64_t   perm[] = {3, 2, 0, 1};
    const mote_import_list size = mote_import_operand_ints(c, 0, NULL);
    const int32_t          at = is_second(c) ? 2 : 1;
    mote_import_value     *in[2] = {NULL, NULL};
    window                 w;

    read_window(c, &w);
    if (!mote_import_failed(c) && (size.count != 4 || c->in[1]->shape.rank != 4))
        mote_import_wrong(c, "no image's size, or no weights");
    if (mote_import_failed(c))
        return;
    in[0] = channels_second(c, c->in[2]);
    in[1] = mote_tf_turned(c, c->in[1], perm);
    give_image(c, (mote_tf_told){"ConvTranspose",
                                 (mote_import_attribute[]){MOTE_TF_INTS("strides", w.strides, 2),
                                                           MOTE_TF_INTS("dilations", w.dilations, 2),
                                                           MOTE_TF_STRING("auto_pad", w.auto_pad),
                                                           MOTE_TF_INTS("output_shape", size.n + at, 2), MOTE_TF_END},
                                 in, 2});
}

/* ---- pools ---- */

static void import_pool(mote_import_call *c)
{
    mote_import_value *x = channels_second(c, c->in[0]);
    window             w;

    read_window(c, &w);
    give_image(c, (mote_tf_told){c->row->kind ? "MaxPool" : "AveragePool",
                                 (mote_import_attribute[]){
                                     MOTE_TF_INTS("kernel_shape", w.kernel, 2), MOTE_TF_INTS("strides", w.strides, 2),
                                     MOTE_TF_INTS("pads", w.pads, 4), MOTE_TF_STRING("auto_pad", w.auto_pad), MOTE_TF_END},
                                 &x, 1});
}

/* ---- channel by channel ---- */

/* Operand i is known, and each of its elements is that. */
static bool is_filled(const mote_import_call *c, int32_t i, double with)
{
    const mote_import_value *x = mote_import_in(c, i);
    size_t                   at;

    for (at = 0; x && x->known && at < mote_import_count(&x->shape); at++)
        if (mote_import_number_at(x, at) != with)
            return false;
    return x && x->known;
}

/* tf-keras writes LayerNormalization as a BatchNormalization in training: one image, with what was to be normalized in rows
 * of their own as its channels, which are then neither scaled nor moved. */
static bool is_layer_norm(const mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);

    return is_second(c) && x->shape.rank == 4 && x->shape.dim[0] == 1 && is_filled(c, 1, 1) && is_filled(c, 2, 0);
}

static void import_layer_norm(mote_import_call *c)
{
    mote_import_value *in[] = {c->in[0], mote_tf_number(c, c->in[0], 1)};

    mote_tf_all(c, (mote_tf_told){"LayerNormalization",
                                  (mote_import_attribute[]){
                                      MOTE_TF_INT("axis", 2),
                                      MOTE_TF_FLOAT("epsilon", mote_import_float(c, "epsilon", 0.0001f)), MOTE_TF_END},
                                  in, 2});
}

static void import_batch_norm(mote_import_call *c)
{
    mote_import_value *in[] = {NULL, c->in[1], c->in[2], c->in[3], c->in[4]};

    if (mote_import_int(c, "is_training", 1) != 0 && is_layer_norm(c)) {
        import_layer_norm(c);
        return;
    }
    if (mote_import_int(c, "is_training", 1) != 0) {
        mote_import_refuse(c, "it is in training mode: export the model for inference");
        return;
    }
    in[0] = channels_second(c, c->in[0]);
    give_image(c, (mote_tf_told){"BatchNormalization",
                                 (mote_import_attribute[]){
                                     MOTE_TF_FLOAT("epsilon", mote_import_float(c, "epsilon", 0.0001f)), MOTE_TF_END},
                                 in, 5});
}

static void import_bias_add(mote_import_call *c)
{
    mote_import_value *bias = c->in[1];
    mote_import_shape  shape = {.rank = c->in[0]->shape.rank - 1};
    int32_t            i;

    if (is_second(c) && shape.rank > 0) {
        for (i = 0; i < shape.rank; i++)
            shape.dim[i] = i == 0 ? bias->shape.dim[0] : 1;
        bias = mote_tf_reshaped(c, bias, &shape);
    }
    mote_tf_apply_all(c, "Add", c->in[0], bias);
}

/* ---- sizes ---- */

static void import_resize(mote_import_call *c)
{
    const bool             is_nearest = c->row->kind == 0;
    const bool             aligned = mote_import_int(c, "align_corners", 0) != 0;
    const bool             half = mote_import_int(c, "half_pixel_centers", 0) != 0;
    const mote_import_list size = mote_import_operand_ints(c, 1, NULL);
    mote_import_value     *in[] = {channels_second(c, c->in[0]), NULL, NULL, NULL};
    int64_t                sizes[4];

    if (!mote_import_failed(c) && size.count != 2)
        mote_import_refuse(c, "two sizes are read");
    if (mote_import_failed(c))
        return;
    sizes[0] = in[0]->shape.dim[0];
    sizes[1] = in[0]->shape.dim[1];
    sizes[2] = size.n[0];
    sizes[3] = size.n[1];
    in[3] = mote_tf_known_ints(c, sizes, 4);
    give_image(
        c, (mote_tf_told){"Resize",
                          (mote_import_attribute[]){
                              MOTE_TF_STRING("mode", is_nearest ? "nearest" : "linear"),
                              MOTE_TF_STRING("coordinate_transformation_mode", aligned ? "align_corners"
                                                                               : half  ? "half_pixel"
                                                                                       : "asymmetric"),
                              MOTE_TF_STRING("nearest_mode", aligned || half ? "round_prefer_ceil" : "floor"), MOTE_TF_END},
                          in, 4});
}

/* Divided by a power of what its neighbours among the channels are. */
static void import_lrn(mote_import_call *c)
{
    const int64_t      size = 2 * mote_import_int(c, "depth_radius", 5) + 1;
    mote_import_value *x = channels_second(c, c->in[0]);

    give_image(
        c, (mote_tf_told){"LRN",
                          (mote_import_attribute[]){MOTE_TF_INT("size", size),
                                                    MOTE_TF_FLOAT("alpha", mote_import_float(c, "alpha", 1) * (float)size),
                                                    MOTE_TF_FLOAT("beta", mote_import_float(c, "beta", 0.5f)),
                                                    MOTE_TF_FLOAT("bias", mote_import_float(c, "bias", 1)), MOTE_TF_END},
                          &x, 1});
}

static void import_blocks(mote_import_call *c)
{
    mote_import_value *x = channels_second(c, c->in[0]);

    give_image(c, (mote_tf_told){
                      c->row->name,
                      (mote_import_attribute[]){MOTE_TF_INT("blocksize", mote_import_int(c, "block_size", 1)), MOTE_TF_END},
                      &x, 1});
}

/* ---- blocks of samples: what dilated convolutions were made of ---- */

static void import_batches(mote_import_call *c)
{
    const mote_import_list block = mote_import_operand_ints(c, 1, NULL), pads = mote_import_operand_ints(c, 2, NULL);
    int32_t                b[MOTE_RANK_MAX], p[2 * MOTE_RANK_MAX], i;
    mote_import_op         op = {.op = (mote_op_kind)c->row->kind, .in_count = 3};
    mote_id                in[3];

    if (mote_import_failed(c) || block.count < 1 || block.count > MOTE_RANK_MAX || pads.count != 2 * block.count) {
        mote_import_wrong(c, "%d sizes of blocks and %d paddings", block.count, pads.count);
        return;
    }
    for (i = 0; i < 2 * block.count; i++) {
        if (pads.n[i] < 0 || pads.n[i] > 1 << 24 || block.n[i / 2] < 1 || block.n[i / 2] > 1 << 24) {
            mote_import_wrong(c, "a padding of %lld, a block of %lld", (long long)pads.n[i], (long long)block.n[i / 2]);
            return;
        }
        b[i / 2] = (int32_t)block.n[i / 2];
        p[i] = (int32_t)pads.n[i];
    }
    in[0] = mote_import_as_file(c, c->in[0]);
    in[1] = mote_import_const_ints(c, b, block.count);
    in[2] = mote_import_const(c, MOTE_I32, 2, (int32_t[]){block.count, 2}, p);
    op.in = in;
    mote_import_give(c, 0, mote_import_add(c, &op), NULL);
}

/* Twice: as it is with channels last, and with channels second. */
#define IMAGE(name, ins, outs, function, kind)                                                                              \
    {name, MOTE_IMPORT_FILE, ins, ins, outs, function, kind},                                                               \
    {                                                                                                                       \
        name, MOTE_IMPORT_IMAGE, ins, ins, outs, function, kind                                                             \
    }

const mote_import_row mote_tf_images[] = {
    IMAGE("Conv2D", 2, 1, import_conv, 0),
    IMAGE("DepthwiseConv2dNative", 2, 1, import_depthwise, 0),
    IMAGE("Conv2DBackpropInput", 3, 1, import_transposed, 0),
    IMAGE("MaxPool", 1, 1, import_pool, 1),
    IMAGE("AvgPool", 1, 1, import_pool, 0),
    IMAGE("FusedBatchNorm", 5, 1, import_batch_norm, 0),
    IMAGE("FusedBatchNormV2", 5, 1, import_batch_norm, 0),
    IMAGE("FusedBatchNormV3", 5, 1, import_batch_norm, 0),
    {"BiasAdd", MOTE_IMPORT_ANY, 2, 2, 1, import_bias_add, 0},
    {"ResizeNearestNeighbor", MOTE_IMPORT_FILE, 2, 2, 1, import_resize, 0},
    {"ResizeBilinear", MOTE_IMPORT_FILE, 2, 2, 1, import_resize, 1},
    {"LRN", MOTE_IMPORT_FILE, 1, 1, 1, import_lrn, 0},
    IMAGE("DepthToSpace", 1, 1, import_blocks, 0),
    IMAGE("SpaceToDepth", 1, 1, import_blocks, 0),
    {"SpaceToBatchND", MOTE_IMPORT_FILE, 3, 3, 1, import_batches, MOTE_OP_SPACE_TO_BATCH_ND},
    {"BatchToSpaceND", MOTE_IMPORT_FILE, 3, 3, 1, import_batches, MOTE_OP_BATCH_TO_SPACE_ND},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0},
};
