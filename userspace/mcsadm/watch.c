// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm list --watch: what goes over each connection, per second. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "interrupt.h"
#include "mcsadm.h"

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/**
 * struct rates - of one connection
 * @tx: bytes per second that are sent
 * @rx: bytes per second that are received
 * @cmds: commands per second
 */
struct rates {
	uint64_t tx;
	uint64_t rx;
	uint64_t cmds;
};

static const struct iscsidsc_conn *
find_before(const struct iscsidsc_snapshot *snap,
	    const struct iscsidsc_conn *conn)
{
	size_t s, c;

	for (s = 0; s < snap->session_count; s++) {
		const struct iscsidsc_session *session = snap->sessions[s];

		for (c = 0; c < session->conn_count; c++)
			if (session->sid == conn->sid &&
			    session->conns[c]->id == conn->id)
				return session->conns[c];
	}
	return NULL;
}

/* A counter that went back started anew */
static uint64_t rate(uint64_t now, uint64_t before, double seconds)
{
	uint64_t n = now >= before ? now - before : now;

	return (uint64_t)((double)n / seconds + 0.5);
}

static struct rates rates_of(const struct iscsidsc_snapshot *before,
			     const struct iscsidsc_conn *conn, double seconds)
{
	const struct iscsidsc_conn *old = find_before(before, conn);

	return (struct rates){
		.tx = rate(conn->tx_bytes, old ? old->tx_bytes : 0, seconds),
		.rx = rate(conn->rx_bytes, old ? old->rx_bytes : 0, seconds),
		.cmds = rate(conn->cmds, old ? old->cmds : 0, seconds),
	};
}

static void show_rates(const struct iscsidsc_snapshot *before,
		       const struct iscsidsc_snapshot *now, double seconds)
{
	char ends[2 * ISCSIDSC_ADDR_TEXT_LEN + 8], cid[16], tx[24], rx[24];
	char counters[128];
	size_t s, c;

	for (s = 0; s < now->session_count; s++) {
		const struct iscsidsc_session *session = now->sessions[s];

		printf("session %" PRIu32 "  %s\n", session->sid,
		       session->target_name);
		for (c = 0; c < session->conn_count; c++) {
			const struct iscsidsc_conn *conn = session->conns[c];
			struct rates r = rates_of(before, conn, seconds);

			snprintf(cid, sizeof(cid), "%u%s", conn->cid,
				 conn->leading ? "*" : "");
			ends_text(conn, ends, sizeof(ends));
			snprintf(counters, sizeof(counters),
				 "tx %8s/s  rx %8s/s  %6" PRIu64 " cmds/s  inflight %" PRIu32
				 "  rtt %" PRIu32 " us",
				 bytes_text(r.tx, tx, sizeof(tx)),
				 bytes_text(r.rx, rx, sizeof(rx)), r.cmds,
				 conn->cmds_in_flight, conn->nop_rtt_us);
			printf("  conn %-3s %s%s%s\n", cid, ends,
			       term_width() < strlen(ends) + strlen(counters) + 13 ?
			       "\n      " : "  ", counters);
		}
	}
	fflush(stdout);
}

static json_object *json_rates_conn(const struct iscsidsc_conn *conn,
				    const struct rates *r)
{
	json_object *json = json_object_new_object();

	json_object_object_add(json, "sid", json_object_new_int64(conn->sid));
	json_object_object_add(json, "cid", json_object_new_int64(conn->cid));
	json_object_object_add(json, "id", json_object_new_int64(conn->id));
	json_object_object_add(json, "tx_bytes_per_s",
			       json_object_new_uint64(r->tx));
	json_object_object_add(json, "rx_bytes_per_s",
			       json_object_new_uint64(r->rx));
	json_object_object_add(json, "cmds_per_s",
			       json_object_new_uint64(r->cmds));
	json_object_object_add(json, "cmds_in_flight",
			       json_object_new_int64(conn->cmds_in_flight));
	json_object_object_add(json, "nop_rtt_us",
			       json_object_new_int64(conn->nop_rtt_us));
	return json;
}

static void json_rates(const struct iscsidsc_snapshot *before,
		       const struct iscsidsc_snapshot *now, double seconds)
{
	json_object *json = json_object_new_object();
	json_object *list = json_object_new_array();
	size_t s, c;

	for (s = 0; s < now->session_count; s++)
		for (c = 0; c < now->sessions[s]->conn_count; c++) {
			const struct iscsidsc_conn *conn =
				now->sessions[s]->conns[c];
			struct rates r = rates_of(before, conn, seconds);

			json_object_array_add(list, json_rates_conn(conn, &r));
		}
	json_object_object_add(json, "format",
			       json_object_new_int(JSON_FORMAT));
	json_object_object_add(json, "rates", list);
	json_print(json);
}

static int snapshot(struct iscsidsc *h, const struct options *o,
		    struct iscsidsc_snapshot **snap)
{
	ISDSC_STATUS status;

	if (o->session)
		return find_session(h, o->session, snap);
	status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, snap);
	return status ? failed(h, status, "cannot list sessions") : EXIT_DONE;
}

/* One interval after the other; *before is what was seen last */
static int watch(struct iscsidsc *h, const struct options *o,
		 struct iscsidsc_snapshot **before)
{
	struct timespec interval = { .tv_sec = o->interval_s ? : 1 };
	struct iscsidsc_snapshot *now;
	double then = now_s(), seconds;
	uint32_t n;
	int code;

	for (n = 0; !interrupted() && !ferror(stdout) && (!o->count || n < o->count);
	     n++) {
		nanosleep(&interval, NULL);
		if (interrupted())
			break;
		code = snapshot(h, o, &now);
		if (code)
			return code;
		seconds = now_s() - then;
		then += seconds;
		if (o->json)
			json_rates(*before, now, seconds);
		else
			show_rates(*before, now, seconds);
		iscsidsc_snapshot_free(*before);
		*before = now;
	}
	return EXIT_DONE;
}

/**
 * watch_list - print rates again and again
 * @o: command line
 *
 * Return: exit code.
 */
int watch_list(const struct options *o)
{
	struct iscsidsc_snapshot *before;
	struct iscsidsc *h;
	int code = open_handle(&h);

	if (code)
		return code;
	interrupt_catch();
	code = snapshot(h, o, &before);
	if (!code) {
		code = watch(h, o, &before);
		iscsidsc_snapshot_free(before);
	}
	iscsidsc_close(h);
	return code;
}
