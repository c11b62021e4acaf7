/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "ingest/decode.h"
#include "ingest/source.h"

#define BATCH    64
#define TIME(mm) "\"2026-01-15T04:" mm ":00Z\""
#define NEWS(who, when) \
    "{\"type\":\"report\",\"household\":\"" who "\",\"channel\":\"school\",\"at\":" when "}\n"

static char folder[] = "/tmp/anbu-source-XXXXXX";
static int made;

static void make_folder(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    char path[128];
    for (int i = 0; i < made; i++) {
        (void)snprintf(path, sizeof path, "%s/%d", folder, i);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

/* A file of these bytes; the name is free()d by the caller. */
static char *file_with(const void *bytes, size_t count)
{
    char *path = memory_get(sizeof folder + 16);
    (void)snprintf(path, sizeof folder + 16, "%s/%d", folder, made++);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

static char *file_of_text(const char *text)
{
    return file_with(text, strlen(text));
}

static char *gzip_of(struct text text, size_t cut)
{
    char *path = file_with("", 0);
    gzFile file = gzopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(gzwrite(file, text.at, (unsigned)text.bytes), (int)text.bytes);
    ck_assert_int_eq(gzclose(file), Z_OK);
    struct stat stat_of;
    ck_assert_int_eq(stat(path, &stat_of), 0);
    if (cut)
        ck_assert_int_eq(truncate(path, stat_of.st_size - (off_t)cut), 0);
    return path;
}

static struct source *opened(const char *const *paths, size_t count)
{
    struct source *source = NULL;
    struct fault fault;
    ck_assert_msg(source_file_new(paths, count, &source, &fault) == ERR_OK, "%s", fault.text);
    return source;
}

static struct source *opened_one(const char *path)
{
    return opened(&path, 1);
}

/* All that comes as "lane:offset payload|", a long payload as its length; the last error in *err.
 */
static struct buffer drained(struct source *source, size_t batch, enum err *err,
                             struct fault *fault)
{
    struct buffer out = {0};
    struct delivery deliveries[BATCH];
    size_t count;
    buffer_text(&out, "");
    while (!(*err = source->ops->poll(source, deliveries, batch, 0, &count, fault))) {
        ck_assert_uint_le(count, batch);
        for (size_t i = 0; i < count; i++) {
            ck_assert_int_eq(deliveries[i].topic, MESSAGE_TYPE_COUNT);
            ck_assert_int_eq((int)deliveries[i].arrived_ms, 0);
            buffer_format(&out, "%u:%d ", deliveries[i].lane, (int)deliveries[i].offset);
            if (deliveries[i].payload.bytes > 200)
                buffer_format(&out, "%zu", deliveries[i].payload.bytes);
            else
                buffer_add(&out, deliveries[i].payload.at, deliveries[i].payload.bytes);
            buffer_text(&out, "|");
        }
    }
    return out;
}

static void expect_drained(struct source *source, const char *expected)
{
    enum err err;
    struct fault fault;
    struct buffer out = drained(source, BATCH, &err, &fault);
    ck_assert_int_eq(err, ERR_END);
    ck_assert_str_eq(out.at, expected);
    ck_assert(source->ops->at_end(source, 0));
    buffer_done(&out);
}

START_TEST(lines_come_in_order_and_blank_ones_keep_their_number)
{
    char *path = file_of_text("one\n\n  \t\r\ntwo\r\nthree");
    struct source *source = opened_one(path);
    ck_assert(!source->ops->at_end(source, 0));
    expect_drained(source, "0:0 one|0:3 two\r|0:4 three|");
    ck_assert_double_eq(source_file_progress(source), 1.0);
    source->ops->free(source);
    free(path);
}
END_TEST

START_TEST(an_empty_file_ends_at_once)
{
    char *paths[] = {file_of_text(""), file_of_text("\n\n")};
    for (int i = 0; i < 2; i++) {
        struct source *source = opened_one(paths[i]);
        expect_drained(source, "");
        source->ops->free(source);
        free(paths[i]);
    }
}
END_TEST

START_TEST(gzip_is_read_like_a_plain_file_even_when_appended_to)
{
    static const char part[] = "one\ntwo\n";
    char *path = gzip_of(TEXT(part), 0);
    gzFile file = gzopen(path, "ab");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(gzputs(file, "three\n"), 6);
    ck_assert_int_eq(gzclose(file), Z_OK);
    struct source *source = opened_one(path);
    expect_drained(source, "0:0 one|0:1 two|0:2 three|");
    source->ops->free(source);
    free(path);
}
END_TEST

START_TEST(a_truncated_gzip_gives_its_whole_lines_and_then_names_file_and_line)
{
    struct buffer text = {0};
    uint32_t state = 20260117;
    for (int i = 0; i < 5000; i++) { /* hardly compressible, so that a cut takes a few lines */
        state = state * 1664525U + 1013904223U;
        buffer_format(&text, "%08x%08x\n", state, state ^ (state << 7));
    }
    char *path = gzip_of(buffer_view(&text), 40);
    struct source *source = opened_one(path);
    struct fault fault;
    enum err err;
    struct buffer out = drained(source, BATCH, &err, &fault);
    ck_assert_int_eq(err, ERR_CORRUPT);
    int lines = 0;
    for (size_t i = 0; i < out.bytes; i++)
        lines += out.at[i] == '|';
    ck_assert_int_gt(lines, 4900);
    ck_assert_int_lt(lines, 5000);
    char expected[64];
    (void)snprintf(expected, sizeof expected, ": line %d: the gzip data ends early", lines + 1);
    ck_assert_msg(strstr(fault.text, path) && strstr(fault.text, expected), "%s", fault.text);
    buffer_done(&out);
    out = drained(source, BATCH, &err, &fault); /* and says so again */
    ck_assert_int_eq(err, ERR_CORRUPT);
    ck_assert_uint_eq(out.bytes, 0);
    buffer_done(&out);
    buffer_done(&text);
    source->ops->free(source);
    free(path);
}
END_TEST

START_TEST(a_damaged_gzip_is_an_error)
{
    struct buffer text = {0};
    for (int i = 0; i < 5000; i++)
        buffer_format(&text, "line %d\n", i * 7919);
    char *path = gzip_of(buffer_view(&text), 0);
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, -6, SEEK_END), 0); /* its checksum */
    ck_assert_int_eq(fputc(0x55, file), 0x55);
    ck_assert_int_eq(fputc(0x55, file), 0x55);
    ck_assert_int_eq(fclose(file), 0);
    struct source *source = opened_one(path);
    struct fault fault;
    enum err err;
    struct buffer out = drained(source, BATCH, &err, &fault);
    ck_assert_int_eq(err, ERR_CORRUPT);
    ck_assert_msg(strstr(fault.text, "damaged") != NULL, "%s", fault.text);
    buffer_done(&out);
    buffer_done(&text);
    source->ops->free(source);
    free(path);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_delivered_cut)
{
    struct buffer text = {0};
    buffer_text(&text, "before\n");
    for (int i = 0; i < 3000000; i++)
        buffer_text(&text, "x");
    buffer_text(&text, "\nafter\n");
    for (int i = 0; i < 70000; i++)
        buffer_text(&text, i < 69000 ? " " : "y"); /* not blank after all */
    char *path = file_with(text.at, text.bytes);
    struct source *source = opened_one(path);
    expect_drained(source, "0:0 before|0:1 65537|0:2 after|0:3 65537|");
    source->ops->free(source);
    buffer_done(&text);
    free(path);
}
END_TEST

START_TEST(many_lines_survive_every_batch_size)
{
    struct buffer text = {0}, expected = {0};
    for (int i = 0; i < 40000; i++) {
        char line[160];
        (void)snprintf(line, sizeof line, "%0*d", i % 150 + 1, i);
        buffer_format(&text, "%s\n", line);
        buffer_format(&expected, "0:%d %s|", i, line);
    }
    char *path = file_with(text.at, text.bytes);
    static const size_t batches[] = {1, 7, BATCH};
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        struct source *source = opened_one(path);
        struct fault fault;
        enum err err;
        struct buffer out = drained(source, batches[i], &err, &fault);
        ck_assert_int_eq(err, ERR_END);
        ck_assert(text_equal(buffer_view(&out), buffer_view(&expected)));
        buffer_done(&out);
        source->ops->free(source);
    }
    buffer_done(&text);
    buffer_done(&expected);
    free(path);
}
END_TEST

