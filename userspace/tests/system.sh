#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) The iscsi_mcs authors
#
# What mcsadm does to and asks of the machine: enable, disable, status, report,
# completion. The machine is a directory; its programs are scripts that write
# down how they were called. Compared with golden/, as in mcsadm.sh.
#
#	system.sh MCSADM [--update]

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mcsadm=$(realpath "$1")
update=${2-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
failures=0

report()	# status, name
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n mcsadm $2"
	else
		echo "not ok $n mcsadm $2"
		failures=$((failures + 1))
	fi
}

# program NAME COMMANDS - a stand-in; calls are noted in $work/calls
program()
{
	mkdir -p "$root/usr/sbin"
	{
		echo '#!/bin/bash'
		echo "echo \"$1 \$*\" >>'$work/calls'"
		echo "root='$root'"
		echo "$2"
	} >"$root/usr/sbin/$1"
	chmod +x "$root/usr/sbin/$1"
}

# file PATH CONTENT
file()
{
	mkdir -p "$(dirname "$root$1")"
	echo "$2" >"$root$1"
}

# session SID HOST TARGET PROC_NAME - as sysfs shows it
session()
{
	local dir=/sys/devices/platform/host$2/session$1

	mkdir -p "$root$dir/iscsi_session/session$1" \
		"$root/sys/class/iscsi_session"
	ln -s "../../../session$1" "$root$dir/iscsi_session/session$1/device"
	ln -s "../..${dir#/sys}/iscsi_session/session$1" \
		"$root/sys/class/iscsi_session/"
	file "$dir/iscsi_session/session$1/targetname" "$3"
	file "$dir/iscsi_session/session$1/state" LOGGED_IN
	file "/sys/class/scsi_host/host$2/proc_name" "$4"
}

# A machine with stock open-iscsi, and a module that can be loaded.
machine()
{
	root=$work/machine
	rm -rf "$root" "$work/calls"
	: >"$work/calls"
	mkdir -p "$root/etc/modprobe.d" "$root/sys/module"
	export ISCSIDSC_TEST_DIR=$root
	# modprobe MODULE [-n]
	# shellcheck disable=SC2016 # for the script it becomes
	program modprobe '
		case "$*" in
		*-n) [ ! -e "$root/no-module" ] ;;
		iscsi_tcp) mkdir -p "$root/sys/module/$1" ;;
		*) [ ! -e "$root/unsigned" ] || {
			echo "modprobe: ERROR: could not insert '\'\$1\'': Key was rejected by service"
			exit 1
		   }
		   mkdir -p "$root/sys/module/$1" ;;
		esac'
	# shellcheck disable=SC2016
	program rmmod '[ ! -e "$root/busy" ] ||
			{ echo "rmmod: ERROR: Module $1 is in use"; exit 1; }
		rm -rf "$root/sys/module/$1"'
	program update-initramfs true
}

# golden NAME STATE ARGUMENT... - what is printed, what was called
golden()
{
	local name=$1 state=$2 code
	shift 2

	MCSADM_TEST=$state "$mcsadm" "$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
	{
		cat "$work/out"
		sed 's/^[^:]*mcsadm[^:]*:/mcsadm:/; s/^/stderr: /' "$work/err"
		sed 's/^/called: /' "$work/calls"
		echo "exit $code"
	} | sed "s/$(uname -r)/RELEASE/g" >"$work/got"
	: >"$work/calls"
	[ "$update" = --update ] && cp "$work/got" "$here/golden/$name.txt"
	diff -u "$here/golden/$name.txt" "$work/got"
	report $? "$name"
}

# same NAME FILE - a file, compared with the one in golden/
same()
{
	[ "$update" = --update ] && cp "$2" "$here/golden/$1.txt"
	diff -u "$here/golden/$1.txt" "$2"
	report $? "$1"
}

# stock machine: enabled, and again, and disabled
machine
golden status-none '' status
golden enable '' enable
same enable-file "$root/etc/modprobe.d/iscsi_mcs.conf"
golden enable-again '' enable
golden disable '' disable
[ ! -e "$root/etc/modprobe.d/iscsi_mcs.conf" ]
report $? disable-file
golden disable-again '' disable

# iscsi_tcp is loaded: without sessions it goes, with sessions it stays
machine
mkdir "$root/sys/module/iscsi_tcp"
golden enable-replaces '' enable
machine
mkdir "$root/sys/module/iscsi_tcp"
session 4 3 iqn.2024-01.example:disk4 iscsi_tcp
session 5 4 iqn.2024-01.example:offload qla4xxx
mkdir -p "$root/sys/devices/platform/host3/session4/target3:0:0/3:0:0:0/block/sdb"
golden enable-refused '' enable
[ ! -e "$root/etc/modprobe.d/iscsi_mcs.conf" ]
report $? "enable refused changes nothing"
golden status-tcp '' status
golden status-tcp-json '' status --json
golden list-tcp absent list
golden add-tcp absent add --session 4 --portal 10.0.2.10
golden enable-next-boot '' enable --next-boot
golden status-tcp-enabled '' status

