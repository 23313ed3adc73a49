/* The rows. Flash and RAM are those of the real part in the description, whatever the emulated board has.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/chips.h"

#include <string.h>

#include "base/text.h"
#include "chips/process.h"
#include "chips/timing/cores.h"

/* Under -icount shift=N an instruction takes 2^N ns of virtual time: with 256 ns even a 16 MHz counter advances by four
 * ticks an instruction, and the number of instructions follows exactly from the ticks. minstret counts the nanoseconds. */
#define ICOUNT_SYSTICK  "-icount", "shift=8"
#define ICOUNT_MINSTRET "-icount", "shift=0"

static const char *const cortex_m_faults[MOTE_CHIP_FAULTS] = {
    [2] = "NMI",         [3] = "hard fault",   [4] = "memory fault",  [5] = "bus fault",
    [6] = "usage fault", [7] = "secure fault", [8] = "stack overflow"};

static const char *const riscv_faults[MOTE_CHIP_FAULTS] = {[0] = "misaligned jump",     [1] = "jump to where no memory is",
                                                           [2] = "illegal instruction", [3] = "breakpoint",
                                                           [4] = "misaligned load",     [5] = "load from where no memory is",
                                                           [6] = "misaligned store",    [7] = "store to where no memory is",
                                                           [8] = "stack overflow"};

/* EXCCAUSE; 7 and 8 are the port's. */
static const char *const xtensa_faults[MOTE_CHIP_FAULTS] = {[0] = "illegal instruction",
                                                            [1] = "system call",
                                                            [2] = "jump to where no code can be",
                                                            [3] = "load or store that the memory refuses",
                                                            [6] = "division by zero",
                                                            [7] = "breakpoint",
                                                            [8] = "stack overflow",
                                                            [9] = "misaligned load or store",
                                                            [14] = "jump to where no memory is",
                                                            [15] = "load or store where no memory is"};

/* The port finds out itself: an AVR has no faults, and a program gone wild comes back to its start. */
static const char *const avr_faults[MOTE_CHIP_FAULTS] = {[1] = "ran into its own start again"};

/* What functions of libgcc and libc take of the stack, with all that they call: the most of those that compiled models use
 * (soft floats, 64-bit arithmetic, memcpy and its like), read from the disassembly of Debian 12's libraries; of the Xtensa
 * what parts/xtensa/ takes, which stands for its ROM. */
enum { CORTEX_M_LIBRARY_STACK = 112, RISCV_LIBRARY_STACK = 48, AVR_LIBRARY_STACK = 20, XTENSA_LIBRARY_STACK = 144 };

static const mote_chip_family cortex_m = {
    .parts = {"cortex-m/port.h", "cortex-m/startup.c", "cortex-m/counter.c", "cortex-m/link.ld", "channel.c", "uart/uart.h"},
    .compile_flags = {"-mthumb", "-ffreestanding"},
    .link_flags = {"-nostartfiles", "-lm", "-lc", "-lgcc"},
    .minimal_stack_bytes = 256,
    .library_stack_bytes = CORTEX_M_LIBRARY_STACK,
    .count_bits = 24,
    .faults = cortex_m_faults,
    .wrap_cost = 5,
    .empty_cost = 1,
    .counts_start_up = true,
    .run = mote_run_qemu,
};

static const mote_chip_family riscv = {
    .parts = {"riscv/port.h", "riscv/startup.S", "riscv/port.c", "library/memory.c", "library/string.h", "riscv/link.ld",
              "channel.c", "uart/uart.h"},
    /* gcc 12 has no multilib for a -march that names zicsr: the older ISA version implies it. */
    .compile_flags = {"-misa-spec=2.2", "-mcmodel=medany", "-ffreestanding"},
    .link_flags = {"-nostdlib", "-Wl,--no-warn-rwx-segments", "-lgcc"},
    .minimal_stack_bytes = 256,
    .library = "library/memory.c",
    .library_stack_bytes = RISCV_LIBRARY_STACK,
    .count_bits = 32,
    .faults = riscv_faults,
    .empty_cost = 1,
    .counts_start_up = true,
    .run = mote_run_qemu,
};

/* Constants lie in RAM: an ESP8266 reads its flash in aligned words only. The registers of the emulated board's serial line
 * are four bytes apart. */
