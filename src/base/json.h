/* JSON inside the library: what <mote/json.h> has, and jansson without the functions that it replaces.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_JSON_H
#define MOTE_BASE_JSON_H

#ifdef MOTE_JSON_ADDS /* base/json.c alone */
#include <jansson.h>
#else
#define MOTE_JSON_STRICT 1
#endif
#include <mote/json.h>

#endif
