# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The initiator's side: driver, iscsid, sessions, connections.
# shellcheck shell=bash

MCSADM=$TREE/userspace/build/mcsadm
export LD_LIBRARY_PATH=$TREE/userspace/build

# The module built for the running kernel: the one handed to vm (or named in
# DRIVER_FILE), else one inside the kernel's own tree, else the one in the
# source tree.
DRIVER_FILE=
driver_file()
{
	local file=${DRIVER_FILE:-/results/iscsi_mcs.ko}

	[ -e $file ] || file=$(find "/usr/lib/modules/$(uname -r)" -name iscsi_mcs.ko | head -n 1)
	echo "${file:-$TREE/drivers/scsi/iscsi_mcs/iscsi_mcs.ko}"
}

# shellcheck disable=SC2120 # mostly called without
driver_load()	# module parameters...
{
	local file dep

	# no udev here to load the disk driver
	modprobe sd_mod
	if [ "$DRIVER" = iscsi_tcp ]; then
		modprobe iscsi_tcp
		return
	fi
	file=$(driver_file)
	[ -e "$file" ] || { echo "no $file: run make module"; return 1; }
	for dep in $(modinfo -F depends "$file" | tr , ' '); do
		modprobe "$dep" || return 1
	done
	insmod "$file" "$@"
}

# Put the module where modprobe finds it, over the read-only image, until
# driver_uninstall.
driver_install()
{
	local release over=$RUN/modules top=/usr/lib/modules

	release=$(uname -r)
	mkdir -p "$over/upper" "$over/work"
	mount -t overlay -o "lowerdir=$top,upperdir=$over/upper,workdir=$over/work" \
		overlay $top || return 1
	mkdir -p "$top/$release/updates"
	# a kernel that brings it has it there already
	[ "$(driver_file)" = "$top/$release/updates/iscsi_mcs.ko" ] ||
		cp "$(driver_file)" "$top/$release/updates/iscsi_mcs.ko" || return 1
	depmod -a "$release"
}

driver_uninstall()
{
	umount /usr/lib/modules
	rm -rf "$RUN/modules"
}

driver_loaded()
{
	[ -d "/sys/module/$DRIVER" ]
}

driver_unload()
{
	! driver_loaded || rmmod "$DRIVER"
}

# Whether the driver under test has many connections at all.
need_mcs()
{
	[ "$DRIVER" = iscsi_mcs ] ||
		skip_all "driver $DRIVER has one connection per session"
}

# Nothing to do where the one this scenario started still runs.
iscsid_start()
{
	! iscsid_answers || return 0
	mkdir -p /etc/iscsi /run/lock/iscsi
	echo "InitiatorName=$INITIATOR_IQN" >/etc/iscsi/initiatorname.iscsi
	# children of one that was killed may still hold its socket
	wait_for 30 negate iscsid_listens || return 1
	bg_start iscsid iscsid -f -d "${ISCSID_DEBUG:-1}"
	wait_for 20 iscsid_answers
}

iscsid_listens()
{
	grep -q '@ISCSIADM_ABSTRACT_NAMESPACE' /proc/net/unix
}

iscsid_answers()
{
	bg_running iscsid && iscsid_listens
}

iscsid_stop()
{
	bg_stop iscsid
}

# Make a node record without discovery and set values in it.
node_new()	# link, iqn, name=value...
{
	local link=$1 iqn=$2 word
	shift 2

	iscsiadm -m node -o new -T "$iqn" -p "$(target_ip "$link")" >/dev/null ||
		return 1
	for word in "$@"; do
		iscsiadm -m node -T "$iqn" -p "$(target_ip "$link")" -o update \
			-n "${word%%=*}" -v "${word#*=}" || return 1
	done
}

node_login()	# link, iqn
{
	iscsiadm -m node -T "$2" -p "$(target_ip "$1")" --login
}

node_logout()	# iqn
{
	iscsiadm -m node -T "${1:-$IQN}" --logout
}

# Load the driver, start iscsid, log in over link 1. Values for the node
# record may follow.
login()		# name=value...
{
	driver_loaded || driver_load || return 1
	bg_running iscsid || iscsid_start || return 1
	node_new 1 "$IQN" "$@" || return 1
	node_login 1 "$IQN" || return 1
	wait_for 30 session_ready
}

logout()
{
	node_logout "$IQN"
}

# session numbers, one per line, in the order of numbers
sids()
{
	local dir

	for dir in /sys/class/iscsi_session/session{?,??,???,????}; do
		[ ! -d "$dir" ] || echo "${dir##*session}"
	done
}

# the number of the only session
sid()
{
	sids | head -n 1
}

session_state()	# sid
{
	cat "/sys/class/iscsi_session/session${1:-$(sid)}/state" 2>/dev/null
}

# logged in and the disk there
session_ready()	# sid
{
	local sid=${1:-$(sid)}

	[ -n "$sid" ] && [ "$(session_state "$sid")" = LOGGED_IN ] &&
		[ -b "$(disk "$sid")" ]
}

no_sessions()
{
	[ -z "$(sids)" ]
}

# the disk of LUN n
disk()		# sid, lun
{
	local dir

	for dir in /sys/class/iscsi_session/session"${1:-$(sid)}"/device/target*/*:"${2:-0}"/block/*; do
		[ ! -d "$dir" ] || echo "/dev/${dir##*/}"
	done
}

scsi_device()	# sid, lun: its sysfs directory
{
	echo /sys/class/iscsi_session/session"${1:-$(sid)}"/device/target*/*:"${2:-0}"
}

mcsadm()
{
	"$MCSADM" "$@"
}

# Add a connection over a link to the only session.
conn_add()	# link, words for mcsadm...
{
	local link=$1
	shift

	mcsadm add --session "$(sid)" --portal "$(target_ip "$link")" "$@"
}

conn_remove()	# cid
{
	mcsadm remove --session "$(sid)" --cid "$1"
}

# Keys of mcsadm's JSON output, of the only session and of a connection.
session_field()	# key
{
	json_read
	json_get "$SESSION" "$1"
	echo "$REPLY"
}

conn_field()	# cid, key
{
	json_select cid "$1" "$2"
}

# CIDs of the connections that carry commands
cids_up()
{
	json_select state up cid
}

conns_up()	# how many there should be
{
	local conn up=0

	json_read
	for conn in ${CONNECTIONS+"${CONNECTIONS[@]}"}; do
		[[ $conn != *'"state":"up"'* ]] || up=$((up + 1))
	done
	[ $up = "$1" ]
}

# A value of the connection over a link
field_of_link()	# link, key
{
	json_select remote.address "$(target_ip "$1")" "$2"
}

# Its CID
cid_of_link()	# link
{
	field_of_link "$1" cid
}

state_is()	# state of a session as the transport class shows it, sid
{
	[ "$(session_state "${2:-}")" = "$1" ]
}

# TCP connections to the target that are established, over a link or all
tcp_count()	# link
{
	local to=10.0.0.0/8

	[ -z "${1:-}" ] || to=$(target_ip "$1")
	ss -Htn state established dst "$to:3260" | wc -l
}