/* The households of all deliveries, in order. */
static struct buffer households(struct source *source)
{
    struct buffer out = {0};
    struct delivery deliveries[BATCH];
    struct decoder *decoder = decoder_new(NULL, 0);
    struct message message;
    struct fault fault;
    const char *detail;
    size_t count;
    buffer_text(&out, "");
    while (source->ops->poll(source, deliveries, BATCH, 0, &count, &fault) == ERR_OK)
        for (size_t i = 0; i < count; i++) {
            decoder_batch_start(decoder);
            if (decode(decoder, deliveries[i].payload, MESSAGE_TYPE_COUNT, &message, &detail))
                buffer_text(&out, "?");
            else
                buffer_add(&out, message.household.at, message.household.bytes);
        }
    decoder_free(decoder);
    return out;
}

START_TEST(several_inputs_are_merged_by_arrival)
{
    char *paths[] = {
        file_of_text(NEWS("a", TIME("00")) "nonsense\n" NEWS("e", TIME("40"))),
        file_of_text(NEWS("c", TIME("20")) NEWS("d", TIME("30"))),
        /* It was late, so `arrived` counts; and an interval arrives at its end. */
        file_of_text("{\"type\":\"report\",\"household\":\"b\",\"channel\":\"school\",\"at\":" TIME(
            "00") ",\"arrived\":" TIME("10") "}\n"
                                             "{\"type\":\"reading\",\"household\":\"f\",\"meter\":"
                                             "\"m\",\"utility\":"
                                             "\"water\",\"kind\":\"interval\",\"start\":" TIME(
                                                 "15") ",\"minutes\":30,\"value\":1,\"unit\":\"L\"}"
                                                       "\n"),
    };
    struct source *source = opened((const char *const *)paths, 3);
    struct buffer out = households(source);
    ck_assert_str_eq(out.at, "a?bcdef");
    buffer_done(&out);
    source->ops->free(source);
    for (int i = 0; i < 3; i++)
        free(paths[i]);
}
END_TEST

