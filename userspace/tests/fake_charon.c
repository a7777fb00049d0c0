// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ipsec/vici.h"

#include "fake_charon.h"
#include "fake_host.h"

struct fake_charon fake_charon;

static pthread_t thread;
static int listener = -1;

/* The connection that was loaded last, as far as policies depend on it */
static struct {
	char name[256];
	char child[16][256];
	struct iscsidsc_xfrm_policy policy[16];
	size_t count;
} loaded;

static void note(const char *text, size_t len)
{
	size_t used = strlen(fake_charon.log);

	if (used + len + 1 >= sizeof(fake_charon.log))
		return;
	memcpy(fake_charon.log + used, text, len);
	fake_charon.log[used + len] = '\0';
}

static void note_text(const char *text)
{
	note(text, strlen(text));
}

static void note_value(const struct vici_reader *r)
{
	char text[4];
	size_t i;

	for (i = 0; i < r->len; i++) {
		if (r->value[i] >= ' ' && r->value[i] <= '~') {
			note((const char *)&r->value[i], 1);
		} else {
			snprintf(text, sizeof(text), "\\%02x", r->value[i]);
			note(text, 3);
		}
	}
}

/* Arguments as "key=value section{...} list[item item]" */
static void note_args(const uint8_t *data, size_t len)
{
	struct vici_reader r;
	enum vici_element e;

	vici_read(&r, data, len);
	while ((e = vici_next(&r)) != VICI_END) {
		if (e == VICI_BAD) {
			note_text(" MALFORMED");
			break;
		}
		note_text(e == VICI_SECTION_END ? " }" :
			  e == VICI_LIST_END ? " ]" : " ");
		if (e == VICI_KEY || e == VICI_SECTION_START ||
		    e == VICI_LIST_START)
			note_text(r.name);
		if (e == VICI_SECTION_START)
			note_text("{");
		if (e == VICI_LIST_START)
			note_text("[");
		if (e == VICI_KEY)
			note_text("=");
		if (e == VICI_KEY || e == VICI_ITEM)
			note_value(&r);
	}
	note_text("\n");
}

static void take_ts(const struct vici_reader *r, uint8_t addr[16],
		    struct iscsidsc_xfrm_policy *p)
{
	char text[128], *slash, *port;

	vici_text(r, text, sizeof(text));
	slash = strchr(text, '/');
	port = strstr(slash, "6/");
	if (port)
		p->dport = (uint16_t)atoi(port + 2);
	*slash = '\0';
	p->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	inet_pton(p->family, text, addr);
}

static void load_conn(const uint8_t *data, size_t len)
{
	char list[256] = "";
	struct iscsidsc_xfrm_policy *p = NULL;
	struct vici_reader r;
	enum vici_element e;
	int depth = 0;

	memset(&loaded, 0, sizeof(loaded));
	vici_read(&r, data, len);
	while ((e = vici_next(&r)) != VICI_END && e != VICI_BAD) {
		if (e == VICI_SECTION_START && depth++ == 0) {
			strcpy(loaded.name, r.name);
		} else if (e == VICI_SECTION_START && depth == 3) {
			strcpy(loaded.child[loaded.count], r.name);
			p = &loaded.policy[loaded.count++];
			p->dir = XFRM_POLICY_OUT;
			p->proto = IPPROTO_TCP;
			p->priority = 366912;
			p->templates = 1;
			p->esp = 1;
			p->dport_mask = UINT16_MAX;
		} else if (e == VICI_SECTION_END) {
			depth--;
		} else if (e == VICI_LIST_START) {
			strcpy(list, r.name);
		} else if (e == VICI_ITEM && p && !strcmp(list, "local_ts")) {
			take_ts(&r, p->saddr, p);
			p->dport = 0;
		} else if (e == VICI_ITEM && p && !strcmp(list, "remote_ts")) {
			take_ts(&r, p->daddr, p);
			p->sprefix = p->family == AF_INET ? 32 : 128;
			p->dprefix = p->sprefix;
		} else if (e == VICI_KEY && p && !strcmp(r.name, "reqid")) {
			char text[16];

			vici_text(&r, text, sizeof(text));
			p->reqid = (uint32_t)strtoul(text, NULL, 10);
		} else if (e == VICI_KEY && p && !strcmp(r.name, "mode")) {
			p->tunnel = vici_is(&r, "tunnel");
		}
	}
	if (!strstr(fake_charon.conns, loaded.name)) {
		strcat(fake_charon.conns, " ");
		strcat(fake_charon.conns, loaded.name);
	}
}

