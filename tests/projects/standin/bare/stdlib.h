/* See stdint.h. SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
void exit(int) __attribute__((noreturn));
