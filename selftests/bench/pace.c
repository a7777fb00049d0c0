// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * I/Os at a fixed rate, whatever becomes of earlier ones, and how long each
 * took from when it was due. They come at random, as from many users.
 *
 * Usage: pace DEVICE RW-SIZE RATE SECONDS
 *
 * RW is randread or randwrite. Those of the first second do not count. Prints
 * how many did, in microseconds the 50th, 99th and 99.9th percentile and the
 * longest, and how they are distributed: [[up to so many, how many], ...], each
 * class a twelfth wider than the one before, those with none left out.
 */

#define AREA		(32u << 20)
/* So many are under way at most; later ones are late. */
#define MAX_DEPTH	1024
#define NSEC		1000000000ull

struct pace {
	int fd;
	bool write;
	unsigned int size;
	double rate;
	uint64_t begin;
	uint64_t due;
	uint64_t end;
	uint32_t seed;
	aio_context_t ctx;
	struct iocb cb[MAX_DEPTH];
	uint64_t was_due[MAX_DEPTH];
	struct iocb *idle[MAX_DEPTH];
	unsigned int nidle;
	uint32_t *took_us;
	size_t ntook;
	size_t room;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC + ts.tv_nsec;
}

static uint32_t draw(struct pace *p)
{
	p->seed = p->seed * 1664525 + 1013904223;
	return p->seed >> 8;
}

/* Exponential gaps, the same ones in every run */
static void set_next(struct pace *p)
{
	double u = (draw(p) + 1) / 16777217.0;

	p->due += -log(u) * NSEC / p->rate;
}

static void submit_due(struct pace *p, uint64_t now)
{
	while (p->nidle && p->due <= now && p->due < p->end) {
		struct iocb *cb = p->idle[--p->nidle];

		cb->aio_offset = (uint64_t)(draw(p) % (AREA / p->size)) * p->size;
		p->was_due[cb - p->cb] = p->due;
		if (syscall(SYS_io_submit, p->ctx, 1L, &cb) != 1)
			err(1, "io_submit");
		set_next(p);
		now = now_ns();
	}
}

static void note(struct pace *p, uint64_t due, uint64_t now)
{
	if (due < p->begin + NSEC)
		return;
	if (p->ntook == p->room)
		errx(1, "more I/Os than expected");
	p->took_us[p->ntook++] = (now - due) / 1000;
}

/* Until the next one is due, or something ends */
static void reap(struct pace *p, uint64_t now)
{
	static struct io_event ev[MAX_DEPTH];
	struct timespec wait = { .tv_sec = 600 };
	long i, n;

	if (p->nidle && p->due < p->end) {
		uint64_t left = p->due > now ? p->due - now : 0;

		wait.tv_sec = left / NSEC;
		wait.tv_nsec = left % NSEC;
	}
	n = syscall(SYS_io_getevents, p->ctx, 1L, (long)MAX_DEPTH, ev, &wait);
	if (n < 0)
		err(1, "io_getevents");
	now = now_ns();
	for (i = 0; i < n; i++) {
		struct iocb *cb = (struct iocb *)(uintptr_t)ev[i].obj;

		if (ev[i].res != p->size)
			errx(1, "an I/O returned %lld", (long long)ev[i].res);
		note(p, p->was_due[cb - p->cb], now);
		p->idle[p->nidle++] = cb;
	}
}

static void run(struct pace *p, double seconds)
{
	uint64_t now = now_ns();

	p->begin = now;
	p->due = now;
	p->end = now + seconds * NSEC + NSEC;
	set_next(p);
	while (p->due < p->end || p->nidle < MAX_DEPTH) {
		submit_due(p, now);
		reap(p, now_ns());
		now = now_ns();
	}
}

static void parse(struct pace *p, const char *workload)
{
	char rw[16], unit = 0;

	if (sscanf(workload, "%15[a-z]-%u%c", rw, &p->size, &unit) < 2 ||
	    strncmp(rw, "rand", 4))
		errx(1, "no workload: %s", workload);
	if (unit == 'k')
		p->size <<= 10;
	p->write = strstr(rw, "write");
	if (!p->size || p->size > AREA)
		errx(1, "out of range: %s", workload);
}

static void prepare(struct pace *p, const char *device, double seconds)
{
	unsigned int i;
	char *memory;

	p->fd = open(device, O_DIRECT | (p->write ? O_RDWR : O_RDONLY));
	if (p->fd < 0)
		err(1, "%s", device);
	/* twice as many as there should be */
	p->room = (size_t)(p->rate * seconds * 2) + 100;
	p->took_us = calloc(p->room, sizeof(*p->took_us));
	if (!p->took_us ||
	    posix_memalign((void **)&memory, 4096, (size_t)p->size * MAX_DEPTH))
		errx(1, "out of memory");
	memset(memory, 0x5a, (size_t)p->size * MAX_DEPTH);
	memset(p->took_us, 0, p->room * sizeof(*p->took_us));
	if (syscall(SYS_io_setup, MAX_DEPTH, &p->ctx))
		err(1, "io_setup");
	for (i = 0; i < MAX_DEPTH; i++) {
		p->cb[i].aio_fildes = p->fd;
		p->cb[i].aio_lio_opcode = p->write ? IOCB_CMD_PWRITE :
						     IOCB_CMD_PREAD;
		p->cb[i].aio_buf = (uintptr_t)(memory + (size_t)i * p->size);
		p->cb[i].aio_nbytes = p->size;
		p->idle[p->nidle++] = &p->cb[i];
	}
	/* awake when an I/O is due, not when it suits */
	prctl(PR_SET_TIMERSLACK, 1);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t percentile(const struct pace *p, double share)
{
	return p->took_us[(size_t)((p->ntook - 1) * share)];
}

static void print_histogram(const struct pace *p)
{
	const char *comma = "";
	uint64_t bound = 1;
	size_t i = 0, n;

	printf("[");
	while (i < p->ntook) {
		for (n = 0; i < p->ntook && p->took_us[i] <= bound; n++)
			i++;
		if (n) {
			printf("%s[%llu,%zu]", comma, (unsigned long long)bound, n);
			comma = ",";
		}
		bound += bound / 12 + 1;
	}
	printf("]\n");
}

int main(int argc, char **argv)
{
	static struct pace p;
	double seconds;

	if (argc != 5)
		errx(1, "usage: pace DEVICE RW-SIZE RATE SECONDS");
	p.rate = atof(argv[3]);
	seconds = atof(argv[4]);
	if (p.rate <= 0 || seconds <= 0)
		errx(1, "nothing to do");
	parse(&p, argv[2]);
	prepare(&p, argv[1], seconds);
	run(&p, seconds);
	if (!p.ntook)
		errx(1, "nothing was measured");
	qsort(p.took_us, p.ntook, sizeof(*p.took_us), compare);
	printf("%zu %u %u %u %u ", p.ntook, percentile(&p, 0.5),
	       percentile(&p, 0.99), percentile(&p, 0.999), percentile(&p, 1));
	print_histogram(&p);
	return 0;
}
