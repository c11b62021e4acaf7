/* SPDX-License-Identifier: Apache-2.0
 *
 * Rosters: who is on duty at a moment, over holidays and days of 23 and 25 hours; and that an alert
 * that escalates names them.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/rules.h"
#include "alerts.h"
#include "base/zone.h"
#include "config/internal.h"
#include "console/account.h"
#include "console/routes.h"
#include "console/server.h"
#include "console/staff.h"

static enum err read_yaml(const char *yaml, struct config **out, struct config_errors *errors)
{
    const struct config_input input = {.path = "anbu.yaml", .text = {yaml, strlen(yaml)}};
    return config_read(detectors, detector_count, &input, out, errors);
}

static struct config *loaded(const char *yaml)
{
    struct config *config = NULL;
    struct config_errors errors = {0};
    ck_assert_msg(!read_yaml(yaml, &config, &errors), "%s", buffer_view(&errors.text).at);
    config_errors_done(&errors);
    return config;
}

static int64_t at(const char *rfc3339)
{
    int64_t ms = 0;
    bool has_offset;
    ck_assert_int_eq(time_parse(text_of(rfc3339), &ms, &has_offset), ERR_OK);
    return ms / 1000;
}

static void keep_account(struct store *store, const char *name, int team, const char *areas,
                         bool disabled)
{
    struct account account;
    struct fault fault = {""};
    if (account_load(store, name, &account, &fault))
        account = (struct account){.role = ROLE_OFFICER};
    (void)snprintf(account.name, sizeof account.name, "%s", name);
    (void)snprintf(account.areas, sizeof account.areas, "%s", areas);
    account.team = team;
    account.disabled = disabled;
    ck_assert_msg(!account_save(store, &account, &fault), "%s", fault.text);
}

static const char seoul[] =
    "holidays: [01-01, 2026-02-17]\n"
    "rosters:\n"
    "  - name: sindang\n"
    "    team: police\n"
    "    timezone: Asia/Seoul\n"
    "    areas: [11140-sindang]\n"
    "    shifts:\n"
    "      - {name: day, days: [mon, tue, wed, thu, fri], hours: \"08:00-20:00\", on_call: kim,\n"
    "         then: lee}\n"
    "      - {name: rest, days: [sat, sun, holiday], hours: \"08:00-20:00\", on_call: weekend}\n"
    "      - {name: night, hours: \"20:00-08:00\", on_call: park}\n"
    "  - name: city\n"
    "    team: police\n"
    "    timezone: Asia/Seoul\n"
    "    shifts: [{name: office, days: [mon], hours: \"09:00-18:00\", on_call: desk}]\n";

static const struct {
    const char *at, *who;
} seen[] = {
    {"2026-01-16T07:59:59+09:00", "park"}, /* a Friday: the night that began on Thursday */
    {"2026-01-16T08:00:00+09:00", "kim"},  /* the end of one is the beginning of the next */
    {"2026-01-16T19:59:59+09:00", "kim"},     {"2026-01-16T20:00:00+09:00", "park"},
    {"2026-01-17T08:00:00+09:00", "weekend"}, /* Saturday */
    {"2026-02-17T10:00:00+09:00", "weekend"}, /* a Tuesday, and a holiday of this year */
    {"2027-01-01T10:00:00+09:00", "weekend"}, /* of every year */
    {"2026-02-18T07:00:00+09:00", "park"},    {"2026-02-18T09:00:00+09:00", "kim"},
};

START_TEST(who_is_on_duty_follows_weekday_holiday_and_hour)
{
    struct config *config = loaded(seoul);
    size_t count;
    const struct roster *rosters = config_rosters(config, &count);
    struct duty duty;
    ck_assert_uint_eq(count, 2);
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        ck_assert_msg(roster_on(config, &rosters[0], at(seen[i].at), &duty), "%s", seen[i].at);
        ck_assert_msg(strcmp(duty.shift->on_call, seen[i].who) == 0, "%s: %s", seen[i].at,
                      duty.shift->on_call);
    }
    ck_assert(roster_on(config, &rosters[0], at("2026-01-17T02:00:00+09:00"), &duty));
    ck_assert_int_eq(duty.from_s, at("2026-01-16T20:00:00+09:00"));
    ck_assert_int_eq(duty.until_s, at("2026-01-17T08:00:00+09:00"));
    config_free(config);
}
END_TEST

