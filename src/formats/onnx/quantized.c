/* Quantized operators.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/parts.h"

const mote_onnx_row mote_onnx_quantized[] = {{NULL, MOTE_ONNX_FILE, 0, 0, 0, NULL, 0}};
