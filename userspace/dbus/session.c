// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * The session class on the bus: one object per session, named by its number,
 * with the properties and methods of MSIscsiInitiator_SessionClass.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service.h"

/* Instances as they are now, and the one a path names */
struct instances {
	MSIscsiInitiator_SessionClass *list;
	uint32_t count;
};

/* The number of a session, which the second half of its ID ends with */
static uint32_t sid_of(const MSIscsiInitiator_SessionClass *session)
{
	ISCSI_UNIQUE_SESSION_ID id = { 0, 0 };

	iscsidsc_id_parse(session->SessionId, &id);
	return (uint32_t)id.AdapterSpecific;
}

static const MSIscsiInitiator_SessionClass *
find_path(const struct instances *in, const char *path)
{
	char own[sizeof(SESSION_PREFIX) + 16];
	uint32_t i;

	for (i = 0; i < in->count; i++) {
		snprintf(own, sizeof(own), SESSION_PREFIX "/%" PRIu32,
			 sid_of(&in->list[i]));
		if (!strcmp(own, path))
			return &in->list[i];
	}
	return NULL;
}

static int read_instances(struct instances *in)
{
	return MSIscsiInitiator_SessionClass_Enumerate(&in->list, &in->count) ?
		-EIO : 0;
}

static void free_instances(struct instances *in)
{
	MSIscsiInitiator_SessionClass_Free(in->list, in->count);
}

static int find(sd_bus *bus, const char *path, const char *interface,
		void *data, void **found, sd_bus_error *error)
{
	struct instances in;
	int there;

	(void)bus;
	(void)interface;
	(void)data;
	(void)error;
	if (read_instances(&in))
		return 0;
	there = !!find_path(&in, path);
	free_instances(&in);
	*found = NULL;
	return there;
}

static int enumerate(sd_bus *bus, const char *prefix, void *data,
		     char ***nodes, sd_bus_error *error)
{
	struct instances in;
	char **list;
	uint32_t i;

	(void)bus;
	(void)prefix;
	(void)data;
	(void)error;
	/* Without the module there are no sessions. */
	if (read_instances(&in))
		return 0;
	list = calloc(in.count + 1, sizeof(*list));
	for (i = 0; list && i < in.count; i++)
		if (asprintf(&list[i], SESSION_PREFIX "/%" PRIu32,
			     sid_of(&in.list[i])) < 0) {
			list[i] = NULL;
			break;
		}
	free_instances(&in);
	*nodes = list;
	return list ? 1 : -ENOMEM;
}

static int append_conns(sd_bus_message *m,
			const MSIscsiInitiator_SessionClass *session)
{
	uint32_t i;
	int err;

	err = sd_bus_message_open_container(m, 'a', "(sssqqay)");
	for (i = 0; err >= 0 && i < session->ConnectionCount; i++) {
		const MSIscsiInitiator_ConnectionInformation *c =
			&session->ConnectionInformation[i];

		err = sd_bus_message_append(m, "(sssqqay)", c->ConnectionID,
					    c->InitiatorAddress,
					    c->TargetAddress, c->InitiatorPort,
					    c->TargetPort, 2, c->CID[0],
					    c->CID[1]);
	}
	return err < 0 ? err : sd_bus_message_close_container(m);
}

static int append_devices(sd_bus_message *m,
			  const MSIscsiInitiator_SessionClass *session)
{
	uint32_t i;
	int err;

	err = sd_bus_message_open_container(m, 'a', "(ssyyyysssuuu)");
	for (i = 0; err >= 0 && i < session->DeviceCount; i++) {
		const MSIscsiInitiator_DeviceOnSession *d =
			&session->Devices[i];

		err = sd_bus_message_append(m, "(ssyyyysssuuu)",
					    d->InitiatorName, d->TargetName,
					    d->ScsiPortNumber, d->ScsiPathId,
					    d->ScsiTargetId, d->ScsiLun,
					    d->DeviceInterfaceGuid,
					    d->DeviceInterfaceName,
					    d->LegacyName, d->DeviceType,
					    d->DeviceNumber,
					    d->PartitionNumber);
	}
	return err < 0 ? err : sd_bus_message_close_container(m);
}

