/* Field numbers of TensorFlow's protocol buffers, as far as they are read.
 * Source: https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core (framework/, protobuf/)
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TENSORFLOW_SCHEMA_H
#define MOTE_FORMATS_TENSORFLOW_SCHEMA_H

enum { SAVED_META_GRAPH = 2 };
enum { META_INFO = 1, META_GRAPH_DEF = 2, META_SAVER = 3, META_SIGNATURE = 5 };
enum { INFO_TAGS = 4 };
enum { SAVER_RESTORE = 3 };
enum { GRAPH_NODE = 1, GRAPH_LIBRARY = 2 };
enum { LIBRARY_FUNCTION = 1 };
enum { FUNCTION_SIGNATURE = 1, FUNCTION_NODE = 3, FUNCTION_RET = 4 };
enum { OP_NAME = 1, OP_INPUT_ARG = 2, OP_OUTPUT_ARG = 3 };
enum { ARG_NAME = 1 };
enum { NODE_NAME = 1, NODE_OP = 2, NODE_INPUT = 3, NODE_ATTR = 5 };
enum { ENTRY_KEY = 1, ENTRY_VALUE = 2 };
enum {
    ATTR_LIST = 1,
    ATTR_S = 2,
    ATTR_I = 3,
    ATTR_F = 4,
    ATTR_B = 5,
    ATTR_TYPE = 6,
    ATTR_SHAPE = 7,
    ATTR_TENSOR = 8,
    ATTR_FUNC = 10
};
enum { FUNC_NAME = 1 };
enum { SHAPE_DIM = 2, SHAPE_UNKNOWN_RANK = 3 };
enum { DIM_SIZE = 1 };
enum {
    TENSOR_TYPE = 1,
    TENSOR_SHAPE = 2,
    TENSOR_CONTENT = 4,
    TENSOR_FLOATS = 5,
    TENSOR_DOUBLES = 6,
    TENSOR_INTS = 7,
    TENSOR_STRINGS = 8,
    TENSOR_INT64S = 10,
    TENSOR_BOOLS = 11,
    TENSOR_HALFS = 13,
    TENSOR_UINT32S = 16,
    TENSOR_UINT64S = 17
};
enum { SIGNATURE_INPUTS = 1, SIGNATURE_OUTPUTS = 2 };
enum { INFO_NAME = 1, INFO_TYPE = 2, INFO_SHAPE = 3 };
enum { HEADER_SHARDS = 1, HEADER_ENDIANNESS = 2 };
enum {
    BUNDLE_TYPE = 1,
    BUNDLE_SHAPE = 2,
    BUNDLE_SHARD = 3,
    BUNDLE_OFFSET = 4,
    BUNDLE_SIZE = 5,
    BUNDLE_CRC = 6,
    BUNDLE_SLICES = 7
};

enum { TENSORFLOW_STRING = 7, TENSORFLOW_RESOURCE = 20, TENSORFLOW_VARIANT = 21, TENSORFLOW_REF = 100 };

#endif
