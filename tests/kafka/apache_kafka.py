"""Apache Kafka itself, for tests: one node, broker and controller in one process (KRaft), on loopback only.

The version is pinned in `pom.xml`. Maven fetches it once into the user's cache folder; what is missing for that raises
`CantBeHad`, which says what. A broker listens three times: `bootstrap` takes anybody, who may do anything; `secured`
takes SCRAM-SHA-512 over TLS, from `USERS`, of whom only the first may do anything; the third is for the controller.
"""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, Final
from xml.etree import ElementTree

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from platformdirs import user_cache_path

POM: Final = Path(__file__).with_name("pom.xml")
USERS: Final[Mapping[str, str]] = {"ana": "open sesame", "eve": "let me in"}
"""Who may log in with which password. Ana may do anything, Eve nothing."""

_FETCH_SECONDS: Final = 300
_START_SECONDS: Final = 90
_STOP_SECONDS: Final = 20


class CantBeHad(Exception):
    """Apache Kafka can't be started on this machine, and why."""


def version() -> str:
    """The version of Apache Kafka that `pom.xml` pins."""
    dependencies = ElementTree.parse(POM).iterfind(".//dependency")
    versions = {each.findtext("artifactId", ""): each.findtext("version", "") for each in dependencies}
    return versions["kafka_2.13"]


