# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Entry points only. Variables: KERNELDIR or KERNELRELEASE (kernel to build
# for; default the newest installed headers of Debian's stock 6.1 kernel),
# DESTDIR, PREFIX, V=1, W=1, C=1, LLVM=1.

KERNELRELEASE ?= $(shell ls -d /usr/src/linux-headers-6.1.*-amd64 2>/dev/null | \
	sed 's|.*/linux-headers-||' | sort -V | tail -n 1)
KERNELDIR ?= $(firstword $(wildcard /lib/modules/$(KERNELRELEASE)/build) \
	/usr/src/linux-headers-$(KERNELRELEASE))
PREFIX ?= /usr/local

MAKEFLAGS += --no-print-directory
kbuild = $(MAKE) -C $(KERNELDIR) M=$(CURDIR) \
	$(if $(V),V=$(V)) $(if $(W),W=$(W)) $(if $(C),C=$(C)) \
	$(if $(LLVM),LLVM=$(LLVM))

all: module userspace

deps:
	@selftests/qemu/deps.sh build

# the headers may only just have been installed: start make afresh
module: deps
	@$(MAKE) module-build

module-build:
	$(if $(V),,@)$(kbuild) modules

userspace: deps
	$(if $(V),,@)$(MAKE) -C userspace all PREFIX=$(PREFIX)

install: module userspace
	@$(MAKE) module-install
	$(if $(V),,@)$(MAKE) -C userspace install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

# Debian's headers have no System.map, and kbuild leaves out depmod then
module-install:
	$(if $(V),,@)$(kbuild) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_STRIP=1 \
		modules_install
	$(if $(DESTDIR),,depmod "$$(cut -d'"' -f2 $(KERNELDIR)/include/generated/utsrelease.h)")

deb:
	@selftests/qemu/deps.sh build deb
	@userspace/packaging/deb.sh

clean:
	@[ ! -d "$(KERNELDIR)" ] || $(kbuild) clean
	@$(MAKE) -C userspace clean
	@$(MAKE) -C selftests clean

# make check KERNEL=6.12: the scenarios on another kernel
# make check SUITE=trixie: with the user space of another Debian release
ifdef SUITE
export RIG_SUITE := $(SUITE)
endif

check: all
ifdef KERNEL
	@selftests/qemu/deps.sh rig
	@selftests/kernels/check-kernel.sh $(KERNEL) $(TESTS)
else
	@$(MAKE) -C selftests $(if $(TESTS),run,check) TESTS="$(TESTS)" ALSO="$(ALSO)"
endif

# all of them on Debian 12's kernel, the core set on the others
check-all:
	@selftests/kernels/check-all.sh

check-debug: all
	@selftests/qemu/deps.sh rig
	@selftests/kernels/check-debug.sh $(TESTS)

# in a Debian 12 of their own, and in a VM
check-packages: all
	@selftests/qemu/deps.sh build rig deb
	@userspace/packaging/install-test.sh

# the same, on a target's disk: boots from it, twice
check-boot: all
	@selftests/qemu/deps.sh build rig deb
	@userspace/packaging/boot-test.sh

# everything at once: HOURS or MINUTES, SEED of an earlier run
MINUTES ?= $(if $(HOURS),$(shell echo $$(($(HOURS) * 60))),30)

soak: all
	@selftests/qemu/deps.sh rig
	@selftests/run.sh --env MINUTES=$(MINUTES) \
		$(if $(SEED),--env SEED=$(SEED)) soak

static:
	@$(MAKE) -C selftests/kernels static

bench: all
	@selftests/bench/run.sh $(BENCH)

demo: all
	@selftests/demo.sh

rig:
	@selftests/qemu/deps.sh rig
	@selftests/qemu/image.sh
	@selftests/qemu/kernel.sh

shell: all rig
	@selftests/qemu/vm --shell --links 4

.PHONY: all deps module module-build module-install userspace install deb \
	clean check check-all check-debug check-packages check-boot soak static \
	bench demo rig shell
