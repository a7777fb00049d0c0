#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) The iscsi_mcs authors
#
# Make the uapi header and the kernel's netlink tables from the YAML spec, or
# (--check) tell whether the committed ones are what the spec gives. The
# generator is the kernel's own, taken from Debian's linux-source package and
# kept in a cache outside the tree.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
pkg=linux-source-6.12
# where it stays; backports move on
suite=trixie
. "$top/selftests/qemu/env.sh"
cache=$RIG_CACHE/ynl-$pkg
spec=Documentation/netlink/specs/iscsi_mcs.yaml
python=/usr/bin/python3

die()
{
	echo "regen: $*" >&2
	exit 1
}

usage()
{
	cat <<-EOT
	Usage: regen.sh [--check]

	Without argument: write the generated files.
	--check: compare them with what the spec gives, exit 1 if they differ.
	EOT
}

need_apt()
{
	command -v apt-get >/dev/null ||
		die "this machine has no apt-get; install $* by other means"
}

need_python()
{
	"$python" -c 'import yaml, jsonschema' 2>/dev/null && return
	need_apt python3-yaml python3-jsonschema
	echo "regen: installing python3-yaml python3-jsonschema"
	apt-get -y -qq -o DPkg::Lock::Timeout=300 install \
		python3-yaml python3-jsonschema >/dev/null ||
		die "cannot install python3-yaml and python3-jsonschema; are you root?"
}

# A package list of our own: the system's configuration stays as it is.
# shellcheck disable=SC2016 # apt-get expands the formats
fetch_package()
{
	local dir=$1 uri opts

	if apt-cache policy "$pkg" 2>/dev/null | grep -q 'Candidate: [0-9]'; then
		(cd "$dir" && apt-get -qq download "$pkg") && return
	fi
	uri=$(apt-get indextargets --format '$(REPO_URI)' \
		'Origin: Debian' 'Created-By: Packages' | grep -v security |
		head -1 || true)
	[ -n "$uri" ] || uri=$(apt-get indextargets --format '$(REPO_URI)' |
		grep '/debian/*$' | head -1)
	[ -n "$uri" ] || die "no Debian archive in apt's configuration"
	mkdir -p "$dir"/lists/partial "$dir"/archives/partial
	printf 'deb [signed-by=%s] %s %s main\n' \
		/usr/share/keyrings/debian-archive-keyring.gpg \
		"$uri" "$suite" >"$dir/sources.list"
	opts=(-qq -o "Dir::Etc::sourcelist=$dir/sources.list"
	      -o Dir::Etc::sourceparts=/dev/null
	      -o "Dir::State::lists=$dir/lists"
	      -o "Dir::Cache::archives=$dir/archives"
	      -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
	      -o APT::Sandbox::User=root)
	apt-get "${opts[@]}" update
	(cd "$dir" && apt-get "${opts[@]}" download "$pkg")
}

need_generator()
{
	local tmp

	[ -e "$cache/complete" ] && return
	need_apt "tools/net/ynl of $pkg"
	echo "regen: fetching the generator out of $pkg (150 MB)"
	mkdir -p "$cache"
	tmp=$(mktemp -d "$cache/fetch.XXXXXX")
	fetch_package "$tmp" || die "cannot download $pkg; try apt-get update"
	dpkg-deb --fsys-tarfile "$tmp"/${pkg}_*.deb |
		tar -xO "./usr/src/$pkg.tar.xz" | xz -dc |
		tar -x -C "$cache" --wildcards --strip-components=1 \
			'*/tools/net/ynl/ynl-gen-c.py' \
			'*/tools/net/ynl/lib' \
			'*/Documentation/netlink/genetlink-legacy.yaml'
	rm -rf "$tmp"
	touch "$cache/complete"
}

# The group table has to be reachable for the family in netlink.c, 6.1 wants
# ranges that are not const, and lines of more than 100 columns are broken.
polish()
{
	awk '
	/^static const struct genl_multicast_group/ {
		sub(/^static /, "")
		sub(/\[\]/, "[1]")
	}
	/^enum \{/ && header {
		print "extern const struct genl_multicast_group iscsi_mcs_nl_mcgrps[1];"
		print ""
	}
	/^static const struct netlink_range_validation / {
		sub(/const /, "")
		sub(/validation /, "validation\n")
	}
	/^(extern )?const struct nla_policy / && length > 80 {
		sub(/nla_policy /, "nla_policy\n")
	}
	/NLA_POLICY_FULL_RANGE/ && length > 80 {
		sub(/= /, "=\n\t\t")
		sub(/NLA_U32, /, "NLA_U32,\n\t\t\t\t      ")
	}
	{ print }' header="$1" "$2"
}

generate()
{
	local out=$1 gen

	mkdir -p "$out/Documentation/netlink/specs"
	touch "$out/MAINTAINERS"
	cp "$top/$spec" "$out/$spec"
	cp "$cache/Documentation/netlink/genetlink-legacy.yaml" \
		"$out/Documentation/netlink/"
	gen=("$python" "$cache/tools/net/ynl/ynl-gen-c.py" --spec "$spec")
	(
		cd "$out"
		"${gen[@]}" --mode uapi --header -o iscsi_mcs.h
		"${gen[@]}" --mode kernel --header -o netlink-gen.h
		"${gen[@]}" --mode kernel --source -o netlink-gen.c
		polish 1 netlink-gen.h >h && mv h netlink-gen.h
		polish 0 netlink-gen.c >c && mv c netlink-gen.c
	)
}

check=
case "${1-}" in
'') ;;
--check) check=1 ;;
-h | --help)
	usage
	exit 0
	;;
*)
	usage >&2
	exit 2
	;;
esac

need_python
need_generator
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
generate "$work"

status=0
while read -r from to; do
	if [ -n "$check" ]; then
		diff -u --label "committed $to" --label "from the spec" \
			"$top/$to" "$work/$from" || status=1
	elif ! cmp -s "$work/$from" "$top/$to"; then
		mkdir -p "$(dirname "$top/$to")"
		cp "$work/$from" "$top/$to"
		echo "regen: wrote $to"
	fi
done <<EOT
iscsi_mcs.h include/uapi/linux/iscsi_mcs.h
netlink-gen.h drivers/scsi/iscsi_mcs/netlink-gen.h
netlink-gen.c drivers/scsi/iscsi_mcs/netlink-gen.c
EOT

if [ "$status" -ne 0 ]; then
	die "generated files differ from the spec; run Documentation/netlink/regen.sh"
fi
