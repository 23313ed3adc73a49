/* So much of a C library as the examples name, for gccs of Debian that come without one. SPDX-License-Identifier: Apache-2.0
 */
#include <stdint-gcc.h>
