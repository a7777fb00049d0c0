#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) The iscsi_mcs authors
#
# What mcsadm prints and how it ends, compared with files in golden/. The
# module is the stand-in of fake_kernel.c. With --update the files are written.

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mcsadm=$1
update=${2-}
work=$(mktemp -d)
mkdir "$work/dir"
export ISCSIDSC_TEST_DIR=$work/dir TZ=UTC-5:30
trap 'rm -rf "$work"' EXIT
n=0
failures=0
echo 'open sesame 12' >"$work/secret"
printf 'who goes there 34' >"$work/secret-in"

# golden NAME STATE ARGUMENT...
golden()
{
	local name=$1 state=$2 code
	shift 2

	MCSADM_TEST=$state "$mcsadm" "$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
	{
		# Times are the only thing that differs from run to run.
		sed -E 's/[0-9-]{10}T[0-9:]{8}\.[0-9]{3}([+-][0-9]{4})?/TIME\1/' "$work/out"
		sed 's/^[^:]*mcsadm[^:]*:/stderr: mcsadm:/; t; s/^/stderr: /' \
			"$work/err"
		echo "exit $code"
	} >"$work/got"
	n=$((n + 1))
	[ "$update" = --update ] && cp "$work/got" "$here/golden/$name.txt"
	if diff -u "$here/golden/$name.txt" "$work/got"; then
		echo "ok $n mcsadm $name"
	else
		echo "not ok $n mcsadm $name"
		failures=$((failures + 1))
	fi
}

# same NAME FILE - a file, compared with the one in golden/
same()
{
	n=$((n + 1))
	[ "$update" = --update ] && cp "$2" "$here/golden/$1.txt"
	if diff -u "$here/golden/$1.txt" "$2"; then
		echo "ok $n mcsadm $1"
	else
		echo "not ok $n mcsadm $1"
		failures=$((failures + 1))
	fi
}

golden list '' list
golden list-default ''
golden list-one '' list --session 12
golden list-verbose '' list -v -s session1
golden list-json '' list --json
golden list-empty empty list
golden list-empty-json empty list --json
golden list-unknown '' list --session 3
golden absent absent list
golden watch '' list --watch --count 2
golden watch-json '' list --watch --count 1 --json --session 1
golden watch-absent absent list --watch
golden add '' add --session 1 --portal 10.0.3.10
golden add-source '' add -s 1 -p '[2001:db8::20]:3261' -S 2001:db8::1 -t 5
golden add-exists '' add --session 1 --portal 10.0.1.10
golden add-duplicate '' add --session 1 --portal 10.0.1.10 --duplicate
golden add-full full add --session 12 --portal 10.0.3.10
golden add-denied denied add --session 1 --portal 10.0.3.10
golden add-partly first-fails add -s 1 -p 10.0.3.10 -p 10.0.4.10:860
golden add-bad-source '' add -s 1 -p 10.0.3.10 -S nowhere
golden add-bad-interface '' add -s 1 -p 10.0.3.10 -I nosuchif0
golden add-bad-family '' add -s 1 -p 10.0.3.10 -S ::1
golden add-chap chap add -s 1 -p 10.0.3.10 --chap-name joe \
	--chap-secret-file "$work/secret"
golden add-no-name chap add -s 1 -p 10.0.3.10 --chap-secret-file "$work/secret"
golden add-name-empty '' add -s 1 -p 10.0.3.10 --chap-name '' \
	--chap-secret-file "$work/secret"
golden add-mutual chap add -s 1 -p 10.0.3.10 --chap-name joe \
	--chap-secret-file "$work/secret" --chap-name-in target \
	--chap-secret-in-file "$work/secret-in"
golden add-secret-empty '' add -s 1 -p 10.0.3.10 --chap-secret-file /dev/null
golden add-secret-none '' add -s 1 -p 10.0.3.10 \
	--chap-secret-file /nonexistent/secret
