// SPDX-License-Identifier: GPL-2.0-or-later
/* The floor of a hook call that concerns no device: a program that starts and ends. */

int main(void) {
	return 0;
}
