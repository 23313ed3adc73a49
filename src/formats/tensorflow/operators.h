/* TensorFlow's operators. Most are told in ONNX' words: a node is read as one or several of ONNX' operators
 * (src/formats/onnx/), its attributes and operands put as those have them. Where TensorFlow has channels last and ONNX
 * second, a view with its axes in ONNX' order stands between, which costs nothing: the tensor lies as it did.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TENSORFLOW_OPERATORS_H
#define MOTE_FORMATS_TENSORFLOW_OPERATORS_H

#include "formats/import/parts.h"
#include "formats/tensorflow/checkpoint.h"

extern const mote_import_row mote_tf_elementwise[], mote_tf_shapes[], mote_tf_images[], mote_tf_products[],
    mote_tf_control[], mote_tf_sources[];

const mote_import_row *mote_tf_find_row(const mote_import_node *node);

/* Puts one node in place of several that TensorFlow writes for it. */
mote_status mote_tf_rewrite(mote_import_file *file, mote_arena *arena, mote_error *err);

/* What a node of ONNX would be: name, attributes (ended by a NULL name), operands (NULL: absent). */
typedef struct mote_tf_told {
    const char                  *name;
    const mote_import_attribute *attributes;
    mote_import_value *const    *in;
    int32_t                      in_count;
} mote_tf_told;

#define MOTE_TF_INT(key, value)    ((mote_import_attribute){.name = (key), .s = "", .i = (value)})
#define MOTE_TF_FLOAT(key, value)  ((mote_import_attribute){.name = (key), .s = "", .f = (value)})
#define MOTE_TF_STRING(key, value) ((mote_import_attribute){.name = (key), .s = (value)})
#define MOTE_TF_INTS(key, values, count)                                                                                    \
    ((mote_import_attribute){.name = (key), .s = "", .ints = (values), .int_count = (count)})
#define MOTE_TF_END ((mote_import_attribute){.name = NULL})

/* Imports it as a part of the call, whose result is a value of its own; or as all of it. */
mote_import_value *mote_tf_part(mote_import_call *c, mote_tf_told told);
void               mote_tf_all(mote_import_call *c, mote_tf_told told);

/* The same of operators without attributes. b NULL: there is one operand. */
mote_import_value *mote_tf_apply(mote_import_call *c, const char *name, mote_import_value *a, mote_import_value *b);
void               mote_tf_apply_all(mote_import_call *c, const char *name, mote_import_value *a, mote_import_value *b);

/* Operand i, as these want it. */
mote_import_value *mote_tf_in(const mote_import_call *c, int32_t i);
mote_import_value *mote_tf_known_ints(mote_import_call *c, const int64_t *n, int32_t count); /* int64 [count] */
/* A number of the value's type. */
mote_import_value *mote_tf_number(mote_import_call *c, const mote_import_value *like, double number);
mote_import_value *mote_tf_turned(mote_import_call *c, mote_import_value *x, const int64_t *perm);
mote_import_value *mote_tf_reshaped(mote_import_call *c, const mote_import_value *x, const mote_import_shape *shape);
mote_import_value *mote_tf_cast(mote_import_call *c, mote_import_value *x, mote_dtype to);

/* Values side by side along a new axis, as output 0; parts along an axis that they have no more (out: NULL is filled). */
void mote_tf_pack(mote_import_call *c, mote_import_value *const *in, int32_t count, int32_t axis);
void mote_tf_unpack(mote_import_call *c, mote_import_value *x, int32_t axis, mote_import_value **out, int32_t count);

/* Whether data_format says that channels are second; as perms between that and channels last. */
bool mote_tf_has_channels_second(const mote_import_node *node);

#endif
