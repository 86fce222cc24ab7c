// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/card.h"
#include "advise/cores.h"
#include "advise/cpu.h"
#include "base/text.h"

static int card_node(const struct adviser *adviser) {
	const struct device *card = card_next(adviser, NULL);

	return card ? card->numa_node : -1;
}

static const struct cpu *online_cpu(const struct adviser *adviser, unsigned int number) {
	const struct cpu *cpu = topology_cpu(&adviser->ground->topology, number);

	return cpu && cpu->online ? cpu : NULL;
}

/* The one processor that a vCPU is pinned to; NULL: none, or several. */
static const struct cpu *pinned_to(const struct adviser *adviser, unsigned int vcpu) {
	const struct model_cpus *pin = &adviser->model->pins[vcpu];
	const struct cpu *found = NULL;

	for (unsigned int i = 0; i < MODEL_CPUS_MAX; i++) {
		if (model_cpus_has(pin, i)) {
			if (found || !online_cpu(adviser, i)) {
				return NULL;
			}
			found = online_cpu(adviser, i);
		}
	}
	return found;
}

/* Has each of its processors one of the host's to itself? Which ones is then somebody's choice. */
static bool is_pinned(const struct adviser *adviser) {
	struct model_cpus used = {0};

	for (unsigned int i = 0; i < adviser->model->vcpus; i++) {
		const struct cpu *cpu = pinned_to(adviser, i);

		if (!cpu || model_cpus_has(&used, cpu->number)) {
			return false;
		}
		model_cpus_add(&used, cpu->number);
	}
	return true;
}

/* "CPUs 4-7,20-23" and why these. */
static void explain(const struct placement *placement, struct advice *advice) {
	char guest[MODEL_CPUS_TEXT_SIZE], where[64] = "";

	if (placement->node >= 0) {
		snprintf(where, sizeof(where), ", on the card's node %d", placement->node);
	}
	model_cpus_format(&placement->guest, guest);
	advice_what(advice, "pin the guest's %u processors to the host's CPUs %s", placement->vcpus,
		guest);
	advice_why(advice,
		"%s%s%s; otherwise the host moves them about, away from their caches and in among its own work",
		placement->caches == 1  ? "whole cores behind one third-level cache"
		: placement->caches > 1 ? "whole cores, as many behind each third-level cache"
					: "whole cores",
		placement->topology.threads > 1 ? ", threads of one core side by side" : "", where);
}

/* Has it an I/O thread of number 1, or will it have one by the same advice? */
static bool has_first_iothread(const struct adviser *adviser) {
	const struct model *model = adviser->model;

	if (model->iothreads > 0) {
		return !model->iothread_ids;
	}
	return model->disk_count > 0 && (model->can & CAN_IOTHREAD) &&
	       advice_is_wanted(adviser->wishes, "iothread");
}

static void pin_all(struct adviser *adviser, const struct placement *placement) {
	struct advice *advice = advice_add(adviser, "pinning", ADVICE_BETTER);

	explain(placement, advice);
	for (unsigned int i = 0; i < placement->vcpus; i++) {
		model_cpus_add(&advice_change(adviser, SETTING_PIN, i)->cpus, placement->cpus[i]);
	}
	advice_change(adviser, SETTING_EMULATOR_PIN, 0)->cpus = placement->rest;
	/* libvirt refuses it for a thread that the definition has not. */
	if (has_first_iothread(adviser)) {
		advice_change(adviser, SETTING_IOTHREAD_PIN, 0)->cpus = placement->rest;
	}
}

/* Where the processors of a guest were put by somebody else, QEMU's threads go beside them. */
static void pin_emulator(struct adviser *adviser) {
	const struct topology *topology = &adviser->ground->topology;
	struct model_cpus rest = {0}, taken = {0};
	char text[MODEL_CPUS_TEXT_SIZE];
	struct advice *advice;

	for (unsigned int i = 0; i < adviser->model->vcpus; i++) {
		for (size_t n = 0; n < COUNT(taken.bits); n++) {
			taken.bits[n] |= adviser->model->pins[i].bits[n];
		}
	}
	for (size_t i = 0; i < topology->cpu_count; i++) {
		if (topology->cpus[i].online && !model_cpus_has(&taken, topology->cpus[i].number)) {
			model_cpus_add(&rest, topology->cpus[i].number);
		}
	}
	if (!model_cpus_empty(&adviser->model->emulator_pin) || model_cpus_empty(&rest)) {
		return;
	}
	advice = advice_add(adviser, "pinning", ADVICE_BETTER);
	advice_what(advice, "keep QEMU's own threads off the guest's processors: on CPUs %s",
		model_cpus_format(&rest, text));
	advice_why(advice,
		"the guest's processors are pinned, and what QEMU does beside them may run on the same ones");
	advice_change(adviser, SETTING_EMULATOR_PIN, 0)->cpus = rest;
}

