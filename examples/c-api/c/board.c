#include "board.h"

#include <stddef.h>

extern uint32_t _data_begin[], _data_end[], _data_flash[], _bss_begin[], _bss_end[], _stack_top[];

int main(void);

static void semihosting(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void say(const char *text)
{
    semihosting(4, text); /* SYS_WRITE0 */
}

void say_hex(uint64_t number)
{
    char text[17] = {0};
    for (int i = 0; i < 16; i++)
        text[i] = "0123456789abcdef"[number >> (60 - 4 * i) & 15];
    say(text);
}

void say_decimal(uint64_t number)
{
    char text[21] = {0};
    int first = 20;
    do {
        text[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    say(text + first);
}

_Noreturn void finish(int is_well)
{
    const uint32_t report[2] = {0x20026, is_well ? 0 : 1}; /* ADP_Stopped_ApplicationExit, status */
    semihosting(0x20, report);                             /* SYS_EXIT_EXTENDED */
    for (;;) {
    }
}

#define SYSTICK ((volatile uint32_t *)0xE000E010) /* control, reload, current */

static uint32_t began;

void counter_start(void)
{
    SYSTICK[1] = 0xFFFFFF;
    SYSTICK[2] = 0;
    SYSTICK[0] = 5;
    began = SYSTICK[2];
}

uint32_t counter_instructions(void)
{
    return 40 * ((began - SYSTICK[2]) & 0xFFFFFF);
}

#define PAINT 0x5A5AA5A5u

static uint32_t *painted_to;

__attribute__((noinline)) void stack_paint(void)
{
    uint32_t *top = (uint32_t *)__builtin_frame_address(0) - 16; /* the painter's own frame stays */
    painted_to = top;
    for (volatile uint32_t *word = _bss_end; word < top; word++)
        *word = PAINT;
}

__attribute__((noinline)) uint32_t stack_used(void)
{
    const uint32_t *word = _bss_end;
    while (word < painted_to && *word == PAINT)
        word++;
    return (uint32_t)((char *)(painted_to + 16) - (const char *)word);
}

void reset(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* the FPU: on */
    __asm__ volatile("dsb\n isb");
    for (size_t i = 0; &_data_begin[i] < _data_end; i++)
        _data_begin[i] = _data_flash[i];
    for (uint32_t *word = _bss_begin; word < _bss_end; word++)
        *word = 0;
    finish(main() == 0);
}

static void fault(void)
{
    say("a fault\n");
    finish(0);
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    _stack_top, reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault,
};
