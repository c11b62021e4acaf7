# SPDX-License-Identifier: Apache-2.0
"""Apache Kafka itself, for the tests: one node or three in KRaft mode, each node a JVM with a plain
listener and one with TLS and SASL/SCRAM, on loopback; data, keys and logs in the world's directory.
The jars come from tests/kafka/fetch. A cluster may be shared by several tests: each Broker taken of
it has topics and a group of its own."""
import json
import os
import shutil
import socket
import uuid

import world as w

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The path of what share() has written.
SHARED = "ANBU_E2E_KAFKA"
USER, PASSWORD = "anbu", "kept-to-ourselves"
START_SECONDS = 90
# Both lines that are in use. SCRAM of librdkafka before 2.6.1 (Debian 12) is refused by Kafka 4, so
# TLS with SCRAM is tried with the last of the older line: docs/decisions/0010.
NEWEST, SCRAM = "4.1.1", "3.9.1"
# Short-lived JVMs on few cores: a quick start is worth more than the last bit of speed.
JVM = ("-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
SETTINGS = """
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners=PLAIN://127.0.0.1:{plain},TLS://127.0.0.1:{tls},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAIN://127.0.0.1:{advertised},TLS://127.0.0.1:{tls}
listener.security.protocol.map=PLAIN:PLAINTEXT,TLS:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAIN
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.tls.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
listener.name.tls.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={keys}/broker.pem
log.dirs={data}
default.replication.factor={replicas}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
auto.create.topics.enable=false
# Members that start together meet in the first round.
group.initial.rebalance.delay.ms=1000
# A simulated town is long past by the clock of the wall.
log.retention.ms=-1
file.delete.delay.ms=1000
log.cleaner.dedupe.buffer.size=4194304
# A node that is killed is noticed soon.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
controller.quorum.election.timeout.ms=1000
controller.quorum.fetch.timeout.ms=1500
"""


def reserve(count):
    """Free ports and the sockets that keep them ours: bound, never listening. Java binds with
    SO_REUSEADDR, so a node may listen there, and again after it was killed."""
    held = []
    for _ in range(count):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", 0))
        held.append(one)
    return [one.getsockname()[1] for one in held], held


def make_keys(world, directory):
    """A CA of our own, and one certificate of it for all nodes."""
    ca, key, certificate = (os.path.join(directory, name)
                            for name in ("ca.pem", "broker.key", "broker.crt"))
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    ca_key = os.path.join(directory, "ca.key")
    made = world.run("openssl", "req", "-x509", *curve, "-keyout", ca_key, "-out", ca, "-subj",
                     "/CN=Anbu test CA")
    world.need(made.code == 0, "a CA is made", made)
    made = world.run("openssl", "req", "-x509", *curve, "-keyout", key, "-out", certificate,
                     "-CA", ca, "-CAkey", ca_key, "-subj", "/CN=127.0.0.1",
                     "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                     "-addext", "basicConstraints=critical,CA:false")
    world.need(made.code == 0, "and a certificate for the brokers", made)
    with open(os.path.join(directory, "broker.pem"), "w") as out:
        for name in (key, certificate):
            with open(name) as file:
                out.write(file.read())


class Cluster:
    """Nodes that are started, killed and started again. Ends with the world."""

    def __init__(self, world, nodes=1, version=NEWEST):
        need_tools()
        self.world = world
        self.version = version
        self.top = world.path("kafka-" + version)
        self.size = nodes
        self.nodes = {}
        jars = os.path.abspath(os.path.join(TESTS, "..", "build", "kafka"))
        fetched = world.run(os.path.join(TESTS, "kafka", "fetch"), jars, version, seconds=600)
        world.need(fetched.code == 0, "Apache Kafka %s is there" % version, fetched)
        self.classes = os.path.join(jars, version, "lib", "*")
        self.ports, self.held = reserve(3 * nodes)
        self.advertised = None  # the plain port that clients of a single node are told
        self.keys = os.path.join(self.top, "keys")
        os.makedirs(self.keys)
        make_keys(world, self.keys)
        w.write_file(os.path.join(self.keys, "password"), PASSWORD + "\n")

    def java(self, *more):
        logging = os.path.join(TESTS, "kafka", "log4j2.properties")
        return ["java", *JVM, "-Dlog4j2.configurationFile=" + logging, "-cp", self.classes, *more]

    def config(self, node):
        return os.path.join(self.top, "node%d.properties" % node)

    def format(self):
        """Writes each node's settings and its empty log; the user is in it from the start."""
        voters = ["%d@127.0.0.1:%d" % (node, self.ports[3 * node - 1])
                  for node in range(1, self.size + 1)]
        cluster = str(uuid.uuid5(uuid.NAMESPACE_OID, self.top))[:22]
        formats = []
        for node in range(1, self.size + 1):
            plain, tls, controller = self.ports[3 * node - 3:3 * node]
            w.write_file(self.config(node), SETTINGS.format(
                node=node, voters=",".join(voters), plain=plain, tls=tls, controller=controller,
                advertised=self.advertised or plain, keys=self.keys, user=USER, password=PASSWORD,
                replicas=self.size, in_sync=2 if self.size > 2 else 1,
                data=os.path.join(self.top, "data%d" % node)))
            formats.append(self.world.start(
                "format", *self.java("kafka.tools.StorageTool", "format", "-t", cluster, "-c",
                                     self.config(node), "--add-scram",
                                     "SCRAM-SHA-512=[name=%s,password=%s]" % (USER, PASSWORD))))
        for one in formats:
            self.world.need(one.wait(START_SECONDS) == 0, "a node's storage is made",
                            one.out() + one.err())

    def start_node(self, node):
        self.nodes[node] = self.world.start(
            "kafka%d" % node, *self.java("kafka.Kafka", self.config(node)),
            env={"LOG_DIR": self.top})
        self.nodes[node].in_order = False  # a quorum that goes takes its time

    def start(self):
        self.format()
        for node in range(1, self.size + 1):
            self.start_node(node)
        self.wait_for(self.size)
        return self

    def wait_for(self, count):
        """Until so many nodes are in service."""
        def there():
            gone = [node for node in self.nodes.values() if not node.runs()]
            return len(self.metadata().get("brokers", [])) == count or (
                gone and count == self.size)
        self.world.poll(there, START_SECONDS)
        said = "\n".join(node.err()[-3000:] for node in self.nodes.values())
        self.world.need(len(self.metadata().get("brokers", [])) == count,
                        "%d node%s of Apache Kafka in service" % (count, "s"[:count > 1]), said)

    def address(self, tls=False):
        return ",".join("127.0.0.1:%d" % port for port in self.ports[1 if tls else 0::3])

    def metadata(self, topic=None):
        answer = self.world.run("kcat", "-L", "-J", "-b", self.address(), "-m", "5",
                                *(["-t", topic] if topic else []))
        return json.loads(answer.out) if answer.code == 0 else {}

    def describe(self):
        """What another process needs to use this cluster."""
        return {"plain": self.address(), "tls": self.address(True), "replicas": self.size,
                "ca": os.path.join(self.keys, "ca.pem"),
                "password": os.path.join(self.keys, "password")}

    def kill(self, node):
        self.nodes[node].end(w.signal.SIGKILL)

    def broker(self, partitions, tls=False):
        return Broker(self.world, partitions, self.describe(), tls)


def share(world):
    """Starts a node of each version; what other processes need to find them goes into the file
    whose path is returned."""
    plain, tls = Cluster(world), Cluster(world, version=SCRAM)
    for one in (plain, tls):
        one.start()
    return world.write("kafka.json", json.dumps({"plain": plain.describe(),
                                                 "tls": tls.describe()}))


def shared(world, partitions, tls):
    """A Broker of the cluster that ANBU_E2E_KAFKA tells of, else of one of the world's own."""
    return Broker(world, partitions, find(world, "tls" if tls else "plain"), tls)


def newest_over_tls(world, partitions):
    """SASL/PLAIN in place of SCRAM, so that it goes with every librdkafka."""
    return Broker(world, partitions, find(world, "plain"), True, "PLAIN")


def find(world, kind):
    if os.environ.get(SHARED):
        with open(os.environ[SHARED]) as file:
            return json.load(file)[kind]
    if kind not in world.clusters:
        world.clusters[kind] = Cluster(world, version=SCRAM if kind == "tls" else NEWEST).start()
    return world.clusters[kind].describe()


class Broker:
    """Topics of its own in a cluster, used as the tests use the mock (world.Broker)."""
    TOPICS = w.Broker.TOPICS

    def __init__(self, world, partitions, cluster, tls, mechanism="SCRAM-SHA-512"):
        self.world = world
        self.replicas = cluster["replicas"]
        self.address = cluster["tls" if tls else "plain"]
        self.prefix = "t%s" % uuid.uuid4().hex[:10]
        self.properties = {} if not tls else {
            "security.protocol": "SASL_SSL", "sasl.mechanism": mechanism,
            "sasl.username": USER, "sasl.password": PASSWORD, "ssl.ca.location": cluster["ca"]}
        # Clients of the test are told the password, anbud where it is.
        self.daemon_properties = dict(self.properties)
        if tls:
            self.daemon_properties["sasl.password"] = "file:" + cluster["password"]
        self.create(partitions, *[self.prefix + "." + topic for topic in self.TOPICS])

    def admin(self, *words):
        given = [word for pair in self.properties.items() for word in ("-X", "%s=%s" % pair)]
        return self.world.run(self.world.program("e2e/topics"), self.address, *given, *words)

    def create(self, partitions, *topics, config=()):
        """config: "name=value" each."""
        settings = [word for one in config for word in ("-c", one)]
        made = self.admin("-p", str(partitions), "-r", str(self.replicas), *settings, "create",
                          *topics)
        if made.code:
            raise w.Failure("topics are made: %s" % made)

    def delete(self, *topics):
        gone = self.admin("delete", *topics)
        if gone.code:
            raise w.Failure("topics are deleted: %s" % gone)

    def trim(self, topic, partition, before):
        """Deletes the records of a partition before an offset."""
        cut = self.admin("trim", topic, str(partition), str(before))
        if cut.code:
            raise w.Failure("records are deleted: %s" % cut)

    def produce(self, lines):
        w.produce_lines(self.world, self, lines)

    def end(self):
        """Its topics go, so that many tests fit into one cluster."""
        self.delete(*[self.prefix + "." + topic for topic in self.TOPICS])


def need_tools():
    for tool in ("java", "openssl"):
        if not shutil.which(tool):
            raise w.Failure("%s is not installed: deploy/bootstrap kafka installs it" % tool)
