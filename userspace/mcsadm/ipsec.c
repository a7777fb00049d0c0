// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm add --ipsec: words to flags, and what came of it. */

#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "mcsadm.h"

#define MODES	(ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED | \
		 ISCSI_SECURITY_FLAG_TRANSPORT_MODE_PREFERRED)
#define PHASES	(ISCSI_SECURITY_FLAG_MAIN_MODE_ENABLED | \
		 ISCSI_SECURITY_FLAG_AGGRESSIVE_MODE_ENABLED)
#define ENABLED	(ISCSI_SECURITY_FLAG_VALID | \
		 ISCSI_SECURITY_FLAG_IKE_IPSEC_ENABLED)

#define WORDS	"none, require, or transport|tunnel,main|aggressive,pfs"

static const struct {
	const char *word;
	uint64_t flags;
	uint64_t excludes;
} words[] = {
	{ "transport", ISCSI_SECURITY_FLAG_TRANSPORT_MODE_PREFERRED, MODES },
	{ "tunnel", ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED, MODES },
	{ "main", ISCSI_SECURITY_FLAG_MAIN_MODE_ENABLED, PHASES },
	{ "aggressive", ISCSI_SECURITY_FLAG_AGGRESSIVE_MODE_ENABLED, PHASES },
	{ "pfs", ISCSI_SECURITY_FLAG_PFS_ENABLED, 0 },
};

/* One word of a list. Return: flags, 0 if it is unknown or contradicts */
static uint64_t take_word(const char *word, size_t len, uint64_t flags)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].word) == len &&
		    !memcmp(words[i].word, word, len))
			return flags & words[i].excludes ? 0 : words[i].flags;
	return 0;
}

static int take_words(const char *text, uint64_t *flags)
{
	uint64_t one;
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		one = take_word(text, len, *flags);
		if (!one)
			return -1;
		*flags |= one;
		if (!text[len])
			return 0;
	}
}

/* Readable when the negotiation is to end */
static int cancel_fd = -1;

static void on_signal(int sig)
{
	static const uint64_t one = 1;

	(void)sig;
	/* There is nothing to be done about a failure in here. */
	if (write(cancel_fd, &one, sizeof(one)) < 0)
		return;
}

/*
 * The first signal ends the negotiation, and what was set up is taken down;
 * a second one ends the program.
 */
static int cancel_open(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal,
				.sa_flags = SA_RESETHAND | SA_RESTART };
	struct sigaction old;
	size_t i;

	cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (i = 0; cancel_fd >= 0 && i < ARRAY_SIZE(signals); i++)
		if (!sigaction(signals[i], NULL, &old) &&
		    old.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
	return cancel_fd;
}

/**
 * ipsec_fill - what the options say about IPsec
 * @o: command line
 * @add: request
 * @key: filled in; to be wiped, and kept as long as @add
 *
 * Return: exit code.
 */
int ipsec_fill(const struct options *o, struct iscsidsc_add *add,
	       struct ipsec_key *key)
{
	int code;

	if (!o->ipsec && o->ipsec_key_file)
		return usage_error("--ipsec-key-file needs --ipsec");
	if (!o->ipsec)
		return EXIT_DONE;
	if (o->ipsec_key_file && (!strcmp(o->ipsec, "none") ||
				  !strcmp(o->ipsec, "require")))
		return usage_error("--ipsec %s goes without --ipsec-key-file",
				   o->ipsec);
	if (!strcmp(o->ipsec, "none")) {
		add->security_flags = ISCSI_SECURITY_FLAG_VALID;
		return EXIT_DONE;
	}
	add->cancel_fd = cancel_open();
	if (!strcmp(o->ipsec, "require")) {
		add->flags |= ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
		return EXIT_DONE;
	}
	add->security_flags = ENABLED;
	if (take_words(o->ipsec, &add->security_flags))
		return usage_error("--ipsec takes " WORDS ", not '%s'", o->ipsec);
	if (!(add->security_flags & MODES))
		add->security_flags |=
			ISCSI_SECURITY_FLAG_TRANSPORT_MODE_PREFERRED;
	if (!(add->security_flags & PHASES))
		add->security_flags |= ISCSI_SECURITY_FLAG_MAIN_MODE_ENABLED;
	if (!o->ipsec_key_file)
		return EXIT_DONE;
	code = secret_bytes(o->ipsec_key_file, key->bytes,
			    sizeof(key->bytes) - 2, &key->len);
	add->key = key->bytes;
	add->key_len = key->len;
	return code;
}

/**
 * ipsec_told - whose IPsec a new connection has, in words
 * @conn: connection just added
 *
 * Return: text, empty if it has none.
 */
const char *ipsec_told(const struct iscsidsc_conn *conn)
{
	switch (conn->ipsec_origin) {
	case ISCSIDSC_IPSEC_REQUESTED:
		return "  (IPsec)";
	case ISCSIDSC_IPSEC_REMEMBERED:
		return "  (IPsec as remembered)";
	case ISCSIDSC_IPSEC_DEFAULT:
		return "  (IPsec by default)";
	case ISCSIDSC_IPSEC_EXISTING:
		return "  (IPsec of an existing policy)";
	}
	return "";
}
