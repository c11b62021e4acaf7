/* SPDX-License-Identifier: Apache-2.0 */
#include "town/account.h"

#include <string.h>

#define DUE_DAYS       20
#define DAY_S          86400
#define AMOUNT_MAX     2000000000.0
#define SUPPORT_DAYS   30
#define SUPPORT_MONTHS 3

static double price(const struct account *account, const struct scenario *s)
{
    return account->utility == UTILITY_ELECTRICITY ? s->electricity_price
           : account->utility == UTILITY_WATER     ? s->water_price
                                                   : s->gas_price;
}

/* Standing charge of three units, plus use; to ten units of the currency's smallest in use. */
static int32_t amount_of(const struct account *account, const struct scenario *s)
{
    double units = (double)account->used / 1e6 + 3;
    double amount = (units < 3 ? 3 : units) * price(account, s) * 100;
    if (amount > AMOUNT_MAX)
        amount = AMOUNT_MAX;
    bool whole = strcmp(s->currency, "KRW") == 0 || strcmp(s->currency, "JPY") == 0;
    int32_t step = whole ? 1000 : 1;
    return (int32_t)amount / step * step;
}

static void add_bill(struct account *account, const struct bill *bill)
{
    if (account->bill_count == ACCOUNT_BILLS_MAX) {
        /* The two oldest become one; a year of arrears is as bad as it gets. */
        int64_t both = (int64_t)account->bills[0].amount + account->bills[1].amount;
        account->bills[1].amount = both > (int64_t)AMOUNT_MAX ? (int32_t)AMOUNT_MAX : (int32_t)both;
        memmove(account->bills, account->bills + 1,
                (ACCOUNT_BILLS_MAX - 1) * sizeof account->bills[0]);
        account->bill_count--;
    }
    account->bills[account->bill_count++] = *bill;
}

static void drop_bill(struct account *account, unsigned i)
{
    memmove(account->bills + i, account->bills + i + 1,
            (size_t)(account->bill_count - i - 1) * sizeof account->bills[0]);
    account->bill_count--;
}

static void init_falling(struct account *account, uint64_t household_key, const struct scene *scene)
{
    const struct scenario *s = scene->scenario;
    int months =
        (int)(chance_unit(household_key, PURPOSE_PAYER, 1) * (s->falling_months_before_max + 1));
    /* Water is let slide first, gas in winter last. */
    if (account->utility == UTILITY_GAS && months > 0)
        months--;
    account->fall_day = scene->first_day;
    if (months == 0)
        account->fall_day += (int32_t)(60 * chance_unit(household_key, PURPOSE_PAYER, 2));
    struct civil first = civil_of((int64_t)scene->first_day * DAY_S);
    for (int back = months; back > 0; back--) {
        double units = chance_between(account->key, PURPOSE_PAYER, 10 + back, 0.6, 1.2) *
                       (account->utility == UTILITY_ELECTRICITY ? 200
                        : account->utility == UTILITY_WATER     ? 9
                                                                : 45);
        account->used = (int64_t)(units * 1e6);
        struct bill bill = {.month = first.year * 12 + first.month - 1 - back - 1,
                            .due_day = scene->first_day - back * 30 + 15,
                            .pay_day = ACCOUNT_NEVER,
                            .amount = amount_of(account, s)};
        add_bill(account, &bill);
    }
    account->used = 0;
}

void account_init(struct account *account, uint64_t household_key, enum utility utility,
                  const struct scene *scene)
{
    const struct scenario *s = scene->scenario;
    *account = (struct account){.key = chance_key(household_key, 32 + (uint64_t)utility),
                                .utility = (uint8_t)utility,
                                .fall_day = ACCOUNT_NEVER,
                                .reversed_day = ACCOUNT_NEVER,
                                .support_day = ACCOUNT_NEVER};
    account->bill_day = (uint8_t)(2 + chance_bits(account->key, PURPOSE_PAYER, 3) % 24);
    double draw = chance_unit(household_key, PURPOSE_PAYER, 0);
    if (draw < s->falling_share) {
        account->payer = PAYER_FALLING;
        init_falling(account, household_key, scene);
    } else if (draw < s->falling_share + s->late_share) {
        account->payer = PAYER_LATE;
    } else {
        account->direct_debit = chance_is(household_key, PURPOSE_PAYER, 4, 0.6);
    }
}