START_TEST(nobody_may_be_on_duty_and_the_next_is_found)
{
    struct config *config = loaded(seoul);
    size_t count;
    const struct roster *city = &config_rosters(config, &count)[1];
    struct duty duty;
    ck_assert(!roster_on(config, city, at("2026-01-16T10:00:00+09:00"), &duty));
    ck_assert(roster_next(config, city, at("2026-01-16T10:00:00+09:00"), &duty));
    ck_assert_int_eq(duty.from_s, at("2026-01-19T09:00:00+09:00"));
    ck_assert(roster_next(config, city, duty.from_s, &duty)); /* not itself: the week after */
    ck_assert_int_eq(duty.from_s, at("2026-01-26T09:00:00+09:00"));
    config_free(config);
}
END_TEST

START_TEST(a_desk_is_found_by_team_and_area)
{
    struct config *config = loaded(seoul);
    int64_t monday_s = at("2026-01-19T10:00:00+09:00"), friday_s = at("2026-01-16T10:00:00+09:00");
    struct duty duty;
    ck_assert(roster_duty(config, TEAM_POLICE, "11140-sindang", monday_s, &duty));
    ck_assert_str_eq(duty.shift->on_call, "kim");
    ck_assert_str_eq(duty.shift->then, "lee");
    ck_assert(roster_duty(config, TEAM_POLICE, "", monday_s, &duty));
    ck_assert_str_eq(duty.shift->on_call, "desk");
    ck_assert(!roster_duty(config, TEAM_POLICE, "", friday_s, &duty));
    ck_assert(!roster_duty(config, TEAM_WELFARE, "11140-sindang", monday_s, &duty));
    config_free(config);
}
END_TEST

/* Madrid leaves out 02:00-03:00 on 29 March 2026, and has it twice on 25 October; shifts that end
 * and begin then, too. */
START_TEST(days_of_23_and_25_hours_have_no_hour_without_anybody_or_with_two)
{
    static const char yaml[] = "ingest: {timezone: Europe/Madrid}\n"
                               "rosters:\n"
                               "  - name: madrid\n"
                               "    team: welfare\n"
                               "    shifts:\n"
                               "      - {name: a, hours: \"02:30-14:00\", on_call: a}\n"
                               "      - {name: b, hours: \"14:00-22:00\", on_call: b}\n"
                               "      - {name: c, hours: \"22:00-02:30\", on_call: c}\n";
    struct config *config = loaded(yaml);
    size_t count;
    const struct roster *roster = config_rosters(config, &count);
    static const char *const days[] = {"2026-03-28T00:00:00Z", "2026-10-24T00:00:00Z"};
    for (size_t d = 0; d < 2; d++) {
        struct duty duty, next;
        int64_t now_s = at(days[d]), end_s = now_s + INT64_C(3) * 86400;
        ck_assert(roster_on(config, roster, now_s, &duty));
        while (duty.until_s < end_s) {
            ck_assert(roster_on(config, roster, duty.until_s - 1, &next));
            ck_assert_ptr_eq(next.shift, duty.shift);
            ck_assert(roster_next(config, roster, duty.until_s - 1, &next));
            ck_assert_int_eq(next.from_s, duty.until_s);
            ck_assert_ptr_ne(next.shift, duty.shift);
            duty = next;
        }
    }
    struct duty night;
    ck_assert(roster_on(config, roster, at("2026-10-24T23:00:00Z"), &night));
    ck_assert_int_eq(night.until_s, at("2026-10-25T02:30:00+02:00")); /* the first of two */
    config_free(config);
}
END_TEST