static const mote_chip_family xtensa = {
    .parts = {"xtensa/port.h", "xtensa/startup.S", "xtensa/port.c", "xtensa/rom.c", "xtensa/rom_float.c",
              "xtensa/rom_float.h", "library/memory.c", "library/string.h", "xtensa/link.ld", "channel.c", "uart/uart.h"},
    .compile_flags = {"-mlongcalls", "-mauto-litpools", "-ffreestanding", "-DUART_STRIDE=4"},
    /* What does not fit lies where something else does, and is measured all the same. */
    .link_flags = {"-nostdlib", "-Wl,--no-check-sections", "-lgcc"},
    .minimal_stack_bytes = 256,
    .has_library_in_rom = true,
    .library_stack_bytes = XTENSA_LIBRARY_STACK,
    .count_bits = 32,
    .faults = xtensa_faults,
    .wrap_cost = 11, /* ten, and one that QEMU takes to interrupt */
    .empty_cost = 1,
    .counts_start_up = true,
    .run = mote_run_qemu,
};

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

/* What the interrupt and port_empty take depends on the bytes of a return address. simavr does not charge the cycles of
 * answering an interrupt. The sizes are checked here, with better messages than the linker's. */
#define AVR_FAMILY(wrap_cycles, empty_cycles)                                                                               \
    {                                                                                                                       \
        .parts = {"avr/port.h", "avr/port.c", "avr/samples.c"}, .compile_flags = {"-DWRAP_COST=" TEXT(wrap_cycles)},        \
        .link_flags = {"-Wl,--defsym=__TEXT_REGION_LENGTH__=0x800000,--defsym=__DATA_REGION_LENGTH__=0xff00", "-lm"},       \
        .minimal_stack_bytes = 96, .library_stack_bytes = AVR_LIBRARY_STACK, .count_bits = 16, .faults = avr_faults,        \
        .wrap_cost = (wrap_cycles), .empty_cost = (empty_cycles), .run = mote_run_simavr,                                   \
    }
static const mote_chip_family avr = AVR_FAMILY(23, 4);
static const mote_chip_family avr_of_22_bits = AVR_FAMILY(24, 5);

#define ARM_TOOLS                                                                                                           \
    .compiler = "arm-none-eabi-gcc", .compiler_packages = "gcc-arm-none-eabi libnewlib-arm-none-eabi",                      \
    .emulator = "qemu-system-arm", .emulator_packages = "qemu-system-arm", .count_unit = "instructions"
#define ARM_PORTABLE_TOOLS ARM_TOOLS, .kernels = "portable"
#define ARM_DSP_TOOLS      ARM_TOOLS, .kernels = "arm-dsp"
#define RISCV_TOOLS                                                                                                         \
    .compiler = "riscv64-unknown-elf-gcc", .compiler_packages = "gcc-riscv64-unknown-elf",                                  \
    .emulator = "qemu-system-riscv32", .emulator_packages = "qemu-system-misc", .kernels = "riscv",                         \
    .count_unit = "instructions"
#define XTENSA_TOOLS                                                                                                        \
    .compiler = "xtensa-lx106-elf-gcc", .compiler_packages = "gcc-xtensa-lx106", .emulator = "qemu-system-xtensa",          \
    .emulator_packages = "qemu-system-misc", .kernels = "portable", .count_unit = "instructions",                           \
    .has_constants_in_ram = true
#define AVR_TOOLS                                                                                                           \
    .compiler = "avr-gcc", .compiler_packages = "gcc-avr avr-libc", .emulator = "simavr", .emulator_packages = "simavr",    \
    .kernels = "avr", .count_unit = "cycles"

#define KB(n) ((n)*1024u)

