/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_DRAIN_H
#define MCS_DRAIN_H

#include <linux/minmax.h>
#include <linux/types.h>

/*
 * How fast a connection gets rid of what it holds. Counted only from one
 * completion to a later one with work in between all the time: an idle
 * connection says nothing about its link. Pure arithmetic, also built in user
 * space.
 */

/* A figure needs that long, and is forgotten when nothing confirms it */
#define MCS_DRAIN_SAMPLE_MS	128
#define MCS_DRAIN_FORGET_MS	10000

/**
 * struct mcs_drain - measured drain rate of a connection
 * @counting: the connection has been busy since @since_ms
 * @since_ms: begin of the sample
 * @kib: completed since then
 * @pace: nanoseconds per KiB, smoothed; 0 when never measured
 * @pace_ms: when @pace was last measured
 *
 * Written by whoever runs the connection's engine, read by anyone.
 */
struct mcs_drain {
	bool counting;
	u32 since_ms;
	u32 kib;
	u32 pace;
	u32 pace_ms;
};

/**
 * mcs_drain_sample - the pace of a sample
 * @kib: completed
 * @ms: in that time
 *
 * Return: nanoseconds per KiB, at least 1.
 */
static inline u32 mcs_drain_sample(u32 kib, u32 ms)
{
	/* the product fits */
	u32 pace = min_t(u32, ms, 4000) * 1000000 / max_t(u32, kib, 1);

	return max_t(u32, pace, 1);
}

/**
 * mcs_drain_done - a command is complete
 * @d: its connection's figures
 * @bytes: what it cost
 * @busy: the connection holds others
 * @now_ms: time, may wrap
 */
static inline void mcs_drain_done(struct mcs_drain *d, u32 bytes, bool busy,
				  u32 now_ms)
{
	u32 ms = now_ms - d->since_ms;
	u32 pace;

	if (d->counting) {
		d->kib += bytes / 1024 + !!(bytes % 1024);
		if (ms >= MCS_DRAIN_SAMPLE_MS) {
			pace = mcs_drain_sample(d->kib, ms);
			if (d->pace)
				pace = pace / 4 + d->pace - d->pace / 4;
			d->pace_ms = now_ms;
			WRITE_ONCE(d->pace, pace);
			d->counting = false;
		}
	}
	if (!busy) {
		d->counting = false;
	} else if (!d->counting) {
		d->counting = true;
		d->since_ms = now_ms;
		d->kib = 0;
	}
}

/**
 * mcs_drain_pace - what is known about a connection
 * @d: its figures
 * @now_ms: time
 *
 * Return: nanoseconds per KiB, 0 when nothing is known.
 */
static inline u32 mcs_drain_pace(const struct mcs_drain *d, u32 now_ms)
{
	return now_ms - d->pace_ms < MCS_DRAIN_FORGET_MS ?
	       READ_ONCE(d->pace) : 0;
}

#endif /* MCS_DRAIN_H */
