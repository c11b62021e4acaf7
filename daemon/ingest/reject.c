/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/reject.h"

#define NAME(constant, name, help) [constant] = name,
#define HELP(constant, name, help) [constant] = help,

const char *const reject_names[REJECT_COUNT] = {REJECTS(NAME)};
const char *const reject_helps[REJECT_COUNT] = {REJECTS(HELP)};
