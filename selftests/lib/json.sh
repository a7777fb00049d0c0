# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What mcsadm says in JSON, picked out by the shell itself: conditions are polled, and
# on an emulated processor jq needs a third of a second just to begin. It knows what
# mcsadm prints, one line without blanks, not all that JSON may be.
# shellcheck shell=bash disable=SC2034 # REPLY, SESSION and CONNECTIONS are read elsewhere

# The value of a key in REPLY: words without their quotes, null if there is none.
json_get()	# object, key or key.key
{
	local text=$1 key=$2

	REPLY=null
	if [[ $key = *.* ]]; then
		text=${text#*"\"${key%%.*}\":{"}
		[ "$text" != "$1" ] || return 0
		text="{${text%%\}*}" key=${key#*.}
	fi
	[[ $text =~ [,{]\"$key\":(\"([^\"]*)\"|[^],}]*) ]] || return 0
	case ${BASH_REMATCH[1]} in
	\"*) REPLY=${BASH_REMATCH[2]} ;;
	*) REPLY=${BASH_REMATCH[1]} ;;
	esac
}

# The first session without its connections, and these, an object each.
json_read()	# sets SESSION and CONNECTIONS
{
	local text

	SESSION='' CONNECTIONS=()
	text=$(mcsadm list --json)
	[[ $text = *'"sessions":[{'* ]] || return 0
	text=${text#*\"sessions\":[}
	SESSION=${text%%,\"connections\":[*}
	text=${text#*,\"connections\":[}
	text=${text%%]*}
	while [[ $text = '{"cid":'* ]]; do
		CONNECTIONS+=("${text%%,\{\"cid\":*}")
		text=${text#"${CONNECTIONS[-1]}"}
		text=${text#,}
	done
}

# The connections of the first session that have a value: of each, another one.
json_select()	# key, value, key to print
{
	local conn

	json_read
	for conn in ${CONNECTIONS+"${CONNECTIONS[@]}"}; do
		json_get "$conn" "$1"
		[ "$REPLY" = "$2" ] || continue
		json_get "$conn" "$3"
		echo "$REPLY"
	done
}

# A value of each connection of the first session
conns_field()	# key
{
	local conn

	json_read
	for conn in ${CONNECTIONS+"${CONNECTIONS[@]}"}; do
		json_get "$conn" "$1"
		echo "$REPLY"
	done
}

# A number out of all that mcsadm lists, summed over the places it stands in.
count()		# key
{
	local text sum=0

	text=$(mcsadm list --json)
	while [[ $text =~ \"$1\":([0-9]+)(.*) ]]; do
		sum=$((sum + BASH_REMATCH[1]))
		text=${BASH_REMATCH[2]}
	done
	echo $sum
}
