/* SPDX-License-Identifier: Apache-2.0
 *
 * URLs of a configuration: strict, so that libcurl cannot read them otherwise.
 */
#include <string.h>

#include "config/internal.h"

/* Loopback by name or number, and nothing that merely begins like it. */
static bool is_this_machine(const char *host, size_t bytes)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bytes == strlen(names[i]) && strncmp(host, names[i], bytes) == 0)
            return true;
    return false;
}

/* Bytes of the host that a URL goes on with; 0: there is none. */
static size_t host_bytes(const char *host)
{
    if (host[0] != '[')
        return strcspn(host, ":/?");
    size_t inside = strcspn(host, "]");
    return host[inside] ? inside + 1 : 0;
}

bool config_url_is_local(const char *url)
{
    const char *host = strstr(url, "://");
    return host && is_this_machine(host + 3, host_bytes(host + 3));
}

const char *url_rest_problem(const char *url)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-._~:/?&=%+,;[]";
    if (url[strspn(url, allowed)])
        return "has a character that does not belong there (no user, no fragment)";
    return host_bytes(strstr(url, "://") + 3) ? NULL : "names no host";
}

const char *url_problem(const char *url, bool *in_the_clear)
{
    bool https = strncmp(url, "https://", 8) == 0, http = strncmp(url, "http://", 7) == 0;
    *in_the_clear = http && !config_url_is_local(url);
    if (!https && !http)
        return "is no URL (https://HOST/PATH)";
    return url_rest_problem(url);
}
