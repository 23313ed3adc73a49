/* Why a model is refused, as the chip says it: a number, with a text for whoever links it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_REASON_H
#define MRT_REASON_H

typedef enum mrt_status {
    MRT_OK = 0,
    MRT_ERR_FORMAT,      /* the file breaks its own format, or contradicts itself */
    MRT_ERR_UNSUPPORTED, /* valid, but there is no code for it */
    MRT_ERR_LIMIT,       /* valid, but too large: for the arena, or for the limit on work */
    MRT_ERR_USAGE        /* the caller's mistake */
} mrt_status;

/* REASON(NAME, STATUS, "text"), ordered by status. */
#define MRT_REASONS(REASON)                                                                                                 \
    REASON(NONE, OK, "no failure")                                                                                          \
    REASON(NOT_TFLITE, ERR_FORMAT, "not a .tflite file")                                                                    \
    REASON(BROKEN, ERR_FORMAT, "a part of the file points outside the file")                                                \
    REASON(BUFFER, ERR_FORMAT, "a constant's bytes do not fit its shape")                                                   \
    REASON(QUANTIZATION, ERR_FORMAT, "a scale or zero point is missing or not possible")                                    \
    REASON(OPERAND_COUNT, ERR_FORMAT, "wrong number of inputs or outputs")                                                  \
    REASON(OPERAND, ERR_FORMAT, "an operand does not exist, or is not computed exactly once before it is read")             \
    REASON(OPTIONS, ERR_FORMAT, "an option is out of range")                                                                \
    REASON(SHAPE, ERR_FORMAT, "shapes do not go together")                                                                  \
    REASON(SCHEMA, ERR_UNSUPPORTED, "a schema version other than 3")                                                        \
    REASON(FEATURE, ERR_UNSUPPORTED, "sparse or external data, or a quantization other than scale and zero point")          \
    REASON(TYPE, ERR_UNSUPPORTED, "an element type that is not supported")                                                  \
    REASON(RANK, ERR_UNSUPPORTED, "more than 8 dimensions")                                                                 \
    REASON(OPEN_SHAPE, ERR_UNSUPPORTED, "an open dimension other than the batch")                                           \
    REASON(OPERATOR, ERR_UNSUPPORTED, "the operator is not among those given")                                              \
    REASON(VERSION, ERR_UNSUPPORTED, "the operator's version is not supported")                                             \
    REASON(TYPES, ERR_UNSUPPORTED, "the operator has no kernel for these types")                                            \
    REASON(ACTIVATION, ERR_UNSUPPORTED, "a fused activation that the operator does not take")                               \
    REASON(CONSTANT, ERR_UNSUPPORTED, "an operand must be a constant, or must not be one")                                  \
    REASON(SCALES, ERR_UNSUPPORTED, "scales that the kernel cannot do")                                                     \
    REASON(AXES, ERR_UNSUPPORTED, "axes that the kernel cannot do")                                                         \
    REASON(SIZE, ERR_LIMIT, "a tensor, window or file is too large")                                                        \
    REASON(TOO_MANY, ERR_LIMIT, "too many operators, or too many tensors needed at once")                                   \
    REASON(WORK, ERR_LIMIT, "needs more work than the limit allows")                                                        \
    REASON(ARENA, ERR_LIMIT, "the arena is too small")                                                                      \
    REASON(ALIGNMENT, ERR_USAGE, "the arena does not begin at a multiple of 16")

typedef enum mrt_reason {
#define MRT_REASON(NAME, STATUS, text) MRT_REASON_##NAME,
    MRT_REASONS(MRT_REASON)
#undef MRT_REASON
        MRT_REASON_COUNT
} mrt_reason;

/* A reason's status: reasons are ordered by it. */
static inline mrt_status mrt_status_of(mrt_reason reason)
{
    if (reason == MRT_REASON_NONE)
        return MRT_OK;
    if (reason < MRT_REASON_SCHEMA)
        return MRT_ERR_FORMAT;
    if (reason < MRT_REASON_SIZE)
        return MRT_ERR_UNSUPPORTED;
    return reason < MRT_REASON_ALIGNMENT ? MRT_ERR_LIMIT : MRT_ERR_USAGE;
}

#endif
