# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) The iscsi_mcs authors
#
# make check: neither root nor the module is needed. The unit tests run with
# the address and undefined behaviour sanitizers, the one with threads with
# the thread sanitizer.

include Makefile

UNITS := list add status text event saved report discover wmi
UNIT_BIN := $(UNITS:%=$(O)/tests/test_%) $(O)/tests/test_netlink \
	$(O)/tests/test_host $(O)/tests/test_ipsec
LIB_TEST_SRC := $(filter-out %/transport.c %/host.c,$(LIB_SRC))
FAKE := tests/fake_kernel.c tests/fake_host.c
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
TSAN := -fsanitize=thread
TEST_CC = $(CC) -std=gnu11 $(WARN) -fno-strict-aliasing -O1 -g $(CPPFLAGS) \
	$(NL_CFLAGS) $(JSON_CFLAGS) $(SD_CFLAGS)

# Compiled once for each sanitizer, linked with what a test needs. Those without
# one are what examples of the manual pages are linked with.
asan = $(patsubst %.c,$(O)/tests/asan/%.o,$(1))
tsan = $(patsubst %.c,$(O)/tests/tsan/%.o,$(1))
TEST_SRC := $(LIB_TEST_SRC) $(TOOL_SRC) $(DBUS_SRC) $(wildcard tests/*.c)
FAKE_OBJ := $(patsubst %.c,$(O)/tests/obj/%.o,$(LIB_TEST_SRC) $(FAKE) \
	tests/fake_mcsadm.c)

-include $(TEST_SRC:%.c=$(O)/tests/asan/%.d) $(TEST_SRC:%.c=$(O)/tests/tsan/%.d) \
	$(FAKE_OBJ:.o=.d)

$(O)/tests/asan/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) $(ASAN) -MMD -MP -c -o $@ $<

$(O)/tests/tsan/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) $(TSAN) -MMD -MP -c -o $@ $<

$(O)/tests/obj/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) -MMD -MP -c -o $@ $<

$(O)/tests/test_threads: $(call tsan,tests/test_threads.c $(FAKE) $(LIB_TEST_SRC))
	$(call say,LD,$@)
	$(Q)$(CC) $(TSAN) -o $@ $^ $(NL_LIBS) -lpthread

# The one that brings the real transport
$(O)/tests/test_netlink: $(call asan,tests/fake_host.c)

# The one that brings the real host
$(O)/tests/test_host: $(call asan,tests/fake_kernel.c)

# The one with a charon
$(O)/tests/test_ipsec: $(call asan,tests/fake_charon.c $(FAKE))

$(UNITS:%=$(O)/tests/test_%): $(call asan,$(FAKE))

$(UNIT_BIN): $(O)/tests/%: $(O)/tests/asan/tests/%.o $(call asan,$(LIB_TEST_SRC))
	$(call say,LD,$@)
	$(Q)$(CC) $(ASAN) -o $@ $^ $(NL_LIBS) -lcmocka -lpthread

$(O)/tests/mcsadm: $(call asan,tests/fake_mcsadm.c tests/fake_root.c $(FAKE) \
		$(filter-out %/root.c,$(TOOL_SRC)) $(LIB_TEST_SRC))
	$(call say,LD,$@)
	$(Q)$(CC) $(ASAN) -o $@ $^ $(NL_LIBS) $(JSON_LIBS) -lpthread

$(O)/tests/iscsi-mcs-dbus: $(call asan,tests/fake_mcsadm.c $(FAKE) $(DBUS_SRC) \
		$(LIB_TEST_SRC))
	$(call say,LD,$@)
	$(Q)$(CC) $(ASAN) -o $@ $^ $(NL_LIBS) $(SD_LIBS) -lpthread

build-tests: $(UNIT_BIN) $(O)/tests/test_threads $(O)/tests/mcsadm $(FAKE_OBJ) \
	$(if $(HAVE_SYSTEMD),$(O)/tests/iscsi-mcs-dbus)

man: $(FAKE_OBJ) $(LIB_SO)
	$(Q)tests/man.sh $(LIB_SO) $(CC) -std=c11 -Wall -Wextra -Werror \
		-I$(TOP)/include $(FAKE_OBJ) -Wl,--push-state,--as-needed \
		$(NL_LIBS) -Wl,--pop-state

dbus: $(if $(HAVE_SYSTEMD),$(O)/tests/iscsi-mcs-dbus)
	$(Q)tests/dbus.sh $(O)/tests/iscsi-mcs-dbus

# Headers stand alone, in C and C++, with and without UNICODE.
headers:
	$(Q)for u in -UUNICODE -DUNICODE; do for h in $(HEADERS); do \
		$(CC) $$u -std=c99 -Wall -Wextra -pedantic -Werror \
			-I$(TOP)/include -fsyntax-only -x c $$h || exit 1; \
		$(CXX) $$u -std=c++11 -Wall -Wextra -pedantic -Werror \
			-I$(TOP)/include -fsyntax-only -x c++ $$h || exit 1; \
	done; done
	$(Q)$(CC) -std=c11 -I$(TOP)/include -fsyntax-only tests/test_layout.c
	@echo "ok headers and layout"

units: $(UNIT_BIN)
	$(Q)for t in $(UNIT_BIN); do \
		dir=$$(mktemp -d) || exit 1; \
		ISCSIDSC_TEST_DIR=$$dir CMOCKA_MESSAGE_OUTPUT=TAP $$t; \
		status=$$?; rm -rf "$$dir"; [ $$status = 0 ] || exit 1; done

# Randomised addresses of newer kernels are more than this sanitizer copes with.
threads: $(O)/tests/test_threads
	$(Q)setarch -R $(O)/tests/test_threads
	@echo "ok threads"

tool: $(O)/tests/mcsadm
	$(Q)tests/mcsadm.sh $(O)/tests/mcsadm
	$(Q)tests/system.sh $(O)/tests/mcsadm

symbols: $(LIB_SO)
	$(Q)tests/symbols.sh $(LIB_SO)

docs: $(O)/tests/mcsadm
	$(Q)tests/docs.sh $(O)/tests/mcsadm

run-tests: headers units threads tool symbols man dbus docs

.PHONY: build-tests run-tests headers units threads tool symbols man dbus docs