START_TEST(an_alert_that_escalates_names_who_is_called)
{
    static const char yaml[] = "rosters:\n"
                               "  - name: all\n"
                               "    team: police\n"
                               "    timezone: Asia/Seoul\n"
                               "    shifts: [{name: whole, on_call: kim, then: lee}]\n";
    struct config *config = loaded(yaml);
    struct alert_rules rules;
    struct step step = {0};
    struct fault fault = {""};
    struct alert alert = alerts_raised(&alerts_silence, MORNING_S), again = {0};
    struct change due = alerts_timer(CHANGE_UNACKNOWLEDGED, MORNING_MS + HOUR_MS);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "lee", MORNING_MS + 2 * HOUR_MS, NULL);
    rules_of(config, &rules);
    ck_assert_str_eq(alert.on_call.who, "");
    ck_assert_int_eq(lifecycle_apply(&alert, &due, &rules, &step, &fault), ERR_OK);
    ck_assert_ptr_nonnull(
        strstr(step.event_json.at, "\"on_call\":{\"who\":\"kim\",\"then\":\"lee\"}"));
    ck_assert_int_eq(alert_read(buffer_view(&step.snapshot), &again, &fault), ERR_OK);
    ck_assert_str_eq(again.on_call.who, "kim");
    step_done(&step);
    ck_assert_int_eq(lifecycle_apply(&again, &ack, &rules, &step, &fault), ERR_OK);
    ck_assert_ptr_null(strstr(step.event_json.at, "on_call"));
    step_done(&step);
    alert_done(&again);
    alert_done(&alert);
    config_free(config);
}
END_TEST

START_TEST(an_acknowledgement_ends_with_the_shift_where_the_ladder_says_so)
{
    static const char yaml[] =
        "ladders:\n"
        "  - {name: usual, when_shift_ends: %s,\n"
        "     steps: [{channel: phone, whom: resident}]}\n"
        "rosters:\n"
        "  - name: all\n"
        "    team: police\n"
        "    timezone: Asia/Seoul\n"
        "    shifts: [{name: night, hours: \"20:00-08:30\", on_call: kim}]\n";
    static const char *const says[] = {"keep", "reopen"};
    for (int i = 0; i < 2; i++) {
        char text[sizeof yaml + 8];
        (void)snprintf(text, sizeof text, yaml, says[i]);
        struct config *config = loaded(text);
        struct alert_rules rules;
        struct step raised = {0}, taken = {0}, step = {0};
        struct fault fault = {""};
        struct finding finding = alerts_finding(&alerts_silence, 1, MORNING_S); /* at 07:00 */
        struct change raise = alerts_found(&finding);
        struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", MORNING_MS + HOUR_MS, NULL);
        struct change note = alerts_person(CHANGE_NOTE, "lee", MORNING_MS + 70 * MINUTE_MS, "rang");
        rules_of(config, &rules);
        ck_assert_int_eq(lifecycle_apply(NULL, &raise, &rules, &raised, &fault), ERR_OK);
        ck_assert_int_eq(lifecycle_apply(&raised.alert, &ack, &rules, &taken, &fault), ERR_OK);
        int64_t until_ms = MORNING_MS + (i ? 90 * MINUTE_MS : HOUR_MS + 4 * HOUR_MS);
        ck_assert_int_eq(taken.alert.expires_ms, until_ms);
        ck_assert_int_eq(lifecycle_apply(&taken.alert, &note, &rules, &step, &fault), ERR_OK);
        ck_assert_int_eq(step.alert.expires_ms, until_ms);
        step_done(&step);
        ack.at_ms = MORNING_MS + 2 * HOUR_MS; /* nobody's shift */
        ck_assert_int_eq(lifecycle_apply(&raised.alert, &ack, &rules, &step, &fault), ERR_OK);
        ck_assert_int_eq(step.alert.expires_ms, ack.at_ms + 4 * HOUR_MS);
        step_done(&step);
        step_done(&taken);
        step_done(&raised);
        config_free(config);
    }
}
END_TEST

static struct config *held;

static const struct config *hold(void *host)
{
    (void)host;
    return held;
}

static void release(void *host, const struct config *config)
{
    (void)host;
    ck_assert_ptr_eq(config, held);
}

