# So much of MicroPython's makefile for native modules as its page needs: names for the compiler, the flags of each ARCH, and what its
# linker refuses: variables, and functions that nobody has. The module it makes is a program of this machine, with
# MicroPython's functions in firmware.c. SPDX-License-Identifier: Apache-2.0
BUILD ?= build
CFLAGS += -I. -I$(MPY_DIR) -std=c99 -Os -Wall -Werror -DNDEBUG -DMP_CONFIGFILE='<$(BUILD)/$(MOD).config.h>'
MODULES := $(wildcard $(HOME)/.local/modules/pyelftools)
ifeq ($(MODULES),)
$(error ModuleNotFoundError: No module named 'elftools')
endif
ifeq ($(LINK_RUNTIME),1)
ifeq ($(wildcard $(HOME)/.local/modules/ar),)
$(error ModuleNotFoundError: No module named 'ar')
endif
RUNTIME := -lgcc
endif

ifeq ($(ARCH),x64)
CROSS =
FLAGS = -fno-stack-protector
else ifeq ($(ARCH),armv6m)
CROSS = arm-none-eabi-
FLAGS = -mthumb -mcpu=cortex-m0
else ifeq ($(ARCH),armv7m)
CROSS = arm-none-eabi-
FLAGS = -mthumb -mcpu=cortex-m3
else ifeq ($(ARCH),armv7emsp)
CROSS = arm-none-eabi-
FLAGS = -mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
else ifeq ($(ARCH),armv7emdp)
CROSS = arm-none-eabi-
FLAGS = -mthumb -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard
else ifeq ($(ARCH),xtensa)
CROSS = xtensa-lx106-elf-
FLAGS = -mforce-l32 -isystem $(MPY_DIR)/../bare
else ifeq ($(ARCH),xtensawin)
# Debian's only gcc for Xtensa, whose library leaves out what an ESP8266's ROM has
CROSS = xtensa-lx106-elf-
FLAGS = -isystem $(MPY_DIR)/../bare
ROM = $(MPY_DIR)/ports/esp8266/boards/eagle.rom.addr.v6.ld
else ifeq ($(ARCH),rv32imc)
CROSS = riscv64-unknown-elf-
FLAGS = -march=rv32imac -mabi=ilp32 -mno-relax -isystem $(MPY_DIR)/../bare
else
$(error architecture '$(ARCH)' not supported)
endif

ifneq ($(MPY_EXTERN_SYM_FILE),)
ifneq ($(ARCH),xtensa)
$(error MPY_EXTERN_SYM_FILE is for xtensa alone)
endif
ROM = $(MPY_EXTERN_SYM_FILE)
endif

OBJECTS = $(SRC:%.c=$(BUILD)/%.o)
COMPILE = $(CFLAGS) -fpic -fno-common -U_FORTIFY_SOURCE $(CFLAGS_EXTRA)

all: $(MOD).mpy
clean:
	rm -rf $(BUILD) $(MOD).mpy
.PHONY: all clean

# As mpy_ld.py: names of objects are found in the sources.
$(BUILD)/$(MOD).config.h: $(SRC)
	@mkdir -p $(sort $(dir $(OBJECTS)))
	sed -n 's/.*MP_QSTR_\([a-z_]*\).*/\1/p' $(SRC) | sort -u | awk 'BEGIN { print "#include <stdint.h>" } \
	    { printf "#define MP_QSTR_%s (mp_native_qstr_val_table[%d])\n", $$1, NR - 1 }' >$@
	awk '/^#define/ { name = $$2; sub(/MP_QSTR_/, "", name); names = names "\"" name "\", "; values = values NR - 2 ", " } \
	    END { print "#include <stdint.h>\nextern const char *const names[]; extern const uint16_t mp_native_qstr_val_table[];"; \
	        print "const char *const names[] = {" names "0};\nconst uint16_t mp_native_qstr_val_table[] = {" values "0};" }' $@ >$(BUILD)/names.c
$(OBJECTS): $(BUILD)/%.o: %.c $(BUILD)/$(MOD).config.h
	$(CROSS)gcc $(FLAGS) $(COMPILE) -c $< -o $@
$(BUILD)/$(MOD).o: $(OBJECTS)
	@$(CROSS)objdump -h $(OBJECTS) | awk '$$2 ~ /^\.data/ && $$2 !~ /^\.data\.rel\.ro/ && $$3 !~ /^0+$$/ { print $$2 " non-empty"; bad = 1 } END { exit bad }'
	$(CROSS)gcc $(FLAGS) -nostdlib -r $(OBJECTS) $(RUNTIME) -o $@
	@$(CROSS)nm -u $@ | sed 's/^ *U //' | grep -vxF -e mp_fun_table -e mp_native_qstr_val_table -e _GLOBAL_OFFSET_TABLE_ \
	    $(if $(ROM),-f $(ROM)) | sed 's/^/LinkError: undefined symbol: /' >$(BUILD)/missing; cat $(BUILD)/missing; [ ! -s $(BUILD)/missing ]
$(MOD).mpy: $(BUILD)/$(MOD).o $(SRC)
	gcc $(COMPILE) -O0 $(SRC) $(BUILD)/names.c $(MPY_DIR)/firmware.c -o $@
