/* Templates: text with names in it, and lines that some projects have and others have not.
 *
 *     @name@            the variable's text
 *     @if name@         alone on its line: the lines up to @end@ stay only where the variable is not empty
 *     @unless name@     ... only where it is empty
 *
 * Parts may nest. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PROJECT_TEMPLATE_H
#define MOTE_PROJECT_TEMPLATE_H

#include "base/text.h"

/* A list of them ends with a name that is NULL. */
typedef struct mote_variable {
    const char *name, *text;
} mote_variable;

/* NULL where there is none of that name; names end at their length. */
const char *mote_variable_find(const mote_variable *variables, const char *name, size_t length);

/* Adds the expanded text to out. path is what errors call the template. USAGE: a variable that there is not, a part that
 * does not end. */
mote_status mote_template_expand(mote_text *out, const char *path, const char *text, const mote_variable *variables,
                                 mote_error *err);

#endif
