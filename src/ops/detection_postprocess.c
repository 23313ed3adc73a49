/* TFLite_Detection_PostProcess.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/detection_postprocess.h"

const mote_op mote_op_detection_postprocess = {.description = &mrt_operator_detection_postprocess};