static void drop_policies(void)
{
	size_t i = 0;

	while (i < fake_host.policy_count) {
		if (fake_host.policies[i].reqid < 0x50000000u ||
		    fake_host.policies[i].block) {
			i++;
			continue;
		}
		fake_host.policy_count--;
		memmove(&fake_host.policies[i], &fake_host.policies[i + 1],
			(fake_host.policy_count - i) *
			sizeof(fake_host.policies[0]));
	}
	fake_charon.sas[0] = '\0';
}

static int find_key(const uint8_t *data, size_t len, const char *name,
		    char *text, size_t size)
{
	struct vici_reader r;
	enum vici_element e;

	vici_read(&r, data, len);
	while ((e = vici_next(&r)) != VICI_END && e != VICI_BAD) {
		if (e == VICI_KEY && !strcmp(r.name, name)) {
			vici_text(&r, text, size);
			return 1;
		}
	}
	return 0;
}

static void install(const char *child)
{
	size_t i;

	strcat(fake_charon.sas, " ");
	strcat(fake_charon.sas, child);
	for (i = 0; i < loaded.count; i++)
		if (!strcmp(loaded.child[i], child) && !fake_charon.no_policy)
			fake_host_policy(&loaded.policy[i]);
}

static void send_packet(int fd, int type, const char *name,
			const struct vici_msg *msg)
{
	size_t name_len = name ? 1 + strlen(name) : 0;
	uint32_t size = htonl((uint32_t)(1 + name_len + (msg ? msg->len : 0)));
	uint8_t head[5 + 256];

	memcpy(head, &size, 4);
	head[4] = (uint8_t)type;
	if (name) {
		head[5] = (uint8_t)strlen(name);
		memcpy(head + 6, name, strlen(name));
	}
	/* In two parts, so that the reader has to put them together. */
	send(fd, head, 3, MSG_NOSIGNAL);
	send(fd, head + 3, 2 + name_len, MSG_NOSIGNAL);
	if (msg && msg->len)
		send(fd, msg->data, msg->len, MSG_NOSIGNAL);
}

static void send_sa(int fd)
{
	char copy[sizeof(fake_charon.sas)], *child, *save;
	struct vici_msg msg = { 0 };

	if (!fake_charon.responder && !*fake_charon.sas)
		return;
	strcpy(copy, fake_charon.sas);
	vici_section(&msg, "whatever");
	vici_key(&msg, "initiator-spi", "1122334455667788");
	vici_key(&msg, "responder-spi", fake_charon.responder ?
		 fake_charon.responder : "99aabbccddeeff00");
	vici_section(&msg, "child-sas");
	for (child = strtok_r(copy, " ", &save); child;
	     child = strtok_r(NULL, " ", &save)) {
		vici_section(&msg, "unique-1");
		vici_key(&msg, "name", child);
		vici_key(&msg, "state", "INSTALLED");
		vici_section_end(&msg);
	}
	vici_section_end(&msg);
	vici_section_end(&msg);
	send_packet(fd, 7, "list-sa", &msg);
	vici_msg_clear(&msg);
}

static void send_foreign(int fd)
{
	const char *const local[] = { "%any" }, *const remote[] = { "%any" };
	const char *const local_ts[] = { "dynamic" };
	struct vici_msg msg = { 0 };

	if (!fake_charon.foreign_ts)
		return;
	vici_section(&msg, "office");
	vici_list(&msg, "local_addrs", local, 1);
	vici_list(&msg, "remote_addrs", remote, 1);
	vici_section(&msg, "children");
	vici_section(&msg, "disks");
	vici_list(&msg, "local-ts", local_ts, 1);
	vici_list(&msg, "remote-ts", &fake_charon.foreign_ts, 1);
	vici_section_end(&msg);
	vici_section_end(&msg);
	vici_section_end(&msg);
	send_packet(fd, 7, "list-conn", &msg);
	vici_msg_clear(&msg);
}

static void send_line(int fd)
{
	struct vici_msg msg = { 0 };

	if (!fake_charon.initiate_line)
		return;
	vici_key(&msg, "group", "IKE");
	vici_key(&msg, "msg", fake_charon.initiate_line);
	send_packet(fd, 7, "control-log", &msg);
	vici_msg_clear(&msg);
}

static const char *run_command(int fd, const char *name, const uint8_t *data,
			       size_t len)
{
	char text[256];

	if (fake_charon.refused && !strcmp(name, fake_charon.refused))
		return "refused by the test";
	if (!strcmp(name, "load-conn"))
		load_conn(data, len);
	if (!strcmp(name, "list-sas"))
		send_sa(fd);
	if (!strcmp(name, "list-conns"))
		send_foreign(fd);
	if (!strcmp(name, "unload-conn")) {
		fake_charon.conns[0] = '\0';
		drop_policies();
	}
	if (!strcmp(name, "initiate")) {
		send_line(fd);
		if (fake_charon.initiate_error)
			return fake_charon.initiate_error;
		find_key(data, len, "child", text, sizeof(text));
		install(text);
	}
	return NULL;
}

static void answer(int fd, const char *name, const uint8_t *data, size_t len)
{
	char copy[sizeof(fake_charon.conns)], *conn, *save;
	const char *items[16], *error;
	struct vici_msg msg = { 0 };
	size_t count = 0;

	note_text(name);
	note_args(data, len);
	if (fake_charon.mute && !strcmp(name, fake_charon.mute))
		return;
	error = run_command(fd, name, data, len);
	if (!strcmp(name, "get-conns")) {
		strcpy(copy, fake_charon.conns);
		for (conn = strtok_r(copy, " ", &save); conn && count < 16;
		     conn = strtok_r(NULL, " ", &save))
			items[count++] = conn;
		vici_list(&msg, "conns", items, count);
	} else if (strncmp(name, "list-", 5)) {
		vici_key(&msg, "success", error ? "no" : "yes");
		if (error)
			vici_key(&msg, "errmsg", error);
	}
	send_packet(fd, 1, NULL, &msg);
	vici_msg_clear(&msg);
}

static int read_all(int fd, void *data, size_t len)
{
	return recv(fd, data, len, MSG_WAITALL) == (ssize_t)len ? 0 : -1;
}

static void serve(int fd)
{
	uint8_t *packet;
	char name[256];
	uint32_t size;

	while (!read_all(fd, &size, 4)) {
		size = ntohl(size);
		packet = malloc(size);
		if (read_all(fd, packet, size)) {
			free(packet);
			break;
		}
		memcpy(name, packet + 2, packet[1]);
		name[packet[1]] = '\0';
		if (fake_charon.garbage)
			send(fd, "\xff\xff\xff\xff\xff", 5, MSG_NOSIGNAL);
		else if (packet[0] == 0)
			answer(fd, name, packet + 2 + packet[1],
			       size - 2 - packet[1]);
		else
			send_packet(fd, 5, NULL, NULL);
		free(packet);
	}
	close(fd);
}

static void *run(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(listener, NULL, NULL)) >= 0)
		serve(fd);
	return NULL;
}

/**
 * fake_charon_start - let it run, with nothing loaded
 */
void fake_charon_start(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *path = iscsidsc_host_default()->vici;

	memset(&fake_charon, 0, sizeof(fake_charon));
	strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
	unlink(path);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(listener, 8) || pthread_create(&thread, NULL, run, NULL)) {
		perror("fake_charon");
		exit(1);
	}
}

/**
 * fake_charon_stop - end it
 */
void fake_charon_stop(void)
{
	if (listener < 0)
		return;
	shutdown(listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(listener);
	listener = -1;
	unlink(iscsidsc_host_default()->vici);
}

/**
 * fake_charon_heard - was it asked for something?
 * @text: command or arguments
 *
 * Return: how often it was.
 */
int fake_charon_heard(const char *text)
{
	const char *p = fake_charon.log;
	int n = 0;

	while ((p = strstr(p, text))) {
		n++;
		p += strlen(text);
	}
	return n;
}
