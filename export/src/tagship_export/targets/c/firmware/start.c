/* Vectors and reset of a Cortex-M: copy data, clear bss, switch the FPU on, run the C library's start. */
#include <stdint.h>

extern uint32_t link_data_load, link_data_start, link_data_end, link_bss_start, link_bss_end, link_stack_top;
extern void START(void);

static void stop(void) {
    for (;;) {
    }
}

void reset(void);
void reset(void) {
    const uint32_t *from = &link_data_load;
    uint32_t *to;
    for (to = &link_data_start; to < &link_data_end;) *to++ = *from++;
    for (to = &link_bss_start; to < &link_bss_end;) *to++ = 0;
#if defined(__ARM_FP)
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20; /* CPACR: coprocessors 10 and 11 */
    __asm volatile("dsb\n\tisb");
#endif
    START();
    stop();
}

typedef void (*handler)(void);

/* The first word is the initial stack pointer, which is no function; the rest are. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    handler handlers[15];
} vectors = {&link_stack_top, {reset, stop, stop, stop, stop, stop, 0, 0, 0, 0, stop, stop, 0, stop, stop}};
