// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * What charon is told, in the form swanctl reads. strongSwan's service loads
 * these files when it starts or reloads and forgets what is not in them, so
 * that what is loaded by the other way has to be here under the same names.
 */

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipsec/ipsec.h"

/* One group only: aggressive mode sends its half before anything is agreed. */
const char *const ipsec_ike_proposals[IPSEC_PROPOSALS] = {
	"aes256-sha256-modp2048",
	"aes128-sha256-modp2048",
	"aes256-sha1-modp2048",
	"aes128-sha1-modp2048",
};

/**
 * ipsec_esp_proposals - what to offer for the connection itself
 * @flags: ISCSI_SECURITY_FLAGS
 *
 * Never charon's default, in which PFS depends on the version.
 *
 * Return: IPSEC_ESP_PROPOSALS texts.
 */
const char *const *ipsec_esp_proposals(uint32_t flags)
{
	static const char *const plain[IPSEC_ESP_PROPOSALS] = {
		"aes256gcm16", "aes128gcm16", "aes256-sha256",
		"aes128-sha256", "aes256-sha1", "aes128-sha1",
	};
	static const char *const pfs[IPSEC_ESP_PROPOSALS] = {
		"aes256gcm16-modp2048", "aes128gcm16-modp2048",
		"aes256-sha256-modp2048", "aes128-sha256-modp2048",
		"aes256-sha1-modp2048", "aes128-sha1-modp2048",
	};

	return flags & ISCSI_SECURITY_FLAG_PFS_ENABLED ? pfs : plain;
}

/**
 * ipsec_selector - one end of what is protected
 * @addr: address
 * @port: TCP port, or 0 for all
 * @text: filled in
 * @size: size of @text
 */
void ipsec_selector(const struct iscsidsc_addr *addr, uint16_t port,
		    char *text, size_t size)
{
	char ip[INET6_ADDRSTRLEN];

	inet_ntop(addr->family, addr->addr, ip, sizeof(ip));
	/* A number, because the name is looked up in a file. */
	if (port)
		snprintf(text, size, "%s/%d[6/%u]", ip,
			 addr->family == AF_INET ? 32 : 128, port);
	else
		snprintf(text, size, "%s/%d[6]", ip,
			 addr->family == AF_INET ? 32 : 128);
}

static int conf_path(const char *name, const char *end, char *path, size_t size)
{
	int n = snprintf(path, size, "%s/%s%s",
			 iscsidsc_host_default()->swanctl, name, end);

	return n < 0 || (size_t)n >= size ? -1 : 0;
}

static void print_list(FILE *out, const char *tabs, const char *name,
		       const char *const items[], size_t count)
{
	size_t i;

	fprintf(out, "%s%s = %s", tabs, name, items[0]);
	for (i = 1; i < count; i++)
		fprintf(out, ", %s", items[i]);
	fputc('\n', out);
}

static void print_child(FILE *out, const struct ipsec_peer *peer,
			const struct ipsec_child *child)
{
	char text[INET6_ADDRSTRLEN + 24];

	fprintf(out, "\t\t\tp%u {\n", child->port);
	fprintf(out, "\t\t\t\tmode = %s\n",
		child->flags & ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED ?
		"tunnel" : "transport");
	print_list(out, "\t\t\t\t", "esp_proposals",
		   ipsec_esp_proposals(child->flags), IPSEC_ESP_PROPOSALS);
	ipsec_selector(&peer->pair.local, 0, text, sizeof(text));
	fprintf(out, "\t\t\t\tlocal_ts = %s\n", text);
	ipsec_selector(&peer->pair.remote, child->port, text, sizeof(text));
	fprintf(out, "\t\t\t\tremote_ts = %s\n", text);
	fprintf(out, "\t\t\t\treqid = %u\n",
		ipsec_reqid(&peer->pair, child->port));
	fputs("\t\t\t\tstart_action = trap\n"
	      "\t\t\t\tclose_action = none\n"
	      "\t\t\t\tdpd_action = clear\n"
	      "\t\t\t}\n", out);
}

static void print_ike(FILE *out, const struct ipsec_peer *peer,
		      const char *local, const char *remote)
{
	fprintf(out, "\t\tversion = 1\n\t\taggressive = %s\n",
		peer->aggressive ? "yes" : "no");
	fprintf(out, "\t\tlocal_addrs = %s\n\t\tremote_addrs = %s\n", local,
		remote);
	print_list(out, "\t\t", "proposals", ipsec_ike_proposals,
		   IPSEC_PROPOSALS);
	fputs("\t\tkeyingtries = 1\n\t\tunique = replace\n\t\tmobike = no\n"
	      "\t\tdpd_delay = 10s\n\t\tdpd_timeout = 30s\n", out);
	fprintf(out, "\t\tlocal {\n\t\t\tauth = psk\n\t\t\tid = %s\n\t\t}\n",
		local);
	fprintf(out, "\t\tremote {\n\t\t\tauth = psk\n\t\t\tid = %s\n\t\t}\n",
		remote);
}

