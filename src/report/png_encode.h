/* A small PNG from pixels in memory, for pictures inside an SVG: 8 bits, grey or RGB, one IDAT.
 * Source: W3C Portable Network Graphics (PNG) Specification, second edition. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_PNG_ENCODE_H
#define MOTE_REPORT_PNG_ENCODE_H

#include "report/canvas.h"

/* Appends the PNG to out, every pixel as zoom x zoom pixels; out of memory is remembered by out. */
void mote_png_encode(mote_text *out, mote_pixels pixels, int zoom);

/* Appends the bytes in base64 (RFC 4648). */
void mote_base64_encode(mote_text *out, const char *bytes, size_t count);

#endif
