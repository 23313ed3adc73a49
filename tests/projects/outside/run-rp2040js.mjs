// Runs a Pico's program in rp2040js: UART 0 is standard input and output.
//
//     npm install && node run-rp2040js.mjs PROGRAM.bin [SECONDS]      emulated seconds; default 2
//
// The package has no boot ROM: what that does, checking the sum of the boot block and running it, is done here.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { Simulator } from "rp2040js";

const program = readFileSync(process.argv[2]);
let sum = 0xffffffff;
for (const byte of program.subarray(0, 252)) {
  sum ^= byte << 24;
  for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
}
if (sum >>> 0 !== program.readUInt32LE(252)) {
  console.error("the boot block's sum is wrong: a chip would not start it");
  process.exit(1);
}
const simulator = new Simulator();
const chip = simulator.rp2040;
chip.flash.set(program, 0);
chip.uart[0].onByte = (byte) => process.stdout.write(Buffer.of(byte));
chip.core.PC = 0x10000000;

// What arrives here arrives there at 115200 baud, a byte in 87 us of the chip's time; its queue holds 32.
const arrived = [];
process.stdin.on("data", (bytes) => arrived.push(...bytes));
const end = (Number(process.argv[3]) || 2) * 1e9;
let next = 0;
function runOn() {
  for (let i = 0; i < 100_000; i++) {
    simulator.clock.tick(chip.core.executeInstruction() * (1e9 / 125e6));
    if (arrived.length > 0 && simulator.clock.nanos >= next) {
      chip.uart[0].feedByte(arrived.shift());
      next = simulator.clock.nanos + 87_000;
    }
  }
  if (simulator.clock.nanos < end) setImmediate(runOn);
  else process.exit(0);
}
runOn();
