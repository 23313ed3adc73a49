/* So much of Arduino's core as the example for PlatformIO needs: any compiler takes it, and on this machine it runs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef STANDIN_ARDUINO_H
#define STANDIN_ARDUINO_H
#include <stddef.h>
#include <stdint.h>

struct HardwareSerial {
    void   begin(unsigned long speed);
           operator bool();
    size_t print(const char *text);
    size_t write(const uint8_t *bytes, size_t count);
    int    read();
};
extern HardwareSerial Serial;

unsigned long micros(), millis();
void          setup(), loop();
#endif
