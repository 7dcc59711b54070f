"""compose.yaml and `make team` without a container: what is run there in folders of the image is run in others here."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from time import monotonic
from typing import Final

import pytest
from click.testing import CliRunner

from caseworker_tui.cli.main import main
from store.sync.errors import TopicMissing
from store.sync.shared_log import Identity, Unreachable
from store.sync.topic_log import TopicLog
from store.sync.topics import COMMITS
from tests.cli.conftest import as_lines, new_case
from tests.conftest import REPOSITORY
from tests.kafka.apache_kafka import ApacheKafka, free_ports, libraries, version
from tests.kafka.conftest import connection_to

pytestmark = pytest.mark.kafka

PASSWORD: Final = "choose-one"
PROGRAMS: Final = {"kafka-server-start.sh": "kafka.Kafka", "kafka-storage.sh": "kafka.tools.StorageTool"}


class Composed:
    """The service of compose.yaml, with its folders and ports put elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports = dict(zip(("9092", "9093", "9094"), map(str, free_ports(3)), strict=True))
        folder.joinpath("bin").mkdir()
        for name, program in PROGRAMS.items():
            path = folder / "bin" / name
            path.write_text(f"#!/bin/sh\nexec java -Xmx256m -cp '{libraries()}/*' {program} \"$@\"\n")
            path.chmod(0o755)

    def elsewhere(self, text: str) -> str:
        places = {
            "/opt/kafka": str(self.folder),
            "/var/lib/kafka": str(self.folder),
            "/tmp": str(self.folder),
            "://:": "://127.0.0.1:",
            **self._ports,
        }
        return re.sub("|".join(map(re.escape, places)), lambda match: places[match[0]], text)

    @contextmanager
    def up(self) -> Iterator[None]:
        """It is on its way when this begins, and has ended when this ends."""
        text = REPOSITORY.joinpath("compose.yaml").read_text()
        assert f"image: apache/kafka:{version()}\n" in text, "another one than is tested"
        script = dedent(text.partition("command:\n      - |\n")[2].partition("\nvolumes:")[0]).replace("$$", "$")
        with self.folder.joinpath("said").open("ab") as said:
            process = subprocess.Popen(
                ["/bin/sh", "-euc", self.elsewhere(script)],
                env=os.environ | {"PASSWORD": PASSWORD},
                stdout=said,
                stderr=said,
            )
            try:
                yield
            finally:
                process.terminate()
                process.wait(30)

    def identity(self, port: str, **more: str) -> Identity:
        """Of the team's log, as soon as the broker is there."""
        deadline = monotonic() + 60
        while True:
            try:
                with TopicLog(connection_to(f"127.0.0.1:{self._ports[port]}", **more), COMMITS.name) as log:
                    return log.identity()
            except Unreachable:
                assert monotonic() < deadline, self.folder.joinpath("said").read_text()[-2000:]


@pytest.fixture
def composed(own_broker: ApacheKafka, tmp_path: Path) -> Composed:
    """Where Apache Kafka can be had."""
    folder = tmp_path / "container"
    folder.mkdir()
    return Composed(folder)


@pytest.fixture
def team(composed: Composed, tmp_path: Path) -> Callable[..., str]:
    """The app with team.toml, as `make team` starts it: what it says."""
    configuration = tmp_path / "team.toml"
    configuration.write_text(composed.elsewhere(REPOSITORY.joinpath("team.toml").read_text()))

    def caseworker(name: str, *arguments: str, stdin: str = "") -> str:
        options = ["--config", str(configuration), "--db", str(tmp_path / f"{name}.sqlite3"), "--actor", name]
        result = CliRunner().invoke(main, [*options, *arguments], input=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    return caseworker


def test_a_team_on_one_machine(composed: Composed, team: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD_OF_THE_TEST", PASSWORD)
    with composed.up():
        with pytest.raises(TopicMissing):
            composed.identity("9092")
        team("ana", "sync", "--create-topics")
        team("ana", "exec", stdin=as_lines(new_case(1)))
        for name in ("ana", "ben"):
            team(name, "sync")
        assert team("ben", "cases", "--json") == team("ana", "cases", "--json") != ""
        secured = composed.identity(
            "9093",
            **{
                "security.protocol": "SASL_SSL",
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": "caseworker",
                "sasl.password": "${PASSWORD_OF_THE_TEST}",
                "ssl.ca.location": str(composed.folder / "data" / "tls" / "trusted.pem"),
            },
        )
    with composed.up():
        assert composed.identity("9092") == secured, "it is kept"
