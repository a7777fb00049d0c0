# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The kernel log and what it must not contain.
# shellcheck shell=bash

# Start of a scenario in the kernel log.
klog_mark()	# text
{
	echo "<6>rig: $1" >/dev/kmsg
	echo "rig: $1" >"$RUN/klog-mark"
	rm -f "$RUN/klog-allow"
}

# The scenario provokes these messages on purpose (extended regex).
klog_allow()
{
	printf '%s\n' "$@" >>"$RUN/klog-allow"
}

# Messages since the mark at warning level or worse that nothing allows.
klog_bad()
{
	local mark allow=/dev/null

	mark=$(cat "$RUN/klog-mark")
	[ ! -e "$RUN/klog-allow" ] || allow=$RUN/klog-allow
	dmesg --raw | awk -v mark="$mark" '
		index($0, mark) { seen = 1; next }
		seen && match($0, /^<[0-9]+>/) {
			if (substr($0, 2, RLENGTH - 2) % 8 <= 4)
				print
		}' |
		grep -vE -f <(sed -E '/^(#|$)/d' "$LIB_DIR/klog-allow") |
		{ if [ -s "$allow" ]; then grep -vE -f "$allow"; else cat; fi; }
	return 0
}

# Taint bits beyond S (clearcpuid), O and E (our unsigned module).
taint_bad()
{
	local taint

	taint=$(cat /proc/sys/kernel/tainted)
	echo $((taint & ~((1 << 2) | (1 << 12) | (1 << 13))))
}

# New leaks, on a kernel that can tell.
kmemleak_bad()
{
	local file=/sys/kernel/debug/kmemleak

	[ -w $file ] || return 0
	echo scan >$file
	echo scan >$file
	cat $file
	echo clear >$file
}