const mote_chip_row mote_chip_rows[] = {
    {.chip = {"cortex-m0", "Cortex-M0, nRF51822 (micro:bit)", KB(256), KB(16), ARM_PORTABLE_TOOLS},
     .family = &cortex_m,
     .core = &mote_core_cortex_m0,
     .compile_flags = {"-mcpu=cortex-m0", "-mfloat-abi=soft"},
     .emulator_arguments = {"-M", "microbit", ICOUNT_SYSTICK, "-global", "nrf51-soc.sram-size=0x1100000"},
     .uart = "uart/nrf51.c",
     .uart_origin = 0x40002000,
     .inputs_origin = 0x20100000,
     .ram_origin = 0x20000000,
     .counter_hz = 16000000},
    /* QEMU has no other ARMv6-M core: the M0's instructions are all that the M0+ has. */
    {.chip = {"cortex-m0plus", "Cortex-M0+, as RP2040 (Raspberry Pi Pico)", KB(2048), KB(264), ARM_PORTABLE_TOOLS},
     .family = &cortex_m,
     .core = &mote_core_cortex_m0plus,
     .compile_flags = {"-mcpu=cortex-m0plus", "-mfloat-abi=soft"},
     .emulator_arguments = {"-M", "microbit", ICOUNT_SYSTICK, "-global", "nrf51-soc.sram-size=0x1100000", "-global",
                            "nrf51-soc.flash-size=0x200000"},
     .uart = "uart/nrf51.c",
     .uart_origin = 0x40002000,
     .inputs_origin = 0x20100000,
     .ram_origin = 0x20000000,
     .counter_hz = 16000000},
    {.chip = {"cortex-m3", "Cortex-M3, as STM32F207", KB(1024), KB(128), ARM_PORTABLE_TOOLS},
     .family = &cortex_m,
     .core = &mote_core_cortex_m3,
     .compile_flags = {"-mcpu=cortex-m3", "-mfloat-abi=soft"},
     .emulator_arguments = {"-M", "mps2-an385", ICOUNT_SYSTICK},
     .uart = "uart/cmsdk.c",
     .uart_origin = 0x40004000,
     .inputs_origin = 0x21000000,
     .ram_origin = 0x20000000,
     .counter_hz = 25000000},
    {.chip = {"cortex-m4", "Cortex-M4F, as STM32F429", KB(1024), KB(256), ARM_DSP_TOOLS},
     .family = &cortex_m,
     .core = &mote_core_cortex_m4,
     .compile_flags = {"-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"},
     .emulator_arguments = {"-M", "mps2-an386", ICOUNT_SYSTICK},
     .uart = "uart/cmsdk.c",
     .uart_origin = 0x40004000,
     .inputs_origin = 0x21000000,
     .ram_origin = 0x20000000,
     .counter_hz = 25000000},
    {.chip = {"cortex-m7", "Cortex-M7F, as STM32F767", KB(2048), KB(512), ARM_DSP_TOOLS},
     .family = &cortex_m,
     .core = &mote_core_cortex_m7,
     .compile_flags = {"-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"},
     .emulator_arguments = {"-M", "mps2-an500", ICOUNT_SYSTICK},
     .uart = "uart/cmsdk.c",
     .uart_origin = 0x40004000,
     .inputs_origin = 0x60000000,
     .ram_origin = 0x20000000,
     .counter_hz = 25000000},
    {.chip = {"cortex-m33", "Cortex-M33F, as nRF5340", KB(1024), KB(512), ARM_DSP_TOOLS},
     .family = &cortex_m,
     .core = &mote_core_cortex_m33,
     .compile_flags = {"-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"},
     .emulator_arguments = {"-M", "mps2-an505", ICOUNT_SYSTICK},
     .uart = "uart/cmsdk.c",
     .uart_origin = 0x50200000,
     .inputs_origin = 0x80000000,
     .code_origin = 0x10000000,
     .ram_origin = 0x38000000,
     .counter_hz = 20000000},
    {.chip = {"cortex-m55", "Cortex-M55 with Helium, as Corstone-300", KB(512), KB(512), ARM_DSP_TOOLS},
     .family = &cortex_m,
     .compile_flags = {"-mcpu=cortex-m55", "-mfloat-abi=hard", "-mfpu=auto"},
     .emulator_arguments = {"-M", "mps3-an547", ICOUNT_SYSTICK},
     .uart = "uart/cmsdk.c",
     .uart_origin = 0x59303000,
     .inputs_origin = 0x60000000,
     .ram_origin = 0x20000000,
     .counter_hz = 32000000},
    {.chip = {"rv32imc", "RISC-V RV32IMC, as ESP32-C3", KB(4096), KB(400), RISCV_TOOLS},
     .family = &riscv,
     .core = &mote_core_rv32imc,
     .compile_flags = {"-march=rv32imc", "-mabi=ilp32"},
     .emulator_arguments = {"-M", "virt", "-bios", "none", ICOUNT_MINSTRET},
     .uart = "uart/ns16550.c",
     .uart_origin = 0x10000000,
     .inputs_origin = 0x86000000,
     .code_origin = 0x80000000,
     .ram_origin = 0x84000000},
    {.chip = {"rv32imafc", "RISC-V RV32IMAFC with FPU, as ESP32-P4", KB(16384), KB(768), RISCV_TOOLS},
     .family = &riscv,
     .core = &mote_core_rv32imafc,
     .compile_flags = {"-march=rv32imafc", "-mabi=ilp32f"},
     .emulator_arguments = {"-M", "virt", "-bios", "none", ICOUNT_MINSTRET},
     .uart = "uart/ns16550.c",
     .uart_origin = 0x10000000,
     .inputs_origin = 0x86000000,
     .code_origin = 0x80000000,
     .ram_origin = 0x84000000},
    {.chip = {"xtensa", "Xtensa LX106, ESP8266", KB(1024), KB(80), XTENSA_TOOLS},
     .family = &xtensa,
     .emulator_arguments = {"-M", "lx60-nommu", "-cpu", "lx106", "-m", "16", ICOUNT_SYSTICK},
     .uart = "uart/ns16550.c",
     .uart_origin = 0x9d050020,
     .inputs_origin = 0x60000000,
     .code_origin = 0x40200000,
     .ram_origin = 0x3ff40000,
     .counter_hz = 40000000},
    {.chip = {"atmega328p", "AVR ATmega328P (Arduino Uno)", KB(32), KB(2), AVR_TOOLS},
     .family = &avr,
     .compile_flags = {"-mmcu=atmega328p"},
     .emulator_arguments = {"-m", "atmega328p", "-f", "16000000"}},
    {.chip = {"atmega2560", "AVR ATmega2560 (Arduino Mega)", KB(256), KB(8), AVR_TOOLS},
     .family = &avr_of_22_bits,
     .compile_flags = {"-mmcu=atmega2560"},
     .emulator_arguments = {"-m", "atmega2560", "-f", "16000000"}},
};

