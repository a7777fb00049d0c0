/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* What the files of the D-Bus service share. */
#ifndef SERVICE_H
#define SERVICE_H

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <iscsidsc_linux.h>
#include <iscsidsc_wmi.h>

#define BUS_NAME	"org.iscsi_mcs"
#define ROOT_PATH	"/org/iscsi_mcs"
#define SESSION_PREFIX	ROOT_PATH "/session"
#define SESSION_IFACE	"org.iscsi_mcs.MSIscsiInitiator_SessionClass"
#define POLKIT_ACTION	"org.iscsi_mcs.manage"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct job;

/**
 * struct job - a change that was asked for, from question to answer
 * @call: the method call, referenced
 * @event: main loop
 * @run: does the work, in a thread of its own
 * @release: frees @arg, and wipes what is secret in it
 * @arg: of @run
 * @session: unique ID of the session
 * @status: result of @run
 * @text: what the answer carries, or NULL
 * @done: pipe that wakes the main loop
 * @source: of the main loop, for the pipe
 */
struct job {
	sd_bus_message *call;
	sd_event *event;
	void (*run)(struct job *job);
	void (*release)(void *arg);
	void *arg;
	char session[ISCSIDSC_ID_TEXT_LEN];
	ISDSC_STATUS status;
	char *text;
	int done[2];
	sd_event_source *source;
};

/* job.c */
int job_start(sd_bus_message *call, const char *session,
	      void (*run)(struct job *job), void *arg,
	      void (*release)(void *arg));
int job_fail(sd_bus_message *call, ISDSC_STATUS status);

/* session.c */
int session_register(sd_bus *bus);

#endif /* SERVICE_H */
