/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"

/*
 * Words of the kernel's command line that guides to passing devices through recommend, and what
 * they really do (Documentation/admin-guide/kernel-parameters.txt). baton needs none of them where
 * the IOMMU is on.
 */
struct argument {
	const char *key;   /* with '_' for '-'; one that ends in '.' fits all that begins so */
	const char *value; /* NULL: any */
	const char *does;  /* "gives ...": a sentence without its subject */
	bool gives;        /* it gives devices to VFIO, or keeps them from their drivers */
};

/* The one that fits the word best, or NULL. */
const struct argument *argument_find(const char *word);
