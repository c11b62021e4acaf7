/* SPDX-License-Identifier: Apache-2.0 */
#include "household/arrears.h"

#include <string.h>

#define QUARTER_DAYS 91
#define AMOUNT_MAX   INT64_C(10000000000000000)

/* Sums of what one household can owe stop here: in hundredths, a hundred million million. */
static int64_t capped(int64_t minor)
{
    return minor > AMOUNT_MAX ? AMOUNT_MAX : minor < -AMOUNT_MAX ? -AMOUNT_MAX : minor;
}

/* Too old for a bill of its own: part of the older sum. */
static void add_old(struct record_arrears *arrears, const struct record_bill *bill)
{
    if (!arrears->old_months || bill->due_day < arrears->old_due_day)
        arrears->old_due_day = bill->due_day;
    arrears->old_minor = capped(arrears->old_minor + bill->amount_minor);
    if (arrears->old_months < UINT8_MAX)
        arrears->old_months++;
}

static void drop_bill(struct record_arrears *arrears, int i)
{
    memmove(&arrears->bill[i], &arrears->bill[i + 1],
            (size_t)(arrears->bills - i - 1) * sizeof arrears->bill[0]);
    arrears->bills--;
    memset(&arrears->bill[arrears->bills], 0, sizeof arrears->bill[0]);
}

/* In the order in which they were due. */
static void add_bill(struct record_arrears *arrears, struct record_bill bill)
{
    if (arrears->bills == RECORD_BILLS) {
        if (bill.due_day <= arrears->bill[0].due_day) {
            add_old(arrears, &bill);
            return;
        }
        add_old(arrears, &arrears->bill[0]);
        drop_bill(arrears, 0);
    }
    int i = arrears->bills++;
    for (; i > 0 && arrears->bill[i - 1].due_day > bill.due_day; i--)
        arrears->bill[i] = arrears->bill[i - 1];
    arrears->bill[i] = bill;
}

/* The bill of that name; -1 when there is none, or no name. */
static int find_bill(const struct record_arrears *arrears, struct text name)
{
    uint32_t id = (uint32_t)record_hash(name);
    for (int i = 0; i < arrears->bills && name.bytes; i++)
        if (arrears->bill[i].id == id)
            return i;
    return -1;
}

static void issue(struct record_arrears *arrears, const struct billing *billing, int32_t now_day)
{
    struct record_bill bill = {.due_day = billing->due_day ? billing->due_day : now_day + 30,
                               .id = (uint32_t)record_hash(billing->bill),
                               .amount_minor = capped(billing->amount_minor)};
    int known = find_bill(arrears, billing->bill);
    if (known >= 0) /* issued again: a correction */
        drop_bill(arrears, known);
    if (bill.amount_minor <= 0)
        return;
    if (known < 0)
        arrears->average_minor = arrears->average_minor
                                     ? (arrears->average_minor * 7 + bill.amount_minor) / 8
                                     : bill.amount_minor;
    add_bill(arrears, bill);
}

/* Pays off what it can of the bill; what is left of the payment. */
static int64_t pay_bill(struct record_arrears *arrears, int i, int64_t left)
{
    struct record_bill *bill = &arrears->bill[i];
    if (left < bill->amount_minor) {
        bill->amount_minor -= left;
        return 0;
    }
    left -= bill->amount_minor;
    drop_bill(arrears, i);
    return left;
}

/* Pays off the older months in proportion; the last one goes with the last won. */
static int64_t pay_old(struct record_arrears *arrears, int64_t left)
{
    int64_t before = arrears->old_minor, months = arrears->old_months - 1;
    if (before > 0) {
        int64_t month = before / arrears->old_months > 0 ? before / arrears->old_months : 1;
        arrears->old_minor -= left < before ? left : before;
        left -= before - arrears->old_minor;
        months = (arrears->old_minor + month - 1) / month;
    }
    if (months < arrears->old_months)
        arrears->old_months = (uint8_t)months;
    if (!arrears->old_months)
        arrears->old_due_day = 0;
    return left;
}

/* A payment settles the bill that it names, else the oldest debt first. */
static void pay(struct record_arrears *arrears, const struct billing *billing)
{
    int64_t left = capped(billing->amount_minor);
    int i = find_bill(arrears, billing->bill);
    if (i >= 0 && !billing->has_amount)
        drop_bill(arrears, i);
    else if (i >= 0)
        left = pay_bill(arrears, i, left);
    if (left > 0 && arrears->old_months)
        left = pay_old(arrears, left);
    while (left > 0 && arrears->bills)
        left = pay_bill(arrears, 0, left);
}

static void reverse(struct record_arrears *arrears, const struct billing *billing, int32_t now_day)
{
    int64_t amount = capped(billing->amount_minor);
    int i = find_bill(arrears, billing->bill);
    if (amount <= 0)
        return;
    if (i >= 0)
        arrears->bill[i].amount_minor = capped(arrears->bill[i].amount_minor + amount);
    else
        add_bill(arrears, (struct record_bill){billing->due_day ? billing->due_day : now_day,
                                               (uint32_t)record_hash(billing->bill), amount});
}