golden add-secret-stdin '' add -s 1 -p 10.0.3.10 --chap-secret-file -
golden add-secret-long '' add -s 1 -p 10.0.3.10 --chap-secret-file /dev/zero
golden add-ipsec-absent '' add -s 1 -p 10.0.3.10 -S 10.0.2.1 --ipsec transport \
	--ipsec-key-file "$work/secret"
golden add-ipsec-both '' add -s 1 -p 10.0.3.10 --ipsec transport,tunnel
golden add-ipsec-word '' add -s 1 -p 10.0.3.10 --ipsec transport,fast
golden add-ipsec-key '' add -s 1 -p 10.0.3.10 --ipsec-key-file "$work/secret"
golden add-ipsec-long '' add -s 1 -p 10.0.3.10 --ipsec pfs \
	--ipsec-key-file /dev/zero
golden add-ipsec-none '' add -s 1 -p 10.0.3.10 --ipsec none
# what is remembered of one portal is not asked of the next one
mkdir -p "$ISCSIDSC_TEST_DIR/ipsec"
portal=$ISCSIDSC_TEST_DIR/ipsec/iscsi-mcs-0a000201-0a00030a.portal
printf '[3260]\nflags = 0x27\n' >"$portal"
chmod 600 "$portal"
golden add-ipsec-next policy add -s 1 -p 10.0.3.10 -p 10.0.4.10 -S 10.0.2.1
rm -r "$ISCSIDSC_TEST_DIR/ipsec"
golden remove '' remove --session 1 --cid 1
golden remove-leading '' remove --session 1 --cid 0
golden remove-id '' remove --session 1 --id 1
golden remove-last '' remove --session 12 --cid 7
golden remove-unknown '' remove --session 1 --cid 9
golden remove-busy busy remove --session 1 --cid 1
golden set '' set --session 1 --cid 1 --role standby --weight 7
golden set-unknown '' set --session 1 --cid 9 --role active
golden set-partly second-set set --session 1 --cid 1 --role standby --weight 7
golden wrong-set '' set --session 1 --cid 1
golden wrong-set-role '' set --session 1 --cid 1 --role idle
golden policy '' policy --session 1 round-robin
golden tune '' tune --session 1 silence-timeout=500 target-class=close-retry
golden tune-partly second-tune tune --session 1 nop-interval=9 nop-timeout=9 \
	silence-timeout=500
golden tune-stream '' tune --session 1 stream-split=0 stream-split=512
golden policy-same '' policy --session 1 least-queue-depth
golden monitor events monitor --timeout 1
golden monitor-json events monitor --timeout 1 --json
golden monitor-signal signal-before-wait monitor
golden help '' --help
golden help-word '' help
golden help-add '' add --help
golden help-policy '' help policy
golden help-unknown '' help frobnicate
golden version '' --version

# nobody gets to read it
for word in --version list; do
	n=$((n + 1))
	if ! "$mcsadm" $word >/dev/full 2>"$work/err" &&
	   grep -q 'cannot write: No space' "$work/err"; then
		echo "ok $n mcsadm $word to a full device"
	else
		echo "not ok $n mcsadm $word to a full device"
		failures=$((failures + 1))
	fi
done

# saved connections
config=$ISCSIDSC_TEST_DIR/iscsi_mcs.conf
golden saved-none '' saved
golden persist-add '' add -s 1 -p 10.0.3.10 --persistent
golden persist-again '' add -s 1 -p '[2001:db8::20]:3261' -S 2001:db8::1 -P \
	--chap-name joe --chap-secret-file "$work/secret" --weight 3
golden persist-exists '' add -s 1 -p 10.0.2.10 -P
same persist-file "$config"
golden saved '' saved
golden saved-json '' saved --json
golden restore '' restore
golden restore-one '' restore --session 12
golden restore-partly first-fails restore
golden restore-failed full restore
cp "$config" "$config.one"
printf '[connection]\ntarget = %s\naddress = 10.0.7.10\n' \
	iqn.2024-01.example:disk2 >>"$config"
