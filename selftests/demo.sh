#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The demonstration: two VMs, two links, one session with two connections.
# What happens inside is in demo-guest.sh. The last line is "demo: passed" or
# "demo: failed".

cd "$(dirname "$0")" || exit 1
results=${RIG_RESULTS:-$(mktemp -d /tmp/rig-demo.XXXXXX)}

if ./qemu/deps.sh rig &&
	./qemu/vm --two-vms --links 2 --script demo-guest.sh --timeout 420 \
		--results "$results" && [ -e "$results/demo-passed" ]; then
	echo "demo: passed"
	exit 0
fi
tail -n 20 "$results/sequence.log" 2>/dev/null
echo "demo: failed (everything about it is in $results)"
exit 1
