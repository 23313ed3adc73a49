/* SPDX-License-Identifier: Apache-2.0 */
struct device;
int  uart_poll_in(const struct device *, unsigned char *);
void uart_poll_out(const struct device *, unsigned char);
