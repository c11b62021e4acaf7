/* SPDX-License-Identifier: Apache-2.0
 *
 * CRC-32C (Castagnoli), RFC 3720 appendix B.4. Pure; any thread.
 */
#ifndef ANBU_BASE_CRC32C_H
#define ANBU_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(const void *bytes, size_t count);

#endif
