/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way in: the header of the Multiboot Specification 0.6.96 (section 3.1), then flat segments and a
 * stack of our own, as what the loader left behind may be gone (section 3.2).
 */
	.set MAGIC, 0x1badb002
	.set FLAGS, 0

	.section .multiboot, "a"
	.balign 4
	.long MAGIC, FLAGS, -(MAGIC + FLAGS)

	.text
	.globl start
start:
	lgdt segments_pointer
	ljmp $8, $1f
1:	mov $16, %cx
	mov %cx, %ds
	mov %cx, %es
	mov %cx, %fs
	mov %cx, %gs
	mov %cx, %ss
	mov $stack_end, %esp
	push %ebx
	push %eax
	call guest
2:	cli
	hlt
	jmp 2b

	/* An interrupt only ends a hlt; see wait_event. */
	.globl wake
wake:
	iret

	.section .rodata
	.balign 8
segments:
	.quad 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
segments_pointer:
	.word . - segments - 1
	.long segments

	.bss
	.balign 16
	.skip 16384
stack_end:

	.section .note.GNU-stack, "", @progbits
