# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The user space targets tgt and istgt. These run on the target's side.
# shellcheck shell=bash

# tgt with one LUN (number 1), in a file. Words: parameters, NAME=VALUE. The file stays
# what it was when it is started again.
tgt_create()
{
	local word

	truncate -s 64M "$RUN/tgt.img"
	bg_start tgtd tgtd -f
	wait_for 20 tgtadm --op show --mode system >/dev/null 2>&1 || return 1
	tgtadm --lld iscsi --op new --mode target --tid 1 -T "$IQN" || return 1
	for word in "$@"; do
		tgtadm --lld iscsi --op update --mode target --tid 1 \
			--name "${word%%=*}" --value "${word#*=}" || return 1
	done
	tgtadm --lld iscsi --op new --mode logicalunit --tid 1 --lun 1 \
		-b "$RUN/tgt.img" || return 1
	tgtadm --lld iscsi --op bind --mode target --tid 1 -I ALL
}

# Nobody gets at tgt's target without CHAP, in both directions.
tgt_demands_chap()	# name, secret, the target's name, its secret
{
	tgtadm --lld iscsi --op new --mode account --user "$1" --password "$2" &&
		tgtadm --lld iscsi --op bind --mode account --tid 1 --user "$1" &&
		tgtadm --lld iscsi --op new --mode account --user "$3" --password "$4" &&
		tgtadm --lld iscsi --op bind --mode account --tid 1 --user "$3" --outgoing
}

# istgt with one LUN (number 0), in a file, on every link. Names and secrets as above
# may follow.
istgt_create()	# name, secret, the target's name, its secret
{
	local n dir=$RUN/istgt auth=None

	mkdir -p "$dir"
	truncate -s 64M "$RUN/istgt.img"
	: >"$dir/auth.conf"
	if [ $# -gt 0 ]; then
		auth="CHAP Mutual"
		printf '[AuthGroup1]\n  Auth "%s" "%s" "%s" "%s"\n' "$@" >"$dir/auth.conf"
	fi
	{
		echo "[Global]"
		echo "  NodeBase \"${IQN%%:*}\""
		echo "  PidFile $dir/istgt.pid"
		echo "  AuthFile $dir/auth.conf"
		echo "  MediaDirectory $dir"
		echo "  LogFacility \"local7\""
		echo "  Timeout 30"
		echo "  MaxSessions 16"
		echo "  MaxConnections 4"
		echo "[UnitControl]"
		echo "  Portal UC1 127.0.0.1:3261"
		echo "  Netmask 127.0.0.1"
		echo "[PortalGroup1]"
		for n in $(seq "$RIG_LINKS"); do
			echo "  Portal DA$n $(target_ip "$n"):3260"
		done
		echo "[InitiatorGroup1]"
		echo "  InitiatorName \"ALL\""
		echo "  Netmask 10.0.0.0/8"
		echo "[LogicalUnit1]"
		echo "  TargetName ${IQN##*:}"
		echo "  Mapping PortalGroup1 InitiatorGroup1"
		echo "  AuthMethod $auth"
		[ "$auth" = None ] || echo "  AuthGroup AuthGroup1"
		echo "  UnitType Disk"
		echo "  LUN0 Storage $RUN/istgt.img 64MB"
	} >"$dir/istgt.conf"
	bg_start istgt istgt -D -c "$dir/istgt.conf"
	wait_for 20 istgt_listens
}

istgt_listens()
{
	[ -n "$(ss -Hltn "src $(target_ip 1):3260")" ]
}
