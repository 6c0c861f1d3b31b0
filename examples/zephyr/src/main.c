/* Tests the model on this board, then predicts one row a second; fill in what your sensors read. */
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "model.h"

int main(void) {
    float largest;
    int failed = tagship_selftest(&largest);
    printk(failed ? "self-test FAILED in row %d\n" : "self-test passed\n", failed);
    while (failed == 0) {
        tagship_row row;
        float scores[TAGSHIP_LABELS];
        unsigned char decisions[TAGSHIP_LABELS];
        int wrong, label;
        memset(&row, 0, sizeof row);
        wrong = tagship_predict(&row, scores, decisions);
        if (wrong) printk("no prediction, value %d\n", wrong);
        for (label = 0; !wrong && label < TAGSHIP_LABELS; ++label) {
            if (decisions[label]) printk("%s\n", tagship_labels[label]);
        }
        k_msleep(1000);
    }
    return failed;
}
