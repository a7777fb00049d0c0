#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Run one scenario (or a few) in a fresh rig and say whether it passed.
# Usage: run-one.sh [options of vm] scenario.sh...

exec "$(dirname "$0")/../run.sh" "$@"
