/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a plan may do without asking. [policy] of baton.conf, or of a guest's own file. */

enum consent {
	CONSENT_ALLOW,
	CONSENT_REFUSE
};

struct policy {
	enum consent losses;  /* end login sessions, lose a firmware framebuffer; default: allow */
	enum consent backups; /* start a guest that is off for its backup; default: refuse */
};
