// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Error messages, and words of the command line. */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"
#include "system.h"

/**
 * usage_error - say what is wrong with the command line
 * @format: message
 *
 * Return: EXIT_USAGE.
 */
int usage_error(const char *format, ...)
{
	va_list ap;

	fputs("mcsadm: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputs("; see mcsadm --help\n", stderr);
	return EXIT_USAGE;
}

/**
 * name_error - say which names there are
 * @what: option, or what else takes a name
 * @text: what was given
 * @names: the names it takes
 *
 * Return: EXIT_USAGE.
 */
int name_error(const char *what, const char *text, enum iscsidsc_names names)
{
	const char *before = " takes ";
	uint32_t value, found;

	fprintf(stderr, "mcsadm: %s", what);
	/* Names are not listed anywhere; their values are small. */
	for (value = 0; value < 16; value++) {
		const char *name = iscsidsc_name(names, value);

		if (iscsidsc_name_value(names, name, &found) || found != value)
			continue;
		fprintf(stderr, "%s%s", before, name);
		before = ", ";
	}
	fprintf(stderr, ", not '%s'; see mcsadm --help\n", text);
	return EXIT_USAGE;
}

/**
 * portal_error - say how a portal is written
 * @text: what was given
 *
 * Return: EXIT_USAGE.
 */
int portal_error(const char *text)
{
	return usage_error("'%s' is no portal: ADDRESS, ADDRESS:PORT or [IPV6]:PORT",
			   text);
}

/* Loading the module would be refused while the other driver is there, and
 * would not last.
 */
static const char *advice_for(ISDSC_STATUS status)
{
	if (status == ISDSC_SERVICE_NOT_RUNNING)
		return driver_in_charge() == DRIVER_TCP ?
			"iscsi_tcp is in charge; change that with mcsadm enable" :
			"load it with mcsadm enable";
	return iscsidsc_advice(status);
}

static void say_failed(ISDSC_STATUS status, const char *why,
		       const char *format, va_list ap)
{
	const char *advice = advice_for(status);

	fputs("mcsadm: ", stderr);
	vfprintf(stderr, format, ap);
	fprintf(stderr, ": %s", *why ? why : iscsidsc_strerror(status));
	if (*advice)
		fprintf(stderr, " (%s)", advice);
	fputc('\n', stderr);
}

/**
 * failed - say what failed, why, and what to do
 * @h: handle with the words of the kernel, or NULL
 * @status: status of the call
 * @format: what failed
 *
 * Return: EXIT_FAILED.
 */
int failed(struct iscsidsc *h, ISDSC_STATUS status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say_failed(status, h ? iscsidsc_detail(h) : "", format, ap);
	va_end(ap);
	return EXIT_FAILED;
}

/**
 * failed_why - the same for what another handle's call has failed for
 * @why: words of the kernel, empty for none
 * @status: status of the call
 * @format: what failed
 *
 * Return: EXIT_FAILED.
 */
int failed_why(const char *why, ISDSC_STATUS status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say_failed(status, why, format, ap);
	va_end(ap);
	return EXIT_FAILED;
}

/**
 * failed_saved - the same for saved connections
 * @status: status of the call
 * @format: what failed
 *
 * Return: EXIT_FAILED.
 */
int failed_saved(ISDSC_STATUS status, const char *format, ...)
{
	char why[256];
	va_list ap;

	iscsidsc_saved_detail(why, sizeof(why));
	va_start(ap, format);
	say_failed(status, why, format, ap);
	va_end(ap);
	return EXIT_FAILED;
}

/**
 * open_handle - make a handle, or say why not
 * @h: set to it
 *
 * Return: EXIT_DONE or EXIT_FAILED.
 */
int open_handle(struct iscsidsc **h)
{
	ISDSC_STATUS status = iscsidsc_open(h);

	if (status)
		return failed(NULL, status, "cannot talk to the kernel");
	return EXIT_DONE;
}

/**
 * parse_u32 - read a number
 * @text: decimal
 * @max: largest allowed
 * @value: set to it
 *
 * Return: 0 or -1.
 */
int parse_u32(const char *text, uint32_t max, uint32_t *value)
{
	unsigned long long n;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || *end || n > max)
		return -1;
	*value = (uint32_t)n;
	return 0;
}

/**
 * parse_portal - read ADDRESS[:PORT]
 * @text: IPv4 address or name with ":PORT" or without; IPv6 address without
 *	port or as "[ADDRESS]:PORT"
 * @address: set to the address
 * @size: size of @address
 * @port: set to the port, 3260 if there is none
 *
 * Return: 0 or -1.
 */
int parse_portal(const char *text, char *address, size_t size,
		 uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	const char *bracket = strrchr(text, ']');
	uint32_t number = 3260;
	size_t len = strlen(text);

	/* iscsiadm prints ADDRESS:PORT,GROUP; names of hosts are plain */
	if (text[strcspn(text, ",/ \t")])
		return -1;
	/* A colon is that of a port if it is the only one, or after "]". */
	if (colon && (bracket ? colon == bracket + 1 :
				strchr(text, ':') == colon)) {
		if (parse_u32(colon + 1, UINT16_MAX, &number) || !number)
			return -1;
		len = (size_t)(colon - text);
	} else if (bracket && bracket[1]) {
		return -1;
	}
	/* brackets come in pairs, and no name has one */
	if ((*text == '[') != !!bracket || strchr(text + !!*text, '['))
		return -1;
	if (!len || len >= size)
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	*port = (uint16_t)number;
	return 0;
}

/**
 * check_session - whether a word can name a session
 * @text: word
 *
 * Return: EXIT_DONE, or EXIT_USAGE after saying what would.
 */
int check_session(const char *text)
{
	ISCSI_UNIQUE_SESSION_ID id;
	uint32_t sid;

	if (!strncmp(text, "session", 7))
		text += 7;
	if (!parse_u32(text, ISCSIDSC_ALL_SESSIONS - 1, &sid) ||
	    !iscsidsc_id_parse(text, &id))
		return EXIT_DONE;
	return usage_error("'%s' is no session, give its number in mcsadm list",
			   text);
}

/**
 * find_session - find the session a word names
 * @h: handle
 * @text: session number, or unique ID
 * @snap: set to a snapshot of it
 *
 * Return: EXIT_DONE, EXIT_USAGE if it names none, EXIT_FAILED.
 */
int find_session(struct iscsidsc *h, const char *text,
		 struct iscsidsc_snapshot **snap)
{
	ISCSI_UNIQUE_SESSION_ID id;
	ISDSC_STATUS status;
	uint32_t sid;

	if (!strncmp(text, "session", 7))
		text += 7;
	if (!parse_u32(text, ISCSIDSC_ALL_SESSIONS - 1, &sid))
		status = iscsidsc_snapshot_get(h, sid, snap);
	else if (!iscsidsc_id_parse(text, &id))
		status = iscsidsc_session_find(h, &id, snap);
	else
		return check_session(text);
	if (status)
		return failed(h, status, "cannot find session %s", text);
	return EXIT_DONE;
}
