// SPDX-License-Identifier: GPL-2.0
/*
 * A file and a model of it in memory: what is written, cut off and mapped at
 * random, compared with what is read back, until SIGINT or SIGTERM.
 *
 * fsx FILE SEED [BYTES [OPERATIONS]]
 *
 * The last line says how many operations there were, and the seed that leads to
 * the same ones again. Status 1: the file is not what it should be.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define AT_MOST		65536	/* bytes of an operation */

static unsigned long seed;
static uint64_t state;
static uint64_t operations;

static int fd = -1;
static size_t max = 4 << 20;
static size_t size;
/* what follows the end of the file is zero */
static uint8_t *model;
static uint8_t *buf;

static uint32_t any(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return state >> 33;
}

static void fail(const char *what, size_t at)
{
	printf("fsx: %s at %zu of %zu: %s; seed %lu, operation %llu\n", what,
	       at, size, strerror(errno), seed, (unsigned long long)operations);
	exit(1);
}

static void compare(const uint8_t *found, size_t at, size_t len)
{
	size_t i;

	errno = 0;
	for (i = 0; i < len; i++)
		if (found[i] != model[at + i])
			fail("wrong content", at + i);
}

/* New content. What lay between it and the end is zero already. */
static void invent(size_t at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		model[at + i] = any();
	if (at + len > size)
		size = at + len;
}

static void do_write(size_t at, size_t len)
{
	ssize_t put;

	invent(at, len);
	for (; len; at += put, len -= put) {
		put = pwrite(fd, model + at, len, at);
		if (put <= 0)
			fail("write", at);
	}
}

static void do_read(size_t at, size_t len)
{
	ssize_t got;

	for (; len; at += got, len -= got) {
		got = pread(fd, buf, len < AT_MOST ? len : AT_MOST, at);
		if (got <= 0)
			fail("read", at);
		compare(buf, at, got);
	}
}

static void do_truncate(size_t to)
{
	if (ftruncate(fd, to))
		fail("truncate", to);
	if (to < size)
		memset(model + to, 0, size - to);
	size = to;
}

/* Through a mapping that begins with the page of the first byte */
static void do_map(size_t at, size_t len, int changes)
{
	size_t skip = at % getpagesize();
	uint8_t *map;

	if (changes && at + len > size)
		do_truncate(at + len);
	map = mmap(NULL, skip + len, PROT_READ | (changes ? PROT_WRITE : 0),
		   MAP_SHARED, fd, at - skip);
	if (map == MAP_FAILED)
		fail("mmap", at);
	compare(map + skip, at, len);
	if (changes) {
		invent(at, len);
		memcpy(map + skip, model + at, len);
		if (!(any() % 4) && msync(map, skip + len, MS_SYNC))
			fail("msync", at);
	}
	munmap(map, skip + len);
}

/* All of it, from the disk */
static void do_compare_all(void)
{
	if (fsync(fd) || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		fail("fsync", 0);
	if (lseek(fd, 0, SEEK_END) != (off_t)size)
		fail("size", size);
	do_read(0, size);
}

static void operate(void)
{
	size_t at = any() % max, len = 1 + any() % AT_MOST;
	size_t in_file = size ? any() % size : 0;
	size_t rest = size - in_file < len ? size - in_file : len;

	operations++;
	len = max - at < len ? max - at : len;
	switch (any() % 64) {
	case 0 ... 19:
		do_write(at, len);
		break;
	case 20 ... 31:
		do_map(at, len, 1);
		break;
	case 32 ... 33:
		do_truncate(at);
		break;
	case 34 ... 35:
		do_compare_all();
		break;
	case 36 ... 47:
		if (rest)
			do_map(in_file, rest, 0);
		break;
	default:
		do_read(in_file, rest);
		break;
	}
}

int main(int argc, char **argv)
{
	struct timespec none = { 0 };
	uint64_t most = ~0ULL;
	sigset_t ends;

	if (argc < 3)
		return 2;
	seed = strtoul(argv[2], NULL, 0);
	state = seed;
	if (argc > 3)
		max = strtoul(argv[3], NULL, 0);
	if (argc > 4)
		most = strtoull(argv[4], NULL, 0);
	setlinebuf(stdout);
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	model = calloc(1, max);
	buf = malloc(AT_MOST);
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (!max || !model || !buf || fd < 0)
		fail("begin", 0);
	printf("fsx: seed %lu, up to %zu bytes in %s\n", seed, max, argv[1]);
	while (operations < most && sigtimedwait(&ends, NULL, &none) < 0)
		operate();
	do_compare_all();
	printf("fsx: content right after %llu operations, seed %lu\n",
	       (unsigned long long)operations, seed);
	return 0;
}
