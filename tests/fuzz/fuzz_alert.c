/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as an alert's snapshot, such as a store or a log might give back. What is read is
 * written, and from then on the same alert is the same bytes.
 */
#include <stdlib.h>

#include "alert/alert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct text text = {bytes ? (const char *)data : "", bytes};
    struct alert alert, again;
    struct buffer first = {0}, second = {0}, event = {0};
    if (alert_read(text, &alert, NULL))
        return 0;
    alert_write(&alert, &first);
    expect(alert_read(buffer_view(&first), &again, NULL) == ERR_OK);
    alert_write(&again, &second);
    expect(text_equal(buffer_view(&first), buffer_view(&second)));
    alert_event(&alert, "updated", alert.raised_s, &event);
    buffer_done(&first);
    buffer_done(&second);
    buffer_done(&event);
    alert_done(&alert);
    alert_done(&again);
    return 0;
}