golden restore-at-once at-once restore
mv "$config.one" "$config"
golden restore-follow follow restore --follow
golden restore-follow-retry follow-retry restore --follow
golden restore-follow-add follow-add restore --follow
golden restore-follow-signal signal-before-wait restore --follow
golden persist-remove '' remove -s 1 -c 1
golden persist-forget '' remove -s 1 -c 1 -P
same persist-file-after "$config"
golden persist-forget-unsaved '' remove -s 1 -c 0 -P
printf "\n# mine\nnonsense\n" >"$config"
golden saved-damaged '' saved
golden restore-damaged '' restore
golden persist-not-saved '' add -s 1 -p 10.0.3.10 -P
# IPsec whose source was chosen, addresses written by hand, an interface, a name
for lines in 'address = 10.0.3.10' \
	$'address = 2001:DB8:0::20\nsource = 2001:DB8:0:0::1' \
	'address = 10.0.5.10' $'address = 10.0.5.10\ninterface = lo' \
	'address = localhost'; do
	printf '[connection]\ntarget = iqn.2024-01.example:disk1\n%s\n' "$lines"
done >"$config"
for cid in 2 3 4 5; do
	golden persist-forget-$cid saved remove -s 1 -c $cid -P
done
same persist-file-forgotten "$config"
# what is not up, or whose session is not, is named as it is saved
printf '[connection]\ntarget = %s\naddress = 10.0.5.10\nsource = %s\n' \
	iqn.2024-01.example:gone 10.0.5.1 iqn.2024-01.example:gone 10.0.6.1 \
	iqn.2024-01.example:disk2 10.0.5.1 >>"$config"
printf '[connection]\ntarget = %s\naddress = 10.0.5.10\ninterface = %s\n' \
	iqn.2024-01.example:disk1 eth9 >>"$config"
golden forget-several '' remove --persistent --portal 10.0.5.10
golden forget-none '' remove --persistent --portal 10.0.5.10:3261
golden forget-source '' remove --persistent --portal 10.0.5.10 \
	--target iqn.2024-01.example:gone --source 10.0.6.1
golden forget-target '' remove -P -p 10.0.5.10 \
	--target iqn.2024-01.example:gone
golden forget-session '' remove -P -p 10.0.5.10 --session 12
golden forget-interface '' remove -P -p 10.0.5.10 -I eth9
golden forget '' remove -P -p 10.0.5.10
same persist-file-empty "$config"
golden forget-cid '' remove --session 1 --cid 9 --persistent
# a name is saved as the address it stands for
golden persist-name saved add -s 1 -p localhost -P
sed -i 's/^address = ::1$/address = 127.0.0.1/' "$config"
same persist-file-name "$config"
rm "$config"
# settings, for all sessions of a target
disk1=iqn.2024-01.example:disk1
golden tune-save '' tune -s 1 -P policy=round-robin target-class=close-retry
golden tune-save-target absent tune -P --target iqn.2024-01.example:gone \
	silence-timeout=2000
golden policy-save '' policy --session 1 --persistent weighted-paths
golden persist-add-again '' add -s 1 -p 10.0.3.10 --persistent
same tune-save-file "$config"
golden tune-saved '' saved
golden tune-saved-json '' saved --json
golden tune-restore '' restore
golden tune-restore-follow follow-tuned restore --follow
golden tune-restore-refused second-tune restore --session 1
golden tune-forget '' tune -s 1 -P policy=
golden tune-forget-unsaved '' tune -P --target $disk1 policy=
golden tune-forget-target '' tune -P --target $disk1 target-class=
golden tune-forget-none '' tune -s 1 -P nop-timeout=5 policy=
same tune-forget-file "$config"
printf 'nonsense\n' >"$config"
golden tune-not-saved '' tune -s 1 -P nop-timeout=7
golden policy-not-saved '' policy -s 1 -P round-robin
rm "$config"

