/* Conv2D's gradients where few elements of dy are left after the activation: they are listed, and only they are added.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/conv2d.h"
#include "math/isa/sparse.h"

/* Lists the elements of one position's gradient that are not zero, from `found` on. Returns how many there are then. No
 * branch depends on the values: which are zero is noise to a branch predictor. */
INLINE int32_t list_position(const conv_job *job, ptrdiff_t at, int32_t window, int32_t found, conv_scratch *own)
{
    conv_shape   *s = job->shape;
    const int32_t depth = (int32_t)(taps_of(s) * s->in_c);

    for (ptrdiff_t c = 0, lanes = s->out_c; lanes > 0; c += LANES, lanes -= LANES) {
        vf       g = load_up_to(job->grads.dy + at + c, lanes);
        vi       o = lane_numbers() + (int32_t)c;
        uint32_t bits;
        if (s->activation != MOTE_MATH_LINEAR)
            g = mask_gradient(g, load_up_to(job->grads.y + at + c, lanes), s->activation);
        bits = nonzero_lanes(g);
        store_packed(own->value + found, g, bits);
        store_packed((float *)(void *)(own->weights + found), (vf)(o * depth), bits);
        store_packed((float *)(void *)(own->channel + found), (vf)o, bits);
        store((float *)(void *)(own->window + found), (vf)set1_int(window));
        found += __builtin_popcount(bits);
    }
    return found;
}

/* Lists the gradient of one image. Where dx is wanted, it is added to at `dx`, laid out like the (padded) input. Returns how
 * many elements there are. */
static int32_t scatter_image(const conv_job *job, ptrdiff_t image, const padded *layout, float *dx, conv_scratch *own)
{
    conv_shape    *s = job->shape;
    ptrdiff_t      row_floats = layout->width * s->in_c, at = image * positions_of(s) * s->out_c;
    int32_t        found = 0;
    sparse_sum_job sum = {.rows = s->kernel_h,
                          .width = (ptrdiff_t)s->kernel_w * s->in_c,
                          .in = job->grads.w,
                          .in_row = (ptrdiff_t)s->kernel_w * s->in_c,
                          .out_row = s->dilation_h * row_floats,
                          .adds = true};

    for (ptrdiff_t oy = 0; oy < s->out_h; oy++)
        for (ptrdiff_t ox = 0; ox < s->out_w; ox++, at += s->out_c) {
            ptrdiff_t window = oy * s->stride_h * row_floats + ox * s->stride_w * s->in_c;
            int32_t   first = found;
            found = list_position(job, at, (int32_t)window, found, own);
            if (!dx || found == first)
                continue;
            sum.value = own->value + first;
            sum.offset = own->weights + first;
            sum.count = found - first;
            sum.out = dx + window;
            ISA(sparse_sum)(&sum);
        }
    return found;
}

/* The lists again, by output channel. */
static void sort_by_channel(const conv_job *job, int32_t found, conv_scratch *own)
{
    const ptrdiff_t positions = positions_of(job->shape);

    memset(own->channel_count, 0, (size_t)job->shape->out_c * sizeof *own->channel_count);
    for (int32_t j = 0; j < found; j++) {
        ptrdiff_t o = own->channel[j], place = o * positions + own->channel_count[o]++;
        own->channel_value[place] = own->value[j];
        own->channel_window[place] = own->window[j];
    }
}

/* dx = or += the part of a padded image that is not border; what no window reached stays zero. */
static void unpad_gradient(const conv_job *job, const float *from, float *dx)
{
    conv_shape *s = job->shape;
    ptrdiff_t   rows = smaller(s->in_h, job->in.height - job->in.top), row_floats = (ptrdiff_t)s->in_w * s->in_c;
    ptrdiff_t   columns = larger(0, smaller(s->in_w, job->in.width - job->in.left));

    if (!job->grads.dx_adds)
        memset(dx, 0, (size_t)(s->in_h * row_floats) * sizeof *dx);
    for (ptrdiff_t row = 0; row < rows; row++)
        ISA(axpy)
    ((size_t)(columns * s->in_c), 1, from + ((job->in.top + row) * job->in.width + job->in.left) * s->in_c,
     dx + row * row_floats);
}

void ISA(conv2d_sparse_image)(const conv_job *job, ptrdiff_t image, conv_scratch *own)
{
    conv_shape    *s = job->shape;
    padded         layout = job->copies_input ? job->in : (padded){s->in_h, s->in_w, s->in_c, 0, 0};
    const float   *x = job->grads.dw ? ISA(conv2d_input_image)(job, job->grads.x, image, own->in, &layout) : NULL;
    float         *dx = job->grads.dx ? job->grads.dx + image * s->in_h * s->in_w * s->in_c : NULL, *to = dx;
    sparse_sum_job sum = {.rows = s->kernel_h,
                          .width = (ptrdiff_t)s->kernel_w * s->in_c,
                          .in = x,
                          .in_row = s->dilation_h * layout.width * s->in_c,
                          .out_row = (ptrdiff_t)s->kernel_w * s->in_c,
                          .adds = true};

    if (dx && job->copies_input)
        memset(to = own->dx, 0, (size_t)padded_size(&layout) * sizeof *dx);
    else if (dx && !job->grads.dx_adds)
        memset(dx, 0, (size_t)padded_size(&layout) * sizeof *dx);
    sort_by_channel(job, scatter_image(job, image, &layout, to, own), own);
    if (dx && job->copies_input)
        unpad_gradient(job, own->dx, dx);
    for (ptrdiff_t o = 0; o < s->out_c; o++) {
        sum.value = own->channel_value + o * positions_of(s);
        sum.offset = own->channel_window + o * positions_of(s);
        sum.count = own->channel_count[o];
        sum.out = own->dw + o * taps_of(s) * s->in_c;
        if (job->grads.dw && sum.count > 0)
            ISA(sparse_sum)(&sum);
        for (ptrdiff_t j = 0; job->grads.db && j < sum.count; j++)
            own->db[o] += sum.value[j];
    }
}

/* Fewer than a third: measured, lists cost about as much as they save there. */
bool ISA(conv2d_is_sparse)(const conv_job *job, ptrdiff_t image)
{
    ptrdiff_t size = positions_of(job->shape) * job->shape->out_c, at = image * size;

    if (!job->may_be_sparse)
        return false;
    return 3 * ISA(count_gradient)(size, job->shape->activation, job->grads.y ? job->grads.y + at : NULL,
                                   job->grads.dy + at) <
           size;
}
