/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * Does one QMP command over a guest's own socket, VMID.qmp. arguments: a JSON object, or NULL.
 * False, and said why: nobody answers, or with an error. A QEMU that ends before it answers "quit"
 * has done it.
 */
bool qmp_do(unsigned int vmid, const char *command, const char *arguments);
