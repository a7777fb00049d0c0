# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What every scenario sources. See selftests/README.
# shellcheck shell=bash disable=SC2034 # what the files below use

LIB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TREE=$(cd "$LIB_DIR/../.." && pwd)
RUN=/run/rig

# the addresses of link N
initiator_ip() { echo "10.0.$1.1"; }
target_ip() { echo "10.0.$1.10"; }

for file in ktap process net ipsec target other-targets peer mutation \
	    json initiator io kernel events failover cleanup guide; do
	# shellcheck source=/dev/null # each is checked by itself
	. "$LIB_DIR/$file.sh"
done