static void print_secret(FILE *out, const struct ipsec_peer *peer,
			 const char *name, const char *local,
			 const char *remote)
{
	size_t i;

	fprintf(out, "secrets {\n\tike-%s {\n\t\tsecret = 0x", name);
	for (i = 0; i < peer->key_len; i++)
		fprintf(out, "%02x", peer->key[i]);
	fprintf(out, "\n\t\tid-1 = %s\n\t\tid-2 = %s\n\t}\n}\n", local, remote);
}

static void print_conf(FILE *out, const struct ipsec_peer *peer,
		       const struct ipsec_used *used)
{
	char local[INET6_ADDRSTRLEN], remote[INET6_ADDRSTRLEN];
	char name[IPSEC_NAME_LEN];
	size_t i;

	ipsec_pair_name(&peer->pair, name);
	inet_ntop(peer->pair.local.family, peer->pair.local.addr, local,
		  sizeof(local));
	inet_ntop(peer->pair.remote.family, peer->pair.remote.addr, remote,
		  sizeof(remote));
	fputs("# Added iSCSI connections, written by libiscsidsc; removed with the last\n"
	      "# of them. Do not edit.\n", out);
	fprintf(out, "connections {\n\t%s {\n", name);
	print_ike(out, peer, local, remote);
	fputs("\t\tchildren {\n", out);
	for (i = 0; i < peer->child_count; i++)
		if (ipsec_used_has(used, peer->children[i].port))
			print_child(out, peer, &peer->children[i]);
	fputs("\t\t}\n\t}\n}\n", out);
	print_secret(out, peer, name, local, remote);
}

/**
 * ipsec_conf_write - write the file of a pair
 * @peer: pair
 * @used: ports to write down
 *
 * Return: 0 or -1.
 */
int ipsec_conf_write(const struct ipsec_peer *peer,
		     const struct ipsec_used *used)
{
	char name[IPSEC_NAME_LEN], path[PATH_MAX];
	struct iscsidsc_replace r;

	ipsec_pair_name(&peer->pair, name);
	/* Until it is complete its name does not end in .conf: swanctl passes it by. */
	if (conf_path(name, ".conf", path, sizeof(path)) ||
	    iscsidsc_replace_begin(&r, path))
		return -1;
	print_conf(r.out, peer, used);
	return iscsidsc_replace_end(&r);
}

/**
 * ipsec_conf_remove - remove the file of a pair
 * @name: of ipsec_pair_name()
 */
void ipsec_conf_remove(const char *name)
{
	char path[PATH_MAX];

	if (!conf_path(name, ".conf", path, sizeof(path)))
		unlink(path);
}

/**
 * ipsec_conf_names - all pairs that have a file
 * @names: set to an array to be freed
 * @count: set to its length
 *
 * Return: 0 or -1.
 */
int ipsec_conf_names(ipsec_name **names, size_t *count)
{
	ipsec_name *more;
	struct ipsec_pair pair;
	struct dirent *entry;
	DIR *dir;
	size_t len;

	*names = NULL;
	*count = 0;
	dir = opendir(iscsidsc_host_default()->swanctl);
	if (!dir)
		return errno == ENOENT ? 0 : -1;
	while ((entry = readdir(dir))) {
		len = strlen(entry->d_name);
		if (len < 6 || len - 5 >= IPSEC_NAME_LEN ||
		    strcmp(entry->d_name + len - 5, ".conf"))
			continue;
		entry->d_name[len - 5] = '\0';
		if (ipsec_pair_parse(entry->d_name, &pair))
			continue;
		more = realloc(*names, (*count + 1) * sizeof(*more));
		if (!more)
			break;
		*names = more;
		strcpy(more[(*count)++], entry->d_name);
	}
	closedir(dir);
	return 0;
}

/**
 * ipsec_conf_ports - the ports in the file of a pair
 * @name: of ipsec_pair_name()
 * @ports: filled in
 *
 * Return: 0 or -1.
 */
int ipsec_conf_ports(const char *name, struct ipsec_used *ports)
{
	char path[PATH_MAX], buffer[4096], line[512];
	unsigned int port;
	FILE *in;
	int end;

	ports->count = 0;
	if (conf_path(name, ".conf", path, sizeof(path)))
		return -1;
	in = fopen(path, "re");
	if (!in)
		return -1;
	setvbuf(in, buffer, _IOFBF, sizeof(buffer));
	while (fgets(line, sizeof(line), in)) {
		end = 0;
		if (sscanf(line, " p%5u {%n", &port, &end) == 1 && end &&
		    port <= UINT16_MAX && ports->count < IPSEC_MAX_CHILDREN)
			ports->ports[ports->count++] = (uint16_t)port;
	}
	fclose(in);
	explicit_bzero(buffer, sizeof(buffer));
	explicit_bzero(line, sizeof(line));
	return 0;
}
