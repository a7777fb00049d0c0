#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The demonstration, as it runs in the initiator VM.
#
#   initiator VM 10.0.1.1 ---- link 1, 40 Mbit/s ---- 10.0.1.10 target VM
#                10.0.2.1 ---- link 2, 40 Mbit/s ---- 10.0.2.10 (LIO)

export DRIVER=iscsi_mcs
. "$(dirname "$0")/lib/lib.sh"
mkdir -p "$RUN"
add_connection=$TREE/userspace/examples/add_connection

title()
{
	echo
	echo "== $*"
}

give_up()
{
	echo "demo: $*"
	diagnose
	exit 1
}

# Connections of the session and their bytes since the last call.
table()
{
	mcsadm list --json | jq -r '.sessions[0].connections[] |
		"\(.cid) \(.state) \(.local.address) \(.remote.address) \(.tx_bytes) \(.rx_bytes)"' |
		awk 'BEGIN {
			printf "  %-4s %-9s %-18s %-18s %10s %10s\n", "CID", "state",
				"from", "to", "sent MiB", "recv MiB" }
		{ printf "  %-4s %-9s %-18s %-18s %10.1f %10.1f\n",
			$1, $2, $3, $4, $5 / 1048576, $6 / 1048576 }'
}

# Work until so many MiB more have gone over the links.
work()		# MiB
{
	local before

	before=$(links_bytes 2)
	wait_for 120 passed $(($1 << 20)) "$before" || give_up "I/O is stuck"
	echo "  share of the links: $(link_shares "$before" "$(links_bytes 2)")per cent"
}

passed()	# bytes, since
{
	awk -v now="$(links_bytes 2)" -v then="$2" -v want="$1" 'BEGIN {
		split(now, n); split(then, t)
		exit !(n[1] + n[2] - t[1] - t[2] >= want) }'
}

klog_mark demo
klog_allow 'detected conn error' 'session[0-9]+: conn'
title "two machines, two links of 40 Mbit/s, Linux $(uname -r)"
target_create size=64 || give_up "cannot set the target up"
link_shape 1 40
link_shape 2 40
driver_load || give_up "the module does not load"
iscsid_start || give_up "iscsid does not start"
echo "  target: LIO on $(on_target uname -n), Linux $(on_target uname -r), $IQN"
echo "  initiator: $(modinfo -F description "$(driver_file)"), $(iscsid --version)"

title "iscsiadm --login, as ever"
iscsiadm -m discovery -t sendtargets -p "$(target_ip 1)" | sed 's/^/  /'
node_login 1 "$IQN" | sed 's/^/  /'
wait_for 30 session_ready || give_up "no session"
dev=$(disk)
echo "  disk $dev, one connection:"
mcsadm list | sed 's/^/  /'

title "verified random reads and writes start on $dev"
io_full "$dev" || give_up "I/O does not start"
work 12

title "AddIScsiConnectionW, over link 2, while the I/O runs"
"$add_connection" "$(target_ip 2)" | sed 's/^/  /'
wait_for 10 conns_up 2 || give_up "the second connection is not there"
work 24
table

title "link 2 is cut under I/O"
link_drop 2
begin=${EPOCHREALTIME/./}
wait_for 60 negate conns_up 2 || give_up "the loss goes unnoticed"
echo "  loss noticed after $(((${EPOCHREALTIME/./} - begin) / 1000)) ms"
wait_for 120 io_resumed "$dev" 60 || give_up "I/O does not go on"
echo "  I/O goes on after $(((${EPOCHREALTIME/./} - begin) / 1000)) ms," \
	"over $(cids_up | wc -l) connection"
link_restore 2
link_shape 2 40
wait_for 120 conns_up 2 || give_up "the connection does not come back"
echo "  link 2 is back, and so is its connection"
work 12
table

title "the end"
io_end || give_up "the I/O failed"
echo "  fio: all data verified, no I/O error"
logout | sed 's/^/  /'
rig_reset >/dev/null 2>&1
bad=$(klog_bad)
[ -z "$bad" ] || give_up "the kernel complained: $bad"
touch /results/demo-passed
echo complete >/results/status
