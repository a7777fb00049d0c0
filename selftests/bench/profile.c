// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

/*
 * A plugin for QEMU that counts what a guest executes, by address, between two
 * marks (see load.c). The second mark makes a file profile-N in the directory
 * of the argument dir=, N counting from 1, with a line for each piece of
 * straight code: address and instructions executed there. Exact, and takes in
 * what runs with interrupts off, which a sampling profiler in the guest never
 * sees.
 */

PLUGIN_EXPORT int qemu_plugin_version = 1;

#define BUCKETS		0x40000

struct place {
	struct place *next;
	uint64_t addr;
	uint64_t count;
};

static struct place *places[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *dir;

/* Code may be translated again; its counter stays. */
static struct place *place_of(uint64_t addr)
{
	struct place **bucket = &places[(addr * 0x9e3779b97f4a7c15u) >> 46];
	struct place *p;

	pthread_mutex_lock(&lock);
	for (p = *bucket; p && p->addr != addr; p = p->next)
		;
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p)
			abort();
		p->addr = addr;
		p->next = *bucket;
		*bucket = p;
	}
	pthread_mutex_unlock(&lock);
	return p;
}

static void forget(void)
{
	struct place *p;
	int i;

	for (i = 0; i < BUCKETS; i++) {
		for (p = places[i]; p; p = p->next)
			p->count = 0;
	}
}

static void write_counts(int n)
{
	char name[PATH_MAX];
	struct place *p;
	FILE *f;
	int i;

	snprintf(name, sizeof(name), "%s/profile-%d", dir, n);
	f = fopen(name, "w");
	if (!f)
		return;
	for (i = 0; i < BUCKETS; i++) {
		for (p = places[i]; p; p = p->next) {
			if (p->count)
				fprintf(f, "%016llx %llu\n",
					(unsigned long long)p->addr,
					(unsigned long long)p->count);
		}
	}
	fclose(f);
}

static void marked(unsigned int cpu, void *data)
{
	static bool counting;
	static int n;

	(void)cpu;
	(void)data;
	if (counting)
		write_counts(++n);
	forget();
	counting = !counting;
}

static bool is_mark(const struct qemu_plugin_insn *insn)
{
	static const unsigned char mark[] = { 0x66, 0x87, 0xdb };

	return qemu_plugin_insn_size(insn) == sizeof(mark) &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark));
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);
	struct place *p;

	(void)id;
	p = place_of(qemu_plugin_tb_vaddr(tb));
	qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64, &p->count,
						 n);
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (is_mark(insn))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, 0,
							       NULL);
	}
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
				      const struct qemu_info *info,
				      int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "dir=", 4))
		return -1;
	dir = strdup(argv[0] + 4);
	if (!dir)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
