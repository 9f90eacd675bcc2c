# For a Makefile of yours: builds the static library, and says how to compile and link with it.
#
#     .DEFAULT_GOAL := firmware.elf
#     GAUSSMIX := path/to/c-api
#     include $(GAUSSMIX)/gaussmix.mk
#     CFLAGS += $(GAUSSMIX_CFLAGS)
#     firmware.elf: main.o $(GAUSSMIX_LIB)
#     	$(CC) $(LDFLAGS) $^ -lm -o $@        # with -Wl,--gc-sections
#
# The header needs -std=c11 or later. To change: your crate in place of `bearing`, and the target of your processor.

GAUSSMIX_CRATE ?= bearing
GAUSSMIX_TARGET ?= thumbv7em-none-eabihf
GAUSSMIX_PROFILE ?= release
GAUSSMIX_FEATURES ?= no-panic
CARGO_TARGET_DIR ?= $(GAUSSMIX)/target
# Cargo runs in another directory, and does not see the variables of a Makefile that are not exported.
override export CARGO_TARGET_DIR := $(abspath $(CARGO_TARGET_DIR))

GAUSSMIX_CFLAGS := -I$(GAUSSMIX)/$(GAUSSMIX_CRATE)/include
GAUSSMIX_LIB := $(CARGO_TARGET_DIR)/$(GAUSSMIX_TARGET)/$(GAUSSMIX_PROFILE)/lib$(GAUSSMIX_CRATE).a

# Cargo knows best what is out of date, so it is always asked.
$(GAUSSMIX_LIB): FORCE
	cd $(GAUSSMIX) && cargo build --locked --quiet --profile $(GAUSSMIX_PROFILE) --target $(GAUSSMIX_TARGET) \
	    --package $(GAUSSMIX_CRATE) --features "$(GAUSSMIX_FEATURES)"
.PHONY: FORCE
FORCE:
