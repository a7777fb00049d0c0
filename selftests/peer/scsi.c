// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "peer.h"

/* A disk: what sd asks of one. */

#define SENSE_OPCODE	0x052000
#define SENSE_FIELD	0x052400
#define SENSE_LUN	0x052500
#define SENSE_RANGE	0x052100
#define CHECK_CONDITION	2

static void send_status(struct task *task, u8 status, u32 moved, u32 sense)
{
	struct pdu *pdu = pdu_new(OP_RSP, FLAG_FINAL);

	put32(pdu->bhs + AT_ITT, task->itt);
	pdu->bhs[AT_STATUS] = status;
	pdu->numbered = true;
	if (moved < task->length) {
		pdu->bhs[AT_FLAGS] |= FLAG_UNDERFLOW;
		put32(pdu->bhs + AT_RESIDUAL, task->length - moved);
	}
	if (sense) {
		put16(pdu->data, 18);
		pdu->data[2] = 0x70;
		pdu->data[4] = sense >> 16;
		pdu->data[9] = 10;
		pdu->data[14] = sense >> 8;
		pdu->data[15] = sense;
		pdu->len = 20;
	}
	pdu_send(task->conn, pdu);
}

static void check_condition(struct task *task, u32 sense)
{
	send_status(task, CHECK_CONDITION, 0, sense);
}

/* Data of a read: several Data-In, half of the time with the status in them */
static void send_data(struct task *task, const u8 *from, u32 len)
{
	struct conn *conn = task->conn;
	bool short_one = len < task->length;
	bool merge = !short_one && (task->itt & 1);
	u32 moved = short_one ? len : task->length;
	u32 at = 0, part, burst = 0;
	struct pdu *pdu;

	while (at < moved && !conn->gone) {
		part = moved - at;
		part = part < config.chunk ? part : config.chunk;
		part = part < conn->max_data ? part : conn->max_data;
		if (part > conn->sess->max_burst - burst)
			part = conn->sess->max_burst - burst;
		pdu = pdu_new(OP_DATA_IN, 0);
		put32(pdu->bhs + AT_ITT, task->itt);
		put32(pdu->bhs + AT_TTT, RESERVED_TAG);
		put32(pdu->bhs + AT_DATASN, task->datasn++);
		put32(pdu->bhs + AT_OFFSET, at);
		memcpy(pdu->data, from + at, part);
		pdu->len = part;
		at += part;
		burst += part;
		if (at == moved || burst == conn->sess->max_burst) {
			pdu->bhs[AT_FLAGS] = FLAG_FINAL;
			burst = 0;
		}
		if (at == moved && merge) {
			pdu->bhs[AT_FLAGS] |= FLAG_STATUS;
			pdu->numbered = true;
		}
		pdu_send(conn, pdu);
	}
	if (!merge && !conn->gone)
		send_status(task, 0, moved, 0);
}

static void inquiry(struct task *task, bool lun_exists)
{
	u8 data[96] = { 0 };
	u32 len = 96;

	data[0] = lun_exists ? 0 : 0x7f;
	if (!(task->cdb[1] & 1)) {
		data[2] = 5;
		data[3] = 2;
		data[4] = 91;
		data[7] = 2;
		memcpy(data + 8, "MCS     SCRIPTED PEER   1   ", 28);
		send_data(task, data, len);
		return;
	}
	data[1] = task->cdb[2];
	switch (task->cdb[2]) {
	case 0x00:
		data[3] = 3;
		data[5] = 0x80;
		data[6] = 0x83;
		len = 7;
		break;
	case 0x80:
		data[3] = 8;
		memcpy(data + 4, "MCSPEER1", 8);
		len = 12;
		break;
	case 0x83:
		data[3] = 20;
		data[4] = 2;
		data[5] = 1;
		data[7] = 16;
		memcpy(data + 8, "MCS     MCSPEER1", 16);
		len = 24;
		break;
	default:
		check_condition(task, SENSE_FIELD);
		return;
	}
	send_data(task, data, len);
}

static void mode_sense(struct task *task, u32 header)
{
	u8 data[32] = { 0 };
	u8 page = task->cdb[2] & 0x3f;
	u32 len = header;

	if (page != 0x08 && page != 0x3f) {
		check_condition(task, SENSE_FIELD);
		return;
	}
	/* caching page: no write cache */
	data[len] = 0x08;
	data[len + 1] = 0x12;
	len += 20;
	if (header == 4)
		data[0] = len - 1;
	else
		put16(data, len - 2);
	send_data(task, data, len);
}

static void read_capacity(struct task *task, bool big)
{
	u8 data[32] = { 0 };

	if (big) {
		put64(data, disk_sectors - 1);
		put32(data + 8, SECTOR);
	} else {
		put32(data, disk_sectors - 1);
		put32(data + 4, SECTOR);
	}
	send_data(task, data, big ? 32 : 8);
}

static void report_luns(struct task *task)
{
	u8 data[16] = { 0 };

	put32(data, 8);
	send_data(task, data, sizeof(data));
}

static void transfer(struct task *task, u64 lba, u32 count, bool write)
{
	if (lba > disk_sectors || count > disk_sectors - lba) {
		check_condition(task, SENSE_RANGE);
		return;
	}
	if ((u64)count * SECTOR != task->length)
		complain(task->conn, "%u sectors and %u bytes", count,
			 task->length);
	if (write && task->got < (u64)count * SECTOR) {
		check_condition(task, SENSE_FIELD);
		return;
	}
	if (write)
		memcpy(disk + lba * SECTOR, task->buf, (size_t)count * SECTOR);
	if (write || !task->length)
		send_status(task, 0, task->length, 0);
	else
		send_data(task, disk + lba * SECTOR, count * SECTOR);
}

static bool transfer_command(struct task *task)
{
	const u8 *cdb = task->cdb;

	switch (cdb[0]) {
	case 0x08:
	case 0x0a:
		transfer(task, get24(cdb + 1) & 0x1fffff, cdb[4] ?: 256,
			 cdb[0] == 0x0a);
		return true;
	case 0x28:
	case 0x2a:
		transfer(task, get32(cdb + 2), get16(cdb + 7), cdb[0] == 0x2a);
		return true;
	case 0x88:
	case 0x8a:
		transfer(task, get64(cdb + 2), get32(cdb + 10), cdb[0] == 0x8a);
		return true;
	}
	return false;
}

static void other_command(struct task *task)
{
	switch (task->cdb[0]) {
	case 0x00:	/* TEST UNIT READY */
	case 0x1b:	/* START STOP UNIT */
	case 0x1e:	/* PREVENT ALLOW MEDIUM REMOVAL */
	case 0x35:	/* SYNCHRONIZE CACHE */
	case 0x91:
		send_status(task, 0, task->length, 0);
		return;
	case 0x1a:
		mode_sense(task, 4);
		return;
	case 0x5a:
		mode_sense(task, 8);
		return;
	case 0x25:
		read_capacity(task, false);
		return;
	case 0x9e:
		if ((task->cdb[1] & 0x1f) == 0x10)
			read_capacity(task, true);
		else
			check_condition(task, SENSE_OPCODE);
		return;
	}
	check_condition(task, SENSE_OPCODE);
}

/**
 * scsi_execute - carry a command out and answer it
 * @task: command with all its data; freed here
 */
void scsi_execute(struct task *task)
{
	static const u8 lun0[8];
	bool lun_exists = !memcmp(task->bhs + AT_LUN, lun0, 8);
	struct conn *conn = task->conn;

	if (task->cdb[0] == 0x12)
		inquiry(task, lun_exists);
	else if (task->cdb[0] == 0xa0)
		report_luns(task);
	else if (!lun_exists)
		check_condition(task, SENSE_LUN);
	else if (!transfer_command(task))
		other_command(task);
	/* it went with its connection if that ended meanwhile */
	if (!conn->gone)
		task_free(task);
}
