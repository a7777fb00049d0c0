// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into a program: one allocation fails, the N-th of those that the
 * kernel makes for what the program asks of it over netlink, or to load or
 * unload a module. Its other calls have the memory they want.
 *
 * N is in the file that $FAULTS_FILE names. Each call takes away from it what
 * it has allocated, so 0 means that one has failed, and what is left of a large
 * N tells how many there are.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of NETLINK_ISCSI: what undoes things. iscsid does not try that again. */
enum {
	DESTROY_SESSION = 12,
	DESTROY_CONN = 14,
	STOP_CONN = 18,
};

static unsigned int get(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		_exit(99);
	return strtoul(text, NULL, 10);
}

static void put(int fd, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u\n", n);

	if (pwrite(fd, text, len, 0) != len)
		_exit(99);
}

/* From here on they are counted. Return: whom to ask how many it were, or -1 */
static int begin(void)
{
	int file = open(getenv("FAULTS_FILE"), O_RDONLY | O_CLOEXEC);
	int task = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	if (file < 0 || task < 0)
		_exit(99);
	put(task, get(file));
	close(file);
	return task;
}

static void end(int task)
{
	int saved = errno;
	unsigned int left = get(task);
	int file;

	put(task, 0);
	close(task);
	file = open(getenv("FAULTS_FILE"), O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (file < 0)
		_exit(99);
	put(file, left);
	close(file);
	errno = saved;
}

/* Who has which number is not the module's business. */
static int may_fail(int fd, const struct msghdr *msg)
{
	const struct nlmsghdr *nlh;
	int domain, protocol;
	socklen_t len = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) ||
	    domain != AF_NETLINK ||
	    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) ||
	    !msg->msg_iovlen || msg->msg_iov[0].iov_len < sizeof(*nlh))
		return 0;
	nlh = msg->msg_iov[0].iov_base;
	if (protocol == NETLINK_GENERIC)
		return nlh->nlmsg_type != GENL_ID_CTRL;
	return protocol == NETLINK_ISCSI &&
	       nlh->nlmsg_type != DESTROY_SESSION &&
	       nlh->nlmsg_type != DESTROY_CONN && nlh->nlmsg_type != STOP_CONN;
}

/*
 * What fails before the kernel has the request at all is not its business
 * either, and iscsid ends over it.
 */
static int is_unsent(ssize_t ret)
{
	return ret < 0 && errno == ENOBUFS;
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	typeof(sendmsg) *next = dlsym(RTLD_NEXT, "sendmsg");
	ssize_t ret;
	int task;

	if (!may_fail(fd, msg))
		return next(fd, msg, flags);
	task = begin();
	ret = next(fd, msg, flags);
	end(task);
	return is_unsent(ret) ? next(fd, msg, flags) : ret;
}

/* insmod has no other way to load a module. */
long syscall(long number, ...)
{
	typeof(syscall) *next = dlsym(RTLD_NEXT, "syscall");
	long a[6], ret;
	va_list args;
	int task;

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number != SYS_finit_module)
		return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	task = begin();
	ret = next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	end(task);
	return ret;
}

int delete_module(const char *name, int flags)
{
	typeof(delete_module) *next = dlsym(RTLD_NEXT, "delete_module");
	int task = begin();
	int ret = next(name, flags);

	end(task);
	return ret;
}