# the second name
ln -s "$(realpath "$mcsadm")" "$work/iscsicli"
mcsadm=$work/iscsicli
id=9f7bb701b8edcbef-23d0000000001
golden cli ''
golden cli-list '' SessionList
golden cli-list-absent absent sessionlist T
golden cli-few '' AddConnection $id '*'
golden cli-add-plain chap ADDCONNECTION 0x$id 'ROOT\ISCSIPRT\0000_0' '*' \
	10.0.3.10 3260 '*' 0 1 0 '*' '*' '*' '*' '*' '*' '*'
golden cli-add-chap chap AddConnection $id '*' '*' 10.0.3.10 0xcbc 0 0 '*' '*' \
	'*' '*' '*' joe 0x6f70656e20736573616d6520 1 key
golden cli-add-empty-name chap AddConnection $id '*' '*' 10.0.3.10 3260 0 0 \
	'*' '*' '*' '*' '*' - 'open sesame 12' 1 '*'
golden cli-add-lead '' AddConnection $id '*' '*' '*' '*' 0 0 '*' '*' '*' '*' \
	'*' '*' '*' '*' '*'
golden cli-add-short '' AddConnection $id '*' '*' 10.0.3.10 3260 0 0 '*' '*' \
	'*' '*' '*' joe short 1 '*'
golden cli-add-ipsec '' AddConnection $id '*' '*' 10.0.3.10 3260 0x27 0 '*' '*' \
	'*' '*' '*' '*' '*' '*' key
golden cli-add-bad '' AddConnection 1 '*' '*' 10.0.3.10 3260 0 0 '*' '*' \
	'*' '*' '*' '*' '*' '*' '*'
golden cli-add-seen arguments AddConnection $id '*' '*' 10.0.3.10 3260 0 0 '*' \
	'*' '*' '*' '*' joe 'open sesame 12' 1 0x7365
golden cli-add-key-seen arguments AddConnection $id '*' '*' 10.0.3.10 3260 0 0 \
	'*' '*' '*' '*' '*' '*' '*' '*' 'the key'
golden cli-qadd-seen arguments QAddConnection $id '*' 10.0.3.10 joe \
	'open sesame 12'
golden cli-qadd '' QAddConnection $id '*' 10.0.3.10
golden cli-qadd-chap chap QAddConnection $id '*' 10.0.3.10 joe 'open sesame 12'
golden cli-qadd-four '' QAddConnection $id '*' 10.0.3.10 joe
golden cli-remove '' RemoveConnection $id 9f7bb701b8edcbef-1
golden cli-remove-leading '' RemoveConnection $id 9f7bb701b8edcbef-0
golden cli-logout '' LogoutTarget $id
golden cli-initiators '' ListInitiators
mcsadm=$1

