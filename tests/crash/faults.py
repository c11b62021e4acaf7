# SPDX-License-Identifier: Apache-2.0
"""What may happen in a round. Each fault is a function of the scene; it ends when whatever it broke
is whole again, or broken for good. A pause within a fault is the fault: how long it is away."""
import signal
import socket
import threading
import time

import world as w

SHORT, LONG = (0.05, 0.6), (1.0, 3.0)
BEYOND_SESSION = (7.0, 9.0)  # session.timeout.ms is 6 s


class Wire:
    """Between anbud and Kafka: cuts every connection when told to, and can be slow."""

    def __init__(self, to):
        self.to = to
        self.delay = 0.0
        self.ends, self.lock = set(), threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            try:
                server = socket.create_connection(self.to, timeout=5)
                server.settimeout(None)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.ends |= {client, server}
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one, other):
        try:
            while True:
                data = one.recv(262144)
                if not data:
                    break
                if self.delay:
                    time.sleep(self.delay)
                other.sendall(data)
        except OSError:
            pass
        with self.lock:
            self.ends -= {one, other}
        for end in (one, other):
            close(end)

    def cut(self):
        with self.lock:
            ends = list(self.ends)
        for end in ends:
            close(end)

    def calm(self):
        self.delay = 0.0


def close(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def away(scene, bounds):
    """The time that something is away: part of the fault, not a wait for anything."""
    time.sleep(scene.chance.uniform(*bounds))


def one_of(scene):
    daemons = [daemon for daemon in scene.running()]
    return scene.chance.choice(daemons) if daemons else None


# ---- anbud ----

def anbud_killed(scene):
    daemon = one_of(scene)
    if daemon:
        daemon.told_to_go = True
        daemon.process.end(signal.SIGKILL)
    away(scene, SHORT)
    scene.join()


def anbud_paused(scene):
    daemon = one_of(scene)
    if daemon:
        daemon.process.send(signal.SIGSTOP)
        away(scene, LONG)
        daemon.process.send(signal.SIGCONT)


def anbud_paused_over_its_session(scene):
    if len(scene.running()) < 2:
        scene.join()
    daemon = one_of(scene)
    daemon.process.send(signal.SIGSTOP)
    away(scene, BEYOND_SESSION)
    daemon.process.send(signal.SIGCONT)


def anbud_told_to_end(scene):
    daemon = one_of(scene)
    if daemon:
        daemon.told_to_go = True
        status = daemon.process.end(signal.SIGTERM, 60)
        # It may have no Redis or Kafka to give back to, but never hangs or crashes. Before its
        # first line it has not asked for signals yet.
        unborn = status == -signal.SIGTERM and not daemon.process.err()
        scene.world.need(status == 0 or unborn, "seed %s: SIGTERM ends it in order" % scene.seed,
                         "%s\n%s" % (status, daemon.process.err()[-2000:]))
    scene.join()


def anbud_joins(scene):
    if len(scene.running()) < 3:
        scene.join()
    away(scene, SHORT)


# ---- Redis ----

def redis_killed(scene):
    scene.redis.process.end(signal.SIGKILL)
    away(scene, SHORT)
    scene.redis.start()


def redis_without_its_last_second(scene):
    scene.redis.keep()
    away(scene, (0.3, 1.2))
    scene.redis.process.end(signal.SIGKILL)
    scene.redis.go_back()
    scene.redis.start()


def redis_out_of_memory(scene):
    scene.redis.command("CONFIG", "SET", "maxmemory", "1")
    away(scene, SHORT)
    scene.redis.command("CONFIG", "SET", "maxmemory", "0")


def redis_read_only(scene):
    scene.redis.command("REPLICAOF", "127.0.0.1", "1")
    away(scene, SHORT)
    scene.redis.command("REPLICAOF", "NO", "ONE")


def redis_on_a_full_disk(scene):
    scene.redis.limit_files(1)
    away(scene, LONG)
    if scene.redis.process.runs():
        scene.redis.limit_files(-1)
    if not scene.redis.process.runs():  # with appendfsync always it gives up
        scene.redis.start()


def redis_connections_cut(scene):
    scene.redis.command("CLIENT", "KILL", "TYPE", "normal")


def redis_slow(scene):
    scene.redis.command("CLIENT", "PAUSE", str(scene.chance.randint(100, 1500)), "ALL")


# ---- Kafka ----

def kafka_connections_cut(scene):
    for _ in range(scene.chance.randint(1, 4)):
        scene.stage.wire.cut()
        away(scene, (0.0, 0.3))


def kafka_slow(scene):
    scene.stage.wire.delay = scene.chance.uniform(0.02, 0.15)
    away(scene, LONG)
    scene.stage.wire.calm()


def kafka_restarted(scene):
    cluster = scene.stage.cluster
    number = signal.SIGKILL if scene.chance.random() < 0.5 else signal.SIGTERM
    if cluster.nodes[1].end(number, 60) is None:
        raise w.Failure("Kafka does not end")
    scene.world.processes.remove(cluster.nodes[1])
    cluster.start_node(1)
    cluster.wait_for(1)


FAULTS = (anbud_killed, anbud_killed, anbud_paused, anbud_paused_over_its_session,
          anbud_told_to_end, anbud_joins, redis_killed, redis_without_its_last_second,
          redis_without_its_last_second, redis_out_of_memory, redis_read_only,
          redis_on_a_full_disk, redis_connections_cut, redis_slow, kafka_connections_cut,
          kafka_slow, kafka_restarted)


def chosen(chance):
    """Three to six of them, Kafka's restart at most once: it takes the longest."""
    faults = [chance.choice(FAULTS) for _ in range(chance.randint(3, 6))]
    once = set()
    return [fault for fault in faults
            if fault is not kafka_restarted or not (fault in once or once.add(fault))]
