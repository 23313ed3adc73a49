/* Numbers of 16 bits (IEEE 754 binary16). SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_HALF_H
#define MOTE_BASE_HALF_H

#include <stdint.h>

#define MOTE_HALF_MAX 65504.0f

/* The nearest one, of two equally near the even one; infinite from 65520 on. */
uint16_t mote_half_of(float x);
float    mote_half_value(uint16_t half);

#endif