# the other way around
machine
mkdir "$root/sys/module/iscsi_mcs"
session 1 2 iqn.2024-01.example:disk1 iscsi_tcp
golden disable-refused '' disable
golden disable-next-boot '' disable --next-boot

# what can go wrong
machine
touch "$root/no-module"
golden enable-no-module '' enable
machine
touch "$root/unsigned"
file /sys/kernel/security/lockdown 'none [integrity] confidentiality'
golden enable-unsigned '' enable
golden status-unsigned '' status
machine
touch "$root/unsigned"
mkdir "$root/sys/module/iscsi_tcp"
golden enable-unsigned-back '' enable
machine
touch "$root/busy"
mkdir "$root/sys/module/iscsi_tcp"
golden enable-busy '' enable
machine
program update-initramfs 'echo "no space left"; exit 1'
golden enable-initramfs '' enable
golden enable-initramfs-again '' enable
program update-initramfs true
golden enable-initramfs-done '' enable
program update-initramfs 'exit 1'
golden disable-initramfs '' disable
program update-initramfs true
golden disable-initramfs-again '' disable
[ -z "$(ls -A "$root/etc/modprobe.d")" ]
report $? "nothing is left of a refresh"
machine
rm -r "$root/etc/modprobe.d"
golden enable-no-directory '' enable
machine
rm "$root/usr/sbin/update-initramfs"
golden enable-no-initramfs '' enable

# status with the module: what sessions got, and why not more
machine
mkdir -p "$root/sys/module/iscsi_mcs/parameters"
file /sys/module/iscsi_mcs/version 1.0.0
file /sys/module/iscsi_mcs/parameters/max_connections 8
file /etc/modprobe.d/iscsi_mcs.conf -
golden status '' status
golden status-reasons reasons status
golden status-json reasons status --json
MCSADM_TEST=reasons script -qec "stty cols 72; exec $mcsadm status" /dev/null \
	</dev/null | tr -d '\r' >"$work/got"
same status-narrow "$work/got"
file /sys/module/iscsi_mcs/parameters/max_connections 1
golden status-off empty status
golden status-absent absent status

# report: it has everything, but no secret
program iscsiadm 'echo "iscsiadm stand-in"'
program ip 'echo "ip stand-in"'
program lsmod 'echo "iscsi_mcs 12345 1"; echo "ext4 1 1"'
program dmesg 'echo "session1: conn 1: lost"; echo "unrelated"'
printf 'open sesame 12' >"$work/secret"
MCSADM_TEST='' "$mcsadm" add -s 1 -p 10.0.3.10 -P --chap-name joe \
	--chap-secret-file "$work/secret" >"$work/out"
grep -q 'open sesame' "$root/iscsi_mcs.conf"
report $? "the secret is saved"
MCSADM_TEST='' "$mcsadm" report >"$work/out" 2>&1
code=$?
for word in '== machine' 'max_connections: 1' 'driver     iscsi_mcs' \
	'target_class' 'iscsiadm stand-in' 'ip stand-in' 'iscsi_mcs 12345' \
	'conn 1: lost'; do
	grep -qF "$word" "$work/out" || { echo "# no '$word'"; code=1; }
done
! grep -E 'ext4|unrelated' "$work/out" || code=1
report $code "report is complete"
! grep -E 'sesame|joe' "$work/out"
report $? "report has no secret"

# auto: links from ip(8), portals from iscsiadm(8)
# interface NAME ADDRESS/PREFIX... - one object of what ip prints
interface()
{
	local name=$1 flags='"UP","LOWER_UP"' list='' a
	shift

	[ "$name" != lo ] || flags+=',"LOOPBACK"'
	[ "${name%-down}" = "$name" ] || flags='"UP"'
	for a in "$@"; do
		list+=",{\"local\":\"${a%/*}\",\"prefixlen\":${a#*/},\"scope\":\"global\"}"
	done
	echo "{\"ifname\":\"$name\",\"flags\":[$flags],\"addr_info\":[${list#,}]}"
}

# network "PORTAL,TAG..." "ADDRESS=DEVICE..." INTERFACE... - what both say
network()
{
	local portals=$1 routes=$2 p
	shift 2

	printf '%s\n' "$@" | paste -sd, | sed 's/.*/[&]/' >"$root/addresses"
	for p in $portals; do
		echo "$p iqn.2024-01.example:disk1"
	done >"$root/portals"
	echo "10.0.9.10:3260,1 iqn.2024-01.example:other" >>"$root/portals"
	for p in $routes; do
		echo "[{\"dst\":\"${p%=*}\",\"dev\":\"${p#*=}\"}]" \
			>"$root/route-${p%=*}"
	done
	# shellcheck disable=SC2016 # for the script it becomes
	program ip '
		case "$*" in
		"-j address") cat "$root/addresses" ;;
		"-j route get "*) cat "$root/route-${*: -1}" ;;
		esac'
	# shellcheck disable=SC2016
	program iscsiadm '
		case "$2" in
		discovery) [ ! -e "$root/silent" ] && cat "$root/portals" ;;
		node) cat "$root/portals" ;;
		esac'
}
four="10.0.1.10:3260,1 10.0.2.10:3260,1 10.0.3.10:3260,1 10.0.4.10:3260,2"
routes="10.0.1.10=eth1 10.0.2.10=eth2 10.0.3.10=eth3 10.0.4.10=eth4"
links=("$(interface lo 127.0.0.1/8)" "$(interface eth1 10.0.1.1/24)"
	"$(interface eth2 10.0.2.1/24)" "$(interface eth3 10.0.3.1/24 2001:db8:3::1/64)"
	"$(interface eth4 10.0.4.1/24)" "$(interface eth5-down 10.0.5.1/24)")
