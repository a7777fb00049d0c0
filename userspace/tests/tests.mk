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
TEST_DEPS := $(LIB_SRC) $(TOOL_SRC) $(wildcard libiscsidsc/*.h libiscsidsc/ipsec/*.h mcsadm/*.h) \
	$(wildcard tests/*.c tests/*.h) $(HEADERS)
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
TSAN := -fsanitize=thread
TEST_CC = $(CC) -std=gnu11 $(WARN) -fno-strict-aliasing -O1 -g $(CPPFLAGS) \
	$(NL_CFLAGS) $(JSON_CFLAGS)

$(O)/tests/test_threads: $(TEST_DEPS)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) $(TSAN) -o $@ tests/test_threads.c $(FAKE) \
		$(LIB_TEST_SRC) $(NL_LIBS) -lpthread

# The one that brings the real transport
$(O)/tests/test_netlink: $(TEST_DEPS)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) $(ASAN) -o $@ tests/test_netlink.c \
		tests/fake_host.c $(LIB_TEST_SRC) \
		$(NL_LIBS) -lcmocka

# The one that brings the real host
$(O)/tests/test_host: $(TEST_DEPS)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) $(ASAN) -o $@ tests/test_host.c tests/fake_kernel.c \
		$(LIB_TEST_SRC) $(NL_LIBS) -lcmocka

# The one with a charon
$(O)/tests/test_ipsec: $(TEST_DEPS)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) $(ASAN) -o $@ tests/test_ipsec.c tests/fake_charon.c \
		$(FAKE) $(LIB_TEST_SRC) $(NL_LIBS) -lcmocka -lpthread

$(O)/tests/test_%: $(TEST_DEPS)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) $(ASAN) -o $@ tests/test_$*.c $(FAKE) $(LIB_TEST_SRC) \
		$(NL_LIBS) -lcmocka

$(O)/tests/mcsadm: $(TEST_DEPS)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) $(ASAN) -o $@ tests/fake_mcsadm.c $(FAKE) \
		tests/fake_root.c $(filter-out %/root.c,$(TOOL_SRC)) \
		$(LIB_TEST_SRC) $(NL_LIBS) $(JSON_LIBS)

# What examples of the manual pages are linked with
FAKE_OBJ := $(patsubst %.c,$(O)/tests/obj/%.o,$(LIB_TEST_SRC) $(FAKE) \
	tests/fake_mcsadm.c)

$(O)/tests/obj/%.o: %.c $(TEST_DEPS)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) -c -o $@ $<

man: $(FAKE_OBJ) $(LIB_SO)
	$(Q)tests/man.sh $(LIB_SO) $(CC) -std=c11 -Wall -Wextra -Werror \
		-I$(TOP)/include $(FAKE_OBJ) -Wl,--push-state,--as-needed \
		$(NL_LIBS) -Wl,--pop-state

$(O)/tests/iscsi-mcs-dbus: $(TEST_DEPS) $(DBUS_SRC) dbus/service.h
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) $(ASAN) $(SD_CFLAGS) -o $@ tests/fake_mcsadm.c $(FAKE) \
		$(DBUS_SRC) $(LIB_TEST_SRC) $(NL_LIBS) $(SD_LIBS) -lpthread

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

.PHONY: run-tests headers units threads tool symbols man dbus docs