/* The utility's own word replaces what we added up. */
static void snapshot(struct record_arrears *arrears, const struct billing *billing)
{
    int64_t months = billing->months, amount = capped(billing->amount_minor);
    if (months < 0) /* only an amount: as many months as average bills, at least one */
        months = arrears->average_minor > 0 ? amount / arrears->average_minor : 1;
    if (billing->months < 0 && months < 1)
        months = 1;
    if (billing->has_amount && amount <= 0)
        months = 0;
    if (months > UINT8_MAX)
        months = UINT8_MAX;
    arrears->bills = 0;
    memset(arrears->bill, 0, sizeof arrears->bill);
    arrears->old_months = (uint8_t)months;
    arrears->old_minor = billing->has_amount ? amount : capped(arrears->average_minor * months);
    /* Not said: unknown, rather than a date that nobody was given. */
    arrears->old_due_day = months ? billing->due_day : 0;
    if (!arrears->average_minor && months > 0)
        arrears->average_minor = arrears->old_minor / months;
}

/* What came late does not undo what came after it. */
static void set_supply(struct record_arrears *arrears, enum supply supply, int64_t at_s)
{
    if (at_s < arrears->changed_s || supply == arrears->supply)
        return;
    arrears->supply = (uint8_t)supply;
    arrears->changed_s = at_s;
}

/* An arrangement is kept until the utility goes on with what it had announced. */
static void break_plan(struct record_arrears *arrears, int32_t day)
{
    if (day > arrears->plan_day)
        arrears->plan_until_s = 0;
}

static void announce(struct record_arrears *arrears, int64_t at_s, int32_t day)
{
    if (at_s < arrears->changed_s) /* late: what it announced has been done, or undone */
        return;
    arrears->notice = 1;
    break_plan(arrears, day);
}

/* Tells a message from the one before: senders repeat what may have been lost. */
static uint32_t fingerprint(const struct billing *billing, int64_t at_s)
{
    const int64_t said[] = {billing->event,
                            at_s,
                            billing->months,
                            billing->amount_minor,
                            billing->due_day,
                            billing->until_s,
                            (int64_t)record_hash(billing->bill)};
    uint64_t hash = record_hash((struct text){(const char *)said, sizeof said});
    return (uint32_t)(hash ^ hash >> 32);
}

void arrears_apply(struct record_arrears *arrears, const struct billing *billing, int64_t at_s,
                   int32_t now_day)
{
    uint32_t print = fingerprint(billing, at_s);
    if (print == arrears->last_print)
        return;
    arrears->last_print = print;
    if (billing->currency[0])
        memcpy(arrears->currency, billing->currency, sizeof arrears->currency);
    switch (billing->event) {
    case BILLING_BILL_ISSUED: issue(arrears, billing, now_day); break;
    case BILLING_PAYMENT: pay(arrears, billing); break;
    case BILLING_PAYMENT_REVERSED: reverse(arrears, billing, now_day); break;
    case BILLING_ARRANGEMENT:
        arrears->plan_until_s = billing->until_s ? billing->until_s : INT64_MAX;
        arrears->plan_day = (uint16_t)now_day;
        break;
    case BILLING_ARREARS: snapshot(arrears, billing); break;
    case BILLING_DISCONNECTION_NOTICE: announce(arrears, at_s, now_day); break;
    case BILLING_LIMITED:
    case BILLING_DISCONNECTED:
        set_supply(arrears, billing->event == BILLING_LIMITED ? SUPPLY_LIMITED : SUPPLY_CUT, at_s);
        break_plan(arrears, now_day);
        break;
    case BILLING_RECONNECTED:
        set_supply(arrears, SUPPLY_OPEN, at_s);
        arrears->notice = 0;
        break;
    case BILLING_EVENT_COUNT: break;
    }
    struct arrears_view view;
    arrears_view(arrears, now_day, at_s, &view);
    if (!view.months && (billing->event == BILLING_PAYMENT || billing->event == BILLING_ARREARS))
        arrears->notice = 0;
    arrears_note_quarter(arrears, now_day, at_s);
}

void arrears_view(const struct record_arrears *arrears, int32_t now_day, int64_t now_s,
                  struct arrears_view *out)
{
    int months = arrears->old_months;
    int64_t amount = arrears->old_minor;
    int32_t oldest = months ? arrears->old_due_day : 0;
    for (int i = 0; i < arrears->bills; i++) {
        if (arrears->bill[i].due_day >= now_day)
            continue;
        months++;
        amount += arrears->bill[i].amount_minor;
        if (!arrears->old_months && (!oldest || arrears->bill[i].due_day < oldest))
            oldest = arrears->bill[i].due_day;
    }
    *out = (struct arrears_view){.months = (uint8_t)(months > UINT8_MAX ? UINT8_MAX : months),
                                 .amount_minor = amount,
                                 .average_minor = arrears->average_minor,
                                 .oldest_due_s = oldest * (int64_t)86400,
                                 .months_before = arrears->months_before,
                                 .arrangement = now_s < arrears->plan_until_s,
                                 .notice = arrears->notice,
                                 .changed_s = arrears->changed_s};
    memcpy(out->currency, arrears->currency, sizeof out->currency);
}

void arrears_note_quarter(struct record_arrears *arrears, int32_t now_day, int64_t now_s)
{
    if (arrears->quarter_day && now_day - arrears->quarter_day < QUARTER_DAYS)
        return;
    struct arrears_view view;
    arrears_view(arrears, now_day, now_s, &view);
    arrears->months_before = arrears->months_noted;
    arrears->months_noted = view.months;
    arrears->quarter_day = now_day;
}