machine
network "$four" "$routes" "${links[@]}"
golden auto '' auto --session 1
golden auto-json '' auto --session 1 --json
golden auto-add '' auto --session 1 --add
golden auto-refused full auto --session 1 --add
golden auto-persistent '' auto --session 1 --persistent
golden auto-saved '' saved
golden auto-all '' auto
golden auto-all-json '' auto --json
touch "$root/silent"
golden auto-records '' auto --session 1
rm "$root/silent"
network "10.0.1.10:3260,1 10.0.2.10:3260,1" "$routes" "${links[@]}"
golden auto-none '' auto --session 1
# a router between: the subnet differs, the route decides
network "10.8.1.10:3260,1 10.8.3.10:3260,1" "10.8.1.10=eth1 10.8.3.10=eth3" \
	"${links[@]}"
golden auto-routed '' auto --session 1
# one portal, a third interface in its subnet
network "10.0.1.10:3260,1" "10.0.1.10=eth1" "$(interface eth1 10.0.1.1/24)" \
	"$(interface eth2 10.0.2.1/24)" "$(interface eth3 10.0.1.3/24)"
golden auto-same-subnet '' auto --session 1
golden auto-same-subnet-json '' auto --session 1 --json
file /proc/sys/net/ipv4/conf/all/arp_ignore 1
file /proc/sys/net/ipv4/conf/all/arp_announce 2
file /proc/sys/net/ipv4/conf/eth1/rp_filter 0
file /proc/sys/net/ipv4/conf/eth3/rp_filter 1
golden auto-rp-filter '' auto --session 1
network "[2001:db8:3::10]:3260,1" "2001:db8:3::10=eth3" "${links[@]}"
golden auto-ipv6 '' auto --session 1
echo nonsense >"$root/addresses"
golden auto-no-links '' auto --session 1
network "" "" "${links[@]}"
golden auto-no-portals '' auto --session 1
golden auto-no-sessions empty auto
golden auto-json-add '' auto --json --add

# completion: words as bash gives them, the last one incomplete
completes()	# expected words, words...
{
	local expected=$1 got
	shift

	got=$(MCSADM_TEST='' "$mcsadm" --complete "$@" 2>&1 | paste -sd' ')
	[ "$got" = "$expected" ] || echo "# $*: '$got', expected '$expected'"
	[ "$got" = "$expected" ]
	report $? "completes '$*'"
}
completes "remove restore report" re
completes "1 12" list --session ""
completes "12" list -s 12
completes "0 1" remove --session 1 --cid ""
completes "7" remove --cid "" --session 12 --cid ""
completes "5" remove -s 12 -i ""
completes "--session --portal --target --source --interface --cid --id --connection --persistent --help --version" \
	remove -
completes "--session --persistent --help --version" policy --session 1 round-robin --
completes "round-robin round-robin-with-subset" policy --session 1 round
completes "nop-interval= nop-timeout=" tune --session 1 nop
completes "add auto" help a
completes "none crc32c" add --header-digest ""
completes "active standby" add --role ""
completes "session none chap mutual-chap" add --auth ""
completes "lo" add --interface l
completes "127.0.0.1" add --source 127.0.0.
completes "" list nonsense
got=$(MCSADM_TEST=absent "$mcsadm" --complete list --session "" 2>&1)
[ -z "$got" ]
report $? "completes nothing without the module"

# and through bash itself, which has words end at colons
mkdir "$work/bin"
ln -s "$mcsadm" "$work/bin/mcsadm"
bash_completes()	# expected words, line
{
	local got

	# shellcheck source=/dev/null # a file of the project
	got=$(PATH=$work/bin:$PATH MCSADM_TEST='' bash -c '
		. "$0"
		compopt() { echo "compopt $*"; }
		COMP_LINE=$1 COMP_POINT=${#1}
		_mcsadm && echo "${COMPREPLY[*]}"' \
		"$here/../completion/mcsadm" "$2" | paste -sd' ')
	[ "$got" = "$1" ] || echo "# $2: '$got', expected '$1'"
	[ "$got" = "$1" ]
	report $? "completes in bash '$2'"
}
bash_completes fail-over-only "mcsadm policy --session 1 fail"
bash_completes "1 12" "mcsadm list --session "
bash_completes 1 "mcsadm add --session 1 --source ::"
bash_completes "compopt -o nospace login-timeout=" "mcsadm tune -s 1 log"
bash_completes "" "mcsadm list nonsense"

echo "1..$n"
exit $((failures > 0))