/* An event of today at this local hour; it is known within the hour. */
static struct occurrence event_of(const struct account *account, const struct account_day *day,
                                  enum billing_event event, unsigned hour)
{
    struct occurrence o = {.at_s = day->moment->at_s + (int64_t)hour * 3600,
                           .type = MESSAGE_BILLING,
                           .event = (uint8_t)event,
                           .utility = account->utility};
    o.arrived_s = o.at_s + 60 +
                  (int64_t)(chance_bits(account->key, PURPOSE_DELAY, o.at_s * 16 + event) % 3000);
    return o;
}

static void put(const struct account_day *day, struct occurrence *o)
{
    o->home = day->sender.home;
    o->sequence = (*day->sender.sequence)++;
    queue_put(day->scene->queue, o);
}

static int32_t pay_day_of(const struct account *account, const struct bill *bill, int32_t issued)
{
    if (account->payer == PAYER_FALLING && issued >= account->fall_day)
        return ACCOUNT_NEVER;
    if (account->payer == PAYER_LATE)
        return issued + (int32_t)chance_between(account->key, PURPOSE_PAYMENT, bill->month, 12, 48);
    if (account->direct_debit)
        return bill->due_day;
    return issued + (int32_t)chance_between(account->key, PURPOSE_PAYMENT, bill->month, 4, 20);
}

static void issue_bill(struct account *account, const struct account_day *day)
{
    int32_t today = day->moment->day;
    struct bill bill = {.month = day->moment->month - 1,
                        .due_day = today + DUE_DAYS,
                        .amount = amount_of(account, day->scene->scenario)};
    bill.pay_day = pay_day_of(account, &bill, today);
    account->used = 0;
    add_bill(account, &bill);
    struct occurrence o = event_of(account, day, BILLING_BILL_ISSUED, 0);
    o.value = bill.amount;
    o.second = bill.due_day;
    o.number = bill.month;
    put(day, &o);
}

static void pay_bills(struct account *account, const struct account_day *day)
{
    int32_t today = day->moment->day;
    if (day->nobody && !account->direct_debit)
        return;
    for (unsigned i = 0; i < account->bill_count;) {
        struct bill bill = account->bills[i];
        if (bill.pay_day > today) {
            i++;
            continue;
        }
        drop_bill(account, i);
        struct occurrence o = event_of(account, day, BILLING_PAYMENT, 10);
        o.value = bill.amount;
        o.number = bill.month;
        put(day, &o);
        if (account->payer == PAYER_LATE &&
            chance_is(account->key, PURPOSE_PAYMENT, (int64_t)bill.month + 1000000, 0.15)) {
            account->reversed = bill;
            account->reversed_day = today + 4;
        }
    }
}

static void reverse_payment(struct account *account, const struct account_day *day)
{
    account->reversed_day = ACCOUNT_NEVER;
    struct bill bill = account->reversed;
    bill.pay_day = day->moment->day + 25;
    add_bill(account, &bill);
    struct occurrence o = event_of(account, day, BILLING_PAYMENT_REVERSED, 11);
    o.value = bill.amount;
    o.number = bill.month;
    put(day, &o);
}

static void set_supply(struct account *account, const struct account_day *day, uint16_t watts,
                       bool cut)
{
    if (account->limit_watts == watts && account->cut == cut)
        return;
    enum billing_event event = cut     ? BILLING_DISCONNECTED
                               : watts ? BILLING_LIMITED
                                       : BILLING_RECONNECTED;
    account->limit_watts = watts;
    account->cut = cut;
    struct occurrence o = event_of(account, day, event, 9);
    o.second = watts;
    put(day, &o);
}

/* What the utility does about this many months. */
static void enforce(struct account *account, const struct account_day *day)
{
    const struct scenario *s = day->scene->scenario;
    unsigned months = account->months;
    if (months == 0) {
        account->noticed = false;
        set_supply(account, day, 0, false);
        return;
    }
    if (months >= 2 && !account->noticed) {
        account->noticed = true;
        struct occurrence o = event_of(account, day, BILLING_DISCONNECTION_NOTICE, 8);
        o.number = (int32_t)months;
        put(day, &o);
    }
    if (account->utility == UTILITY_ELECTRICITY) {
        double watts = months >= s->deep_limit_months ? s->deep_limit_watts
                       : months >= s->limit_months    ? s->limit_watts
                                                      : 0;
        bool cut = months >= s->cut_months;
        if (watts > 0 || cut)
            set_supply(account, day, (uint16_t)(watts > 65535 ? 65535 : watts), cut);
    } else if (account->utility == UTILITY_GAS && months >= s->gas_cut_months) {
        set_supply(account, day, 0, true);
    }
}

