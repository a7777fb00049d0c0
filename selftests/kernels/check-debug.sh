#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The scenarios on the debug kernel. Builds it first if it is not in the cache.
#
#	check-debug.sh [OPTION of run.sh | SCENARIO]...

exec "$(dirname "$0")/check-kernel.sh" kasan "$@"
