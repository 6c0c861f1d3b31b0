/* Tests the model on this board, then predicts one row a second; fill in what your sensors read. */
#include <string.h>

#include "esp_log.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#include "model.h"

static const char *const TAG = "tagship";

void app_main(void) {
    float largest;
    int failed = tagship_selftest(&largest);
    if (failed) {
        ESP_LOGE(TAG, "self-test FAILED in row %d", failed);
        return;
    }
    ESP_LOGI(TAG, "self-test passed");
    for (;;) {
        tagship_row row;
        float scores[TAGSHIP_LABELS];
        unsigned char decisions[TAGSHIP_LABELS];
        int wrong, label;
        memset(&row, 0, sizeof row);
        wrong = tagship_predict(&row, scores, decisions);
        if (wrong) ESP_LOGW(TAG, "no prediction, value %d", wrong);
        for (label = 0; !wrong && label < TAGSHIP_LABELS; ++label) {
            if (decisions[label]) ESP_LOGI(TAG, "%s", tagship_labels[label]);
        }
        vTaskDelay(pdMS_TO_TICKS(1000));
    }
}