static int append_property(sd_bus_message *m, const char *property,
			   const MSIscsiInitiator_SessionClass *session)
{
	if (!strcmp(property, "SessionId"))
		return sd_bus_message_append(m, "s", session->SessionId);
	if (!strcmp(property, "InitiatorName"))
		return sd_bus_message_append(m, "s", session->InitiatorName);
	if (!strcmp(property, "TargetNodeName"))
		return sd_bus_message_append(m, "s", session->TargetNodeName);
	if (!strcmp(property, "TargetName"))
		return sd_bus_message_append(m, "s", session->TargetName);
	if (!strcmp(property, "ISID"))
		return sd_bus_message_append_array(m, 'y', session->ISID,
						   sizeof(session->ISID));
	if (!strcmp(property, "TSID"))
		return sd_bus_message_append_array(m, 'y', session->TSID,
						   sizeof(session->TSID));
	if (!strcmp(property, "ConnectionInformation"))
		return append_conns(m, session);
	return append_devices(m, session);
}

static int get_property(sd_bus *bus, const char *path, const char *interface,
			const char *property, sd_bus_message *reply,
			void *data, sd_bus_error *error)
{
	const MSIscsiInitiator_SessionClass *session;
	struct instances in;
	int err;

	(void)bus;
	(void)interface;
	(void)data;
	(void)error;
	err = read_instances(&in);
	if (err)
		return err;
	session = find_path(&in, path);
	err = session ? append_property(reply, property, session) : -ENOENT;
	free_instances(&in);
	return err;
}

/* Arguments of AddConnection, until the thread has used them */
struct add_args {
	uint32_t port;
	uint64_t security;
	char *symbolic_name;
	char *address;
	MSIscsiInitiator_Portal portal;
	MSIscsiInitiator_TargetLoginOptions options;
	uint8_t *key;
	uint32_t key_len;
};

static void free_bytes(const uint8_t *bytes, uint32_t len)
{
	if (bytes)
		explicit_bzero((void *)bytes, len);
	free((void *)bytes);
}

static void free_add(void *arg)
{
	struct add_args *a = arg;

	free_bytes(a->options.Username, a->options.UsernameCount);
	free_bytes(a->options.Password, a->options.PasswordCount);
	free_bytes(a->key, a->key_len);
	free(a->symbolic_name);
	free(a->address);
	free(a);
}

static int read_bytes(sd_bus_message *m, const uint8_t **to, uint32_t *len)
{
	const void *data;
	size_t n;
	int err = sd_bus_message_read_array(m, 'y', &data, &n);

	if (err < 0)
		return err;
	*to = malloc(n + 1);
	if (!*to)
		return -ENOMEM;
	if (n)
		memcpy((void *)*to, data, n);
	*len = (uint32_t)n;
	return 0;
}

/* The members of the options, in the order the class has them */
static int read_options(sd_bus_message *m,
			MSIscsiInitiator_TargetLoginOptions *o)
{
	int err;

	err = sd_bus_message_enter_container(m, 'r', "uuuuuuuuuayay");
	if (err >= 0)
		err = sd_bus_message_read(m, "uuuuuuuuu", &o->Version,
					  &o->InformationSpecified,
					  &o->LoginFlags, &o->AuthType,
					  &o->HeaderDigest, &o->DataDigest,
					  &o->MaximumConnections,
					  &o->DefaultTime2Wait,
					  &o->DefaultTime2Retain);
	if (err >= 0)
		err = read_bytes(m, &o->Username, &o->UsernameCount);
	if (err >= 0)
		err = read_bytes(m, &o->Password, &o->PasswordCount);
	return err < 0 ? err : sd_bus_message_exit_container(m);
}

static int read_add(sd_bus_message *m, struct add_args *a)
{
	const char *name, *address;
	const uint8_t *key = NULL;
	int err;

	err = sd_bus_message_read(m, "u(ussq)t", &a->port, &a->portal.Index,
				  &name, &address, &a->portal.Port,
				  &a->security);
	if (err >= 0)
		err = read_options(m, &a->options);
	if (err >= 0)
		err = read_bytes(m, &key, &a->key_len);
	a->key = (uint8_t *)key;
	if (err < 0)
		return err;
	a->symbolic_name = strdup(name);
	a->address = strdup(address);
	if (!a->symbolic_name || !a->address)
		return -ENOMEM;
	a->portal.SymbolicName = a->symbolic_name;
	a->portal.Address = a->address;
	return 0;
}

