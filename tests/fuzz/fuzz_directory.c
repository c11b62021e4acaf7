/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a directory's answer. What is shown of it is JSON again, and says the same.
 */
#include <stdlib.h>

#include "delivery/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct text text = {bytes ? (const char *)data : "", bytes};
    struct directory_entry *entry = memory_get(sizeof *entry), *again = memory_get(sizeof *again);
    struct buffer first = {0}, second = {0}, police = {0};
    struct fault fault;
    if (directory_read(text, TEXT("H-1"), entry, &fault) == ERR_OK) {
        bool incomplete = entry->incomplete;
        entry->incomplete = false;
        directory_write(entry, DIRECTORY_ALL, &first);
        directory_write(entry, DIRECTORY_POLICE, &police);
        expect(police.bytes <= first.bytes);
        /* Escapes may make it longer than what is taken. */
        if (first.bytes <= DIRECTORY_BYTES_MAX) {
            expect(directory_read(buffer_view(&first), TEXT("H-1"), again, &fault) == ERR_OK);
            expect(!again->incomplete || incomplete);
            again->incomplete = false;
            directory_write(again, DIRECTORY_ALL, &second);
            expect(text_equal(buffer_view(&first), buffer_view(&second)));
        }
    }
    free(entry);
    free(again);
    buffer_done(&first);
    buffer_done(&second);
    buffer_done(&police);
    return 0;
}
