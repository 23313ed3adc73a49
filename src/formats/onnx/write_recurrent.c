/* Recurrent layers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/writing.h"

const mote_ox_row mote_ox_recurrent[] = {{0}};
