/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_DRAIN_H
#define MCS_DRAIN_H

#include <linux/minmax.h>
#include <linux/types.h>

/*
 * How fast a connection gets rid of what it holds, and how far away the target
 * is. The pace is counted from one completion to a later one with work in
 * between all the time: an idle connection says nothing about its link. One
 * that is idle again and again, as those of a single stream are, is measured in
 * bursts: from when a large command was given to it to when it had nothing left.
 * That takes in whatever held a single command up, so it only counts for bursts; a
 * link that a steady load avoided for it would not be measured again for long.
 * Pure arithmetic, also built in user space.
 */

/* A figure needs that long, and is forgotten when nothing confirms it */
#define MCS_DRAIN_SAMPLE_MS	128
#define MCS_DRAIN_FORGET_MS	10000

/* A burst begins with a command of that many bytes: others are all round trip */
#define MCS_DRAIN_BURST_BYTES	65536
/* Bursts give a figure after that long, or that much */
#define MCS_DRAIN_BURSTS_US	16000
#define MCS_DRAIN_BURSTS_KIB	4096

/* The shortest round trip of that time counts: others have waited in queues */
#define MCS_DRAIN_RTT_MS	1000

/**
 * struct mcs_drain - measured drain rate of a connection
 * @counting: the connection has been busy since @since_ms
 * @since_ms: begin of the sample
 * @kib: completed since then
 * @in_burst: a burst is under way; written with the connection's q_lock
 * @burst_us: when it began
 * @burst_kib: completed since then
 * @bursts_us: time that bursts have taken since the last figure
 * @bursts_kib: completed in them
 * @burst_pace: nanoseconds per KiB in bursts, smoothed; 0 when never measured
 * @burst_pace_ms: when that was last measured
 * @pace: nanoseconds per KiB, smoothed; 0 when never measured
 * @pace_ms: when @pace was last measured
 * @all_since_ms: begin of a sample that idle times belong to
 * @all_kib: completed since then
 * @bound: nanoseconds per KiB in the last of these: it is at least that fast
 * @bound_ms: when that was
 * @rtt_us: the shortest recent round trip, 0 when never measured
 * @rtt_ms: when that was
 *
 * Written by whoever runs the connection's engine, but for the begin of a burst;
 * read by anyone.
 */
