/* A board that ends once its check is done and the program asks its line. SPDX-License-Identifier: Apache-2.0 */
#include "Arduino.h"

#include <stdio.h>
#include <stdlib.h>

HardwareSerial       Serial;
static bool          is_open;
static unsigned long now;

void HardwareSerial::begin(unsigned long speed)
{
    is_open = speed == 115200;
}
HardwareSerial::operator bool()
{
    return is_open;
}
size_t HardwareSerial::print(const char *text)
{
    return is_open ? (size_t)printf("%s", text) : 0;
}
size_t HardwareSerial::write(const uint8_t *, size_t count)
{
    return count;
}
int HardwareSerial::read()
{
    exit(!is_open);
}
unsigned long micros()
{
    return ++now;
}
unsigned long millis()
{
    return ++now;
}

int main()
{
    setup();
    for (;;)
        loop();
}
