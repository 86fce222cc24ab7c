// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "front/select.h"
#include "host/resource.h"
#include "host/rom.h"
#include "report/rom.h"

/* baton rom: a card's video BIOS into a file, and what is wrong with one in a file. */

static enum result usage(const char *sentence) {
	struct error error = {0};

	error_set(&error, -EINVAL, "%s", sentence);
	return command_fail(RESULT_USAGE, &error);
}

/* Of a card's functions, the one that draws has the video BIOS. */
static int choose_device(const struct host *host, const struct request *request,
	const struct device **ret, struct error *error) {
	const struct device *chosen = NULL;

	for (size_t i = 0; i < request->device_count; i++) {
		const struct device *device = host_device(host, request->devices[i].address);

		if (device && (!chosen || (device->class >> 16 == CLASS_DISPLAY &&
						  chosen->class >> 16 != CLASS_DISPLAY))) {
			chosen = device;
		}
	}
	if (!chosen) {
		return error_set(error, -ENODEV, "there is no such device: `baton list`");
	}
	*ret = chosen;
	return 0;
}

/* The device that one word means. */
static enum result find_device(
	struct session *session, const char *word, struct host *host, const struct device **ret) {
	char *words[] = {(char *)word};
	struct request request = {0};
	struct error error = {0};
	enum result result;

	if (select_is_guest(word)) {
		return usage("a ROM is one device's: name a card or an address");
	}
	if (host_read(session->root, host, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	result = select_words(session, host, words, COUNT(words), &request);
	if (result != RESULT_DONE) {
		return result;
	}
	return choose_device(host, &request, ret, &error) < 0 ? command_fail(RESULT_USAGE, &error)
							      : RESULT_DONE;
}

/* What could only give a ROM that is not the card's own, or none at all. */
static int check_device(int root, const struct device *device, struct error *error) {
	struct resource rom;
	int r = resource_read(root, device->name, RESOURCE_ROM, &rom);

	if (r < 0) {
		return error_set(
			error, r, "cannot read the ranges of %s: %s", device->name, strerror(-r));
	}
	if (rom.flags & RESOURCE_ROM_SHADOW) {
		return error_set(error, -EBUSY,
			"%s is the card that the machine started on: what could be read is the firmware's copy in memory, which it has changed; start the machine on another card, or get the ROM from the card's maker",
			device->name);
	}
	if (strcmp(device->driver, device->vfio_driver) == 0 || device->has_vfio_device) {
		return error_set(error, -EBUSY,
			"%s is on %s, which keeps it switched off until a guest has it: `baton reattach %s` first",
			device->name, device->driver, device->name);
	}
	if (strcmp(device->power_state, "D3hot") == 0 ||
		strcmp(device->power_state, "D3cold") == 0) {
		return error_set(error, -EBUSY,
			"%s is asleep (%s): write on to its power/control in /sys/bus/pci/devices first",
			device->name, device->power_state);
	}
	return 0;
}

static enum result say(
	const char *file, const struct text *bytes, const struct identity *identity, bool json) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	struct rom rom;
	int r;

	rom_parse((const uint8_t *)bytes->data, bytes->length, identity, &rom);
	r = json ? report_rom_json(file, &rom, &text, &error) : report_rom(file, &rom, &text);
	if (r < 0) {
		if (!error.text[0]) {
			error_set(&error, r, "cannot print what is in %s: %s", file, strerror(-r));
		}
		return command_fail(RESULT_UNDONE, &error);
	}
	fputs(text.data, stdout);
	return rom_level(&rom) == ROM_NOTE ? RESULT_DONE : RESULT_UNDONE;
}

static enum result dump(const struct invocation *invocation, struct session *session) {
	AUTO_HOST struct host host = {0};
	AUTO_TEXT struct text bytes = {0};
	const struct device *device = NULL;
	const char *file = invocation->words[2];
	struct error error = {0};
	enum result result = find_device(session, invocation->words[1], &host, &device);

	result = result ? result : session_open_machine(session, false);
	if (result != RESULT_DONE) {
		return result;
	}
	assert(device);
	if (check_device(session->root, device, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	if (session->platform->read_rom(session->handover.ops, device->name, &bytes, &error) < 0 ||
		session->platform->write_file(file, &bytes, &error) < 0) {
		return command_fail(RESULT_UNDONE, &error);
	}
	return say(file, &bytes, &device->identity, invocation->options & OPTION_JSON);
}

static int load(const char *path, struct text *ret, struct error *error) {
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = fd < 0 ? -errno : stream_read(fd, ROM_MAX, &data, &length);

	r = r < 0 ? r : text_append(ret, data, length);
	if (r == -EFBIG) {
		return error_set(
			error, r, "%s is no ROM: none is larger than %u MiB", path, ROM_MAX >> 20);
	}
	return r < 0 ? error_set(error, r, "cannot read %s: %s", path, strerror(-r)) : 0;
}

static enum result check(const struct invocation *invocation, struct session *session) {
	AUTO_HOST struct host host = {0};
	AUTO_TEXT struct text bytes = {0};
	const struct device *device = NULL;
	const char *file = invocation->words[1];
	struct error error = {0};
	enum result result = RESULT_DONE;

	if (load(file, &bytes, &error) < 0) {
		return command_fail(RESULT_USAGE, &error);
	}
	if (invocation->word_count > 2) {
		result = find_device(session, invocation->words[2], &host, &device);
	}
	return result ? result
		      : say(file, &bytes, device ? &device->identity : NULL,
				invocation->options & OPTION_JSON);
}

/* What is behind the last image stays: NVIDIA's cards have more there for their own driver. */
static enum result mend(const struct invocation *invocation, struct session *session) {
	AUTO_TEXT struct text bytes = {0}, mended = {0};
	const char *file = invocation->words[1], *fresh = invocation->words[2];
	struct error error = {0};
	struct rom rom;

	if (load(file, &bytes, &error) < 0) {
		return command_fail(RESULT_USAGE, &error);
	}
	rom_parse((const uint8_t *)bytes.data, bytes.length, NULL, &rom);
	if (rom_level(&rom) == ROM_BROKEN) {
		error_set(&error, -EINVAL, "%s cannot be mended: `baton rom check '%s'` says why",
			file, file);
		return command_fail(RESULT_REFUSED, &error);
	}
	if (text_append(&mended, bytes.data + rom.start, bytes.length - rom.start) < 0) {
		error_set(&error, -ENOMEM, "out of memory");
		return command_fail(RESULT_UNDONE, &error);
	}
	if (session->platform->write_file(fresh, &mended, &error) < 0) {
		return command_fail(RESULT_UNDONE, &error);
	}
	return say(fresh, &mended, NULL, invocation->options & OPTION_JSON);
}

static const struct {
	const char *name;
	size_t words_min, words_max; /* its own name among them */
	const char *usage;
	enum result (*run)(const struct invocation *invocation, struct session *session);
} actions[] = {
	{"dump", 3, 3, "baton rom dump CARD|ADDRESS FILE", dump},
	{"check", 2, 3, "baton rom check FILE [CARD|ADDRESS]", check},
	{"mend", 3, 3, "baton rom mend FILE NEW-FILE", mend},
};

int command_rom(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	const char *word = invocation->words[0];

	for (size_t i = 0; i < COUNT(actions); i++) {
		enum result result;

		if (strcmp(word, actions[i].name) != 0) {
			continue;
		}
		if (invocation->word_count < actions[i].words_min ||
			invocation->word_count > actions[i].words_max) {
			return usage(actions[i].usage);
		}
		result = session_open(invocation, NULL, &session);
		return result ? result : actions[i].run(invocation, &session);
	}
	return usage("a ROM can be dumped, checked and mended: `baton rom --help`");
}
