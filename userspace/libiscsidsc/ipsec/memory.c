// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * What is remembered of portals, where Windows has its registry: one file for
 * each pair of addresses, and one with defaults, in a directory for root only.
 *
 *	key = 0x733363726574
 *	aggressive = no
 *	[3260]
 *	flags = 0x27
 */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipsec/ipsec.h"

#define DEFAULTS	"defaults"

/* A line holds a key in hexadecimal. */
#define LINE_LEN	(2 * IPSEC_MAX_KEY + 64)

typedef int (*line_fn)(char *key, char *value, void *arg);

static int file_path(const char *name, const char *end, char *path, size_t size)
{
	int n = snprintf(path, size, "%s/%s%s", iscsidsc_host_default()->ipsec,
			 name, end);

	return n < 0 || (size_t)n >= size ? -1 : 0;
}

/**
 * ipsec_lock - keep others from changing anything about IPsec
 * @create: make the directory if there is none
 *
 * Return: to be given to ipsec_unlock(), or -1.
 */
int ipsec_lock(int create)
{
	const char *path = iscsidsc_host_default()->ipsec;
	int fd;

	if (create && mkdir(path, 0700) && errno != EEXIST)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX)) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * ipsec_unlock - let others go on
 * @lock: of ipsec_lock()
 */
void ipsec_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static int take_line(char *line, line_fn fn, void *arg)
{
	char *equals;

	line = trim(line);
	if (!*line || *line == '#')
		return 0;
	if (*line == '[')
		return fn(line, NULL, arg);
	equals = strchr(line, '=');
	if (!equals)
		return -1;
	*equals = '\0';
	return fn(trim(line), trim(equals + 1), arg);
}

/* Return: number of the first line that is no good, 0 if all that were read are */
static unsigned int read_lines(FILE *in, line_fn fn, void *arg, int *error)
{
	char line[LINE_LEN], buffer[4096];
	unsigned int number = 0;
	int bad = 0;

	setvbuf(in, buffer, _IOFBF, sizeof(buffer));
	while (!bad && fgets(line, sizeof(line), in)) {
		number++;
		bad = take_line(line, fn, arg);
	}
	/* A file that cannot be read to its end says less than it does. */
	*error = !bad && ferror(in) ? errno : 0;
	fclose(in);
	explicit_bzero(buffer, sizeof(buffer));
	explicit_bzero(line, sizeof(line));
	return bad ? number : 0;
}

static void explain(char why[IPSEC_WHY_LEN], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void explain(char why[IPSEC_WHY_LEN], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, IPSEC_WHY_LEN, format, args);
	va_end(args);
}

/* Return: 0, 1 if there is no file, -1 if it is no good, and why */
static int read_file(const char *name, const char *end, line_fn fn, void *arg,
		     char why[IPSEC_WHY_LEN])
{
	char path[PATH_MAX];
	unsigned int number;
	struct stat st;
	int error;
	FILE *in;

	if (file_path(name, end, path, sizeof(path)))
		return -1;
	in = fopen(path, "re");
	if (!in && errno == ENOENT)
		return 1;
	if (!in || fstat(fileno(in), &st)) {
		explain(why, "%s: %m", path);
		if (in)
			fclose(in);
		return -1;
	}
	/* There may be a key in it that is no secret any more. */
	if (st.st_mode & 077) {
		fclose(in);
		explain(why, "others may read %s: chmod 600 it", path);
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		fclose(in);
		explain(why, "%s is no file", path);
		return -1;
	}
	number = read_lines(in, fn, arg, &error);
	errno = error;
	if (number)
		explain(why, "line %u of %s is not understood", number, path);
	else if (error)
		explain(why, "%s: %m", path);
	return number || error ? -1 : 0;
}

static int take_number(const char *value, uint32_t max, uint32_t *number)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)*value))
		return -1;
	errno = 0;
	n = strtoul(value, &end, 0);
	if (errno || *end || n > max)
		return -1;
	*number = (uint32_t)n;
	return 0;
}

static int take_key(const char *value, uint8_t key[IPSEC_MAX_KEY], size_t *len)
{
	static const char hex[] = "0123456789abcdef";
	const char *high, *low;

	if (strncmp(value, "0x", 2))
		return -1;
	for (value += 2, *len = 0; *value; value += 2) {
		high = strchr(hex, tolower((unsigned char)value[0]));
		low = value[1] ?
		      strchr(hex, tolower((unsigned char)value[1])) : NULL;
		if (!high || !low || *len == IPSEC_MAX_KEY)
			return -1;
		key[(*len)++] = (uint8_t)((high - hex) << 4 | (low - hex));
	}
	return *len ? 0 : -1;
}

