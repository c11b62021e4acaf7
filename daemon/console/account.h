/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounts of people: documents of the store's shelf "account". Of a password only its argon2id
 * hash is kept. On the API's thread.
 */
#ifndef ANBU_CONSOLE_ACCOUNT_H
#define ANBU_CONSOLE_ACCOUNT_H

#include "base/err.h"
#include "base/text.h"
#include "config/role.h"
#include "store/store.h"

#define ACCOUNT_NAME_MAX     40 /* bytes */
#define ACCOUNT_DISPLAY_MAX  100
#define ACCOUNT_AREAS_MAX    2000
#define ACCOUNT_PASSWORD_MIN 12
#define ACCOUNT_PASSWORD_MAX 128
#define ACCOUNT_HASH_MAX     128 /* with the terminator */
#define ACCOUNT_SUBJECT_MAX  65  /* 32 bytes in hex, terminated */
#define ACCOUNT_ANY_TEAM     (-1)

#define ACCOUNT_TRIES_FREE  5                /* wrong passwords in a row without a lock-out */
#define ACCOUNT_LOCK_MS     60000            /* after one more; each further one doubles it */
#define ACCOUNT_LOCK_MAX_MS (60 * 60 * 1000) /* never longer */

struct account {
    char name[ACCOUNT_NAME_MAX + 1]; /* a-z 0-9 . _ - @ */
    char display[ACCOUNT_DISPLAY_MAX + 1];
    enum role role;
    int team;                          /* enum team, or ACCOUNT_ANY_TEAM */
    char areas[ACCOUNT_AREAS_MAX + 1]; /* commas between; "" all */
    char utility[16];                  /* of the role utility: whose meters; "" all */
    char hash[ACCOUNT_HASH_MAX];       /* "": it signs in by the provider alone (oidc.h) */
    char subject[ACCOUNT_SUBJECT_MAX]; /* whose it is there (admission.h); "": nobody's yet */
    bool by_groups;                    /* made and kept by oidc.roles (granted.h) */
    bool lapsed;                       /* ... which gave it no role at the last sign-in */
    bool must_change;                  /* the password is somebody else's choice */
    bool disabled;
    int64_t failed; /* wrong passwords in a row */
    int64_t locked_until_ms;
    int64_t generation; /* of its sessions: those of another one are over */
    int64_t version;    /* in the store; 0 not there yet */
};

bool account_name_fits(const char *name);

/* ERR_NOT_FOUND. */
NODISCARD enum err account_load(struct store *store, const char *name, struct account *out,
                                struct fault *fault);
NODISCARD enum err account_read(struct text json, struct account *out, struct fault *fault);
/* All of them, each for account_read(). */
NODISCARD enum err account_each(struct store *store, store_document_fn *take, void *context,
                                struct fault *fault);
/* Over the version that was loaded; ERR_CONFLICT: somebody was faster. */
NODISCARD enum err account_save(struct store *store, struct account *account, struct fault *fault);

/* ERR_INVALID: too short, too long, or made of the name. Takes a tenth of a second, on purpose. */
NODISCARD enum err account_password_set(struct account *account, const char *password,
                                        struct fault *fault);
/* Counts a wrong password, and forgets those before a right one. *retry_after_s: of a lock-out.
 * ERR_DENIED in one voice: no such account, disabled, wrong; ERR_BUSY: locked out, whatever was
 * given. *out is the account after a right one. */
NODISCARD enum err account_try(struct store *store, const char *name, const char *password,
                               int64_t now_ms, struct account *out, int *retry_after_s,
                               struct fault *fault);

/* As people are shown it: without the hash. */
void account_show(const struct account *account, int64_t now_ms, struct buffer *out);

/* All that can be read, for whoever may have to call them. */
struct staff;
NODISCARD enum err account_staff(struct store *store, struct staff *out, struct fault *fault);

/* Whether alerts that these teams (bits) deal with, in an area, are this account's. */
bool account_sees(const struct account *account, uint32_t teams, const char *area);
/* What stands among its areas, be it an area or a feeder; all when it has none. NULL: on the
 * machine. */
bool account_sees_group(const struct account *account, const char *name);
/* Of a utility's account: that utility's. */
bool account_sees_utility(const struct account *account, const char *name);

#endif