/* An empty address stands for the portal of the leading connection. */
static void run_add(struct job *job)
{
	MSIscsiInitiator_SessionClass self = { .SessionId = job->session };
	struct add_args *a = job->arg;

	job->status = MSIscsiInitiator_SessionClass_AddConnection(&self,
								  a->port,
			*a->address ? &a->portal : NULL, a->security,
			&a->options, a->key_len ? a->key : NULL, a->key_len,
			&job->text);
	if (!job->status && !job->text)
		job->status = ERROR_NOT_ENOUGH_MEMORY;
}

static void run_remove(struct job *job)
{
	MSIscsiInitiator_SessionClass self = { .SessionId = job->session };

	job->status = MSIscsiInitiator_SessionClass_RemoveConnection(&self,
								     job->arg);
}

static void run_logout(struct job *job)
{
	MSIscsiInitiator_SessionClass self = { .SessionId = job->session };

	job->status = MSIscsiInitiator_SessionClass_Logout(&self);
}

/* Start a change of the session a call is for; @arg is released in any case */
static int start(sd_bus_message *m, void (*run)(struct job *job), void *arg,
		 void (*release)(void *arg))
{
	const MSIscsiInitiator_SessionClass *session;
	struct instances in;
	uint32_t status;
	int ret;

	status = MSIscsiInitiator_SessionClass_Enumerate(&in.list, &in.count);
	if (status) {
		release(arg);
		return job_fail(m, status);
	}
	session = find_path(&in, sd_bus_message_get_path(m));
	if (session) {
		ret = job_start(m, session->SessionId, run, arg, release);
	} else {
		release(arg);
		ret = job_fail(m, ISDSC_INVALID_SESSION_ID);
	}
	free_instances(&in);
	return ret;
}

static int method_add(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct add_args *args = calloc(1, sizeof(*args));
	int err;

	(void)data;
	(void)error;
	if (!args)
		return -ENOMEM;
	/* The message may carry secrets: have it wiped. */
	sd_bus_message_sensitive(m);
	err = read_add(m, args);
	if (err < 0) {
		free_add(args);
		return err;
	}
	return start(m, run_add, args, free_add);
}

static int method_remove(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *id;
	char *copy;
	int err = sd_bus_message_read(m, "s", &id);

	(void)data;
	(void)error;
	if (err < 0)
		return err;
	copy = strdup(id);
	return copy ? start(m, run_remove, copy, free) : -ENOMEM;
}

static int method_logout(sd_bus_message *m, void *data, sd_bus_error *error)
{
	(void)data;
	(void)error;
	return start(m, run_logout, NULL, free);
}

#define CHANGE	SD_BUS_VTABLE_UNPRIVILEGED
#define PROPERTY(name, type)	SD_BUS_PROPERTY(name, type, get_property, 0, 0)

static const sd_bus_vtable session_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROPERTY("SessionId", "s"),
	PROPERTY("InitiatorName", "s"),
	PROPERTY("TargetNodeName", "s"),
	PROPERTY("TargetName", "s"),
	PROPERTY("ISID", "ay"),
	PROPERTY("TSID", "ay"),
	PROPERTY("ConnectionInformation", "a(sssqqay)"),
	PROPERTY("Devices", "a(ssyyyysssuuu)"),
	SD_BUS_METHOD_WITH_ARGS("AddConnection",
				SD_BUS_ARGS("u", InitiatorPortNumber,
					    "(ussq)", TargetPortal,
					    "t", SecurityFlags,
					    "(uuuuuuuuuayay)", LoginOptions,
					    "ay", Key),
				SD_BUS_RESULT("s", UniqueConnectionId),
				method_add, CHANGE),
	SD_BUS_METHOD_WITH_ARGS("RemoveConnection",
				SD_BUS_ARGS("s", UniqueConnectionId),
				SD_BUS_NO_RESULT, method_remove, CHANGE),
	SD_BUS_METHOD_WITH_ARGS("Logout", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
				method_logout, CHANGE),
	SD_BUS_VTABLE_END,
};

/**
 * session_register - put the sessions on the bus
 * @bus: bus
 *
 * Return: 0 or a negative errno.
 */
int session_register(sd_bus *bus)
{
	int err;

	err = sd_bus_add_fallback_vtable(bus, NULL, SESSION_PREFIX,
					 SESSION_IFACE, session_vtable, find,
					 NULL);
	if (err >= 0)
		err = sd_bus_add_node_enumerator(bus, NULL, SESSION_PREFIX,
						 enumerate, NULL);
	if (err >= 0)
		err = sd_bus_add_object_manager(bus, NULL, ROOT_PATH);
	return err < 0 ? err : 0;
}
