// Runs an Uno's program in avr8js: its serial line is standard input and output.
//
//     npm install && node run-avr8js.mjs PROGRAM.hex [SECONDS]      emulated seconds; default 5
//
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import {
  AVRIOPort, AVRTimer, AVRUSART, CPU, avrInstruction, portBConfig, portDConfig, timer0Config, timer1Config, timer2Config, usart0Config,
} from "avr8js";

const clock = 16_000_000;

// Intel HEX: records of type 0 are data at a 16-bit address.
function readHex(path) {
  const flash = new Uint8Array(32768);
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const bytes = Buffer.from(line.trim().slice(1), "hex");
    if (bytes.length >= 5 && bytes[3] === 0) flash.set(bytes.subarray(4, 4 + bytes[0]), (bytes[1] << 8) | bytes[2]);
  }
  return new Uint16Array(flash.buffer);
}

const cpu = new CPU(readHex(process.argv[2]));
for (const config of [timer0Config, timer1Config, timer2Config]) new AVRTimer(cpu, config);
for (const config of [portBConfig, portDConfig]) new AVRIOPort(cpu, config);
const serial = new AVRUSART(cpu, usart0Config, clock);
serial.onByteTransmit = (byte) => process.stdout.write(Buffer.of(byte));

// What arrives here arrives there as soon as its line is free.
const arrived = [];
process.stdin.on("data", (bytes) => arrived.push(...bytes));
const end = (Number(process.argv[3]) || 5) * clock;
function runOn() {
  for (let i = 0; i < 100_000; i++) {
    avrInstruction(cpu);
    cpu.tick();
    if (arrived.length > 0 && serial.writeByte(arrived[0])) arrived.shift();
  }
  if (cpu.cycles < end) setImmediate(runOn);
  else process.exit(0);
}
runOn();
