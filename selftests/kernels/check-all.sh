#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# "make check" on Debian 12's kernel, the core set of scenarios on the others,
# the module built for each with gcc and clang; and the README's tables of it.
#
#	check-all.sh [KERNEL...]
#
# Without KERNELs all of them. With some the others' last results stay.

set -uo pipefail
. "$(dirname "$0")/lib.sh"

results=$(dirname "$cache_dir")/check-all
failed=0
[ $# -gt 0 ] || set -- 6.1 6.12 7.2

# The scenarios of a kernel
run()		# kernel
{
	case $1 in
	6.1) make --no-print-directory -C "$top_dir" check ;;
	*)
		mapfile -t core < <(make -s -C "$top_dir/selftests" core)
		"$kernels_dir/check-kernel.sh" "$1" "${core[@]}"
		;;
	esac
}

for kernel in "$@"; do
	export RIG_RESULTS=$results/$kernel
	rm -rf "$RIG_RESULTS"
	mkdir -p "$RIG_RESULTS"
	"$kernels_dir/build-all.sh" "$kernel" | tee "$RIG_RESULTS/builds.log" || failed=1
	run "$kernel" || failed=1
done
"$kernels_dir/tables.sh" "$results" || failed=1
[ $failed = 0 ]
