# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The kernel's target (LIO) through configfs. Functions that start with lio_
# run on the target's side; scenarios call the target_ ones.
# shellcheck shell=bash

LIO=/sys/kernel/config/target
IQN=iqn.2024-01.example:disk
INITIATOR_IQN=iqn.2024-01.example:initiator

# Create a target. Words NAME=VALUE:
#   iqn=       name (default $IQN)
#   links=     listen on these links ("1 2"), default all
#   port=      default 3260
#   luns= size= number of LUNs and their size in MiB
#   backing=   ram (default), file, disk (the one of vm --disk) or slow (a
#              device that target_suspend stops); a list "ram,slow" for LUN 0,
#              1 and so on
#   tpg=       number of the portal group, default 1
#   chap=user:secret  mutual=user:secret
#   param.X=   negotiation parameter X, e.g. param.MaxConnections=4
#   attrib.X=  attribute of the portal group, e.g. attrib.default_cmdsn_depth=16
target_create()
{
	on_target lio_create "$@"
}

target_delete()	# iqn
{
	on_target lio_delete "${1:-$IQN}"
}

# Write one file of the portal group of a running target.
target_set()	# file, value, iqn
{
	on_target lio_set "${3:-$IQN}" "$1" "$2"
}

lio_set()
{
	echo "$3" >"$LIO/iscsi/$1/tpgt_1/$2"
}

lio_load()
{
	[ -d $LIO/iscsi ] && return
	# it complains about a missing directory for persistent reservations
	mkdir -p /etc/target
	modprobe target_core_mod
	modprobe iscsi_target_mod
	mkdir -p $LIO/iscsi
}

lio_backstore()	# name, size in MiB, ram|file|disk|slow
{
	local dir

	case $3 in
	ram)
		dir=$LIO/core/rd_mcp_0/$1
		mkdir -p "$dir"
		echo "rd_pages=$(($2 * 256))" >"$dir/control"
		;;
	file)
		modprobe target_core_file
		dir=$LIO/core/fileio_0/$1
		mkdir -p "$dir"
		truncate -s "${2}M" "$RUN/$1.img"
		echo "fd_dev_name=$RUN/$1.img,fd_dev_size=$(($2 << 20))" \
			>"$dir/control"
		;;
	disk)
		modprobe target_core_iblock
		dir=$LIO/core/iblock_0/$1
		mkdir -p "$dir"
		echo udev_path=/dev/vdc >"$dir/control"
		;;
	slow)
		modprobe target_core_iblock
		modprobe brd rd_nr=4 rd_size=$(($2 * 1024))
		dir=$LIO/core/iblock_0/$1
		mkdir -p "$dir"
		dmsetup create "$1" --noudevsync --table \
			"0 $(($2 * 2048)) linear /dev/ram$((10#${1##*-})) 0"
		echo "udev_path=/dev/$(dmsetup info -c --noheadings -o blkdevname "$1")" \
			>"$dir/control"
		;;
	esac
	echo 1 >"$dir/enable"
	echo "$1" >"$dir/wwn/vpd_unit_serial"
	echo "$dir"
}

lio_create()
{
	local iqn=$IQN links port=3260 luns=1 size=64 backing=ram tpg=1
	local chap='' mutual='' word settings=() dir
	links=$(seq "$RIG_LINKS")

	for word in "$@"; do
		case $word in
		param.*|attrib.*) settings+=("$word") ;;
		iqn=*|links=*|port=*|luns=*|size=*|backing=*|tpg=*|chap=*|mutual=*)
			printf -v "${word%%=*}" %s "${word#*=}" ;;
		*) echo "lio_create: unknown word $word" >&2; return 1 ;;
		esac
	done

	lio_load
	dir=$LIO/iscsi/$iqn/tpgt_$tpg
	mkdir -p "$dir"
	# open to everybody unless told otherwise
	echo 1 >"$dir/attrib/generate_node_acls"
	echo 1 >"$dir/attrib/cache_dynamic_acls"
	echo 0 >"$dir/attrib/demo_mode_write_protect"
	echo 0 >"$dir/attrib/authentication"
	echo 8 >"$dir/param/MaxConnections"
	for word in "${settings[@]}"; do
		lio_setting "$dir" "$word" || return 1
	done
	lio_luns "$dir" "${iqn##*:}" "$luns" "$size" "$backing" || return 1
	[ -z "$chap" ] || lio_chap "$dir" "$chap" "$mutual" || return 1
	for word in $links; do
		mkdir -p "$dir/np/$(target_ip "$word"):$port" || return 1
	done
	echo 1 >"$dir/enable"
}

lio_setting()	# portal group, param.NAME=VALUE
{
	local file=${2%%=*}

	echo "${2#*=}" >"$1/${file/./\/}" || {
		echo "lio: cannot set $2" >&2
		return 1
	}
}

