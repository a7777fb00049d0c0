# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# NVMe over TCP as a reference: the kernel's own target and initiator, by hand,
# because the image has no nvme-cli. Sourced by lib.sh.
# shellcheck shell=bash

NVMET=/sys/kernel/config/nvmet
NQN=nqn.2024-01.example:disk

# A RAM disk of 64 MiB, as LIO's. It has its pages from the beginning.
nvme_target_create()
{
	local sub=$NVMET/subsystems/$NQN port=$NVMET/ports/1

	modprobe nvmet-tcp
	modprobe brd rd_nr=1 rd_size=65536
	dd if=/dev/zero of=/dev/ram0 bs=1M count=64 oflag=direct
	mkdir -p "$sub/namespaces/1" "$port"
	echo 1 >"$sub/attr_allow_any_host"
	echo /dev/ram0 >"$sub/namespaces/1/device_path"
	echo 1 >"$sub/namespaces/1/enable"
	echo tcp >"$port/addr_trtype"
	echo ipv4 >"$port/addr_adrfam"
	target_ip 1 >"$port/addr_traddr"
	echo 4420 >"$port/addr_trsvcid"
	# it listens where this is done
	on_target ln -s "$sub" "$port/subsystems/$NQN"
}

nvme_target_delete()
{
	local sub=$NVMET/subsystems/$NQN port=$NVMET/ports/1

	rm "$port/subsystems/$NQN"
	rmdir "$port" "$sub/namespaces/1" "$sub"
}

# not its hidden paths, nvme0c0n1
nvme_disk()
{
	local dir

	for dir in /sys/block/nvme[0-9]n1; do
		[ ! -d "$dir" ] || echo "/dev/${dir##*/}"
	done
}

nvme_ready()
{
	[ -b "$(nvme_disk)" ]
}

nvme_login()	# I/O queues
{
	modprobe nvme-tcp
	echo "transport=tcp,traddr=$(target_ip 1),trsvcid=4420,nqn=$NQN,nr_io_queues=$1" \
		>/dev/nvme-fabrics
	wait_for 20 nvme_ready
}

nvme_logout()
{
	local file

	for file in /sys/class/nvme/nvme*/delete_controller; do
		echo 1 >"$file"
	done
	wait_for 20 negate nvme_ready
}
