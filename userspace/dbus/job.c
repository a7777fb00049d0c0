// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * Changes. Whoever asks for one has to be root or to be let through by polkit.
 * A login may take seconds, so each change runs in a thread of its own; the
 * bus is used by the main thread only, which a pipe wakes for the answer.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "service.h"

/* Somebody may have to type a password. */
#define POLKIT_TIMEOUT_US	(120ull * 1000 * 1000)

/**
 * job_fail - answer a call with a status as an error
 * @call: method call
 * @status: status; the name of its constant becomes the name of the error
 *
 * Return: as sd_bus_reply_method_errorf().
 */
int job_fail(sd_bus_message *call, ISDSC_STATUS status)
{
	const char *advice = iscsidsc_advice(status);
	char name[128];

	snprintf(name, sizeof(name), BUS_NAME ".Error.%s",
		 iscsidsc_status_name(status));
	return sd_bus_reply_method_errorf(call, name, "%s%s%s (0x%08x)",
					  iscsidsc_strerror(status),
					  *advice ? "; " : "", advice, status);
}

static void job_free(struct job *job)
{
	if (job->release)
		job->release(job->arg);
	sd_event_source_disable_unref(job->source);
	if (job->done[0] >= 0)
		close(job->done[0]);
	if (job->done[1] >= 0)
		close(job->done[1]);
	sd_event_unref(job->event);
	sd_bus_message_unref(job->call);
	free(job->text);
	free(job);
}

static int on_done(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct job *job = data;

	(void)source;
	(void)fd;
	(void)events;
	if (job->status)
		job_fail(job->call, job->status);
	else if (job->text)
		sd_bus_reply_method_return(job->call, "s", job->text);
	else
		sd_bus_reply_method_return(job->call, NULL);
	job_free(job);
	return 0;
}

static void *thread(void *data)
{
	struct job *job = data;
	int fd = job->done[1];

	job->run(job);
	job->done[1] = -1;
	/* Wakes the main loop, which frees the job. */
	close(fd);
	return NULL;
}

static int job_run(struct job *job)
{
	pthread_attr_t attr;
	pthread_t id;
	int err;

	if (pipe2(job->done, O_CLOEXEC))
		return -errno;
	err = sd_event_add_io(job->event, &job->source, job->done[0],
			      EPOLLIN, on_done, job);
	if (err < 0)
		return err;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&id, &attr, thread, job);
	pthread_attr_destroy(&attr);
	if (err) {
		/* Let the answer be given the same way as any other. */
		job->status = ERROR_NO_SYSTEM_RESOURCES;
		close(job->done[1]);
		job->done[1] = -1;
	}
	return 0;
}

static int job_go(struct job *job)
{
	int err = job_run(job);

	if (err < 0) {
		job_fail(job->call, ERROR_NO_SYSTEM_RESOURCES);
		job_free(job);
	}
	return 1;
}

static int on_polkit(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct job *job = data;
	int allowed = 0;

	(void)error;
	if (!sd_bus_message_is_method_error(reply, NULL) &&
	    sd_bus_message_enter_container(reply, 'r', "bba{ss}") > 0)
		sd_bus_message_read(reply, "b", &allowed);
	if (allowed)
		return job_go(job);
	job_fail(job->call, ERROR_ACCESS_DENIED);
	job_free(job);
	return 1;
}

static int ask_polkit(struct job *job)
{
	sd_bus *bus = sd_bus_message_get_bus(job->call);
	sd_bus_message *m = NULL;
	int err;

	err = sd_bus_message_new_method_call(bus, &m,
					     "org.freedesktop.PolicyKit1",
					     "/org/freedesktop/PolicyKit1/Authority",
					     "org.freedesktop.PolicyKit1.Authority",
					     "CheckAuthorization");
	if (err < 0)
		return err;
	/* Flag 1: a person may be asked. */
	err = sd_bus_message_append(m, "(sa{sv})sa{ss}us", "system-bus-name", 1,
				    "name", "s",
				    sd_bus_message_get_sender(job->call),
				    POLKIT_ACTION, 0, 1, "");
	if (err >= 0)
		err = sd_bus_call_async(bus, NULL, m, on_polkit, job,
					POLKIT_TIMEOUT_US);
	sd_bus_message_unref(m);
	return err;
}

static int is_root(sd_bus_message *call)
{
	sd_bus_creds *creds = NULL;
	uid_t uid = (uid_t)-1;

	if (sd_bus_query_sender_creds(call, SD_BUS_CREDS_EUID, &creds) < 0)
		return 0;
	if (sd_bus_creds_get_euid(creds, &uid) < 0)
		uid = (uid_t)-1;
	sd_bus_creds_unref(creds);
	return uid == 0;
}

/**
 * job_start - make a change when whoever asks may have it
 * @call: method call
 * @session: unique ID of the session
 * @run: does the work: sets status and text of the job
 * @arg: of @run; is released in any case
 * @release: releases it
 *
 * Return: for sd-bus: 1, the call is or will be answered.
 */
int job_start(sd_bus_message *call, const char *session,
	      void (*run)(struct job *job), void *arg,
	      void (*release)(void *arg))
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job) {
		release(arg);
		return job_fail(call, ERROR_NOT_ENOUGH_MEMORY);
	}
	job->call = sd_bus_message_ref(call);
	job->event =
		sd_event_ref(sd_bus_get_event(sd_bus_message_get_bus(call)));
	job->run = run;
	job->arg = arg;
	job->release = release;
	job->done[0] = -1;
	job->done[1] = -1;
	snprintf(job->session, sizeof(job->session), "%s", session);
	if (is_root(call))
		return job_go(job);
	if (ask_polkit(job) < 0) {
		job_fail(call, ERROR_ACCESS_DENIED);
		job_free(job);
	}
	return 1;
}
