// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/survey.h"

#include <errno.h>
#include <stdlib.h>

#include "asked.h"
#include "base/text.h"
#include "front/select.h"

static enum result look(struct survey *survey) {
	int root = survey->session.root;
	struct error error = {0};
	int r = host_read(root, &survey->host, &error);

	r = r < 0 ? r : host_read_holders(root, &survey->host, &error);
	return r < 0 ? command_fail(RESULT_UNDONE, &error) : RESULT_DONE;
}

/* What is asked for that is not there would be an empty list, which is no answer. */
static enum result check_device(const struct host *host, struct address address) {
	char name[ADDRESS_SIZE];
	struct error error;

	if (host_device(host, address)) {
		return RESULT_DONE;
	}
	error_set(&error, -ENODEV, "there is no device %s: `baton list` shows all",
		address_format(address, name));
	return command_fail(RESULT_USAGE, &error);
}

static enum result select_devices(
	struct survey *survey, const struct invocation *invocation, struct request *request) {
	const struct host *host = &survey->host;
	char *device[] = {(char *)invocation->device};
	enum result result = select_words(
		&survey->session, host, invocation->words, invocation->word_count, request);

	if (result == RESULT_DONE && invocation->device) {
		result = select_words(&survey->session, host, device, 1, request);
	}
	for (size_t i = 0; result == RESULT_DONE && i < request->device_count; i++) {
		result = check_device(host, request->devices[i].address);
	}
	return result;
}

static bool is_asked(const struct request *request, struct address address) {
	for (size_t i = 0; i < request->device_count; i++) {
		if (address_compare(request->devices[i].address, address) == 0) {
			return true;
		}
	}
	return request->device_count == 0;
}

static int parse_group(const struct invocation *invocation, int *ret, struct error *error) {
	unsigned long long group;

	*ret = GROUP_NONE;
	if (!invocation->group) {
		return 0;
	}
	if (number_parse(invocation->group, INT32_MAX, &group) < 0) {
		return error_set(error, -EINVAL,
			"--group is the number of an IOMMU group, and not \"%s\"",
			invocation->group);
	}
	*ret = (int)group;
	return 0;
}

static enum result fail_empty(const struct invocation *invocation) {
	struct error error;

	if (invocation->group) {
		error_set(&error, -ENODEV,
			"group %s has no device of that kind: `baton list` shows all",
			invocation->group);
	} else {
		error_set(&error, -ENODEV,
			"there is no card with a picture among them: `baton list` shows all");
	}
	return command_fail(RESULT_USAGE, &error);
}

/* What is left of the machine by all that the command line says. */
static enum result choose(struct survey *survey, const struct invocation *invocation) {
	const struct host *host = &survey->host;
	bool cards = invocation->options & OPTION_CARDS;
	struct listing *listing = &survey->listing;
	struct request request = {0};
	struct error error = {0};
	enum result result = select_devices(survey, invocation, &request);
	int group;

	if (result != RESULT_DONE || (!request.device_count && !invocation->group && !cards)) {
		return result;
	}
	if (parse_group(invocation, &group, &error) < 0) {
		return command_fail(RESULT_USAGE, &error);
	}
	survey->selected = calloc(host->device_count + 1, sizeof(*survey->selected));
	if (!survey->selected) {
		error_set(&error, -ENOMEM, "out of memory");
		return command_fail(RESULT_UNDONE, &error);
	}
	listing->selected = survey->selected;
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (is_asked(&request, device->address) &&
			(!invocation->group || device->group == group) &&
			(!cards || verdict_has_picture(host, i))) {
			survey->selected[listing->selected_count++] = device->address;
		}
	}
	return listing->selected_count ? RESULT_DONE : fail_empty(invocation);
}

enum result survey_take(const struct invocation *invocation, struct survey *ret) {
	bool captured = invocation->options & OPTION_ROOT;
	enum result result;

	*ret = (struct survey){.session.root = -1};
	ret->listing = (struct listing){.host = &ret->host,
		.names = &ret->names,
		.inventory = &ret->inventory,
		.verdicts = &ret->verdicts,
		.claims = &ret->claims,
		.unread = ret->unread.text};
	result = session_open_anyway(invocation, &ret->session);
	if (result == RESULT_DONE && !captured) {
		result = session_open_machine(&ret->session, false);
	}
	result = result ? result : look(ret);
	return result ? result : choose(ret, invocation);
}

/* Which guest has what. */
static void read_claims(struct survey *survey) {
	AUTO_NAMES struct names guests = {0};
	struct ops *ops = survey->session.handover.ops;

	if (ops->journal_list(ops, &guests, NULL) == -EACCES) {
		error_set(&survey->unread, -EACCES,
			"Which guest has what is in /run/baton, which only root may read");
		return;
	}
	claims_read_some(ops, "", &survey->claims, &survey->unread);
}

/* Below another root nobody can be asked: a display manager that is configured is then taken to be
 * up, as `baton plan` does. */
static void ask(struct survey *survey, bool captured, struct asked *ret) {
	const struct request nobody = {.policy = {.holders = HOLDERS_REFUSE}};
	AUTO_ANSWERS struct answers answers = {0};

	if (captured || asked_fill(survey->session.handover.ops, &survey->host, &nobody, ret,
				&answers, NULL) < 0) {
		*ret = (struct asked){
			.display_manager_up = survey->host.display_manager.unit[0] != '\0'};
	}
	ret->up = ret->silent = NULL;
}

enum result survey_judge(const struct invocation *invocation, struct survey *survey) {
	bool captured = invocation->options & OPTION_ROOT;
	struct asked asked;
	struct error error = {0};

	if (!captured) {
		read_claims(survey);
	}
	ask(survey, captured, &asked);
	if (pci_names_read(survey->session.root, &survey->names) < 0 ||
		inventory_read(survey->session.root, &survey->host, &survey->inventory, NULL) < 0 ||
		verdicts_make(&survey->host, &survey->session.configuration->policy,
			&survey->claims, &asked, &survey->verdicts) < 0) {
		error_set(&error, -ENOMEM, "out of memory");
		return command_fail(RESULT_UNDONE, &error);
	}
	return RESULT_DONE;
}

void survey_free(struct survey *survey) {
	free(survey->selected);
	verdicts_free(&survey->verdicts);
	inventory_free(&survey->inventory);
	claims_free(&survey->claims);
	pci_names_free(&survey->names);
	host_free(&survey->host);
	session_close(&survey->session);
}
