// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * What an I/O costs, in nanoseconds of a CPU that is not idle; where the clock
 * counts instructions, in instructions. A load of its own, as the start of a
 * large program costs as much as a thousand I/Os, and not always the same.
 *
 * Usage: load DEVICE RW-SIZE-DEPTH COUNT REPEATS [elapsed]
 *
 * RW is read, write, randread or randwrite, SIZE in bytes or with k or m. Half
 * of DEPTH I/Os, but no more than 16, are submitted and reaped at a time. One
 * line for each repetition: nanoseconds per I/O; elapsed ones by the clock, idle
 * or not, where there is more than one CPU.
 */

#define AREA		(32u << 20)
#define MAX_DEPTH	512
#define MAX_BATCH	16

struct load {
	int fd;
	int timers;
	bool write;
	bool random;
	bool elapsed;
	unsigned int size;
	unsigned int depth;
	unsigned int batch;
	unsigned int place;
	unsigned int seed;
	aio_context_t ctx;
	struct iocb cb[MAX_DEPTH];
	struct iocb *idle[MAX_DEPTH];
	unsigned int nidle;
};

static uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* The one CPU's time that it was not idle, or time as it passes */
static uint64_t spent_ns(struct load *l)
{
	static char text[1 << 20];
	uint64_t now = 0, idle = 0;
	char *line, *save;
	size_t len = 0;
	ssize_t n;

	if (l->elapsed)
		return clock_ns();
	if (lseek(l->timers, 0, SEEK_SET))
		err(1, "timer_list");
	while ((n = read(l->timers, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		unsigned long long ns;

		if (sscanf(line, "now at %llu", &ns) == 1)
			now = ns;
		else if (sscanf(line, " .idle_sleeptime : %llu", &ns) == 1 ||
			 sscanf(line, " .iowait_sleeptime : %llu", &ns) == 1)
			idle += ns;
	}
	if (!now || !idle)
		errx(1, "nothing about idle time in /proc/timer_list");
	return now - idle;
}

static uint64_t next_offset(struct load *l)
{
	unsigned int places = AREA / l->size;

	if (l->random) {
		l->seed = l->seed * 1664525 + 1013904223;
		l->place = l->seed >> 8;
	} else {
		l->place++;
	}
	return (uint64_t)(l->place % places) * l->size;
}

static void submit(struct load *l, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		l->idle[l->nidle - 1 - i]->aio_offset = next_offset(l);
	if (syscall(SYS_io_submit, l->ctx, (long)n,
		    &l->idle[l->nidle - n]) != (long)n)
		err(1, "io_submit");
	l->nidle -= n;
}

static void reap(struct load *l, unsigned int n)
{
	struct io_event ev[MAX_DEPTH];
	long i;

	if (syscall(SYS_io_getevents, l->ctx, (long)n, (long)n, ev, NULL) !=
	    (long)n)
		err(1, "io_getevents");
	for (i = 0; i < (long)n; i++) {
		if (ev[i].res != l->size)
			errx(1, "an I/O returned %lld", (long long)ev[i].res);
		l->idle[l->nidle++] = (struct iocb *)(uintptr_t)ev[i].obj;
	}
}

/*
 * Where a measurement begins and where it ends, for the profiler (profile.c):
 * an instruction that does nothing and that no compiler makes.
 */
static void mark(void)
{
	asm volatile("xchg %%bx, %%bx" : : : "memory");
}

static void run(struct load *l, unsigned int count)
{
	unsigned int n;

	while (count) {
		if (l->nidle < l->batch)
			reap(l, l->batch);
		n = count < l->batch ? count : l->batch;
		submit(l, n);
		count -= n;
	}
	reap(l, l->depth - l->nidle);
}

static void parse(struct load *l, const char *workload)
{
	char rw[16], unit = 0;

	if (sscanf(workload, "%15[a-z]-%u%c-%u", rw, &l->size, &unit,
		   &l->depth) != 4 &&
	    sscanf(workload, "%15[a-z]-%u-%u", rw, &l->size, &l->depth) != 3)
		errx(1, "no workload: %s", workload);
	if (unit == 'k')
		l->size <<= 10;
	else if (unit == 'm')
		l->size <<= 20;
	l->random = !strncmp(rw, "rand", 4);
	l->write = strstr(rw, "write");
	if (!l->size || l->size > AREA || !l->depth || l->depth > MAX_DEPTH)
		errx(1, "out of range: %s", workload);
	l->batch = (l->depth + 1) / 2;
	if (l->batch > MAX_BATCH)
		l->batch = MAX_BATCH;
}

static void prepare(struct load *l, const char *device)
{
	unsigned int i;
	char *memory;

	l->fd = open(device, O_DIRECT | (l->write ? O_RDWR : O_RDONLY));
	if (l->fd < 0)
		err(1, "%s", device);
	l->timers = open("/proc/timer_list", O_RDONLY);
	if (l->timers < 0)
		err(1, "/proc/timer_list");
	if (posix_memalign((void **)&memory, 4096, (size_t)l->size * l->depth))
		errx(1, "out of memory");
	memset(memory, 0x5a, (size_t)l->size * l->depth);
	if (syscall(SYS_io_setup, l->depth, &l->ctx))
		err(1, "io_setup");
	for (i = 0; i < l->depth; i++) {
		l->cb[i].aio_fildes = l->fd;
		l->cb[i].aio_lio_opcode = l->write ? IOCB_CMD_PWRITE :
						     IOCB_CMD_PREAD;
		l->cb[i].aio_buf = (uintptr_t)(memory + (size_t)i * l->size);
		l->cb[i].aio_nbytes = l->size;
		l->idle[l->nidle++] = &l->cb[i];
	}
}

int main(int argc, char **argv)
{
	static struct load l;
	unsigned int count, repeats;
	uint64_t from;

	l.elapsed = argc == 6 && !strcmp(argv[5], "elapsed");
	if (argc != 5 && !l.elapsed)
		errx(1, "usage: load DEVICE RW-SIZE-DEPTH COUNT REPEATS [elapsed]");
	count = atoi(argv[3]);
	repeats = atoi(argv[4]);
	if (!count)
		errx(1, "nothing to do");
	parse(&l, argv[2]);
	prepare(&l, argv[1]);

	spent_ns(&l);
	run(&l, count / 8 + l.depth);
	while (repeats--) {
		from = spent_ns(&l);
		mark();
		run(&l, count);
		mark();
		printf("%llu\n",
		       (unsigned long long)(spent_ns(&l) - from) / count);
	}
	return 0;
}
