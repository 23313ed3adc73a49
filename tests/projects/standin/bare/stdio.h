/* See stdint.h. SPDX-License-Identifier: Apache-2.0 */
#ifndef STANDIN_STDIO_H
#define STANDIN_STDIO_H
#include <stddef.h>
typedef struct FILE FILE;
extern FILE *const  stdout;
int                 fputs(const char *, FILE *), fflush(FILE *);
#endif
