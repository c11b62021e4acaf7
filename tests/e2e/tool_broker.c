/* SPDX-License-Identifier: Apache-2.0
 *
 * A Kafka broker that outlives the daemon under test: the embedded one, by itself. Usage:
 * broker PARTITIONS TOPIC... Prints its address; ends on SIGTERM, SIGINT or with standard input.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "embedded/embedded.h"

#define PARTITIONS_MAX 1000

static void wait_for_end(int signals)
{
    char ignored[256];
    struct pollfd events[] = {{.fd = signals, .events = POLLIN},
                              {.fd = STDIN_FILENO, .events = POLLIN}};
    do {
        if (poll(events, 2, -1) < 0 || events[0].revents)
            return;
    } while (read(STDIN_FILENO, ignored, sizeof ignored) > 0);
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long partitions = argc > 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc < 3 || *end || partitions < 1 || partitions > PARTITIONS_MAX) {
        (void)fprintf(stderr, "usage: broker PARTITIONS TOPIC...\n");
        return 2;
    }
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &set, NULL); /* before the broker's threads are there */
    int signals = signalfd(-1, &set, SFD_CLOEXEC);

    struct broker *broker = NULL;
    const char *address = NULL;
    struct fault fault = {"no signalfd"};
    if (signals < 0 || broker_start((const char *const *)argv + 2, (size_t)argc - 2,
                                    (uint32_t)partitions, &broker, &address, &fault)) {
        (void)fprintf(stderr, "broker: %s\n", fault.text);
        return 1;
    }
    (void)printf("%s\n", address);
    (void)fflush(stdout);
    wait_for_end(signals);
    broker_stop(broker);
    (void)close(signals);
    return 0;
}
