/* All operators for whoever links the interpreter's sources one by one: their descriptions, seen from everywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operators.h"

#undef MRT_OPERATOR_DATA
#define MRT_OPERATOR_DATA

#include "../ops/add.h"
#include "../ops/conv_2d.h"
#include "../ops/depthwise_conv_2d.h"
#include "../ops/fully_connected.h"
#include "../ops/leaky_relu.h"
#include "../ops/mean.h"
#include "../ops/mul.h"
#include "../ops/pool_2d.h"
#include "../ops/quantize.h"
#include "../ops/relu.h"
#include "../ops/reshape.h"
#include "../ops/softmax.h"
#include "../ops/squash.h"