enum { ROW_COUNT = sizeof mote_chip_rows / sizeof mote_chip_rows[0] };

int32_t mote_chip_count(void)
{
    return ROW_COUNT;
}

const mote_chip *mote_chip_at(int32_t index)
{
    return index >= 0 && index < ROW_COUNT ? &mote_chip_rows[index].chip : NULL;
}

static const mote_chip_row *find_row(const char *name)
{
    int i;

    for (i = 0; name && i < ROW_COUNT; i++)
        if (strcmp(mote_chip_rows[i].chip.name, name) == 0)
            return &mote_chip_rows[i];
    return NULL;
}

const mote_chip *mote_chip_find(const char *name)
{
    const mote_chip_row *row = find_row(name);

    return row ? &row->chip : NULL;
}

const mote_chip_row *mote_chip_row_find(const char *name, mote_error *err)
{
    const mote_chip_row *row = find_row(name);
    const char          *names[ROW_COUNT], *nearest;
    int                  i;

    if (row)
        return row;
    for (i = 0; i < ROW_COUNT; i++)
        names[i] = mote_chip_rows[i].chip.name;
    nearest = name ? mote_nearest_word(name, names, ROW_COUNT) : NULL;
    mote_fail(err, MOTE_ERR_USAGE, "no emulated chip is named %s; try %s", mote_show_string(name).text,
              nearest ? nearest : "cortex-m4");
    return NULL;
}

static mote_status check_tool(const char *program, const char *packages, mote_error *err)
{
    if (mote_process_exists(program))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_IO, "%s is not installed: apt-get install %s", program, packages);
}

mote_status mote_chip_check_compiler(const mote_chip *chip, mote_error *err)
{
    return check_tool(chip->compiler, chip->compiler_packages, err);
}

mote_status mote_chip_check(const mote_chip *chip, mote_error *err)
{
    MOTE_TRY(mote_chip_check_compiler(chip, err));
    return check_tool(chip->emulator, chip->emulator_packages, err);
}
