/* SPDX-License-Identifier: Apache-2.0
 *
 * The partition of a key as Java's default partitioner (and librdkafka's murmur2_random) has it:
 * MurmurHash2 of A. Appleby, public domain, with Kafka's seed, made positive, modulo the count.
 */
#include <assert.h>

#include "kafka/kafka.h"

static uint32_t murmur2(const unsigned char *at, size_t bytes)
{
    const uint32_t m = 0x5bd1e995;
    uint32_t h = 0x9747b28cu ^ (uint32_t)bytes;
    for (; bytes >= 4; at += 4, bytes -= 4) {
        uint32_t k =
            (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
        k *= m;
        k ^= k >> 24;
        k *= m;
        h = h * m ^ k;
    }
    switch (bytes) {
    case 3: h ^= (uint32_t)at[2] << 16; __attribute__((fallthrough));
    case 2: h ^= (uint32_t)at[1] << 8; __attribute__((fallthrough));
    case 1: h = (h ^ at[0]) * m; break;
    default: break;
    }
    h ^= h >> 13;
    h *= m;
    return h ^ h >> 15;
}

uint32_t kafka_partition(struct text key, uint32_t partitions)
{
    assert(partitions > 0);
    return (murmur2((const unsigned char *)key.at, key.bytes) & 0x7fffffff) % partitions;
}