# wrong usage
golden wrong-command '' frobnicate
golden wrong-option '' list --frobnicate
golden wrong-option-letter '' list -jx
golden wrong-option-cluster '' list --json -xv
golden wrong-option-value '' list --json=yes
golden wrong-option-ambiguous '' list --s 1
golden wrong-extra '' list now
golden wrong-add '' add --session 1
golden wrong-portal '' add --session 1 --portal 10.0.0.1:70000
golden wrong-portal-port '' add --session 1 --portal '[::1]3260'
golden wrong-portal-brackets '' add --session 1 --portal '[::1'
golden wrong-portal-group '' add --session 1 --portal 10.0.0.1,1
golden wrong-portal-empty '' add --session 1 --portal ''
golden wrong-session '' add --session first --portal 10.0.0.1
golden wrong-timeout '' add --session 1 --portal 10.0.0.1 --timeout 0
golden wrong-digest '' add -s 1 -p 10.0.0.1 --header-digest md5
golden wrong-auth '' add -s 1 -p 10.0.0.1 --auth srp
golden wrong-auth-none '' add -s 1 -p 10.0.0.1 --auth none --chap-name joe
golden wrong-auth-in '' add -s 1 -p 10.0.0.1 --auth chap --chap-name-in target
golden wrong-weight '' add -s 1 -p 10.0.0.1 --weight -1
golden wrong-remove '' remove --session 1
golden wrong-forget '' remove --session 1 --portal 10.0.0.1
golden wrong-forget-cid '' remove -s 1 -c 1 -P --portal 10.0.0.1
golden wrong-remove-source '' remove -s 1 -c 1 --source 10.0.0.1
golden wrong-cid '' remove --session 1 --cid 65536
golden wrong-option-of-other '' list --portal 10.0.0.1
golden wrong-option-saved '' saved --session 1
golden wrong-watch-verbose '' list --watch --verbose
golden wrong-interval '' list --watch --interval 0
golden wrong-count '' list --watch --count none
golden wrong-interval-alone '' list --interval 2
golden wrong-no-value '' list --session
mapfile -t many < <(seq -f '-p10.0.0.%g' 17)
golden wrong-many '' add -s 1 "${many[@]}"
golden wrong-role '' add -s 1 -p 10.0.0.1 --role master
golden wrong-id '' remove --session 1 --id all
golden wrong-unique '' remove --session 1 --connection 1-
golden wrong-two-conns '' remove --session 1 --cid 1 --id 1
golden wrong-policy '' policy --session 1 best
golden wrong-policy-none '' policy --session 1
golden wrong-tune-none '' tune --session 1
golden wrong-tune-name '' tune --session 1 speed=9
golden wrong-tune-word '' tune --session 1 silence-timeout=1 nop-timeout
golden wrong-tune-range '' tune --session 1 silence-timeout=499
golden wrong-tune-kib '' tune --session 1 stream-split=16385
golden wrong-tune-class '' tune --session 1 target-class=good
golden wrong-tune-empty '' tune --session 1 policy=
golden wrong-tune-policy '' tune --session 1 policy=best
golden wrong-tune-target '' tune --target iqn.a policy=round-robin
golden wrong-tune-blank '' tune -P --target ' ' policy=round-robin
golden wrong-restore-follow '' restore --session 1 --follow
golden wrong-ipsec-none-key '' add -s 1 -p 10.0.3.10 --ipsec none \
	--ipsec-key-file "$work/secret"
golden wrong-portal-octal '' add -s 1 -p 010.0.3.10
golden wrong-portal-short '' add -s 1 -p 10.3
golden wrong-tune-both '' tune -s 1 -P --target iqn.a policy=round-robin
# wrong words are wrong without the module, too
golden wrong-session-absent absent add --session first --portal 10.0.0.1
golden wrong-conn-absent absent remove --session 1 --cid first

# A terminal: colours unless they are not wanted, and lines that fit.
terminal()	# name, columns, command, environment...
{
	local name=$1 columns=$2 command=$3
	shift 3

	env -u NO_COLOR TERM=xterm MCSADM_TEST='' "$@" script -qec \
		"stty cols $columns; exec $(realpath "$mcsadm") $command" /dev/null \
		</dev/null | tr -d '\r' >"$work/got"
	same "$name" "$work/got"
}
terminal list-wide 200 list
terminal list-narrow 72 list
terminal list-plain 200 list NO_COLOR=1
terminal list-dumb 200 list TERM=dumb
terminal watch-narrow 80 'list --watch --count 1'

# A unique ID that list printed names the same session and connection.
ids=$(MCSADM_TEST='' "$mcsadm" list --verbose |
	sed -n 's/^ *unique_id *//p' | head -3)
session=$(echo "$ids" | sed -n 1p)
conn=$(echo "$ids" | sed -n 3p)
n=$((n + 1))
if out=$(MCSADM_TEST='' "$mcsadm" remove -s "$session" -u "$conn") &&
	[ "$out" = "session 1: removed conn 1" ]; then
	echo "ok $n mcsadm unique IDs"
else
	echo "not ok $n mcsadm unique IDs: $out"
	failures=$((failures + 1))
fi

# Output that cannot be written is an error.
n=$((n + 1))
if MCSADM_TEST='' "$mcsadm" list >/dev/full 2>/dev/null; then
	echo "not ok $n mcsadm full disk"
	failures=$((failures + 1))
else
	echo "ok $n mcsadm full disk"
fi
echo "1..$n"
exit $((failures > 0))
