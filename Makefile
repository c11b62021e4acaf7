# SPDX-License-Identifier: Apache-2.0
# Two commands on a fresh Debian: `make run` and `make test`. `make help` lists the rest.

ifeq ($(origin CC),default)
CC := gcc
endif
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   := build
VERSION := 0.1.0

PACKAGES := rdkafka hiredis yaml-0.1 jansson libmicrohttpd libcurl libsodium cjose gnutls zlib libsystemd
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
comma := ,
ifneq ($(SANITIZER),)
ANBU_CFLAGS += -fsanitize=$(SANITIZER) -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS     += -fsanitize=$(SANITIZER)
# The thread sanitizer does not know C11 threads, librdkafka's: they are linked as POSIX ones.
ifeq ($(SANITIZER),thread)
THREADS     = $(call object,tests/sanitizer/c11_threads.c)
endif
# Another sanitizer, or compiler, is another set of objects.
BUILD       := build/$(subst $(comma),-,$(SANITIZER))
else
ANBU_CFLAGS += -D_FORTIFY_SOURCE=2
endif
ifneq ($(CC),gcc)
BUILD := $(if $(SANITIZER),$(BUILD)-,build/)$(notdir $(CC))
endif

PROGRAMS      := $(BUILD)/anbud $(BUILD)/anbuctl
DETECTOR_SRC  := $(sort $(wildcard detectors/*.c detectors/*/*.c))
MAIN_SRC      := daemon/main.c daemon/ctl/main.c
LIBRARY_SRC   := $(sort $(filter-out $(MAIN_SRC),$(wildcard daemon/*.c daemon/*/*.c config/*.c)))
UNIT_SRC      := $(sort $(wildcard tests/unit/test_*.c))
UNIT_HELP_SRC := $(sort $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)))
FUZZ_SRC      := $(sort $(wildcard tests/fuzz/fuzz_*.c))
TOOL_SRC      := $(sort $(wildcard tests/e2e/tool_*.c))
SIM_SRC       := $(sort $(wildcard tests/sim/*.c)) tests/unit/picture.c

# A unit test replays what fuzz targets have been given: there, each goes by its file's name.
fuzz_name = $(if $(filter tests/fuzz/fuzz_%,$(1)),-DLLVMFuzzerTestOneInput=$(notdir $(1)))
object    = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIBRARY   := $(BUILD)/libanbu.a
DETECTORS := $(BUILD)/libdetectors.a
UNITS     := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
TOOLS     := $(patsubst tests/e2e/tool_%.c,$(BUILD)/e2e/%,$(TOOL_SRC))

# Else make removes the objects of units and tools as intermediate, and the next make builds them anew.
.SECONDARY:

.PHONY: all
all: $(PROGRAMS)                  ## build anbud and anbuctl into build/

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ANBU_CFLAGS) $(call fuzz_name,$*) $(CFLAGS) -MMD -MP -c $< -o $@

$(call object,daemon/store/redis_scripts.c): $(wildcard daemon/store/scripts/*.lua)
$(call object,daemon/console/assets.c): $(wildcard daemon/console/page/*)
$(call object,config/template.c): $(wildcard config/templates/*/*.txt)

$(LIBRARY): $(call object,$(LIBRARY_SRC))
	@rm -f $@
	$(AR) rcs $@ $^
$(DETECTORS): $(call object,$(DETECTOR_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/anbud: $(call object,daemon/main.c) $(THREADS) $(LIBRARY) $(DETECTORS)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS)
$(BUILD)/anbuctl: $(call object,daemon/ctl/main.c) $(THREADS) $(LIBRARY) $(DETECTORS)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS)

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(call object,$(UNIT_HELP_SRC)) $(THREADS) \
        $(LIBRARY) $(DETECTORS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) -o $@ $(LIBS) -lcheck -lsubunit -lm -lrt
$(BUILD)/unit/test_fuzz: $(call object,$(FUZZ_SRC))
$(BUILD)/e2e/%: $(BUILD)/obj/tests/e2e/tool_%.o $(THREADS) $(LIBRARY) $(DETECTORS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS)

$(BUILD)/train/features: $(call object,tests/train/features.c) $(THREADS) $(LIBRARY) $(DETECTORS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS)

$(BUILD)/anbu-sim: $(call object,$(SIM_SRC)) $(THREADS) $(LIBRARY) $(DETECTORS)
	$(CC) $(LDFLAGS) $^ -o $@ $(LIBS)

.PHONY: bootstrap-run bootstrap-test bootstrap-kafka bootstrap-ci bootstrap-console bootstrap-train
bootstrap-run:
	@deploy/bootstrap build run
bootstrap-test:
	@deploy/bootstrap build run test
bootstrap-kafka:
	@deploy/bootstrap build run test kafka
bootstrap-ci:
	@deploy/bootstrap build run test kafka ci
bootstrap-console:
	@deploy/bootstrap build run test console
bootstrap-train:
	@deploy/bootstrap build train

# Packages that bootstrap installs bring the flags that this make has asked pkg-config for: build anew.
.PHONY: run
run: bootstrap-run                ## install what is missing, build, stream a town, show its alerts (RUN_SECONDS=90 ends by itself)
	@echo "building (minutes, the first time)"; $(MAKE) --no-print-directory -s -j$$(nproc) all
	@deploy/demo $(BUILD) $(RUN_SECONDS)

.PHONY: test
test: bootstrap-test              ## install what is missing, build, run every test that needs nothing outside
	@echo "building (minutes, the first time)"; $(MAKE) --no-print-directory -s -j$$(nproc) all units tools
	@tests/run $(BUILD)

.PHONY: test-kafka
test-kafka: bootstrap-kafka       ## the same for Apache Kafka itself, fetched by Maven: codecs, rebalances, TLS, three nodes
	@echo "building (minutes, the first time)"; $(MAKE) --no-print-directory -s -j$$(nproc) all tools
	@tests/kafka/run $(BUILD)

.PHONY: test-console
test-console: bootstrap-console   ## the officers' page in Chromium: a shift of several officers, axe-core, no foreign request (needs npm's registry once)
	@echo "building (minutes, the first time)"; $(MAKE) --no-print-directory -s -j$$(nproc) all tools
	@tests/console/run $(BUILD)

.PHONY: screenshots
screenshots: bootstrap-console all tools  ## write docs/screenshots anew
	@tests/console/run $(BUILD) --screenshots docs/screenshots

.PHONY: units tools
units: $(UNITS)                   ## build the unit tests
tools: $(TOOLS)

.PHONY: sim
sim: $(BUILD)/anbu-sim            ## the real worker in a simulated world: SEED=n, or the first SEEDS (2000)
	@$(BUILD)/anbu-sim $(if $(SEED),$(SEED),1 $(or $(SEEDS),2000))

.PHONY: crash soak
crash: bootstrap-kafka all tools  ## ROUNDS (20) of crashes over Apache Kafka and Redis, compared with a quiet run; SEED=n begins there, JOBS=n at once
	@tests/crash/run $(BUILD) --rounds $(or $(ROUNDS),20) --seed $(or $(SEED),1) --jobs $(or $(JOBS),1)
soak:                             ## a thousand of them
	@$(MAKE) --no-print-directory crash ROUNDS=$(or $(ROUNDS),1000)

.PHONY: train
train: bootstrap-train            ## train silence's score anew from DATA (../shared/data): a folder of data sets
	@$(MAKE) --no-print-directory -s $(BUILD)/train/features
	@tests/train/train $(BUILD)/train/features detectors/silence/score_table.c \
	    --data $(or $(DATA),../shared/data)
	@tests/train/learning detectors/silence/learning_table.c --data $(or $(DATA),../shared/data)

.PHONY: lint
lint: all                         ## style as failing tests
	@tests/lint/run --build $(BUILD)

.PHONY: bench
bench: all                        ## what a reading costs, by replay of a simulated town
	@tests/bench/run $(BUILD)

.PHONY: eval
eval: all                         ## detection quality on real meter data (reads ../shared)
	@tests/eval/run $(BUILD) --rules
	@tests/eval/fusion $(BUILD)

.PHONY: fuzz
fuzz:                             ## each fuzz target for FUZZ_SECONDS (30)
	@tests/fuzz/run $(or $(FUZZ_SECONDS),30)

.PHONY: generated
generated: all                    ## write what is made from tables: anbu.yaml, man pages, docs/metrics.md, docs/roles.md, docs/openapi.json
	$(BUILD)/anbuctl sample-config > config/anbu.yaml
	$(BUILD)/anbuctl sample-config --man > docs/man/anbu.yaml.5
	$(BUILD)/anbuctl help --man > docs/man/anbuctl.1
	$(BUILD)/anbuctl help --metrics > docs/metrics.md
	$(BUILD)/anbuctl help --roles > docs/roles.md
	$(BUILD)/anbuctl help --openapi > docs/openapi.json

.PHONY: format
format:                           ## format all C files
	@git ls-files '*.c' '*.h' | xargs clang-format -i

.PHONY: compile_commands.json
compile_commands.json:            ## for editors and clang-tidy
	@tests/lint/compile_commands $(CC) $(ANBU_CFLAGS) $(CFLAGS) > $@

.PHONY: install
install: all                      ## into $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/anbu/examples \
	    $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d \
	    $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 755 $(BUILD)/anbud $(DESTDIR)$(PREFIX)/sbin/anbud
	install -m 755 $(BUILD)/anbuctl $(DESTDIR)$(PREFIX)/bin/anbuctl
	install -m 644 config/anbu.yaml $(DESTDIR)$(PREFIX)/share/anbu/anbu.yaml
	install -m 644 config/examples/* $(DESTDIR)$(PREFIX)/share/anbu/examples/
	install -m 644 deploy/prometheus-rules.yml $(DESTDIR)$(PREFIX)/share/anbu/prometheus-rules.yml
	sed 's,/usr/sbin/,$(PREFIX)/sbin/,' deploy/anbud.service \
	    > $(DESTDIR)$(PREFIX)/lib/systemd/system/anbud.service
	chmod 644 $(DESTDIR)$(PREFIX)/lib/systemd/system/anbud.service
	install -m 644 deploy/anbu.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/anbu.conf
	install -m 644 docs/man/anbuctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 docs/man/anbu.yaml.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 docs/man/anbud.8 $(DESTDIR)$(PREFIX)/share/man/man8/

.PHONY: clean
clean:                            ## remove build/
	rm -rf build run

.PHONY: help
help:                             ## say this
	@awk -F ':.*## ' '/^[a-z_.-]+:.*## / {printf "  make %-22s %s\n", $$1, $$2}' Makefile

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
