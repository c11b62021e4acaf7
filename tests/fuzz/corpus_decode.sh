#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes tests/fuzz/corpus/decode anew: each payload of the golden messages, one a file. Payloads
# that are long only to be too long are left out: a fuzzer is quicker without them.
set -eu
cd "$(dirname "$0")/../.."
rm -rf tests/fuzz/corpus/decode
mkdir -p tests/fuzz/corpus/decode
for cases in tests/golden/messages/*.cases; do
    name=$(basename "$cases" .cases)
    number=0
    LC_ALL=C sed -n 's/^< //p' "$cases" | LC_ALL=C tr '\000' '\001' |
        LC_ALL=C awk 'length($0) < 900' |
        while IFS= read -r payload; do
            number=$((number + 1))
            printf '%s' "$payload" >"tests/fuzz/corpus/decode/$name-$(printf %03d $number)"
        done
done
