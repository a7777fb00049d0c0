// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fake_host.h"

struct fake_host fake_host;

static int fake_iscsiadm(const char *const argv[], char **output)
{
	size_t i;

	if (!strcmp(argv[2], "node") && !argv[3]) {
		*output = strdup(fake_host.output ? fake_host.output : "");
		return fake_host.output ? 0 : 21;
	}
	if (!strcmp(argv[2], "discoverydb") && !argv[3]) {
		*output = strdup(fake_host.portals ? fake_host.portals : "");
		return fake_host.portals ? 0 : 21;
	}
	fake_host.calls++;
	fake_host.command[0] = '\0';
	for (i = 0; argv[i]; i++) {
		strcat(fake_host.command, i ? " " : "");
		strcat(fake_host.command, argv[i]);
	}
	if (fake_host.exit_status < 0)
		return fake_host.exit_status;
	*output = strdup("");
	if (!fake_host.exit_status && strstr(fake_host.command, "--login") &&
	    fake_host.on_login)
		fake_host.on_login();
	return fake_host.exit_status;
}

/**
 * fake_host_dir - the directory everything is below
 *
 * Return: value of ISCSIDSC_TEST_DIR.
 */
const char *fake_host_dir(void)
{
	const char *dir = getenv("ISCSIDSC_TEST_DIR");

	return dir ? dir : "/nonexistent";
}

/**
 * fake_host_file - write a file, and the directories it is in
 * @path: below fake_host_dir()
 * @content: content
 */
void fake_host_file(const char *path, const char *content)
{
	char full[512], *slash;
	FILE *out;

	snprintf(full, sizeof(full), "%s/%s", fake_host_dir(), path);
	for (slash = strchr(full + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	out = fopen(full, "w");
	if (!out) {
		perror(full);
		exit(1);
	}
	fputs(content, out);
	fclose(out);
}

/**
 * fake_host_read - read a file
 * @path: below fake_host_dir()
 *
 * Return: content, to be freed; NULL if there is no file.
 */
char *fake_host_read(const char *path)
{
	char full[512], *text;
	size_t n;
	FILE *in;

	snprintf(full, sizeof(full), "%s/%s", fake_host_dir(), path);
	in = fopen(full, "r");
	if (!in)
		return NULL;
	text = calloc(1, 65536);
	n = fread(text, 1, 65535, in);
	text[n] = '\0';
	fclose(in);
	return text;
}

static int fake_dump(iscsidsc_xfrm_fn fn, void *arg)
{
	struct iscsidsc_xfrm_policy copy[FAKE_POLICIES];
	size_t count = fake_host.policy_count, i;

	memcpy(copy, fake_host.policies, sizeof(copy));
	for (i = 0; i < count; i++)
		fn(&copy[i], arg);
	return 0;
}

static int fake_change(const struct iscsidsc_xfrm_policy *policy, int add)
{
	size_t i;

	if (add)
		return fake_host_policy(policy);
	for (i = 0; i < fake_host.policy_count; i++)
		if (fake_host.policies[i].index == policy->index)
			break;
	if (i == fake_host.policy_count)
		return -ENOENT;
	fake_host.policy_count--;
	memmove(&fake_host.policies[i], &fake_host.policies[i + 1],
		(fake_host.policy_count - i) * sizeof(*policy));
	return 0;
}

static int fake_sa_dump(iscsidsc_xfrm_sa_fn fn, void *arg)
{
	struct iscsidsc_xfrm_sa copy[FAKE_SAS];
	size_t count = fake_host.sa_count, i;

	memcpy(copy, fake_host.sas, sizeof(copy));
	for (i = 0; i < count; i++)
		fn(&copy[i], arg);
	return 0;
}

static int fake_sa_remove(const struct iscsidsc_xfrm_sa *sa)
{
	size_t i;

	for (i = 0; i < fake_host.sa_count; i++)
		if (fake_host.sas[i].spi == sa->spi)
			break;
	if (i == fake_host.sa_count)
		return -ENOENT;
	fake_host.sas[i] = fake_host.sas[--fake_host.sa_count];
	return 0;
}

/**
 * fake_host_policy - add an IPsec policy to the kernel
 * @policy: policy; it gets a number
 *
 * Return: 0 or -errno.
 */
int fake_host_policy(const struct iscsidsc_xfrm_policy *policy)
{
	static uint32_t index;

	if (fake_host.policy_count == FAKE_POLICIES)
		return -ENOMEM;
	fake_host.policies[fake_host.policy_count] = *policy;
	fake_host.policies[fake_host.policy_count++].index = ++index;
	return 0;
}

/**
 * iscsidsc_host_default - the machine of tests
 *
 * Return: where things are.
 */
const struct iscsidsc_host *iscsidsc_host_default(void)
{
	static _Thread_local char ipsec[512], swanctl[512], vici[512];
	static _Thread_local char sysfs[512], config[512];
	static _Thread_local struct iscsidsc_host host;

	snprintf(sysfs, sizeof(sysfs), "%s/sys", fake_host_dir());
	snprintf(config, sizeof(config), "%s/iscsi_mcs.conf", fake_host_dir());
	host.sysfs = sysfs;
	host.config = config;
	snprintf(ipsec, sizeof(ipsec), "%s/ipsec", fake_host_dir());
	snprintf(swanctl, sizeof(swanctl), "%s/conf.d", fake_host_dir());
	snprintf(vici, sizeof(vici), "%s/charon.vici", fake_host_dir());
	host.ipsec = ipsec;
	host.swanctl = swanctl;
	host.vici = vici;
	host.xfrm_dump = fake_dump;
	host.xfrm_change = fake_change;
	host.xfrm_sa_dump = fake_sa_dump;
	host.xfrm_sa_remove = fake_sa_remove;
	host.iscsiadm = fake_iscsiadm;
	return &host;
}
