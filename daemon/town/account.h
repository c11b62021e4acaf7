/* SPDX-License-Identifier: Apache-2.0
 *
 * A home's account with one utility: bills, payments, arrears, and what follows from arrears for
 * its supply. Part of a home; moves once a local day.
 */
#ifndef ANBU_TOWN_ACCOUNT_H
#define ANBU_TOWN_ACCOUNT_H

#include "detectors/vocabulary.h"
#include "town/metering.h"

#define ACCOUNT_BILLS_MAX 14
#define ACCOUNT_NEVER     INT32_MAX

enum payer { PAYER_PUNCTUAL, PAYER_LATE, PAYER_FALLING };

/* Local days since 1970. */
struct bill {
    int32_t month; /* year * 12 + month - 1 of its use */
    int32_t due_day, pay_day;
    int32_t amount; /* hundredths of the currency */
};

struct account {
    uint64_t key;
    int64_t used; /* mWh or mL since the last bill */
    struct bill bills[ACCOUNT_BILLS_MAX];
    int32_t fall_day;             /* payments stop */
    int32_t support_day;          /* support begins; ends 30 days later */
    int32_t reversed_day;         /* a payment bounces */
    struct bill reversed;         /* which one */
    int64_t arrears_from_s;       /* 0: none */
    uint16_t limit_watts;         /* electricity; 0: no limit */
    uint8_t bill_count, bill_day; /* day of the month */
    uint8_t utility, payer, months;
    bool direct_debit, noticed, cut, announced;
};

struct account_day {
    const struct scene *scene;
    const struct moment *moment;
    struct sender sender;
    bool nobody; /* who could pay lies helpless or has left */
};

/* household_key: falling behind is a household's, not one account's. */
void account_init(struct account *account, uint64_t household_key, enum utility utility,
                  const struct scene *scene);

void account_live_day(struct account *account, const struct account_day *day);

/* Other people move in: nothing is owed, everything is connected. */
void account_close(struct account *account, const struct account_day *day);

/* The run is over: what is owed still is told. */
void account_finish(struct account *account, const struct scene *scene, uint32_t home);

#endif
