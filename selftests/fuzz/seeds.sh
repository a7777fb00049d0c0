#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) The iscsi_mcs authors
#
# Usage: seeds.sh <directory>
# Writes the seed corpora, one subdirectory for each fuzz target. They hold
# well-formed exchanges; the fuzzer does the rest.
set -euo pipefail

out=$1

# text <words>: pairs as a text segment
text()
{
	printf '%s\0' "$@"
}

# pdu <flags> <kind> <pairs>: header bytes of a PDU in front of its text
pdu()
{
	local flags=$1 kind=$2 len=0 word
	shift 2

	for word in "$@"; do
		len=$((len + ${#word} + 1))
	done
	# shellcheck disable=SC2059 # the format is made here
	printf "\\x$flags\\x$kind\\x$(printf %02x $((len >> 8)))"
	# shellcheck disable=SC2059
	printf "\\x$(printf %02x $((len & 255)))"
	[ $# -eq 0 ] || text "$@"
}

names="InitiatorName=iqn.x:i TargetName=iqn.x:t"
challenge="CHAP_A=5 CHAP_I=39 CHAP_C=0x000102030405060708090a0b0c0d0e0f"
challenge64="CHAP_A=7 CHAP_I=0x01 CHAP_C=0bAAECAwQFBgcICQoLDA0ODw=="
proof="CHAP_N=target CHAP_R=0x000102030405060708090a0b0c0d0e0f"
final="HeaderDigest=CRC32C DataDigest=None MaxRecvDataSegmentLength=65536"

mkdir -p "$out"/{text,offer,login_sm,chap,pdu}

# shellcheck disable=SC2086 # words are pairs throughout
{
	text $names AuthMethod=CHAP,None >"$out/text/request"
	text $final MaxConnections=0x8 OFMarker=Irrelevant >"$out/text/answer"
	text $challenge >"$out/text/binary"
	{ text A=1 B=2; printf '\0\0'; } >"$out/text/padded"
	text A=1 B=2 A=3 >"$out/text/repeated"

	{
		printf '\x08'
		pdu 81 00 $names AuthMethod=None
		pdu 81 01 TargetPortalGroupTag=1 AuthMethod=None
		pdu 87 00 HeaderDigest=None MaxConnections=1
		pdu 87 01 $final MaxConnections=4
	} >"$out/offer/normal"
	{
		printf '\x04'
		pdu 04 00 ErrorRecoveryLevel=0
		printf '\x44\x01\x00\x08MaxConne'
		printf '\x87\x01\x00\x09ctions=2\0'
	} >"$out/offer/cut"
	{
		printf '\x04'
		pdu 81 00 SessionType=Discovery
		pdu 87 00 MaxConnections=1
		pdu 87 03 MaxConnections=9
	} >"$out/offer/discovery"

	{
		printf '\x0a'
		pdu 81 00 TargetPortalGroupTag=7 AuthMethod=None
		pdu 87 00 $final
	} >"$out/login_sm/plain"
	{
		printf '\x00'
		pdu 40 00 TargetPortalGroupTag=7
		pdu 00 00 AuthMethod=None MaxConnections=4 X-a=b
		pdu 81 00
		pdu 04 00 HeaderDigest=None
		pdu 87 00 DataDigest=None
	} >"$out/login_sm/slow"
	{
		# as many exchanges as there may be, and then another stage
		printf '\x00'
		for _ in {1..15}; do
			pdu 00 00
		done
		pdu 81 00 TargetPortalGroupTag=7
	} >"$out/login_sm/late"
	{
		printf '\x10'
		pdu 00 00 TargetPortalGroupTag=7 AuthMethod=CHAP
		pdu 00 00 $challenge
		pdu 81 00
		pdu 87 00 HeaderDigest=None
	} >"$out/login_sm/chap"
	{
		printf '\x70'
		pdu 00 00 TargetPortalGroupTag=7 AuthMethod=CHAP
		pdu 00 00 $challenge64
		pdu 81 00 $proof
		pdu 87 00 HeaderDigest=None
	} >"$out/login_sm/mutual"

	# length, MaxBurstLength, DataSN, offset; then a Data-In and an R2T
	command='\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'
	zeros='\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
	# shellcheck disable=SC2059
	printf "\x11$command\x25\x81\0\0\0\0\x20\0$zeros$zeros\0\0\0\0\0\0\0\0" \
		>"$out/pdu/data-in"
	# shellcheck disable=SC2059
	printf "\x12$command\x31\x80\0\0\0\0\0\0$zeros$zeros\0\0\0\0\0\0\x20\0" \
		>"$out/pdu/r2t"
	# the two bytes in front of the length are the settings and nothing
	{ printf '\x10'; pdu 00 00 $challenge | tail -c +3
	  pdu 00 00 $proof | tail -c +3; } >"$out/chap/mutual"
	{ printf '\x37'; pdu 00 00 $challenge64 | tail -c +3
	  pdu 00 00 $proof | tail -c +3; } >"$out/chap/base64"
	{ printf '\x05'; pdu 00 00 $challenge | tail -c +3; } >"$out/chap/plain"
}
