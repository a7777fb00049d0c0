// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors
 *
 * Print the frequency of this machine's time stamp counter in kHz.
 *
 * Under emulation the guest's counter is the host's. A guest that calibrates it
 * against emulated timers while the host is busy may be wrong by a factor of
 * ten, and then its clock is; so it is told.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* The counter and the clock at one moment: of several tries the closest */
static void sample(uint64_t *tsc, uint64_t *ns)
{
	uint64_t best = UINT64_MAX;
	int i;

	for (i = 0; i < 1000; i++) {
		uint64_t a = now_ns();
		uint64_t t = __rdtsc();
		uint64_t b = now_ns();

		if (b - a >= best)
			continue;
		best = b - a;
		*tsc = t;
		*ns = a + best / 2;
	}
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 200000000 };
	uint64_t tsc0 = 0, ns0 = 0, tsc1 = 0, ns1 = 0;

	sample(&tsc0, &ns0);
	nanosleep(&pause, NULL);
	sample(&tsc1, &ns1);
	printf("%.0f\n", (double)(tsc1 - tsc0) * 1e6 / (double)(ns1 - ns0));
	return 0;
}
