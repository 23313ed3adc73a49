/* Every operator that the interpreter has, as mrt_operator_NAME; only those that are named are linked (operators.c is to be
 * compiled with -fdata-sections for that).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_OPERATORS_H
#define MRT_INTERPRETER_OPERATORS_H

#include "interpreter.h"

#ifdef __cplusplus
extern "C" {
#endif

#if !defined(MRT_ONE_SOURCE) /* where the operators' headers stand in front of the list that names them */
#define OP(KIND, name, attributes, header) extern const mrt_operator mrt_operator_##name;
#define TRAINING_OP(KIND, name, attributes)
#define PROGRAM_OP(KIND, name, attributes)
#include "../operators.def"
#undef OP
#endif

#ifdef __cplusplus
}
#endif
#endif