START_TEST(the_api_tells_who_is_on_call_now_and_next)
{
    held = loaded(seoul);
    const struct clock friday = clock_by_hand(at("2026-01-16T10:00:00+09:00") * 1000);
    struct store *store = store_memory_new();
    struct api api = {
        .clock = &friday, .store = store, .host = {.config_hold = hold, .config_release = release}};
    struct request request = {.api = &api};
    struct answer answer = {0};
    struct fault fault = {""};
    /* Nobody has an account yet: it is said as it stands there. */
    ck_assert_int_eq(handle_rosters(&request, &answer, &fault), ERR_OK);
    ck_assert_ptr_nonnull(strstr(
        answer.body.at,
        "{\"rosters\":[{\"name\":\"sindang\",\"team\":\"police\","
        "\"areas\":[\"11140-sindang\"],\"timezone\":\"Asia/Seoul\",\"now\":{\"shift\":\"day\","
        "\"on_call\":\"kim\",\"then\":\"lee\",\"asked\":[\"kim\"],\"missing\":[],"
        "\"from\":\"2026-01-16T08:00:00+09:00\","
        "\"until\":\"2026-01-16T20:00:00+09:00\"},\"next\":{\"shift\":\"night\","
        "\"on_call\":\"park\",\"then\":null,\"asked\":[\"park\"],\"missing\":[],\"from\":\"2026-01-"
        "16T20:00:00+09:00\","));
    ck_assert_ptr_nonnull(strstr(answer.body.at,
                                 "\"name\":\"city\",\"team\":\"police\",\"areas\":[],"
                                 "\"timezone\":\"Asia/Seoul\",\"now\":null,\"next\":{"));
    buffer_done(&answer.body);
    keep_account(store, "lee", TEAM_POLICE, "11140-sindang,11140-hwanghak", false);
    keep_account(store, "kim", TEAM_POLICE, "", true);
    ck_assert_int_eq(handle_rosters(&request, &answer, &fault), ERR_OK);
    ck_assert_ptr_nonnull(strstr(answer.body.at,
                                 "\"then\":\"lee\",\"asked\":[\"lee\"],\"missing\":[{\"who\":"
                                 "\"kim\",\"why\":\"disabled\"}],"));
    ck_assert_ptr_nonnull(strstr(answer.body.at, "\"asked\":[],\"missing\":[{\"who\":\"park\","
                                                 "\"why\":\"unknown\"}],"));
    buffer_done(&answer.body);
    config_free(held);
    store->ops->free(store);
}
END_TEST

/* ---- who of them can be called ---- */

static const char welfare[] = "rosters:\n"
                              "  - name: sindang\n"
                              "    team: welfare\n"
                              "    areas: [11140-sindang]\n"
                              "    shifts: [{name: whole, on_call: kim, then: \"team:welfare\"}]\n"
                              "  - name: city\n"
                              "    team: welfare\n"
                              "    shifts: [{name: whole, on_call: pager, then: yun}]\n";

/* Who is called about an alert of an area, as "who,then [persons]". */
static void called(const struct config *config, struct store *store, const char *area,
                   const char *wanted)
{
    struct staff staff = {.count = 0};
    struct on_call found;
    struct buffer text = {0};
    struct fault fault = {""};
    ck_assert_int_eq(account_staff(store, &staff, &fault), ERR_OK);
    on_call_find(config, &staff, TEAM_WELFARE, area, at("2026-01-16T10:00:00Z"), &found);
    buffer_format(&text, "%s,%s", found.who, found.then);
    for (size_t i = 0; i < found.person_count; i++)
        buffer_format(&text, " %s", found.persons[i]);
    ck_assert_str_eq(text.at, wanted);
    buffer_done(&text);
    staff_done(&staff);
}

START_TEST(who_cannot_be_called_is_passed_over_and_a_team_is_whoever_is_there)
{
    struct config *config = loaded(welfare);
    struct store *store = store_memory_new();
    called(config, store, "11140-sindang", "kim,team:welfare"); /* nobody is known */
    keep_account(store, "far", TEAM_WELFARE, "11140-hwanghak", false);
    called(config, store, "11140-sindang", "kim,team:welfare"); /* nobody can be called */
    keep_account(store, "cop", TEAM_POLICE, "", false);
    keep_account(store, "kim", TEAM_WELFARE, "", false);
    keep_account(store, "lee", TEAM_WELFARE, "11140-sindang", false);
    keep_account(store, "yun", ACCOUNT_ANY_TEAM, "", false);
    keep_account(store, "gone", TEAM_WELFARE, "", true);
    called(config, store, "11140-sindang", "kim,team:welfare");
    called(config, store, "11140-hwanghak", "yun,");
    called(config, store, "", "yun,");
    keep_account(store, "kim", TEAM_WELFARE, "", true);
    called(config, store, "11140-sindang", "team:welfare,yun lee yun");
    keep_account(store, "kim", TEAM_POLICE, "", false); /* has changed the desk */
    called(config, store, "11140-sindang", "team:welfare,yun lee yun");
    keep_account(store, "lee", TEAM_WELFARE, "", true);
    keep_account(store, "yun", ACCOUNT_ANY_TEAM, "11140-hwanghak", false);
    called(config, store, "11140-sindang", "kim,team:welfare"); /* as the first roster says */
    config_free(config);
    store->ops->free(store);
}
END_TEST

