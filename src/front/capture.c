// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/aside.h"
#include "capture/capture.h"
#include "front/command.h"
#include "front/roster.h"

/*
 * What is captured is what the commands look at that can read a captured machine: each of them is
 * run with the trace on, and nobody sees what it prints.
 */

#define TRACE_SIZE ((size_t)256 << 20) /* pages that nobody touches cost nothing */
#define GUESTS_MAX 64                  /* of whom a plan is made; all are in the list of guests */

struct capturing {
	const struct invocation *invocation;
	struct follower follower;
	struct trace *trace;
	struct names guests; /* of whom a plan may be made, */
	char *card;          /* and a card; NULL */
	int out, err;
};

static void capturing_done(struct capturing *capturing) {
	follower_end(&capturing->follower);
	aside_memory_free(capturing->trace, TRACE_SIZE);
	names_free(&capturing->guests);
	free(capturing->card);
}

/* Sends what is printed nowhere. */
static void silence(struct capturing *capturing) {
	AUTO_CLOSE int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	fflush(stdout);
	capturing->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	capturing->err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (nowhere >= 0) {
		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
	}
}

static void speak(const struct capturing *capturing) {
	const struct {
		int kept, fd;
	} both[] = {{capturing->out, STDOUT_FILENO}, {capturing->err, STDERR_FILENO}};

	fflush(stdout);
	for (size_t i = 0; i < COUNT(both); i++) {
		if (both[i].kept >= 0) {
			dup2(both[i].kept, both[i].fd);
			close(both[i].kept);
		}
	}
}

/* What it says, and whether it fails, is nothing to us: a machine on which it does is captured
 * too. */
static int run(struct capturing *capturing, const struct command *command, unsigned int options,
	char *word) {
	struct invocation invocation = {
		.platform = capturing->invocation->platform,
		.options = OPTION_ROOT | options,
		.root = capturing->invocation->root,
		.words = &word,
		.word_count = word ? 1 : 0,
	};
	size_t length = capturing->trace->length;
	int r;

	/* It counts on where there is no more room. */
	length = length < capturing->trace->size ? length : capturing->trace->size;
	memset(capturing->trace->data, 0, length);
	trace_begin(capturing->trace, TRACE_SIZE);
	silence(capturing);
	(void)command->run(&invocation);
	speak(capturing);
	r = trace_end();
	return r < 0 ? r : follow_trace(&capturing->follower, capturing->trace);
}

/* "status|set GUEST": words of the command's own, each of which is a command of its own. */
static int run_words(struct capturing *capturing, const struct command *command) {
	AUTO_FREE char *words = strdup(command->arguments);
	char *rest = words, *word;
	int r = words ? 0 : -ENOMEM;

	if (words) {
		words[strcspn(words, " ")] = '\0';
	}
	while (r == 0 && (word = strsep(&rest, "|"))) {
		r = run(capturing, command, command->options & OPTION_JSON, word);
	}
	return r;
}

/* A command by itself, as JSON, and as far as it has words, of each guest and of a card. */
static int run_all(struct capturing *capturing, const struct command *command) {
	unsigned int options = command->options & (OPTION_LIST | OPTION_JSON);
	int r = 0;

	if (islower((unsigned char)command->arguments[0])) {
		return run_words(capturing, command);
	}
	if (command->words_min == 0) {
		r = run(capturing, command, command->options & OPTION_LIST, NULL);
		r = r < 0 ? r : run(capturing, command, options, NULL);
	}
	if (r == 0 && command->options & OPTION_HOLDERS) {
		r = run(capturing, command, OPTION_HOLDERS, NULL);
	}
	if (command->words_max == 0 || command->options & OPTION_LIST) {
		return r;
	}
	for (size_t i = 0; i < capturing->guests.count && i < GUESTS_MAX && r == 0; i++) {
		r = run(capturing, command, options, capturing->guests.names[i]);
	}
	return r == 0 && capturing->card ? run(capturing, command, options, capturing->card) : r;
}

static int run_readers(struct capturing *capturing) {
	int r = 0;

	for (size_t i = 0; i < command_count && r == 0; i++) {
		if (commands[i].options & OPTION_ROOT && commands[i].run != command_capture) {
			r = run_all(capturing, &commands[i]);
		}
	}
	return r;
}

