/* A Cortex-M4F under QEMU (mps2-an386): text and exit by semihosting, a counter of instructions, the painted stack. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* Writes to the console of the debugger, QEMU here. */
void say(const char *text);
void say_hex(uint64_t number);
void say_decimal(uint64_t number);

/* Ends the program; QEMU's exit status is 0 only if all is well. */
_Noreturn void finish(int is_well);

/* Instructions: with QEMU's -icount shift=0 each takes 1 ns of the board's time, and SysTick ticks at 25 MHz. */
void counter_start(void);
uint32_t counter_instructions(void);

/* Paints the free stack, and says how far below the painter's caller it was used since. */
void stack_paint(void);
uint32_t stack_used(void);

#endif