START_TEST(a_team_has_no_more_persons_than_an_alert_keeps)
{
    struct config *config = loaded("rosters: [{name: a, team: welfare, shifts: [{name: b, on_call: "
                                   "\"team:welfare\"}]}]\n");
    struct store *store = store_memory_new();
    struct staff staff = {.count = 0};
    struct on_call found;
    struct fault fault = {""};
    char name[16];
    for (int i = 0; i < ON_CALL_PERSONS_MAX + 5; i++) {
        (void)snprintf(name, sizeof name, "n%02d", i);
        keep_account(store, name, TEAM_WELFARE, "", false);
    }
    ck_assert_int_eq(account_staff(store, &staff, &fault), ERR_OK);
    on_call_find(config, &staff, TEAM_WELFARE, "", at("2026-01-16T10:00:00Z"), &found);
    ck_assert_uint_eq(found.person_count, ON_CALL_PERSONS_MAX);
    ck_assert_str_eq(found.persons[ON_CALL_PERSONS_MAX - 1], "n15");
    staff_done(&staff);
    config_free(config);
    store->ops->free(store);
}
END_TEST

static enum err documents_err;
static enum err some_documents(struct store *store, const char *shelf, store_document_fn *each,
                               void *context, struct fault *fault)
{
    (void)store, (void)shelf, (void)each;
    char everywhere[] = "";
    const struct staff_person kim = {.name = "kim", .works = true, .areas = everywhere};
    staff_add(context, &kim);
    return fault_set(fault, documents_err, "{shelf:account}:d:lee");
}

START_TEST(accounts_that_cannot_be_read_keep_nobody_from_working_on_an_alert)
{
    static const struct store_ops ops = {.documents = some_documents};
    struct store store = {.ops = &ops};
    struct api *api = memory_get(sizeof *api);
    struct config *config = loaded("rosters: [{name: a, shifts: [{name: b, on_call: lee}]}]\n");
    struct staff staff;
    struct fault fault = {""};
    api->store = &store;
    documents_err = ERR_CORRUPT;
    ck_assert_int_eq(staff_known(api, config, &staff, &fault), ERR_OK);
    ck_assert_uint_eq(staff.count, 0); /* a part would pass for the whole */
    documents_err = ERR_UNREACHABLE;
    ck_assert_int_eq(staff_known(api, config, &staff, &fault), ERR_UNREACHABLE);
    staff_done(&staff);
    config_free(config);
    free(api);
}
END_TEST

START_TEST(an_alert_keeps_who_of_a_team_is_asked)
{
    struct config *config = loaded("rosters: [{name: a, shifts: [{name: b, on_call: "
                                   "\"team:police\", then: kim}]}]\n");
    struct store *store = store_memory_new();
    struct alert_rules rules;
    struct staff staff = {.count = 0};
    struct step step = {0};
    struct fault fault = {""};
    struct alert alert = alerts_raised(&alerts_silence, MORNING_S), again = {0};
    struct change due = alerts_timer(CHANGE_UNACKNOWLEDGED, MORNING_MS + HOUR_MS);
    keep_account(store, "kim", TEAM_POLICE, "", false);
    keep_account(store, "lee", TEAM_POLICE, "", false);
    ck_assert_int_eq(account_staff(store, &staff, &fault), ERR_OK);
    rules_of(config, &rules);
    rules.staff = &staff;
    ck_assert_int_eq(lifecycle_apply(&alert, &due, &rules, &step, &fault), ERR_OK);
    ck_assert_ptr_nonnull(strstr(step.event_json.at,
                                 "\"on_call\":{\"who\":\"team:police\",\"then\":\"kim\","
                                 "\"persons\":[\"kim\",\"lee\"]}"));
    ck_assert_int_eq(alert_read(buffer_view(&step.snapshot), &again, &fault), ERR_OK);
    ck_assert_mem_eq(&again.on_call, &step.alert.on_call, sizeof again.on_call);
    step_done(&step);
    alert_done(&again);
    alert_done(&alert);
    staff_done(&staff);
    config_free(config);
    store->ops->free(store);
}
END_TEST

