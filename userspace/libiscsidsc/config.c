// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * The configuration file: sections of lines "key = value", for root only
 * because of the secrets in it.
 *
 *	[initiator]
 *	chap-secret-in = ...
 *	[session]
 *	target = iqn.2024-01.example:disk1
 *	policy = round-robin
 *	[connection]
 *	target = iqn.2024-01.example:disk1
 *	address = 10.0.2.10
 */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* The longest line is a secret of 255 bytes in hexadecimal, or a name in UTF-8 */
#define LINE_ROOM	4096

enum section { SECTION_NONE, SECTION_INITIATOR, SECTION_SESSION,
	       SECTION_CONNECTION };

static ISDSC_STATUS status_of_write(int error)
{
	return error == EACCES || error == EPERM ? ERROR_ACCESS_DENIED :
		ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
}

/**
 * iscsidsc_config_lock - keep others from changing the file
 * @lock: set to what iscsidsc_config_unlock() takes
 *
 * A file beside it is what is locked, because the file itself is replaced, and
 * anybody may open, and so lock, the directory.
 *
 * Return: 0, ERROR_ACCESS_DENIED or
 * ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA.
 */
ISDSC_STATUS iscsidsc_config_lock(int *lock)
{
	char path[PATH_MAX];
	ISDSC_STATUS status;

	if (snprintf(path, sizeof(path), "%s.lock",
		     iscsidsc_host_default()->config) >= (int)sizeof(path))
		return ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
	*lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*lock < 0)
		return status_of_write(errno);
	if (!flock(*lock, LOCK_EX))
		return ERROR_SUCCESS;
	status = status_of_write(errno);
	close(*lock);
	return status;
}

/**
 * iscsidsc_config_unlock - let others change the file again
 * @lock: of iscsidsc_config_lock()
 */
void iscsidsc_config_unlock(int lock)
{
	close(lock);
}

/**
 * iscsidsc_config_append - add a connection to the list
 * @config: configuration
 * @saved: connection, is copied
 *
 * Return: 0 or ERROR_NOT_ENOUGH_MEMORY.
 */
ISDSC_STATUS iscsidsc_config_append(struct iscsidsc_config *config,
				    const struct iscsidsc_saved *saved)
{
	struct iscsidsc_saved_list *list = &config->list;
	struct iscsidsc_saved **items, *copy;
	ISDSC_STATUS status;

	items = realloc(list->items, (list->count + 1) * sizeof(*items));
	if (!items)
		return ERROR_NOT_ENOUGH_MEMORY;
	list->items = items;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return ERROR_NOT_ENOUGH_MEMORY;
	status = iscsidsc_key_copy(copy, saved);
	if (status)
		free(copy);
	else
		items[list->count++] = copy;
	return status;
}

/**
 * iscsidsc_config_drop - take a connection off the list
 * @config: configuration
 * @index: which
 */
void iscsidsc_config_drop(struct iscsidsc_config *config, size_t index)
{
	struct iscsidsc_saved_list *list = &config->list;

	iscsidsc_key_clear(list->items[index]);
	free(list->items[index]);
	list->count--;
	memmove(&list->items[index], &list->items[index + 1],
		(list->count - index) * sizeof(list->items[0]));
}

/**
 * iscsidsc_config_clear - free what a configuration owns
 * @config: configuration
 */
void iscsidsc_config_clear(struct iscsidsc_config *config)
{
	while (config->list.count)
		iscsidsc_config_drop(config, config->list.count - 1);
	free(config->list.items);
	while (config->list.session_count)
		iscsidsc_config_session_drop(config,
					     config->list.session_count - 1);
	free(config->list.sessions);
	iscsidsc_key_free_blob(config->secret_in, config->secret_in_len);
	memset(config, 0, sizeof(*config));
}

/* Text without the spaces around it */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static ISDSC_STATUS take_section(struct iscsidsc_config *config,
				 const char *name, enum section *section)
{
	struct iscsidsc_saved empty = { .target = NULL };

	if (!strcmp(name, "[initiator]")) {
		*section = SECTION_INITIATOR;
		return ERROR_SUCCESS;
	}
	if (!strcmp(name, "[session]")) {
		*section = SECTION_SESSION;
		return iscsidsc_config_session_new(config, NULL) ?
			ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
	}
	if (strcmp(name, "[connection]"))
		return ERROR_INVALID_PARAMETER;
	*section = SECTION_CONNECTION;
	iscsidsc_add_init(&empty.add);
	empty.add.port = 3260;
	return iscsidsc_config_append(config, &empty);
}