START_TEST(a_single_input_keeps_its_own_order)
{
    char *path = file_of_text(NEWS("b", TIME("30")) NEWS("a", TIME("00")));
    struct source *source = opened_one(path);
    struct buffer out = households(source);
    ck_assert_str_eq(out.at, "ba");
    buffer_done(&out);
    source->ops->free(source);
    free(path);
}
END_TEST

START_TEST(a_merge_reads_the_senders_own_names)
{
    static const struct field_mapping mapping[] = {{"at", "ts"}};
    char *paths[] = {
        file_of_text("{\"type\":\"report\",\"household\":\"b\",\"channel\":\"school\",\"ts\":" TIME(
            "10") "}\n"),
        file_of_text(NEWS("a", TIME("00"))),
    };
    struct source *source = opened((const char *const *)paths, 2);
    source_file_map(source, mapping, 1);
    struct delivery delivery;
    struct fault fault;
    size_t count;
    ck_assert_int_eq(source->ops->poll(source, &delivery, 1, 0, &count, &fault), ERR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(delivery.lane, 1);
    source->ops->free(source);
    free(paths[0]);
    free(paths[1]);
}
END_TEST

START_TEST(more_inputs_than_lanes_share_one)
{
    enum { INPUTS = TOPIC_COUNT + 2 };
    char *paths[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
        char text[200];
        (void)snprintf(text, sizeof text,
                       "{\"type\":\"report\",\"household\":\"%c\",\"channel\":\"school\",\"at\":"
                       "\"2026-01-15T04:%02d:00Z\"}\n",
                       'a' + i, INPUTS - i);
        paths[i] = file_of_text(text);
    }
    struct source *source = opened((const char *const *)paths, INPUTS);
    struct delivery deliveries[BATCH];
    struct fault fault;
    size_t count;
    ck_assert_int_eq(source->ops->poll(source, deliveries, BATCH, 0, &count, &fault), ERR_OK);
    ck_assert_uint_eq(count, INPUTS);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(deliveries[i].lane, 0);
        ck_assert_int_eq(deliveries[i].offset, (int)i);
    }
    int64_t resume[TOPIC_COUNT] = {INPUTS - 1, -1, -1, -1};
    ck_assert_int_eq(source->ops->seek(source, 0, resume, &fault), ERR_OK);
    ck_assert_int_eq(source->ops->poll(source, deliveries, BATCH, 0, &count, &fault), ERR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(deliveries[0].offset, INPUTS - 1);
    ck_assert_int_eq(source->ops->poll(source, deliveries, BATCH, 0, &count, &fault), ERR_END);
    source->ops->free(source);
    for (int i = 0; i < INPUTS; i++)
        free(paths[i]);
}
END_TEST

START_TEST(seeking_goes_to_a_line_of_each_input)
{
    char *paths[] = {file_of_text("a0\na1\na2\n"), file_of_text("b0\n\nb2\n")};
    struct source *source = opened((const char *const *)paths, 2);
    struct fault fault;
    expect_drained(source, "0:0 a0|0:1 a1|0:2 a2|1:0 b0|1:2 b2|");
    ck_assert_int_eq(source->ops->seek(source, 0, (int64_t[]){2, 1, -1, -1}, &fault), ERR_OK);
    ck_assert(!source->ops->at_end(source, 0));
    expect_drained(source, "0:2 a2|1:2 b2|");
    ck_assert_int_eq(source->ops->seek(source, 0, (int64_t[]){-1, 99, -1, -1}, &fault), ERR_OK);
    expect_drained(source, "0:0 a0|0:1 a1|0:2 a2|");
    ck_assert_int_eq(source->ops->seek(source, 0, (int64_t[]){0, 0, 0, 0}, &fault), ERR_OK);
    expect_drained(source, "0:0 a0|0:1 a1|0:2 a2|1:0 b0|1:2 b2|");
    source->ops->commit(source, 0, (int64_t[]){3, 3, 0, 0});
    source->ops->free(source);
    free(paths[0]);
    free(paths[1]);
}
END_TEST

START_TEST(standard_input_is_read_once)
{
    int ends[2];
    struct fault fault;
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq((int)write(ends[1], "one\ntwo\n", 8), 8);
    ck_assert_int_eq(close(ends[1]), 0);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    struct source *source = opened_one("-");
    ck_assert_double_lt(source_file_progress(source), 0);
    ck_assert_int_eq(source->ops->seek(source, 0, (int64_t[]){-1, -1, -1, -1}, &fault), ERR_OK);
    expect_drained(source, "0:0 one|0:1 two|");
    ck_assert_int_eq(source->ops->seek(source, 0, (int64_t[]){0, 0, 0, 0}, &fault), ERR_REFUSED);
    ck_assert_msg(strstr(fault.text, "standard input") != NULL, "%s", fault.text);
    source->ops->free(source);
}
END_TEST

START_TEST(what_cannot_be_opened_is_named)
{
    struct source *source = NULL;
    struct fault fault;
    char *good = file_of_text("one\n");
    const char *const missing[] = {good, "/nonexistent/readings.ndjson"};
    const char *const twice[] = {"-", "-"};
    const char *const directory[] = {folder};
    ck_assert_int_eq(source_file_new(missing, 2, &source, &fault), ERR_NOT_FOUND);
    ck_assert_msg(strstr(fault.text, "/nonexistent/readings.ndjson: No such file") != NULL, "%s",
                  fault.text);
    ck_assert_int_eq(source_file_new(directory, 1, &source, &fault), ERR_INVALID);
    ck_assert_int_eq(source_file_new(twice, 2, &source, &fault), ERR_INVALID);
    ck_assert_int_eq(source_file_new(twice, 0, &source, &fault), ERR_INVALID);
    ck_assert_ptr_null(source);
    free(good);
}
END_TEST

START_TEST(progress_grows_from_nothing_to_all)
{
    struct buffer text = {0};
    for (int i = 0; i < 600000; i++)
        buffer_format(&text, "%d\n", i);
    char *path = file_with(text.at, text.bytes);
    struct source *source = opened_one(path);
    struct delivery deliveries[BATCH];
    struct fault fault;
    size_t count;
    double last = source_file_progress(source);
    ck_assert_double_eq(last, 0.0);
    int moves = 0;
    while (source->ops->poll(source, deliveries, BATCH, 0, &count, &fault) == ERR_OK) {
        double now = source_file_progress(source);
        ck_assert_double_ge(now, last);
        moves += now > last;
        last = now;
    }
    ck_assert_int_gt(moves, 2);
    ck_assert_double_eq(source_file_progress(source), 1.0);
    source->ops->free(source);
    buffer_done(&text);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source_file");
    TCase *cases = tcase_create("source_file");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, make_folder, remove_folder);
    tcase_add_test(cases, lines_come_in_order_and_blank_ones_keep_their_number);
    tcase_add_test(cases, an_empty_file_ends_at_once);
    tcase_add_test(cases, gzip_is_read_like_a_plain_file_even_when_appended_to);
    tcase_add_test(cases, a_truncated_gzip_gives_its_whole_lines_and_then_names_file_and_line);
    tcase_add_test(cases, a_damaged_gzip_is_an_error);
    tcase_add_test(cases, a_line_that_is_too_long_is_delivered_cut);
    tcase_add_test(cases, many_lines_survive_every_batch_size);
    tcase_add_test(cases, several_inputs_are_merged_by_arrival);
    tcase_add_test(cases, a_single_input_keeps_its_own_order);
    tcase_add_test(cases, a_merge_reads_the_senders_own_names);
    tcase_add_test(cases, more_inputs_than_lanes_share_one);
    tcase_add_test(cases, seeking_goes_to_a_line_of_each_input);
    tcase_add_test(cases, standard_input_is_read_once);
    tcase_add_test(cases, what_cannot_be_opened_is_named);
    tcase_add_test(cases, progress_grows_from_nothing_to_all);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
