#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# "make check" on Debian 12's kernel, the core set of scenarios on the others,
# the module built for each with gcc and clang; and the README's tables of it.

set -uo pipefail
. "$(dirname "$0")/lib.sh"

export RIG_RESULTS=${RIG_RESULTS:-$(dirname "$cache_dir")/check-all}
failed=0

rm -rf "$RIG_RESULTS"/{boot,stream,check}-*
mkdir -p "$RIG_RESULTS"
"$kernels_dir/build-all.sh" 6.1 6.12 7.2 | tee "$RIG_RESULTS/builds.log" || failed=1
make --no-print-directory -C "$top_dir" check ALSO="6.12 7.2" || failed=1
"$kernels_dir/tables.sh" "$RIG_RESULTS" || failed=1
[ $failed = 0 ]