/* "proxmox:104": one that has a number is also known by that. */
static int add_guest(const struct roster_guest *guest, struct names *guests) {
	char word[32];

	if (!guest->proxmox) {
		return names_add(guests, guest->title);
	}
	return name_format(word, sizeof(word), "proxmox:%u", guest->vmid) < 0
		       ? 0
		       : names_add(guests, word);
}

/* "qemu:win11" for /etc/baton/guests/win11.conf */
static int add_file(const char *name, struct names *guests) {
	static const char suffix[] = ".conf";
	size_t length = strlen(name);
	char word[TITLE_SIZE];

	if (!text_ends(name, suffix) || name_format(word, sizeof(word), "qemu:%.*s",
						(int)(length - strlen(suffix)), name) < 0) {
		return 0;
	}
	return names_add(guests, word);
}

/* Guests that cannot be read are no reason not to capture the rest. */
static int find_guests(int root, struct names *guests) {
	AUTO_ROSTER struct roster roster = {0};
	AUTO_NAMES struct names files = {0};
	int r = roster_read(root, &roster, NULL);

	for (size_t i = 0; r != -ENOMEM && i < roster.count; i++) {
		r = add_guest(&roster.guests[i], guests);
	}
	r = r == -ENOMEM ? r : names_read(root, "etc/baton/guests", &files);
	for (size_t i = 0; r != -ENOMEM && i < files.count; i++) {
		r = add_file(files.names[i], guests);
	}
	return r == -ENOMEM ? r : 0;
}

static int begin(const struct invocation *invocation, int root, const struct host *host,
	struct capturing *ret) {
	int r = follower_begin(root, &ret->follower);

	ret->invocation = invocation;
	ret->trace = aside_memory_new(TRACE_SIZE);
	if (r == 0 && !ret->trace) {
		r = -ENOMEM;
	}
	r = r < 0 ? r : find_guests(root, &ret->guests);
	if (r == 0 && host->card_count > 0) {
		char name[ADDRESS_SIZE];

		ret->card = strdup(address_format(host->cards[0].device, name));
		r = ret->card ? 0 : -ENOMEM;
	}
	return r;
}

static void tell_unread(const struct unread *unread) {
	if (unread->processes > 0) {
		fprintf(stderr,
			"baton: %zu processes are not for us to look into: root sees more\n",
			unread->processes);
	}
	if (unread->count > 0) {
		fprintf(stderr, "baton: %zu files could not be read:\n%s", unread->count,
			unread->paths.data);
	}
}

static enum result print(const struct invocation *invocation, const struct text *text) {
	struct error error;

	if (invocation->word_count == 0) {
		fputs(text->data, stdout);
		return RESULT_DONE;
	}
	if (invocation->platform->write_file(invocation->words[0], text, &error) < 0) {
		return command_fail(RESULT_UNDONE, &error);
	}
	fprintf(stderr,
		"baton: %s has %zu KiB. Read it before you give it away: baton(8) says what "
		"stands in it\n",
		invocation->words[0], (text->length + 1023) >> 10);
	return RESULT_DONE;
}

static int capture(const struct invocation *invocation, int root, struct text *ret,
	struct unread *ret_unread, struct error *error) {
	CLEANUP(capturing_done) struct capturing capturing = {0};
	AUTO_HOST struct host host = {0};
	struct capture_options options = {
		.keep_names = invocation->options & OPTION_KEEP_NAMES, .release = BATON_VERSION};
	int r = host_read(root, &host, error);

	if (r < 0) {
		return r;
	}
	if (getrandom(options.seed, sizeof(options.seed), 0) != sizeof(options.seed)) {
		return error_set(error, -EIO, "there is no chance to be had from the kernel");
	}
	r = begin(invocation, root, &host, &capturing);
	r = r < 0 ? r : run_readers(&capturing);
	if (r < 0) {
		return error_set(error, r, "cannot look at the machine: %s", strerror(-r));
	}
	return capture_write(&capturing.follower, &host, &options, ret, ret_unread, error);
}

int command_capture(const struct invocation *invocation) {
	AUTO_CLOSE int root = root_open(invocation->root);
	AUTO_TEXT struct text text = {0};
	AUTO_UNREAD struct unread unread = {0};
	struct error error = {0};

	if (root < 0) {
		error_set(&error, root, "cannot read %s: %s", invocation->root, strerror(-root));
		return command_fail(RESULT_USAGE, &error);
	}
	if (capture(invocation, root, &text, &unread, &error) < 0) {
		return command_fail(RESULT_UNDONE, &error);
	}
	tell_unread(&unread);
	return print(invocation, &text);
}