static ISDSC_STATUS take_initiator(struct iscsidsc_config *config,
				   const char *key, const char *value)
{
	if (strcmp(key, "chap-secret-in") || config->secret_in)
		return ERROR_INVALID_PARAMETER;
	config->secret_in = iscsidsc_key_blob(value, &config->secret_in_len);
	return config->secret_in ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

static ISDSC_STATUS take_line(struct iscsidsc_config *config, char *line,
			      enum section *section)
{
	struct iscsidsc_saved_list *list = &config->list;
	struct iscsidsc_saved_session *session;
	char *equals;

	line = trim(line);
	if (!*line || *line == '#')
		return ERROR_SUCCESS;
	if (*line == '[')
		return take_section(config, line, section);
	equals = strchr(line, '=');
	if (!equals)
		return ERROR_INVALID_PARAMETER;
	*equals = '\0';
	line = trim(line);
	equals = trim(equals + 1);
	switch (*section) {
	case SECTION_INITIATOR:
		return take_initiator(config, line, equals);
	case SECTION_SESSION:
		session = list->sessions[list->session_count - 1];
		return iscsidsc_config_session_line(session, line, equals);
	case SECTION_CONNECTION:
		return iscsidsc_key_set(list->items[list->count - 1], line,
					equals);
	default:
		return ERROR_INVALID_PARAMETER;
	}
}

/*
 * All lines, as far as they are good. Their buffer does not grow, because what it
 * grows out of is freed with a secret in it.
 */
static ISDSC_STATUS read_lines(struct iscsidsc_config *config, FILE *in)
{
	enum section section = SECTION_NONE;
	ISDSC_STATUS status = ERROR_SUCCESS;
	unsigned int number = 0;
	char line[LINE_ROOM];

	while (!status && fgets(line, sizeof(line), in)) {
		number++;
		status = strchr(line, '\n') || feof(in) ?
			take_line(config, line, &section) :
			ERROR_INVALID_PARAMETER;
	}
	if (!status && !feof(in)) {
		config->error = errno;
		status = iscsidsc_status(0, config->error);
	} else if (status == ERROR_INVALID_PARAMETER) {
		config->bad_line = number;
	}
	explicit_bzero(line, sizeof(line));
	return status;
}

static ISDSC_STATUS check_all(struct iscsidsc_config *config)
{
	const char *target;
	size_t i;

	for (i = 0; i < config->list.count; i++) {
		if (config->list.items[i]->target &&
		    config->list.items[i]->add.address)
			continue;
		config->incomplete = (unsigned int)i + 1;
		return ERROR_INVALID_PARAMETER;
	}
	/* Of two for one target nobody knows which counts. */
	for (i = 0; i < config->list.session_count; i++) {
		target = config->list.sessions[i]->target;
		if (target && iscsidsc_config_session_find(config, target) == i)
			continue;
		config->nameless = (unsigned int)i + 1;
		return ERROR_INVALID_PARAMETER;
	}
	return ERROR_SUCCESS;
}

/**
 * iscsidsc_config_read - read the file
 * @config: filled in; to be freed with iscsidsc_config_clear(). After a failure
 *	it is empty but for the reason
 *
 * Return: 0, also if there is no file; ERROR_ACCESS_DENIED;
 * ISDSC_CACHE_CORRUPTED if it has a line that is not understood; or another
 * status.
 */
ISDSC_STATUS iscsidsc_config_read(struct iscsidsc_config *config)
{
	struct iscsidsc_config reason;
	char buffer[4096];
	ISDSC_STATUS status;
	FILE *in;

	memset(config, 0, sizeof(*config));
	in = fopen(iscsidsc_host_default()->config, "re");
	if (!in && errno == ENOENT)
		return ERROR_SUCCESS;
	if (!in) {
		config->error = errno;
		return iscsidsc_status(0, config->error);
	}
	/* A buffer that can be wiped: there may be secrets in it. */
	setvbuf(in, buffer, _IOFBF, sizeof(buffer));
	status = read_lines(config, in);
	fclose(in);
	explicit_bzero(buffer, sizeof(buffer));
	if (!status)
		status = check_all(config);
	if (!status)
		return ERROR_SUCCESS;
	reason = (struct iscsidsc_config){ .error = config->error,
					   .bad_line = config->bad_line,
					   .incomplete = config->incomplete,
					   .nameless = config->nameless };
	iscsidsc_config_clear(config);
	*config = reason;
	return status == ERROR_INVALID_PARAMETER ? ISDSC_CACHE_CORRUPTED :
						   status;
}

static void print_all(FILE *out, const struct iscsidsc_config *config)
{
	size_t i;

	fputs("# Connections that mcsadm restore adds to their sessions again, and\n"
	      "# what it sets them to; written by mcsadm's --persistent. See mcsadm(8).\n",
	      out);
	if (config->secret_in) {
		fputs("\n[initiator]\n", out);
		iscsidsc_key_print_blob(out, "chap-secret-in",
					config->secret_in,
					config->secret_in_len);
	}
	for (i = 0; i < config->list.session_count; i++)
		iscsidsc_config_session_print(out, config->list.sessions[i]);
	for (i = 0; i < config->list.count; i++) {
		fputs("\n[connection]\n", out);
		iscsidsc_key_print(out, config->list.items[i]);
	}
}

/**
 * iscsidsc_config_write - replace the file, completely or not at all
 * @config: its new content
 *
 * Under the lock.
 *
 * Return: 0, ERROR_ACCESS_DENIED or
 * ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA.
 */
ISDSC_STATUS iscsidsc_config_write(const struct iscsidsc_config *config)
{
	struct iscsidsc_replace r;

	if (iscsidsc_replace_begin(&r, iscsidsc_host_default()->config))
		return status_of_write(errno);
	print_all(r.out, config);
	return iscsidsc_replace_end(&r) ?
		ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA : ERROR_SUCCESS;
}
