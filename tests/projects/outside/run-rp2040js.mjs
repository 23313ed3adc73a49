// Runs a Pico's program in rp2040js and prints what it says on UART 0.
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
chip.uart[0].onByte = (byte) => process.stdout.write(String.fromCharCode(byte));
chip.core.PC = 0x10000000;
const end = (Number(process.argv[3]) || 2) * 1e9;
while (simulator.clock.nanos < end) {
  const cycles = chip.core.executeInstruction();
  simulator.clock.tick(cycles * (1e9 / 125e6));
}
