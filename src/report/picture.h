/* Which samples are pictures: what grids of them can be drawn from. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_PICTURE_H
#define MOTE_REPORT_PICTURE_H

#include <mote/dataset.h>

typedef struct mote_picture_shape {
    int height, width, channels; /* height 0: no picture */
} mote_picture_shape;

mote_picture_shape mote_picture_shape_of(const mote_dataset_feature *feature);

#endif
