# SPDX-License-Identifier: Apache-2.0
# Two commands on a fresh Debian: `make run` and `make test`. `make help` lists the rest.

CC       ?= gcc
PREFIX   ?= /usr/local
DESTDIR  ?=
BUILD    ?= build
VERSION  := 0.1.0

PACKAGES := rdkafka hiredis yaml-0.1 jansson libmicrohttpd libcurl libsodium zlib
PC       := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS     := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -pthread

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wimplicit-fallthrough
CFLAGS   ?= -O2 -g
# -ffp-contract=off: a fused multiply-add would give other bits on other machines.
ANBU_CFLAGS := -std=gnu17 -fno-strict-aliasing -ffp-contract=off -fstack-protector-strong \
            $(WARNINGS) -I. -Idaemon $(PC) -DANBU_VERSION='"$(VERSION)"'
ifeq ($(DEVELOPER),1)
ANBU_CFLAGS += -Werror
endif
ifneq ($(SANITIZER),)
ANBU_CFLAGS += -fsanitize=$(SANITIZER) -fno-omit-frame-pointer
LDFLAGS     += -fsanitize=$(SANITIZER)
# Another sanitizer is another set of objects.
BUILD       := build/$(subst $(comma),-,$(SANITIZER))
else
ANBU_CFLAGS += -D_FORTIFY_SOURCE=2
endif
comma := ,

PROGRAMS      := $(BUILD)/anbud $(BUILD)/anbuctl
DETECTOR_SRC  := $(sort $(wildcard detectors/*.c detectors/*/*.c))
MAIN_SRC      := daemon/main.c daemon/ctl/main.c
LIBRARY_SRC   := $(sort $(filter-out $(MAIN_SRC),$(wildcard daemon/*.c daemon/*/*.c config/*.c)))
UNIT_SRC      := $(sort $(wildcard tests/unit/test_*.c))
UNIT_HELP_SRC := $(sort $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)))

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIBRARY   := $(BUILD)/libanbu.a
DETECTORS := $(BUILD)/libdetectors.a
UNITS     := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))

.PHONY: all
all: $(PROGRAMS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ANBU_CFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(LIBRARY): $(call object,$(LIBRARY_SRC))
	@rm -f $@
	$(AR) rcs $@ $^
$(DETECTORS): $(call object,$(DETECTOR_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/anbud: $(call object,daemon/main.c) $(LIBRARY) $(DETECTORS)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS)
$(BUILD)/anbuctl: $(call object,daemon/ctl/main.c) $(LIBRARY) $(DETECTORS)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS)

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(call object,$(UNIT_HELP_SRC)) $(LIBRARY) $(DETECTORS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS) -lcheck -lsubunit -lm -lrt

.PHONY: units
units: $(UNITS)

.PHONY: clean
clean:
	rm -rf build

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
