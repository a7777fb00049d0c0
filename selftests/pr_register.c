// SPDX-License-Identifier: GPL-2.0
/* Copyright The iscsi_mcs authors */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <linux/pr.h>
#include <sys/ioctl.h>

/*
 * Register a key for persistent reservations with a disk, the way that the kernel
 * itself and its users without SCSI of their own do it.
 */
int main(int argc, char **argv)
{
	struct pr_registration reg = { .old_key = 0, .new_key = 0x6d6373 };
	int fd, ret;

	if (argc != 2) {
		fprintf(stderr, "usage: pr_register DISK\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	ret = ioctl(fd, IOC_PR_REGISTER, &reg);
	if (!ret) {
		printf("registered\n");
		return 0;
	}
	if (ret < 0)
		perror("registration failed");
	else
		printf("registration failed: status %#x\n", ret);
	return 1;
}
