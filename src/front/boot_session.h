/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"
#include "inventory/boot/boot.h"
#include "setup/boot/make.h"

/* What the actions of `baton boot` that change something have in common. */
struct boot_session {
	const struct invocation *invocation;
	int root;
	uid_t owner; /* who alone may write what happens at boot */
	struct host host;
	struct boot boot;
};

/*
 * Is it allowed? Then what an earlier call was interrupted in is taken back, and the machine is
 * read. {.root = -1} before; closed also after a failure, which is printed.
 */
enum result boot_session_open(const struct invocation *invocation, struct boot_session *ret);
void boot_session_close(struct boot_session *session);

#define AUTO_BOOT_SESSION CLEANUP(boot_session_close)

/*
 * What they begin with: may this be done here, and was another call interrupted? That is taken back
 * first. root: open, or -errno.
 */
enum result boot_begin(const struct invocation *invocation, int root);

/* Who alone may write what happens at boot: below another root, whoever has that. */
uid_t boot_owner(const struct invocation *invocation, int root);

/* --root is for looking, and only root changes anything. */
enum result boot_may_change(const struct invocation *invocation);

/* Programs run for as long as it takes, and what they print is printed. */
struct boot_setup boot_make_setup(int root);

/* Prints the difference that it makes to each file, and the commands in their order; first, as
 * boot_carry_out does, what of the machine nobody has yet seen it work with. */
enum result boot_show_plan(const struct boot_plan *plan);

/* Is there room for the images that the plan has made again? Before anybody is asked. */
enum result boot_check_room(const struct boot_session *session, const struct boot_plan *plan);

/* Does it, and says so. */
enum result boot_carry_out(int root, const struct boot_plan *plan);

/* The same after one question for all of it; --yes is an answer, too. Refused: no, or no room. */
enum result boot_ask_and_carry_out(
	const struct boot_session *session, const struct boot_plan *plan, const char *question);

/* What is printed, or why it cannot be (r); returns result. */
enum result boot_print(const struct text *text, int r, enum result result);
enum result boot_print_findings(const struct findings *findings, enum result result);