def libraries() -> Path:
    """The folder with Apache Kafka and all that it needs, fetched if it is not there yet."""
    if missing := [program for program in ("java", "openssl") if not shutil.which(program)]:
        raise CantBeHad(f"Apache Kafka needs {' and '.join(missing)} on the PATH (Java 17 or newer)")
    folder = user_cache_path("caseworker") / f"apache-kafka-{version()}"
    if folder.is_dir():
        return folder
    if not shutil.which("mvn"):
        raise CantBeHad("Apache Kafka is fetched by Maven: put mvn on the PATH")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as scratch:
        try:
            fetched = subprocess.run(
                [
                    *("mvn", "--batch-mode", "--quiet", "--file", str(POM), "dependency:copy-dependencies"),
                    f"-DoutputDirectory={scratch}/libraries",
                ],
                capture_output=True,
                text=True,
                timeout=_FETCH_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CantBeHad(f"Maven did not fetch Apache Kafka within {_FETCH_SECONDS} s") from error
        if fetched.returncode:
            said = next(iter(fetched.stdout.strip().splitlines()), "nothing")
            raise CantBeHad(f"Maven could not fetch Apache Kafka {version()}: it said {said}")
        if not folder.is_dir():  # another process may have been quicker
            Path(scratch, "libraries").rename(folder)
    return folder


class ApacheKafka:
    """A broker of our own. `start` and `kill` may follow each other: what it acknowledged is still there."""

    def __init__(self, folder: Path, *, partitions: int = 4) -> None:
        self._folder = folder
        self._libraries = libraries()
        self._process: subprocess.Popen[bytes] | None = None
        plain, secured, controller = free_ports(3)
        self.bootstrap = f"127.0.0.1:{plain}"
        self.secured = f"127.0.0.1:{secured}"
        self.authority = folder / "authority.pem"
        """The certificate that clients have to trust."""
        self._make_certificates()
        settings = _settings(folder, plain, secured, controller, partitions)
        folder.joinpath("server.properties").write_text("".join(f"{k}={v}\n" for k, v in settings.items()))
        self._format()

    def start(self) -> None:
        """Returns when the broker answers, which takes some 5 s."""
        with self._folder.joinpath("broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._java("-Xmx512m", "kafka.Kafka", str(self._folder / "server.properties")),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = monotonic() + _START_SECONDS
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0, "reconnect.backoff.max.ms": 250})
        while monotonic() < deadline and self._process.poll() is None:
            try:
                admin.list_topics(timeout=1)
            except KafkaException:
                sleep(0.1)
            else:
                return
        self.stop()
        raise CantBeHad(f"Apache Kafka did not start within {_START_SECONDS} s: {self._last_words()}")

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def kill(self) -> None:
        """As a power cut would: SIGKILL."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """It keeps its connections and answers nobody, until `resume`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)
            self.kill()

    def _format(self) -> None:
        def tool(*arguments: str) -> str:
            done = subprocess.run(
                self._java("-Xmx128m", "kafka.tools.StorageTool", *arguments),
                capture_output=True,
                text=True,
                timeout=_START_SECONDS,
                check=False,
            )
            if done.returncode:
                raise CantBeHad(f"Apache Kafka's storage tool failed: {(done.stderr or done.stdout).strip()[-300:]}")
            return done.stdout.strip().splitlines()[-1]

        users = (("--add-scram", f"SCRAM-SHA-512=[name={name},password={word}]") for name, word in USERS.items())
        tool(
            *("format", "--standalone", "--cluster-id", tool("random-uuid")),
            *("--config", str(self._folder / "server.properties")),
            *(argument for user in users for argument in user),
        )

    def _make_certificates(self) -> None:
        """An authority and a certificate for 127.0.0.1, for two days."""

        def openssl(*arguments: str) -> None:
            subprocess.run(
                ["openssl", *arguments], cwd=self._folder, check=True, capture_output=True, timeout=_START_SECONDS
            )

        self._folder.joinpath("names").write_text("subjectAltName=IP:127.0.0.1\n")
        new_key = ("-newkey", "rsa:2048", "-nodes")
        openssl(
            *("req", "-x509", *new_key, "-keyout", "authority.key", "-out", "authority.pem"),
            *("-days", "2", "-subj", "/CN=an authority for tests"),
        )
        openssl("req", *new_key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=a broker for tests")
        openssl(
            *("x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key"),
            *("-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.crt"),
        )
        parts = ("server.key", "server.crt", "authority.pem")
        self._folder.joinpath("server.pem").write_text(
            "".join(self._folder.joinpath(part).read_text() for part in parts)
        )

    def _java(self, heap: str, program: str, *arguments: str) -> list[str]:
        logging = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return ["java", heap, "-XX:TieredStopAtLevel=1", logging, "-cp", f"{self._libraries}/*", program, *arguments]

    def _last_words(self) -> str:
        said = self._folder.joinpath("broker.log").read_text(errors="replace").strip()
        return said[-500:] or "it said nothing"


def _settings(folder: Path, plain: int, secured: int, controller: int, partitions: int) -> dict[str, Any]:
    scram = "listener.name.secured.scram-sha-512.sasl.jaas.config"
    one_node = {
        f"{topic}.{setting}": 1
        for topic in ("transaction.state.log", "share.coordinator.state.topic")
        for setting in ("num.partitions", "replication.factor", "min.isr")
    }
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "log.dirs": folder / "data",
        "listeners": f"PLAIN://127.0.0.1:{plain},SECURED://127.0.0.1:{secured},CONTROLLER://127.0.0.1:{controller}",
        "listener.security.protocol.map": "PLAIN:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAIN",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        scram: "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        "listener.name.secured.ssl.keystore.type": "PEM",
        "listener.name.secured.ssl.keystore.location": folder / "server.pem",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:ANONYMOUS;User:{next(iter(USERS))}",
        "auto.create.topics.enable": "false",
        "num.partitions": partitions,
        "offsets.topic.num.partitions": 1,
        "offsets.topic.replication.factor": 1,
        **one_node,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        "log.cleaner.dedupe.buffer.size": 2 * 1024 * 1024,
        # After SIGKILL the broker registers again only when its old session has run out.
        "broker.session.timeout.ms": 2000,
        "broker.heartbeat.interval.ms": 500,
    }


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def given_cluster() -> str | None:
    """The cluster that whoever runs the tests wants used instead: `CASEWORKER_TEST_KAFKA=host:port`."""
    return os.environ.get("CASEWORKER_TEST_KAFKA") or None
