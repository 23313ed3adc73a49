/* cmocka and what it needs before it. Tests run from the top of the source tree and write below build/tests.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTING_H
#define MOTE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#endif
