// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Links, from ip(8); portals, from SendTargets through iscsiadm(8). */

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "auto.h"
#include "system.h"

static const char *text_of(json_object *object, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(object, key, &value) &&
	       json_object_is_type(value, json_type_string) ?
		       json_object_get_string(value) : "";
}

static int parse_addr(const char *text, struct iscsidsc_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(addr->family, text, addr->addr) == 1 ? 0 : -1;
}

static int has_flag(json_object *interface, const char *flag)
{
	json_object *flags, *one;
	size_t i;

	if (!json_object_object_get_ex(interface, "flags", &flags) ||
	    !json_object_is_type(flags, json_type_array))
		return 0;
	for (i = 0; i < json_object_array_length(flags); i++) {
		one = json_object_array_get_idx(flags, i);
		if (json_object_is_type(one, json_type_string) &&
		    !strcmp(json_object_get_string(one), flag))
			return 1;
	}
	return 0;
}

static void take_address(struct auto_net *net, const char *ifname,
			 json_object *address)
{
	struct auto_link *link = &net->links[net->link_count];
	unsigned int bits;
	json_object *prefix;

	if (net->link_count == AUTO_MAX || strlen(ifname) >= sizeof(link->ifname) ||
	    strcmp(text_of(address, "scope"), "global") ||
	    parse_addr(text_of(address, "local"), &link->addr) ||
	    !json_object_object_get_ex(address, "prefixlen", &prefix))
		return;
	bits = (unsigned int)json_object_get_int(prefix);
	if (bits > (link->addr.family == AF_INET ? 32 : 128))
		return;
	strcpy(link->ifname, ifname);
	link->prefix = bits;
	link->conns = 0;
	net->link_count++;
}

/* What a program prints as a JSON array, or NULL */
static json_object *run_json(const char *const argv[])
{
	json_object *json;
	char *output;
	int ret = system_run(argv, &output);

	if (ret < 0)
		return NULL;
	json = ret ? NULL : json_tokener_parse(output);
	free(output);
	if (json && !json_object_is_type(json, json_type_array)) {
		json_object_put(json);
		return NULL;
	}
	return json;
}

/**
 * auto_read_links - find the addresses of interfaces that are up
 * @net: set to them
 *
 * Return: 0, or -1 if ip(8) does not say.
 */
int auto_read_links(struct auto_net *net)
{
	static const char *const argv[] = { "ip", "-j", "address", NULL };
	json_object *all = run_json(argv), *interface, *addresses;
	size_t i, a;

	if (!all)
		return -1;
	for (i = 0; i < json_object_array_length(all); i++) {
		interface = json_object_array_get_idx(all, i);
		if (!has_flag(interface, "LOWER_UP") ||
		    has_flag(interface, "LOOPBACK") ||
		    !json_object_object_get_ex(interface, "addr_info",
					       &addresses) ||
		    !json_object_is_type(addresses, json_type_array))
			continue;
		for (a = 0; a < json_object_array_length(addresses); a++)
			take_address(net, text_of(interface, "ifname"),
				     json_object_array_get_idx(addresses, a));
	}
	json_object_put(all);
	return 0;
}

static void read_route(struct auto_portal *portal)
{
	char address[ISCSIDSC_ADDR_TEXT_LEN];
	const char *const argv[] = { "ip", "-j", "route", "get", address,
				     NULL };
	json_object *routes;
	const char *dev;

	iscsidsc_addr_text(&portal->addr, 0, address, sizeof(address));
	routes = run_json(argv);
	if (!routes)
		return;
	dev = text_of(json_object_array_get_idx(routes, 0), "dev");
	if (strlen(dev) < sizeof(portal->route))
		strcpy(portal->route, dev);
	json_object_put(routes);
}

/* "ADDRESS:PORT,TAG NAME", an IPv6 address in brackets */
static void take_portal(struct auto_net *net, char *line, const char *target)
{
	struct auto_portal *portal = &net->portals[net->portal_count];
	char address[ISCSIDSC_ADDR_TEXT_LEN], *name, *comma, *bare = address;
	size_t len;

	name = strchr(line, ' ');
	if (!name || net->portal_count == AUTO_MAX)
		return;
	*name++ = '\0';
	comma = strrchr(line, ',');
	if (strcmp(name, target) || !comma)
		return;
	*comma++ = '\0';
	memset(portal, 0, sizeof(*portal));
	if (parse_u32(comma, UINT16_MAX, &portal->tag) ||
	    parse_portal(line, address, sizeof(address), &portal->addr.port))
		return;
	len = strlen(address);
	if (*address == '[' && address[len - 1] == ']') {
		address[len - 1] = '\0';
		bare++;
	}
	len = portal->addr.port;
	if (parse_addr(bare, &portal->addr))
		return;
	portal->addr.port = (uint16_t)len;
	read_route(portal);
	net->portal_count++;
}

static int run_portals(const char *const argv[], struct auto_net *net,
		       const char *target)
{
	char *output, *line, *rest = NULL;
	int ret = system_run(argv, &output);

	if (ret < 0)
		return -1;
	line = ret ? NULL : strtok_r(output, "\n", &rest);
	for (; line; line = strtok_r(NULL, "\n", &rest))
		take_portal(net, line, target);
	free(output);
	return net->portal_count ? 0 : -1;
}

/**
 * auto_read_portals - find the portals of a session's target
 * @net: set to them
 * @session: session; the portal of a connection of it is asked
 *
 * Records of iscsid stay as they are; they are looked at if the target does not
 * answer.
 *
 * Return: 0, or -1 if none is known.
 */
int auto_read_portals(struct auto_net *net,
		      const struct iscsidsc_session *session)
{
	static const char *const node[] = { "iscsiadm", "-m", "node", NULL };
	char portal[ISCSIDSC_ADDR_TEXT_LEN];
	const char *const discovery[] = { "iscsiadm", "-m", "discovery", "-t",
					  "sendtargets", "-o", "nonpersistent",
					  "-p", portal, NULL };
	size_t c;

	for (c = 0; c < session->conn_count; c++) {
		if (session->conns[c]->state != ISCSI_MCS_CONN_STATE_UP)
			continue;
		iscsidsc_addr_text(&session->conns[c]->remote, 1, portal,
				   sizeof(portal));
		if (!run_portals(discovery, net, session->target_name))
			return 0;
		break;
	}
	return run_portals(node, net, session->target_name);
}
