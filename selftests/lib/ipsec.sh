# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# strongSwan on both ends, and what leaves them. Functions that start with
# charon_ run on either side.
# shellcheck shell=bash disable=SC2153 # variables of the rig

IPSEC_KEY=$RUN/ipsec.key

# What a program that is started by hand needs to be told.
charon_conf()
{
	cat >"$RUN/strongswan.conf" <<-EOT
	charon {
		load_modular = yes
		i_dont_care_about_security_and_use_aggressive_mode_psk = yes
		plugins {
			include /etc/strongswan.d/charon/*.conf
		}
		filelog {
			all {
				path = $RUN/charon-own.log
				time_format = %T
				time_add_ms = yes
				default = 1
				flush_line = yes
			}
		}
	}
	EOT
}

charon_start()
{
	mkdir -p /etc/swanctl/conf.d
	rm -f /run/charon.pid /run/charon.vici
	charon_conf
	bg_start charon env STRONGSWAN_CONF="$RUN/strongswan.conf" \
		/usr/lib/ipsec/charon
	wait_for 20 charon_answers
}

charon_answers()
{
	[ -S /run/charon.vici ] && swanctl --stats >"$RUN/charon.stats" 2>&1
}

# An orderly stop: charon takes its policies and associations along.
charon_stop()
{
	bg_stop charon
}

charon_kill()
{
	bg_stop charon KILL
}

# What strongSwan's service does when it starts
charon_load()
{
	swanctl --load-all >"$RUN/swanctl.log" 2>&1 || {
		cat "$RUN/swanctl.log"
		return 1
	}
}

# The other end of added connections over a link: from, to, mode, aggressive
# (yes or no), proposals for ESP, file with the key
charon_listen()
{
	local key

	key=$(od -An -v -tx1 "$6" | tr -d ' \n')
	mkdir -p /etc/swanctl/conf.d
	cat >/etc/swanctl/conf.d/rig.conf <<-EOT
	connections {
		rig {
			version = 1
			aggressive = $4
			local_addrs = $2
			remote_addrs = $1
			proposals = aes256-sha256-modp2048
			local {
				auth = psk
				id = $2
			}
			remote {
				auth = psk
				id = $1
			}
			children {
				rig {
					mode = $3
					esp_proposals = $5
					local_ts = $2[6]
					remote_ts = $1[6]
					start_action = none
				}
			}
		}
	}
	secrets {
		ike-rig {
			secret = 0x$key
			id-1 = $1
			id-2 = $2
		}
	}
	EOT
	charon_load
}

# The same as the guide shows it
charon_as_guide()
{
	awk '/^9\. / { inside = 1 }
		inside && /^ +(connections|secrets) \{/ { block = 1 }
		block && /^[^ ]/ { exit }
		block { print }' "$GUIDE" >/etc/swanctl/conf.d/rig.conf
	charon_load
}

charon_terminate()	# connection
{
	swanctl --terminate --ike "$1" --force >/dev/null 2>&1
	return 0
}

# Forget it, with what was negotiated.
charon_deaf()
{
	rm -f /etc/swanctl/conf.d/rig.conf
	charon_load
	swanctl --terminate --ike rig --force >/dev/null 2>&1
	return 0
}

# Key of these tests: it has a zero byte and one above 127.
ipsec_key()	# file, more text
{
	printf 's3cr\0t\200key%s' "${2:-}" >"$1"
}

# Both ends with charon, the target ready for one way over a link.
ipsec_target()	# link, mode, aggressive, proposals for ESP, 4 or 6
{
	local from to

	from=$(initiator_ip "$1") to=$(target_ip "$1")
	if [ "${5:-4}" = 6 ]; then
		from=fd00:$1::1 to=fd00:$1::10
	fi
	on_target ipsec_key "$IPSEC_KEY"
	on_target charon_listen "$from" "$to" "$2" "$3" "$4" "$IPSEC_KEY"
}

# Nothing that an earlier scenario taught the machine
charon_forgets()
{
	rm -rf /etc/iscsi_mcs.ipsec /etc/swanctl/conf.d/*
}

# The kernel loads ciphers when the first association wants them: a dozen programs it
# has to start, which on a slow one takes longer than an IKE daemon is waited for.
ciphers_load()
{
	local ends="src 127.0.0.1 dst 127.0.0.2 proto esp spi 1"
	local zeroes=00000000000000000000000000000000

	# shellcheck disable=SC2086 # words
	ip xfrm state add $ends mode transport \
		aead 'rfc4106(gcm(aes))' 0x${zeroes}${zeroes}00000000 128 &&
		ip xfrm state delete $ends
}

ipsec_start()
{
	if [ "$RIG_TIME_FACTOR" != 1 ]; then
		ciphers_load || return
		on_target ciphers_load || return
	fi
	charon_forgets
	on_target charon_forgets
	ipsec_key "$IPSEC_KEY"
	chmod 600 "$IPSEC_KEY"
	charon_start
	on_target charon_start
}

ipsec_stop()
{
	charon_stop
	on_target charon_stop
	ip xfrm policy flush
	ip xfrm state flush
	on_target ip xfrm policy flush
	on_target ip xfrm state flush
	charon_forgets
	on_target charon_forgets
}

# Everything that leaves either end over a link. What comes in would be seen
# a second time after it was decrypted.
wire_begin()	# link
{
	rm -f "$RUN/wire.pcap"
	bg_start wire tcpdump -i "link$1" -Q out -Z root -U -s 0 -B 8192 \
		-w "$RUN/wire.pcap" 'ip or ip6'
	wait_for 10 grep -q 'listening on' "$RUN/wire.log"
}

wire_end()
{
	bg_stop wire INT
}

wire_start()	# link
{
	wire_begin "$1"
	on_target wire_begin "$1"
}

wire_stop()
{
	wire_end
	on_target wire_end
}

wire_packets()	# filter
{
	tcpdump -r "$RUN/wire.pcap" -nn "$@" 2>/dev/null | wc -l
}

# iSCSI in the clear: behind ESP no TCP header is found
wire_clear()
{
	wire_packets 'tcp port 3260 or (ip6 proto 6)'
}

wire_esp()
{
	wire_packets 'ip proto 50 or ip6 proto 50'
}

wire_marker()	# text
{
	lines_with -a "$1" "$RUN/wire.pcap"
}

# Both ends' packets were protected, none was not.
wire_is_protected()
{
	local end

	for end in "" on_target; do
		note "${end:-initiator} ESP $($end wire_esp) clear $($end wire_clear)"
		equals "$($end wire_clear)" 0 "packets in the clear ${end:+of the target}"
		between "$($end wire_esp)" 5 10000000 "ESP packets ${end:+of the target}"
		equals "$($end wire_marker "$IQN")" 0 "names in the clear"
	done
}

# The control: the same capture sees what is not protected.
wire_is_clear()
{
	local end

	for end in "" on_target; do
		note "${end:-initiator} ESP $($end wire_esp) clear $($end wire_clear)"
		equals "$($end wire_esp)" 0 "ESP packets"
		between "$($end wire_clear)" 5 10000000 "packets in the clear"
	done
	between "$(wire_marker "$IQN")" 1 1000 "names in the clear"
}

# What there is to know of one end when something went wrong
ipsec_state()
{
	ip -s xfrm state
	ip xfrm policy | grep -v -A1 '0/0'
	grep -vE '[[:space:]]0$' /proc/net/xfrm_stat
	tcpdump -r "$RUN/wire.pcap" -tt -nn | tail -n 40
	tail -n 20 "$RUN/charon-own.log"
	return 0
}

# Lines with a pattern; that there are none is no failure
lines_with()
{
	grep -c "$@" || true
}

# Keys in use, on this end
ipsec_spis()
{
	ip xfrm state | sed -nE 's/.* spi (0x[0-9a-f]+) .*/\1/p' | sort | paste -sd' '
}

ipsec_spis_differ()	# from
{
	[ "$(ipsec_spis)" != "$1" ]
}

# New keys, asked for by either end: this one or on_target; its child
ipsec_rekey()
{
	local before

	before=$(ipsec_spis)
	${1:-env} swanctl --rekey --child "$2" >"$RUN/rekey.out"
	wait_for 10 ipsec_spis_differ "$before"
}

# Neither kernel, nor charon, nor swanctl's files know anything (any more).
ipsec_leaves_nothing()
{
	[ -z "$(ip xfrm state)" ] || ipsec_state
	equals "$(ip xfrm state | lines_with '^src')" 0 "associations"
	equals "$(ip xfrm policy | lines_with 'dir \(in\|out\)')" 0 "policies"
	equals "$(swanctl --list-conns | lines_with iscsi-mcs)" 0 "connections in charon"
	equals "$(find /etc/swanctl/conf.d -name 'iscsi-mcs*' | wc -l)" 0 "files"
}
