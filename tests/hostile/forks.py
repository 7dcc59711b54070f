"""`caseworker …` as processes that can be killed, starved and traced by the hundred.

`python -m tests.hostile.forks` loads all of the program once and makes a child for each order, a line of JSON: a fork
is there in a moment, and is a process like any other. `Forks` is the test's end of it.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final, NamedTuple, Never, Self

ROOT: Final = Path(__file__).parents[2]

SMALL_BATCH: Final = 10
"""Records of an import that are in one transaction, so that a small file takes several."""

KILLED: Final = -signal.SIGKILL

_ANY_TRACER: Final = 0x59616D61, -1
"""Of prctl: PR_SET_PTRACER and PR_SET_PTRACER_ANY, for where only the parent of a process may trace it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a child is to do, a command line of `caseworker` unless another `task` is named, and what befalls it."""

    arguments: tuple[str, ...]
    stdin: str = os.devnull
    task: str = "caseworker"
    kill_after: float | None = None
    """Seconds."""
    largest_file: int | None = None
    """In bytes: what is written beyond fails, as on a disk that is full."""
    traced: bool = False
    """It waits until somebody traces it."""


class Ran(NamedTuple):
    """How a child ended, and all that it had written by then."""

    code: int
    out: str
    err: str
    seconds: float


class Forks:
    """A process that makes children; `elsewhere` is where they and their outputs have their temporary files."""

    def __init__(self, elsewhere: Path) -> None:
        self.temporary = elsewhere / "tmp"
        self.temporary.mkdir()
        self._out, self._err = elsewhere / "out", elsewhere / "err"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.forks", str(self._out), str(self._err)],
            cwd=ROOT,
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": str(ROOT),
                "TMPDIR": str(self.temporary),
                "CASEWORKER_ACTOR": "ana",
                "XDG_CONFIG_HOME": str(elsewhere),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._hears() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, order: Order) -> Ran:
        with self.running(order) as _:
            pass
        return self.ran

    @contextmanager
    def running(self, order: Order) -> Iterator[int]:
        """A child at work, by its process id; at the end of the block its end is waited for, and `ran` tells of it."""
        assert self._process.stdin is not None
        for path in (self._out, self._err):
            path.write_bytes(b"")  # the child may be killed before it comes to that
        self._process.stdin.write(f"{json.dumps(asdict(order))}\n")
        self._process.stdin.flush()
        try:
            yield self._hears()
        finally:
            code, seconds = self._hears()
            out, err = (path.read_text(encoding="utf-8") for path in (self._out, self._err))
            self.ran = Ran(code, out, err, seconds)

    def _hears(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def make_children(out: str, err: str) -> None:
    _load_everything()
    _say("ready")
    for line in sys.stdin:
        order = Order(**json.loads(line))
        begun = time.monotonic()
        child = os.fork()
        if not child:
            _do(order, out, err)
        _say(child)
        if order.kill_after is not None:
            time.sleep(max(0.0, begun + order.kill_after - time.monotonic()))
            os.kill(child, signal.SIGKILL)  # it is there, for nobody has waited for it yet
        _, status = os.waitpid(child, 0)
        _say((os.waitstatus_to_exitcode(status), time.monotonic() - begun))


def _load_everything() -> None:
    """What a child would load only after the first thing befell it."""
    import mimetypes  # noqa: F401, PLC0415

    import anyascii  # noqa: F401, PLC0415
    import filetype  # type: ignore[import-untyped] # noqa: F401, PLC0415
    import pycountry  # noqa: F401, PLC0415
    import sqlite_utils  # noqa: F401, PLC0415
    import stdnum.lei  # noqa: F401, PLC0415

    import caseworker_tui.cli.commands.cases  # noqa: PLC0415
    import caseworker_tui.cli.commands.database  # noqa: PLC0415
    import caseworker_tui.cli.commands.documents  # noqa: PLC0415
    import caseworker_tui.cli.commands.execute  # noqa: PLC0415
    import caseworker_tui.cli.commands.screening  # noqa: PLC0415
    import caseworker_tui.configuration.settings  # noqa: F401, PLC0415
    import store.screening.list_import  # noqa: F401, PLC0415
    import tests.hostile.synced  # noqa: F401, PLC0415
    from store.intake import importer  # noqa: PLC0415

    gettempdir()  # it writes a file to find out where it may
    importer.BATCH_RECORDS = SMALL_BATCH  # type: ignore[misc]


def _do(order: Order, out: str, err: str) -> Never:
    code = 70
    try:
        _use_files(order.stdin, out, err)
        if order.largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (order.largest_file,) * 2)
        if order.traced:
            _wait_for_tracer()
        code = _task(order)
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 (a child never comes back)
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


def _use_files(stdin: str, out: str, err: str) -> None:
    """They hold what was written, however the process ended."""
    for number, path, mode in ((0, stdin, os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
        file = os.open(path, mode if mode == os.O_RDONLY else mode | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = (open(n, "w" if n else "r", encoding="utf-8") for n in range(3))  # noqa: PTH123, SIM115


def _task(order: Order) -> int:
    from caseworker_tui.cli.main import main  # noqa: PLC0415
    from tests.hostile.synced import work_and_sync  # noqa: PLC0415

    if order.task == "sync":
        work_and_sync(*map(Path, order.arguments))
        return 0
    try:
        main(list(order.arguments))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 70
    raise AssertionError


def _wait_for_tracer() -> None:
    ctypes.CDLL(None).prctl(*_ANY_TRACER, 0, 0, 0)
    deadline = time.monotonic() + 10
    while "TracerPid:\t0\n" in Path("/proc/self/status").read_text():
        if time.monotonic() > deadline:
            sys.exit("nobody traces me")
        time.sleep(0.001)
    time.sleep(0.005)  # the tracer is there, and stops it in a moment


def _say(what: object) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    make_children(*sys.argv[1:])