struct mcs_drain {
	bool counting;
	u32 since_ms;
	u32 kib;
	bool in_burst;
	u32 burst_us;
	u32 burst_kib;
	u32 bursts_us;
	u32 bursts_kib;
	u32 burst_pace;
	u32 burst_pace_ms;
	u32 pace;
	u32 pace_ms;
	u32 all_since_ms;
	u32 all_kib;
	u32 bound;
	u32 bound_ms;
	u32 rtt_us;
	u32 rtt_ms;
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

/* The least it can do, for one that is never busy for long */
static inline void mcs_drain_all(struct mcs_drain *d, u32 kib, u32 now_ms)
{
	u32 ms = now_ms - d->all_since_ms;

	d->all_kib += kib;
	if (ms < MCS_DRAIN_SAMPLE_MS)
		return;
	WRITE_ONCE(d->bound_ms, now_ms);
	WRITE_ONCE(d->bound, mcs_drain_sample(d->all_kib, ms));
	d->all_since_ms = now_ms;
	d->all_kib = 0;
}

static inline u32 mcs_drain_kib(u32 bytes)
{
	return bytes / 1024 + !!(bytes % 1024);
}

/* A new figure; what is too old to be relied on is no part of it. */
static inline void mcs_drain_take(u32 *pace, u32 *pace_ms, u32 sample,
				  u32 now_ms)
{
	if (*pace && now_ms - *pace_ms < MCS_DRAIN_FORGET_MS)
		sample = sample / 4 + *pace - *pace / 4;
	WRITE_ONCE(*pace_ms, now_ms);
	WRITE_ONCE(*pace, sample);
}

/**
 * mcs_drain_pause - nobody measures for a while
 * @d: figures
 *
 * What was begun says nothing when it goes on.
 */
static inline void mcs_drain_pause(struct mcs_drain *d)
{
	d->counting = false;
	WRITE_ONCE(d->in_burst, false);
}

/**
 * mcs_drain_begin - an idle connection is given a command
 * @d: its figures
 * @bytes: what the command costs
 * @now_us: time, may wrap
 *
 * A command that is given just when the burst before it ends may have its own
 * burst left out, or its bytes counted for that one: rare, and one figure.
 */
static inline void mcs_drain_begin(struct mcs_drain *d, u32 bytes, u32 now_us)
{
	WRITE_ONCE(d->burst_us, now_us);
	WRITE_ONCE(d->burst_kib, 0);
	WRITE_ONCE(d->in_burst, bytes >= MCS_DRAIN_BURST_BYTES);
}

/**
 * mcs_drain_burst - a command is complete while a burst is under way
 * @d: its connection's figures
 * @bytes: what it cost
 * @busy: the connection holds others
 * @now_us: time
 * @now_ms: the same in the unit of the others
 *
 * A burst that becomes a steady load is left to mcs_drain_done().
 */
static inline void mcs_drain_burst(struct mcs_drain *d, u32 bytes, bool busy,
				   u32 now_us, u32 now_ms)
{
	u32 kib = READ_ONCE(d->burst_kib) + mcs_drain_kib(bytes);
	u32 us = now_us - READ_ONCE(d->burst_us);

	if (busy && us < MCS_DRAIN_SAMPLE_MS * 1000) {
		WRITE_ONCE(d->burst_kib, kib);
		return;
	}
	WRITE_ONCE(d->in_burst, false);
	if (busy)
		return;
	d->bursts_us += min_t(u32, us, 4000000);
	d->bursts_kib += max_t(u32, kib, 1);
	if (d->bursts_us < MCS_DRAIN_BURSTS_US &&
	    d->bursts_kib < MCS_DRAIN_BURSTS_KIB)
		return;
	/* the product does not fit without the step in between */
	mcs_drain_take(&d->burst_pace, &d->burst_pace_ms,
		       max_t(u32, d->bursts_us / d->bursts_kib * 1000 +
			     d->bursts_us % d->bursts_kib * 1000 /
			     d->bursts_kib, 1), now_ms);
	d->bursts_us = 0;
	d->bursts_kib = 0;
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
	u32 kib = mcs_drain_kib(bytes);
	u32 ms = now_ms - d->since_ms;

	mcs_drain_all(d, kib, now_ms);
	if (d->counting) {
		d->kib += kib;
		if (ms >= MCS_DRAIN_SAMPLE_MS) {
			mcs_drain_take(&d->pace, &d->pace_ms,
				       mcs_drain_sample(d->kib, ms), now_ms);
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
	return now_ms - READ_ONCE(d->pace_ms) < MCS_DRAIN_FORGET_MS ?
	       READ_ONCE(d->pace) : 0;
}

/**
 * mcs_drain_burst_pace - the same of bursts
 * @d: its figures
 * @now_ms: time
 *
 * Return: nanoseconds per KiB, what a steady load says when no burst does; 0 when
 *	   nothing is known.
 */
static inline u32 mcs_drain_burst_pace(const struct mcs_drain *d, u32 now_ms)
{
	u32 pace = now_ms - READ_ONCE(d->burst_pace_ms) < MCS_DRAIN_FORGET_MS ?
		   READ_ONCE(d->burst_pace) : 0;

	return pace ?: mcs_drain_pace(d, now_ms);
}

/**
 * mcs_drain_bound - how fast a connection is at least
 * @d: its figures
 * @now_ms: time
 *
 * Return: nanoseconds per KiB, 0 when nothing is known.
 */
static inline u32 mcs_drain_bound(const struct mcs_drain *d, u32 now_ms)
{
	return now_ms - READ_ONCE(d->bound_ms) < MCS_DRAIN_RTT_MS ?
	       READ_ONCE(d->bound) : 0;
}

/**
 * mcs_drain_rtt - a round trip has been measured
 * @d: its connection's figures
 * @us: microseconds
 * @now_ms: time
 */
static inline void mcs_drain_rtt(struct mcs_drain *d, u32 us, u32 now_ms)
{
	if (d->rtt_us && us > d->rtt_us &&
	    now_ms - d->rtt_ms < MCS_DRAIN_RTT_MS)
		return;
	WRITE_ONCE(d->rtt_ms, now_ms);
	WRITE_ONCE(d->rtt_us, us);
}

/**
 * mcs_drain_rtt_us - how far away a connection's target is
 * @d: its figures
 * @now_ms: time
 *
 * Return: microseconds, 0 when nothing is known.
 */
static inline u32 mcs_drain_rtt_us(const struct mcs_drain *d, u32 now_ms)
{
	return now_ms - READ_ONCE(d->rtt_ms) < MCS_DRAIN_FORGET_MS ?
	       READ_ONCE(d->rtt_us) : 0;
}

#endif /* MCS_DRAIN_H */