static void support(struct account *account, const struct account_day *day)
{
    int32_t today = day->moment->day;
    bool begins = account->support_day == ACCOUNT_NEVER &&
                  account->utility == UTILITY_ELECTRICITY && account->months >= SUPPORT_MONTHS &&
                  chance_is(account->key, PURPOSE_SUPPORT, 0, day->scene->scenario->support_share);
    if (begins)
        account->support_day =
            today + 1 + (int32_t)(chance_bits(account->key, PURPOSE_SUPPORT, 1) % 20);
    bool starts = account->support_day == today;
    bool ends =
        account->support_day != ACCOUNT_NEVER && today == account->support_day + SUPPORT_DAYS;
    if (!starts && !ends)
        return;
    struct occurrence o = event_of(account, day, BILLING_EVENT_COUNT, 13);
    o.type = MESSAGE_HOUSEHOLD;
    o.event = starts ? HOUSEHOLD_SUPPORT_STARTED : HOUSEHOLD_SUPPORT_ENDED;
    put(day, &o);
}

static unsigned months_due(const struct account *account, int32_t today, int64_t *amount)
{
    unsigned months = 0;
    *amount = 0;
    for (unsigned i = 0; i < account->bill_count; i++)
        if (account->bills[i].due_day < today) {
            months++;
            *amount += account->bills[i].amount;
        }
    return months;
}

static void tell_arrears(struct account *account, const struct scene *scene, uint32_t home,
                         int64_t to_s)
{
    if (account->arrears_from_s)
        scene->tell(scene->context, home, TRUTH_ARREARS, account->arrears_from_s, to_s,
                    utility_names[account->utility]);
    account->arrears_from_s = 0;
}

/* Monthly, at the start of the run, and when arrears are over. */
static void snapshot(struct account *account, const struct account_day *day)
{
    int64_t amount;
    unsigned months = months_due(account, day->moment->day, &amount);
    if (months > 0 && !account->arrears_from_s)
        account->arrears_from_s = day->moment->at_s;
    bool over = account->months > 0 && months == 0;
    bool monthly = day->moment->month_day == 1 || !account->announced;
    account->announced = true;
    if (months == 0)
        tell_arrears(account, day->scene, day->sender.home, day->moment->at_s);
    if (!over && !(monthly && months > 0))
        return;
    account->months = (uint8_t)months;
    struct occurrence o = event_of(account, day, BILLING_ARREARS, over ? 12 : 0);
    o.value = amount;
    o.number = (int32_t)months;
    put(day, &o);
    enforce(account, day);
}

/* Somebody lends money, or the office takes it over; some agree on instalments instead. */
static void recover(struct account *account, const struct account_day *day)
{
    if (account->payer != PAYER_FALLING || account->bill_count == 0 || day->nobody ||
        day->moment->day < account->fall_day + 20 ||
        !chance_is(account->key, PURPOSE_RECOVERY, day->moment->day,
                   day->scene->scenario->recovery_per_month / 30.0))
        return;
    account->payer = PAYER_PUNCTUAL;
    int32_t today = day->moment->day;
    bool instalments = chance_is(account->key, PURPOSE_RECOVERY, -today, 0.35);
    for (unsigned i = 0; i < account->bill_count; i++)
        account->bills[i].pay_day = instalments ? today + 1 + 30 * (int32_t)i : today;
    if (!instalments)
        return;
    struct occurrence o = event_of(account, day, BILLING_ARRANGEMENT, 9);
    o.second = moment_utc_s(day->moment, (int64_t)(today + 30 * account->bill_count) * DAY_MINUTE);
    put(day, &o);
}

void account_live_day(struct account *account, const struct account_day *day)
{
    if (day->moment->month_day == account->bill_day)
        issue_bill(account, day);
    recover(account, day);
    pay_bills(account, day);
    if (account->reversed_day <= day->moment->day)
        reverse_payment(account, day);
    snapshot(account, day);
    support(account, day);
}

void account_close(struct account *account, const struct account_day *day)
{
    account->bill_count = 0;
    account->payer = PAYER_PUNCTUAL;
    account->direct_debit = true;
    account->reversed_day = ACCOUNT_NEVER;
    account->used = 0;
    if (account->months > 0 || account->limit_watts || account->cut)
        snapshot(account, day);
    tell_arrears(account, day->scene, day->sender.home, day->moment->at_s);
}

void account_finish(struct account *account, const struct scene *scene, uint32_t home)
{
    tell_arrears(account, scene, home, 0);
}
