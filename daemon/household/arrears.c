/* SPDX-License-Identifier: Apache-2.0 */
#include "household/arrears.h"

#include <string.h>

#define QUARTER_DAYS 91

/* The oldest bills become part of the older sum. */
static void make_room(struct record_arrears *arrears)
{
    const struct record_bill *oldest = &arrears->bill[0];
    if (!arrears->old_months || oldest->due_day < arrears->old_due_day)
        arrears->old_due_day = oldest->due_day;
    arrears->old_minor += oldest->amount_minor;
    if (arrears->old_months < UINT8_MAX)
        arrears->old_months++;
    memmove(&arrears->bill[0], &arrears->bill[1], sizeof arrears->bill - sizeof arrears->bill[0]);
    arrears->bills--;
}

static void issue(struct record_arrears *arrears, const struct billing *billing, int32_t now_day)
{
    uint32_t id = (uint32_t)record_hash(billing->bill);
    int32_t due = billing->due_day ? billing->due_day : now_day + 30;
    for (int i = 0; i < arrears->bills; i++)
        if (billing->bill.bytes && arrears->bill[i].id == id) { /* issued again: a correction */
            arrears->bill[i].amount_minor = billing->amount_minor;
            arrears->bill[i].due_day = due;
            return;
        }
    if (billing->amount_minor <= 0)
        return;
    arrears->average_minor = arrears->average_minor
                                 ? (arrears->average_minor * 7 + billing->amount_minor) / 8
                                 : billing->amount_minor;
    if (arrears->bills == RECORD_BILLS)
        make_room(arrears);
    arrears->bill[arrears->bills++] = (struct record_bill){due, id, billing->amount_minor};
}

static void drop_bill(struct record_arrears *arrears, int i)
{
    memmove(&arrears->bill[i], &arrears->bill[i + 1],
            (size_t)(arrears->bills - i - 1) * sizeof arrears->bill[0]);
    arrears->bills--;
    memset(&arrears->bill[arrears->bills], 0, sizeof arrears->bill[0]);
}

/* A payment settles the bill that it names, else the oldest debt first. */
static void pay(struct record_arrears *arrears, const struct billing *billing)
{
    int64_t left = billing->amount_minor;
    uint32_t id = (uint32_t)record_hash(billing->bill);
    for (int i = 0; i < arrears->bills && billing->bill.bytes; i++)
        if (arrears->bill[i].id == id) {
            int64_t part = left < arrears->bill[i].amount_minor || !billing->has_amount
                               ? (billing->has_amount ? left : arrears->bill[i].amount_minor)
                               : arrears->bill[i].amount_minor;
            arrears->bill[i].amount_minor -= part;
            left -= part;
            if (arrears->bill[i].amount_minor <= 0)
                drop_bill(arrears, i);
            break;
        }
    if (left > 0 && arrears->old_months) {
        int64_t before = arrears->old_minor;
        arrears->old_minor -= left < before ? left : before;
        left -= before - arrears->old_minor;
        /* Months paid off in proportion; the last one goes with the last won. */
        int64_t months =
            before > 0 ? (arrears->old_minor * arrears->old_months + before - 1) / before : 0;
        arrears->old_months = (uint8_t)months;
        if (!months)
            arrears->old_due_day = 0;
    }
    while (left > 0 && arrears->bills) {
        if (left < arrears->bill[0].amount_minor) {
            arrears->bill[0].amount_minor -= left;
            break;
        }
        left -= arrears->bill[0].amount_minor;
        drop_bill(arrears, 0);
    }
}

/* The utility's own word replaces what we added up. */
static void snapshot(struct record_arrears *arrears, const struct billing *billing, int32_t now_day)
{
    int months = billing->months;
    if (months < 0) /* only an amount: as many months as average bills, at least one */
        months = arrears->average_minor && billing->amount_minor > 0
                     ? (int)(billing->amount_minor / arrears->average_minor)
                     : 1;
    if (billing->has_amount && billing->amount_minor <= 0)
        months = 0;
    arrears->bills = 0;
    memset(arrears->bill, 0, sizeof arrears->bill);
    arrears->old_months = (uint8_t)(months > UINT8_MAX ? UINT8_MAX : months);
    arrears->old_minor =
        billing->has_amount ? billing->amount_minor : arrears->average_minor * months;
    arrears->old_due_day = months ? now_day - months * 30 : 0;
    if (!arrears->average_minor && months > 0)
        arrears->average_minor = arrears->old_minor / months;
}

void arrears_apply(struct record_arrears *arrears, const struct billing *billing, int64_t at_s,
                   int32_t now_day)
{
    if (billing->currency[0])
        memcpy(arrears->currency, billing->currency, sizeof arrears->currency);
    switch (billing->event) {
    case BILLING_BILL_ISSUED: issue(arrears, billing, now_day); break;
    case BILLING_PAYMENT: pay(arrears, billing); break;
    case BILLING_PAYMENT_REVERSED:
        if (arrears->bills == RECORD_BILLS)
            make_room(arrears);
        if (billing->amount_minor > 0)
            arrears->bill[arrears->bills++] =
                (struct record_bill){billing->due_day ? billing->due_day : now_day,
                                     (uint32_t)record_hash(billing->bill), billing->amount_minor};
        break;
    case BILLING_ARRANGEMENT:
        arrears->plan_until_s = billing->until_s ? billing->until_s : INT64_MAX;
        break;
    case BILLING_ARREARS: snapshot(arrears, billing, now_day); break;
    case BILLING_DISCONNECTION_NOTICE: arrears->notice = 1; break;
    case BILLING_LIMITED:
        arrears->supply = SUPPLY_LIMITED;
        arrears->changed_s = at_s;
        break;
    case BILLING_DISCONNECTED:
        arrears->supply = SUPPLY_CUT;
        arrears->changed_s = at_s;
        break;
    case BILLING_RECONNECTED:
        arrears->supply = SUPPLY_OPEN;
        arrears->notice = 0;
        arrears->changed_s = at_s;
        break;
    case BILLING_EVENT_COUNT: break;
    }
    struct arrears_view view;
    arrears_view(arrears, now_day, at_s, &view);
    if (!view.months)
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
        if (!oldest || arrears->bill[i].due_day < oldest)
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
