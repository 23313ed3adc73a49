/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tensorflow/types.h"

#include "formats/tensorflow/schema.h"

static const struct {
    const char *name;
    mote_dtype  dtype;
} types[] = {
    [1] = {"DT_FLOAT", MOTE_F32},
    [2] = {"DT_DOUBLE", MOTE_F64},
    [3] = {"DT_INT32", MOTE_I32},
    [4] = {"DT_UINT8", MOTE_U8},
    [5] = {"DT_INT16", MOTE_I16},
    [6] = {"DT_INT8", MOTE_I8},
    [7] = {"DT_STRING", MOTE_DTYPE_COUNT},
    [8] = {"DT_COMPLEX64", MOTE_DTYPE_COUNT},
    [9] = {"DT_INT64", MOTE_I64},
    [10] = {"DT_BOOL", MOTE_BOOL},
    [11] = {"DT_QINT8", MOTE_DTYPE_COUNT},
    [12] = {"DT_QUINT8", MOTE_DTYPE_COUNT},
    [13] = {"DT_QINT32", MOTE_DTYPE_COUNT},
    [14] = {"DT_BFLOAT16", MOTE_DTYPE_COUNT},
    [15] = {"DT_QINT16", MOTE_DTYPE_COUNT},
    [16] = {"DT_QUINT16", MOTE_DTYPE_COUNT},
    [17] = {"DT_UINT16", MOTE_U16},
    [18] = {"DT_COMPLEX128", MOTE_DTYPE_COUNT},
    [19] = {"DT_HALF", MOTE_F16},
    [20] = {"DT_RESOURCE", MOTE_DTYPE_COUNT},
    [21] = {"DT_VARIANT", MOTE_DTYPE_COUNT},
    [22] = {"DT_UINT32", MOTE_U32},
    [23] = {"DT_UINT64", MOTE_U64},
};
enum { TYPE_COUNT = sizeof types / sizeof *types };

static int32_t without_ref(int32_t type)
{
    return type > TENSORFLOW_REF ? type - TENSORFLOW_REF : type;
}

const char *mote_tf_type_name(int32_t type)
{
    type = without_ref(type);
    return type > 0 && type < TYPE_COUNT ? types[type].name : "of no known type";
}

mote_dtype mote_tf_dtype(int32_t type)
{
    type = without_ref(type);
    return type > 0 && type < TYPE_COUNT ? types[type].dtype : MOTE_DTYPE_COUNT;
}

static mote_status read_dim(mote_pb message, int32_t *dim, mote_error *err)
{
    mote_pb_field field;

    *dim = 0; /* what is 0 is not written */
    while (mote_pb_next(&message, &field, err)) {
        if (field.number != DIM_SIZE)
            continue;
        if (field.value > INT32_MAX && field.value != UINT64_MAX)
            return mote_fail(err, MOTE_ERR_FORMAT, "a dimension of %lld", (long long)field.value);
        *dim = field.value == UINT64_MAX ? -1 : (int32_t)field.value;
    }
    return err->code;
}

mote_status mote_tf_read_shape(mote_pb message, int32_t *rank, int32_t *dim, bool *has_rank, mote_error *err)
{
    mote_pb_field field;

    *rank = 0;
    *has_rank = true;
    while (mote_pb_next(&message, &field, err)) {
        if (field.number == SHAPE_UNKNOWN_RANK)
            *has_rank = field.value == 0;
        if (field.number != SHAPE_DIM)
            continue;
        if (*rank == MOTE_RANK_MAX)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "more than %d dimensions", MOTE_RANK_MAX);
        MOTE_TRY(read_dim(mote_pb_within(&field), &dim[(*rank)++], err));
    }
    return err->code;
}