static const struct {
    const char *yaml, *says;
} wrong[] = {
    {"rosters: {}\n", "rosters: is a list, not a section"},
    {"rosters:\n  - {name: a}\n", "rosters[1]: has no shifts"},
    {"rosters:\n  - {name: a, shifts: [{name: b}]}\n", "says nobody who is on call"},
    {"rosters:\n  - {name: a, shifts: [{name: b, on_call: kim, hours: 8-20}]}\n",
     "rosters[1].shifts[1]: hours are written as 20:00-08:00"},
    {"rosters:\n  - {name: a, shifts: [{name: b, on_call: kim, days: [monday]}]}\n",
     "'monday' is no day"},
    {"rosters:\n  - {name: a, timezone: Asia/Soul, shifts: [{name: b, on_call: kim}]}\n",
     "timezone is none that this machine knows"},
    {"rosters:\n  - {name: a, team: fire, shifts: [{name: b, on_call: kim}]}\n",
     "rosters[1].team: "},
    {"rosters:\n  - {name: A b, shifts: [{name: b, on_call: kim}]}\n",
     "rosters[1]: needs a name of 1 to 32 characters"},
    {"rosters:\n  - {name: a, shifts: [{name: b, on_call: kim}]}\n"
     "  - {name: a, shifts: [{name: b, on_call: kim}]}\n",
     "rosters[2]: has the name of another roster"},
    {"rosters:\n  - {name: a, team: police, shifts: [{name: b, on_call: \"team:welfare\"}]}\n",
     "rosters[1]: 'team:welfare' is not the desk's own team: write team:police"},
    {"rosters:\n  - {name: a, shifts: [{name: b, on_call: kim, then: \"team:\"}]}\n",
     "rosters[1]: 'team:' is not the desk's own team: write team:police"},
    {"rosters:\n  - {name: a, shift: [{name: b, on_call: kim}]}\n",
     "no such key of a roster; did you mean shifts?"},
};

START_TEST(what_is_no_roster_is_told_with_its_place)
{
    struct config *config = NULL;
    struct config_errors errors = {0};
    ck_assert_int_ne(read_yaml(wrong[_i].yaml, &config, &errors), ERR_OK);
    ck_assert_msg(strstr(errors.text.at, wrong[_i].says) != NULL, "%s", errors.text.at);
    config_errors_done(&errors);
}
END_TEST

START_TEST(show_config_has_the_shifts)
{
    struct config *config = loaded(seoul);
    struct buffer shown = {0};
    config_show(config, &shown);
    ck_assert_ptr_nonnull(strstr(shown.at, "day (mon, tue, wed, thu, fri; 08:00-20:00): kim, then "
                                           "lee; rest (sat, sun, holiday; 08:00-20:00): weekend"));
    ck_assert_ptr_nonnull(strstr(shown.at, "night (all; 20:00-08:00): park"));
    buffer_done(&shown);
    config_free(config);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rosters");
    TCase *cases = tcase_create("rosters");
    tcase_add_test(cases, who_is_on_duty_follows_weekday_holiday_and_hour);
    tcase_add_test(cases, nobody_may_be_on_duty_and_the_next_is_found);
    tcase_add_test(cases, a_desk_is_found_by_team_and_area);
    tcase_add_test(cases, days_of_23_and_25_hours_have_no_hour_without_anybody_or_with_two);
    tcase_add_test(cases, an_alert_that_escalates_names_who_is_called);
    tcase_add_test(cases, an_acknowledgement_ends_with_the_shift_where_the_ladder_says_so);
    tcase_add_loop_test(cases, what_is_no_roster_is_told_with_its_place, 0,
                        sizeof wrong / sizeof wrong[0]);
    tcase_add_test(cases, the_api_tells_who_is_on_call_now_and_next);
    tcase_add_test(cases, who_cannot_be_called_is_passed_over_and_a_team_is_whoever_is_there);
    tcase_add_test(cases, a_team_has_no_more_persons_than_an_alert_keeps);
    tcase_add_test(cases, an_alert_keeps_who_of_a_team_is_asked);
    tcase_add_test(cases, accounts_that_cannot_be_read_keep_nobody_from_working_on_an_alert);
    tcase_add_test(cases, show_config_has_the_shifts);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
