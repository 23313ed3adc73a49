/* Variables of a file: what VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE name, and what CALL_ONCE gives them first.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_VARIABLES_H
#define MRT_INTERPRETER_VARIABLES_H

#include "model.h"

/* Finding them takes the square of a file's operators each: no file has more. Nor has one more CALL_ONCE, or more operators
 * in what such a one names: a VAR_HANDLE and an ASSIGN_VARIABLE for each variable, and as many again. */
enum { MRT_VARIABLES_MAX = 32, MRT_CALL_ONCE_MAX = 4, MRT_INIT_OPERATORS_MAX = 4 * MRT_VARIABLES_MAX };

enum { MRT_CODE_CALL_ONCE = 129, MRT_CODE_VAR_HANDLE = 142, MRT_CODE_READ_VARIABLE = 143, MRT_CODE_ASSIGN_VARIABLE = 144 };

typedef struct mrt_variable {
    uint32_t       handle;   /* the tensor that the first VAR_HANDLE of its name makes */
    int32_t        value_id; /* a tensor of the type and shape that are read and assigned; -1: nothing is */
    mrt_tensor     value;    /* the same as a state; where nothing is, its first value, else of no bytes */
    const uint8_t *first;    /* its first value; NULL: every byte the zero point of int8, 0 of other types */
} mrt_variable;

/* The variable that the VAR_HANDLE at `index` of the operators names. */
MRT_API mrt_reason mrt_find_variable(mrt_model *m, uint32_t index, mrt_variable *out);

/* What the first operator that uses the handle reads or assigns; -1: none does. */
MRT_API int32_t mrt_value_of_handle(mrt_model *m, uint32_t handle);

/* Whether `other`, another subgraph of the file, has the same variable: *handle there. */
MRT_API int mrt_has_variable(mrt_model *other, mrt_model *m, uint32_t index, uint32_t *handle);

#endif
