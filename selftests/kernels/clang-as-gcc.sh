#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# clang for a kernel that was configured for gcc, as distributions' are: drops
# the flags only gcc knows, and is as quiet as the kernel asks clang to be. To
# check the sources; a module made so lacks what the flags were for.

for arg; do
	shift
	case $arg in
	-fconserve-stack | -mrecord-mcount | -mfunction-return=* | \
	-mindirect-branch* | -ftrivial-auto-var-init=* | -mharden-sls=* | \
	-mpreferred-stack-boundary=* | -mskip-rax-setup | \
	-fmin-function-alignment=* | -fno-allow-store-data-races | \
	-fdiagnostics-show-context=* | -fsanitize=bounds-strict)
		continue
		;;
	esac
	set -- "$@" "$arg"
done
exec clang "$@" -Qunused-arguments -Wno-unknown-warning-option -Wno-gnu \
	-Wno-address-of-packed-member