lio_luns()	# portal group, name, number, size, backings
{
	local n store kinds

	IFS=, read -ra kinds <<<"$5"
	for n in $(seq 0 $(($3 - 1))); do
		store=$(lio_backstore "$2-$n" "$4" \
			"${kinds[n]:-${kinds[0]}}") || return 1
		mkdir -p "$1/lun/lun_$n"
		ln -s "$store" "$1/lun/lun_$n/store"
	done
}

# CHAP with an access list entry for our initiator.
lio_chap()	# portal group, user:secret, mutual user:secret
{
	local acl=$1/acls/$INITIATOR_IQN lun

	mkdir -p "$acl"
	for lun in "$1"/lun/lun_*; do
		mkdir -p "$acl/${lun##*/}"
		ln -s "$lun" "$acl/${lun##*/}/store"
	done
	echo 0 >"$1/attrib/generate_node_acls"
	echo 1 >"$1/attrib/authentication"
	echo CHAP >"$1/param/AuthMethod"
	printf %s "${2%%:*}" >"$acl/auth/userid"
	printf %s "${2#*:}" >"$acl/auth/password"
	[ -z "$3" ] || lio_mutual "$acl" "$3"
}

lio_mutual()	# access list entry, user:secret
{
	printf %s "${2%%:*}" >"$1/auth/userid_mutual"
	printf %s "${2#*:}" >"$1/auth/password_mutual"
}

# What a running target proves itself with from the next login on; NULL:NULL
# for nothing.
target_mutual()	# user:secret, iqn
{
	on_target lio_mutual \
		"$LIO/iscsi/${2:-$IQN}/tpgt_1/acls/$INITIATOR_IQN" "$1"
}

# The shortest interval between LIO's pings, and the shortest it waits for an answer
# before it gives the connection up; with an access list entry.
target_pings_often()
{
	local acl=$LIO/iscsi/$IQN/tpgt_1/acls/$INITIATOR_IQN

	on_target bash -c "echo 3 >$acl/attrib/nopin_timeout
		echo 3 >$acl/attrib/nopin_response_timeout"
}

# Remove a target and its backstores, undoing lio_create in reverse.
lio_delete()	# iqn
{
	local top=$LIO/iscsi/$1 dir

	[ -d "$top" ] || return 0
	for dir in "$top"/tpgt_*; do
		echo 0 >"$dir/enable"
		find "$dir/acls" "$dir/lun" -type l -delete 2>/dev/null
		find "$dir/acls" -mindepth 2 -maxdepth 2 -name 'lun_*' \
			-exec rmdir {} +
		find "$dir"/{acls,np,lun} -mindepth 1 -maxdepth 1 -type d \
			-exec rmdir {} +
		rmdir "$dir"
	done
	rmdir "$top"
	for dir in $LIO/core/*/"${1##*:}"-*; do
		[ ! -d "$dir" ] || rmdir "$dir"
		[[ $dir != */iblock_0/* ]] || dmsetup remove --noudevsync "${dir##*/}"
	done
	rm -f "$RUN/${1##*:}"-*.img
}

lio_delete_all()
{
	local dir

	for dir in $LIO/iscsi/iqn.*; do
		[ ! -d "$dir" ] || lio_delete "${dir##*/}"
	done
}

# Stop serving and serve again, sessions are dropped.
target_disable() { target_set enable 0 "${1:-$IQN}"; }
target_enable() { target_set enable 1 "${1:-$IQN}"; }

# Stop and start the disk behind a LUN: commands reach it and stay there.
target_suspend()	# lun
{
	on_target dmsetup suspend --noudevsync --noflush --nolockfs "${IQN##*:}-$1"
}

target_resume()	# lun
{
	on_target dmsetup resume --noudevsync "${IQN##*:}-$1"
}

# How many commands a LUN has been sent.
target_commands()	# lun
{
	on_target cat "$LIO/core/iblock_0/${IQN##*:}-$1/statistics/scsi_lu/num_cmds"
}

# What the target knows about our session: lines of the dynamic ACL's info.
target_sessions()
{
	on_target lio_sessions
}

lio_sessions()
{
	local file

	for file in $LIO/iscsi/iqn.*/tpgt_*/dynamic_sessions; do
		[ ! -e "$file" ] || tr '\0' '\n' <"$file"
	done
	grep -h . $LIO/iscsi/iqn.*/tpgt_*/acls/*/info 2>/dev/null
	return 0
}

# How many sessions LIO has ended itself since lio_stops_begin, for a login that takes
# one's place: those that are gone by then it does not have to end.
lio_stops()
{
	awk '$1 == "lio_stops" { print $2 }' "$TRACE/kprobe_profile"
}

lio_stops_begin()
{
	echo 'p:rig/lio_stops iscsit_stop_session' >>"$TRACE/kprobe_events"
	echo 1 >"$TRACE/events/rig/lio_stops/enable"
}

lio_stops_end()
{
	echo 0 >"$TRACE/events/rig/lio_stops/enable"
	echo '-:rig/lio_stops' >>"$TRACE/kprobe_events"
}
