#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "${stem}.h"

${read_row}
static float inputs[${macro}INPUTS];
static float scores[${macro}LABELS];
static unsigned char decisions[${macro}LABELS];

static uint32_t stack_pointer(void) {
    uint32_t value;
    __asm volatile("mov %0, sp" : "=r"(value));
    return value;
}

static __attribute__((noinline)) int predict_row(void) {
    int wrong = ${prefix}encode(&row, inputs);
    if (!wrong) wrong = ${prefix}scores(inputs, scores);
    if (!wrong) ${prefix}decide(scores, decisions);
    return wrong;
}

static __attribute__((noinline)) unsigned long stack_used(void) {
    volatile uint32_t *lowest = (uint32_t *)((stack_pointer() - ${painted_bytes}u) & ~3u);
    uint32_t top = stack_pointer();
    int i, untouched = 0;
    for (i = 0; i < ${painted_words}; ++i) lowest[i] = 0xdeadbeefu;
    predict_row();
    while (lowest[untouched] == 0xdeadbeefu) ++untouched;
    return untouched ? top - (uint32_t)(uintptr_t)&lowest[untouched] : 0xffffffffu;
}

static unsigned long ticks_of(int times) {
    volatile uint32_t *systick = (volatile uint32_t *)0xE000E010u; /* control, reload, current value */
    uint32_t start, end;
    int i;
    systick[1] = 0xffffffu;
    systick[2] = 0;
    systick[0] = 5;
    start = systick[2];
    for (i = 0; i < times; ++i) ${prefix}scores(inputs, scores);
    end = systick[2];
    return (start - end) & 0xffffffu;
}

int main(void) {
    float largest = 0.0f;
    uint32_t bits;
    long rows = 0;
    int result = ${prefix}selftest(&largest);
    FILE *out;
    memcpy(&bits, &largest, sizeof bits);
    printf("selftest %d %08lx\n", result, (unsigned long)bits);
    if (!freopen("rows.bin", "rb", stdin) || !read_row()) return 1;
    printf("stack %lu\n", stack_used());
    printf("ticks %lu\n", ticks_of(${times}) - ticks_of(0));
    if (!freopen("rows.bin", "rb", stdin) || !(out = fopen("scores.bin", "wb"))) return 1;
    for (; read_row(); ++rows) {
        if ((result = predict_row()) != 0) {
            printf("row %ld: %d\n", rows, result);
            return 1;
        }
        fwrite(scores, sizeof scores, 1, out);
        fwrite(decisions, sizeof decisions, 1, out);
    }
    fclose(out);
    printf("rows %ld\n", rows);
    return 0;
}