/* All of its threads together: what Proxmox can do, and taskset(1). */
static void set_affinity(struct adviser *adviser, const struct placement *placement) {
	struct model_cpus all = placement->guest;
	struct advice *advice;

	for (size_t i = 0; i < COUNT(all.bits); i++) {
		all.bits[i] |= placement->rest.bits[i];
	}
	if (!model_cpus_empty(&adviser->model->affinity)) {
		return;
	}
	advice = advice_add(adviser, "pinning", ADVICE_BETTER);
	explain(placement, advice);
	advice_change(adviser, SETTING_AFFINITY, 0)->cpus = all;
}

static void advise_most(struct adviser *adviser, unsigned int most) {
	struct advice *advice;

	if (most == 0) {
		return;
	}
	advice = advice_add(adviser, "vcpus", ADVICE_BETTER);
	advice_what(advice, "give the guest at most %u processors", most);
	advice_why(advice,
		"it has %u, and the host needs a core for itself and for what QEMU does beside them; performance cores are not mixed with efficient ones, which no guest can tell apart",
		adviser->model->vcpus);
	advice_by_hand(advice, "how many it needs is for you to say; then ask again");
}

static bool fits(const struct adviser *adviser, const struct placement *placement) {
	const struct model_topology *is = &adviser->model->topology;

	return is->sockets == 1 && is->threads == placement->topology.threads &&
	       is->sockets * is->dies * is->cores * is->threads == adviser->model->vcpus;
}

/*
 * QEMU gives an AMD guest threads only with topoext, which "host" does not bring along
 * (no_autoenable_flags of FEAT_8000_0001_ECX in target/i386/cpu.c).
 */
static void advise_topology(struct adviser *adviser, const struct placement *placement) {
	const struct model *model = adviser->model;
	bool amd = strcmp(adviser->ground->topology.vendor, "AuthenticAMD") == 0;
	bool topoext =
		amd && placement->topology.threads > 1 && !model->topoext && cpu_is_hosts(adviser);
	struct advice *advice;

	if (!(model->can & CAN_TOPOLOGY) || (fits(adviser, placement) && !topoext)) {
		return;
	}
	advice = advice_add(adviser, "topology", ADVICE_BETTER);
	if (placement->topology.dies > 1) {
		advice_what(advice, "show the guest %u dies with %u cores of %u threads each",
			placement->topology.dies, placement->topology.cores,
			placement->topology.threads);
	} else {
		advice_what(advice, "show the guest one socket with %u cores of %u thread%s",
			placement->topology.cores, placement->topology.threads,
			placement->topology.threads == 1 ? "" : "s");
	}
	advice_why(advice,
		"it schedules by what it is shown: what shares a core or a cache on the host has to look so%s",
		topoext ? "; AMD's processors show their threads by topoext alone" : "");
	if (!fits(adviser, placement)) {
		advice_change(adviser, SETTING_TOPOLOGY, 0)->topology = placement->topology;
	}
	if (topoext) {
		(void)!name_set(advice_change(adviser, SETTING_CPU_FEATURE, 0)->value,
			MODEL_VALUE_SIZE, "topoext");
	}
}

static void advise_iothread(struct adviser *adviser) {
	const struct model *model = adviser->model;
	struct advice *advice;

	if (!(model->can & CAN_IOTHREAD) || model->disk_count == 0) {
		return;
	}
	advice = advice_add(adviser, "iothread", ADVICE_BETTER);
	advice_what(advice, "give the guest's disks a thread of their own");
	advice_why(advice,
		"otherwise QEMU's main thread serves them, along with everything else that it does");
	if (model->iothread_ids) {
		advice_by_hand(advice,
			"its I/O threads have numbers of their own (<iothreadids>): give each disk's <driver> the iothread='...' that you want");
		return;
	}
	if (model->iothreads == 0) {
		advice_change(adviser, SETTING_IOTHREADS, 1);
	}
	for (size_t i = 0; i < model->disk_count; i++) {
		advice_change(adviser, SETTING_DISK_IOTHREAD, model->disks[i]);
	}
}

static void advise_placement(struct adviser *adviser, const struct placement *placement) {
	const struct model *model = adviser->model;

	advise_topology(adviser, placement);
	advise_iothread(adviser);
	if (model->can & CAN_PIN) {
		if (is_pinned(adviser)) {
			pin_emulator(adviser);
		} else {
			pin_all(adviser, placement);
		}
	} else if (model->can & CAN_AFFINITY) {
		set_affinity(adviser, placement);
	}
}

void advise_pinning(struct adviser *adviser) {
	const struct model *model = adviser->model;
	AUTO_FREE struct placement *placement = calloc(1, sizeof(*placement));
	unsigned int most;
	int r;

	if (!placement) {
		adviser->r = -ENOMEM;
	}
	if (!placement || !model->accelerated || model->foreign || !card_is_given(adviser)) {
		return;
	}
	r = placement_make(
		&adviser->ground->topology, model->vcpus, card_node(adviser), placement, &most);
	if (r == -ENOMEM) {
		adviser->r = r;
	} else if (r == -ENOSPC) {
		advise_most(adviser, most);
	} else if (r == 0) {
		advise_placement(adviser, placement);
	}
}
