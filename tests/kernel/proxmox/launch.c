// SPDX-License-Identifier: GPL-2.0-or-later
#include "launch.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "report.h"

#define WORDS_MAX 128

struct words {
	char *list[WORDS_MAX + 1];
	size_t count, used;
	char text[16384];
};

__attribute__((format(printf, 2, 3))) static void add(
	struct words *words, const char *format, ...) {
	size_t room = sizeof(words->text) - words->used;
	char *word = words->text + words->used;
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(word, room, format, arguments);
	va_end(arguments);
	words->used += strlen(word) + 1;
	if (words->count < WORDS_MAX && words->used < sizeof(words->text)) {
		words->list[words->count++] = word;
	}
}

static void add_all(struct words *words, const char *const *list) {
	for (; *list; list++) {
		add(words, "%s", *list);
	}
}

/* `args:` is split as a shell would: blanks, and quotes of both kinds. */
static void add_raw(struct words *words, const char *text) {
	while (*(text += strspn(text, " "))) {
		char word[VALUE_SIZE], quote = '\0';
		size_t length = 0;

		for (; *text && (quote || *text != ' '); text++) {
			if (*text == quote) {
				quote = '\0';
			} else if (!quote && (*text == '"' || *text == '\'')) {
				quote = *text;
			} else {
				word[length++] = *text;
			}
		}
		word[length] = '\0';
		add(words, "%s", word);
	}
}

static void add_function(struct words *words, const struct hostpci *entry, size_t number) {
	char rom[192] = "";

	if (number == 0 && entry->romfile[0]) {
		(void)snprintf(rom, sizeof(rom), ",romfile=/usr/share/kvm/%s", entry->romfile);
	}
	add(words, "-device");
	add(words, "vfio-pci,host=%s,id=hostpci%u.%zu,bus=hostport%u,addr=0x0.%zu%s%s%s",
		entry->functions[number], entry->index, number, entry->index, number,
		number == 0 && entry->count > 1 ? ",multifunction=on" : "",
		entry->hide_rom ? ",rombar=0" : "", rom);
}

static void add_passthrough(struct words *words, const struct passthrough *passthrough) {
	for (size_t i = 0; i < passthrough->count; i++) {
		const struct hostpci *entry = &passthrough->entries[i];

		add(words, "-device");
		add(words, "pcie-root-port,id=hostport%u,bus=pcie.0,chassis=%u,slot=%u,addr=%#x",
			entry->index, entry->index + 1, entry->index + 1, 0x10 + entry->index);
		for (size_t j = 0; j < entry->count; j++) {
			add_function(words, entry, j);
		}
	}
}

static void describe(struct words *words, const struct config *config, bool paused) {
	static const char *const plain[] = {"-no-shutdown", "-daemonize", "-nodefaults", "-display",
		"none", "-vga", "none", "-machine", "q35,accel=tcg", "-smp", "1", NULL};
	const char *name = section_get(&config->main, "name");
	const char *memory = section_get(&config->main, "memory");
	const char *raw = section_get(&config->main, "args");
	unsigned int vmid = config->vmid;

	add(words, "-name");
	add(words, "%s", name ? name : "vm");
	add_all(words, plain);
	add(words, "-m");
	add(words, "%s", memory ? memory : "512");
	add(words, "-chardev");
	add(words, "socket,id=qmp,path=/var/run/qemu-server/%u.qmp,server=on,wait=off", vmid);
	add_all(words, (const char *const[]){"-mon", "chardev=qmp,mode=control", "-chardev",
			       "socket,id=qmp-event,path=/var/run/qmeventd.sock,reconnect=5",
			       "-mon", "chardev=qmp-event,mode=control", "-pidfile", NULL});
	add(words, "/var/run/qemu-server/%u.pid", vmid);
	if (paused) {
		add(words, "-S");
	}
	if (raw) {
		add_raw(words, raw);
	}
}

/* Waits for a child; false: it failed, or took longer than timeout_s and was killed. */
static bool await(pid_t pid, unsigned int timeout_s) {
	int status = -1, file = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = {.fd = file, .events = POLLIN};

	if (file < 0 || poll(&ended, 1, (int)timeout_s * 1000) == 0) {
		kill(pid, SIGKILL);
	}
	if (file >= 0) {
		close(file);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static bool run(char *const argv[], unsigned int timeout_s, bool quiet) {
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (quiet) {
			close(STDERR_FILENO);
		}
		execv(argv[0], argv);
		_exit(127);
	}
	return pid > 0 && await(pid, timeout_s);
}

static void clear_scope(const char *scope) {
	static const char *const verbs[] = {"reset-failed", "stop"};

	for (size_t i = 0; i < 2; i++) {
		(void)run((char *[]){(char *)"/usr/bin/systemctl", (char *)verbs[i], (char *)scope,
				  NULL},
			20, true);
	}
}

bool launch(const struct config *config, const struct passthrough *passthrough, bool paused) {
	static struct words words;
	char scope[32];

	(void)snprintf(scope, sizeof(scope), "%u.scope", config->vmid);
	clear_scope(scope);
	words = (struct words){0};
	add_all(&words, (const char *const[]){"/usr/bin/systemd-run", "--quiet", "--scope",
				"--slice=qemu.slice", "-p", "KillMode=process", "-p",
				"SendSIGKILL=no", "-p", "TimeoutStopSec=infinity", NULL});
	add(&words, "--unit=%s", scope);
	add(&words, "/usr/bin/qemu-system-x86_64");
	describe(&words, config, paused);
	add_passthrough(&words, passthrough);
	if (words.count == WORDS_MAX) {
		return fail("too many arguments for QEMU");
	}
	return run(words.list, LAUNCH_S, false) || fail("start failed: QEMU exited with an error");
}