static int take_port(const char *line, struct ipsec_peer *peer)
{
	unsigned int port;
	int end = 0;

	if (sscanf(line, "[%5u]%n", &port, &end) != 1 || !end || line[end] ||
	    !port || port > UINT16_MAX)
		return -1;
	return ipsec_child_set(peer, (uint16_t)port, 0);
}

static int peer_line(char *key, char *value, void *arg)
{
	struct ipsec_peer *peer = arg;

	if (!value)
		return take_port(key, peer);
	if (!strcmp(key, "key"))
		return take_key(value, peer->key, &peer->key_len);
	if (!strcmp(key, "aggressive")) {
		peer->aggressive = !strcmp(value, "yes");
		return 0;
	}
	if (strcmp(key, "flags") || !peer->child_count)
		return -1;
	return take_number(value, UINT32_MAX,
			   &peer->children[peer->child_count - 1].flags);
}

/**
 * ipsec_peer_read - what is remembered of a pair
 * @pair: addresses
 * @peer: filled in; to be wiped by the caller
 * @why: set to what is wrong
 *
 * Return: 0, also if there is nothing; -1 if the file is no good.
 */
int ipsec_peer_read(const struct ipsec_pair *pair, struct ipsec_peer *peer,
		    char why[IPSEC_WHY_LEN])
{
	char name[IPSEC_NAME_LEN];

	memset(peer, 0, sizeof(*peer));
	peer->pair = *pair;
	ipsec_pair_name(pair, name);
	return read_file(name, ".portal", peer_line, peer, why) < 0 ? -1 : 0;
}

static void print_peer(FILE *out, const struct ipsec_peer *peer)
{
	size_t i;

	fputs("# IPsec of a portal, remembered by libiscsidsc\n", out);
	if (peer->key_len)
		fputs("key = 0x", out);
	for (i = 0; i < peer->key_len; i++)
		fprintf(out, "%02x", peer->key[i]);
	fprintf(out, "\naggressive = %s\n", peer->aggressive ? "yes" : "no");
	for (i = 0; i < peer->child_count; i++)
		fprintf(out, "[%u]\nflags = 0x%x\n", peer->children[i].port,
			peer->children[i].flags);
}

/**
 * ipsec_peer_write - remember a pair
 * @peer: what to remember
 *
 * Return: 0 or -1.
 */
int ipsec_peer_write(const struct ipsec_peer *peer)
{
	char name[IPSEC_NAME_LEN], path[PATH_MAX];
	struct iscsidsc_replace r;

	ipsec_pair_name(&peer->pair, name);
	if (file_path(name, ".portal", path, sizeof(path)) ||
	    iscsidsc_replace_begin(&r, path))
		return -1;
	print_peer(r.out, peer);
	return iscsidsc_replace_end(&r);
}

/**
 * struct defaults - what the file of defaults may say
 * @flags: ISCSI_SECURITY_FLAGS for portals nothing is known of
 * @key: key for portals without one
 * @key_len: its length
 */
struct defaults {
	uint32_t *flags;
	uint8_t *key;
	size_t *key_len;
};

static int defaults_line(char *key, char *value, void *arg)
{
	struct defaults *defaults = arg;

	if (value && !strcmp(key, "flags"))
		return take_number(value, UINT32_MAX, defaults->flags);
	if (value && !strcmp(key, "key"))
		return take_key(value, defaults->key, defaults->key_len);
	return -1;
}

/**
 * ipsec_defaults - what counts for portals nothing is remembered of
 * @flags: set to ISCSI_SECURITY_FLAGS, 0 if there are no defaults
 * @key: filled in
 * @key_len: set to its length, 0 if there is none
 * @why: set to what is wrong
 *
 * Return: 0, or -1 if the file is no good.
 */
int ipsec_defaults(uint32_t *flags, uint8_t key[IPSEC_MAX_KEY],
		   size_t *key_len, char why[IPSEC_WHY_LEN])
{
	struct defaults defaults = {
		.flags = flags, .key = key, .key_len = key_len,
	};

	*flags = 0;
	*key_len = 0;
	return read_file(DEFAULTS, "", defaults_line, &defaults, why) < 0 ?
		-1 : 0;
}
