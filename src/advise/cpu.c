// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/cpu.h"

#include <string.h>

#include "advise/card.h"

/* A host model is what libvirt knows of the host's processor, and close to it. */
static bool is_close(const char *cpu) {
	return strcmp(cpu, "host-model") == 0 || strcmp(cpu, "maximum") == 0 ||
	       strcmp(cpu, "max") == 0;
}

bool cpu_is_hosts(const struct adviser *adviser) {
	return adviser->model->accelerated && !is_close(adviser->model->cpu);
}

static void advise_model(struct adviser *adviser) {
	const char *cpu = adviser->model->cpu;
	struct advice *advice;

	if (strcmp(cpu, "host") == 0 || is_close(cpu)) {
		return;
	}
	advice = advice_add(adviser, "cpu", ADVICE_BETTER);
	advice_what(advice, "give the guest the host's own processor");
	advice_why(advice,
		"%s%s%s lacks much of what the processor can do, so that it can move to other machines, and a guest with a card cannot move",
		cpu[0] ? "\"" : "the one that QEMU chooses", cpu, cpu[0] ? "\"" : "");
	advice_change(adviser, SETTING_CPU, 0);
}

/* Hyper-V in Windows, and with it WSL 2 and memory integrity; containers with machines of their
 * own. */
static void advise_nested(struct adviser *adviser) {
	struct advice *advice;

	if (!adviser->ground->nested_off || adviser->model->system != SYSTEM_WINDOWS) {
		return;
	}
	advice = advice_add(adviser, "nested", ADVICE_MATTER_OF_TASTE);
	advice_what(advice, "allow virtual machines within the guest");
	advice_why(advice,
		"WSL 2, Hyper-V and memory integrity need them, and the host's %s has them switched off",
		adviser->ground->kvm_module);
	advice_by_hand(advice,
		"write \"options %s nested=1\" into /etc/modprobe.d/%s.conf, and load the module again while no guest runs (or restart the host)",
		adviser->ground->kvm_module, adviser->ground->kvm_module);
}

void advise_cpu(struct adviser *adviser) {
	if (card_is_given(adviser) && adviser->model->accelerated && !adviser->model->foreign) {
		advise_model(adviser);
		advise_nested(adviser);
	}
}
