/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/message.h"

#define NAME(constant, name) [constant] = name,

const char *const message_type_names[MESSAGE_TYPE_COUNT] = {MESSAGE_TYPES(NAME)};
