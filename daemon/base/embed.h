/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of the tree as constants of the program: read by the assembler, so that Lua stays Lua and a
 * page a page. Paths are from the top of the tree, where make runs; the Makefile names them as
 * prerequisites of the object. Constant data; any thread.
 */
#ifndef ANBU_BASE_EMBED_H
#define ANBU_BASE_EMBED_H

#define EMBED_FILE(path) ".incbin \"" path "\"\n"

/* extern const char embed_NAME[]: one file, or two in a row, and a terminator. */
#define EMBED_TEXT(name, path)           EMBED_BYTES(name, EMBED_FILE(path))
#define EMBED_TEXTS(name, first, second) EMBED_BYTES(name, EMBED_FILE(first) EMBED_FILE(second))
#define EMBED_BYTES(name, files)                   \
    extern const char embed_##name[];              \
    __asm__(".pushsection .rodata\n"               \
            ".global embed_" #name "\n"            \
            "embed_" #name ":\n" files ".byte 0\n" \
            ".popsection\n")

#endif
