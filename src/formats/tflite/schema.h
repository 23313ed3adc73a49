/* What mote needs to know of TensorFlow Lite's schema, version 3 (with 3a to 3c): the numbers of tables' fields, in the
 * order that schema.fbs declares them, and the values of its enumerations. A field is absent when it has the default, which
 * is 0 or none unless noted. Source: tensorflow/compiler/mlir/lite/schema/schema.fbs in TensorFlow's repository.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_SCHEMA_H
#define MOTE_FORMATS_TFLITE_SCHEMA_H

#include <stdint.h>

/* A union takes two fields: its type, then its value. */
typedef struct mote_fb_field {
    uint16_t    id;
    const char *name; /* schema.fbs' */
} mote_fb_field;

#define TFLITE_IDENTIFIER     "TFL3"
#define TFLITE_SCHEMA_VERSION 3u

/* Model: the root */
static const mote_fb_field model_version = {0, "version"};
static const mote_fb_field model_operator_codes = {1, "operator_codes"};
static const mote_fb_field model_subgraphs = {2, "subgraphs"};
static const mote_fb_field model_description = {3, "description"};
static const mote_fb_field model_buffers = {4, "buffers"};
static const mote_fb_field model_metadata = {6, "metadata"};
static const mote_fb_field model_signatures = {7, "signature_defs"};

/* SignatureDef: the name of a subgraph that can be run, and what it calls its inputs and outputs: vectors of TensorMap */
static const mote_fb_field signature_inputs = {0, "inputs"};
static const mote_fb_field signature_outputs = {1, "outputs"};
static const mote_fb_field signature_key = {2, "signature_key"};
static const mote_fb_field signature_subgraph = {4, "subgraph_index"};

/* TensorMap */
static const mote_fb_field tensor_map_name = {0, "name"};
static const mote_fb_field tensor_map_index = {1, "tensor_index"}; /* in the subgraph */

/* SqueezeOptions */
static const mote_fb_field squeeze_dims = {0, "squeeze_dims"};

/* OperatorCode. Codes below 127 stand in both fields, so that the oldest readers find them; the larger one counts. */
static const mote_fb_field operator_code_deprecated = {0, "deprecated_builtin_code"}; /* int8 */
static const mote_fb_field operator_code_custom = {1, "custom_code"};
static const mote_fb_field operator_code_version = {2, "version"}; /* default 1 */
static const mote_fb_field operator_code_builtin = {3, "builtin_code"};

/* SubGraph */
static const mote_fb_field subgraph_tensors = {0, "tensors"};
static const mote_fb_field subgraph_inputs = {1, "inputs"};
static const mote_fb_field subgraph_outputs = {2, "outputs"};
static const mote_fb_field subgraph_operators = {3, "operators"};
static const mote_fb_field subgraph_name = {4, "name"};

/* Buffer: the bytes lie at a multiple of 16. Files over 2 GiB keep them behind the FlatBuffer, at `offset`. */
static const mote_fb_field buffer_data = {0, "data"};
static const mote_fb_field buffer_offset = {1, "offset"}; /* uint64; 0 and 1 mean: not there */
static const mote_fb_field buffer_size = {2, "size"};     /* uint64 */

/* Metadata */
static const mote_fb_field metadata_name = {0, "name"};
static const mote_fb_field metadata_buffer = {1, "buffer"};

/* Tensor. Buffer 0, or an empty one, means that the tensor is computed. shape_signature has -1 where shape is open. */
static const mote_fb_field tensor_shape = {0, "shape"};
static const mote_fb_field tensor_type = {1, "type"};
static const mote_fb_field tensor_buffer = {2, "buffer"};
static const mote_fb_field tensor_name = {3, "name"};
static const mote_fb_field tensor_quantization = {4, "quantization"};
static const mote_fb_field tensor_is_variable = {5, "is_variable"};
static const mote_fb_field tensor_sparsity = {6, "sparsity"};
static const mote_fb_field tensor_shape_signature = {7, "shape_signature"};
static const mote_fb_field tensor_has_rank = {8, "has_rank"};
static const mote_fb_field tensor_external_buffer = {10, "external_buffer"};

/* QuantizationParameters */
static const mote_fb_field quantization_min = {0, "min"};
static const mote_fb_field quantization_max = {1, "max"};
static const mote_fb_field quantization_scale = {2, "scale"};
static const mote_fb_field quantization_zero_point = {3, "zero_point"}; /* int64 */
static const mote_fb_field quantization_details_type = {4, "details_type"};
static const mote_fb_field quantization_dimension = {6, "quantized_dimension"};

/* Operator */
static const mote_fb_field operator_opcode_index = {0, "opcode_index"};
static const mote_fb_field operator_inputs = {1, "inputs"};
static const mote_fb_field operator_outputs = {2, "outputs"};
static const mote_fb_field operator_options_type = {3, "builtin_options_type"};
static const mote_fb_field operator_options = {4, "builtin_options"};
static const mote_fb_field operator_intermediates = {8, "intermediates"};
static const mote_fb_field operator_options_2_type = {11, "builtin_options_2_type"};
static const mote_fb_field operator_options_2 = {12, "builtin_options_2"};
static const mote_fb_field operator_custom_options = {5, "custom_options"}; /* a FlexBuffer: runtime/flexbuffer.h */

static const mote_fb_field reshape_new_shape = {0, "new_shape"};       /* ReshapeOptions; other options: runtime/ops */
static const mote_fb_field squeeze_squeeze_dims = {0, "squeeze_dims"}; /* SqueezeOptions */

static const mote_fb_field var_handle_container = {0, "container"}; /* VarHandleOptions */
static const mote_fb_field var_handle_shared_name = {1, "shared_name"};

enum tflite_tensor_type {
    TFLITE_FLOAT32 = 0,
    TFLITE_FLOAT16 = 1,
    TFLITE_INT32 = 2,
    TFLITE_UINT8 = 3,
    TFLITE_INT64 = 4,
    TFLITE_STRING = 5,
    TFLITE_BOOL = 6,
    TFLITE_INT16 = 7,
    TFLITE_COMPLEX64 = 8,
    TFLITE_INT8 = 9,
    TFLITE_FLOAT64 = 10,
    TFLITE_COMPLEX128 = 11,
    TFLITE_UINT64 = 12,
    TFLITE_RESOURCE = 13,
    TFLITE_VARIANT = 14,
    TFLITE_UINT32 = 15,
    TFLITE_UINT16 = 16,
    TFLITE_INT4 = 17,
    TFLITE_BFLOAT16 = 18,
    TFLITE_INT2 = 19,
    TFLITE_UINT4 = 20
};

enum { TFLITE_PLACEHOLDER = 127 }; /* in the deprecated field of a code: it stands in the other */
enum { TFLITE_NO_OPTIONS = 0 };    /* of the union BuiltinOptions */

enum tflite_padding { TFLITE_PADDING_SAME = 0, TFLITE_PADDING_VALID = 1 };

#endif
