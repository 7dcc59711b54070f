"""A disk that fails, or is full: a system call of a real process answers with an error, once or from then on.

The process ends with a sentence, or gets by. All that it acknowledged is there afterwards, `verify` is silent, and the
same command line, given again on a disk that works, ends as if nothing had befallen.

`strace` puts the errors in. Where there is none, or it may trace nothing, the tests are skipped, and say so.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import pytest

from tests.hostile.forks import Order, Ran
from tests.hostile.jobs import (
    COMMANDS,
    JOBS,
    Benches,
    acknowledged_by,
    check_it_ends_as_undisturbed,
    check_what_is_there,
)
from tests.trials import trials

ERRORS: Final[Mapping[str, Sequence[str]]] = {
    "openat": ("EIO", "ENOSPC", "EACCES"),
    "read": ("EIO",),
    "pread64": ("EIO",),
    "write": ("EIO", "ENOSPC"),
    "pwrite64": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "fsync": ("EIO", "ENOSPC"),
    "ftruncate": ("EIO", "ENOSPC"),
    "rename": ("EIO", "ENOSPC"),
    "mkdir": ("EIO", "ENOSPC"),
    "unlink": ("EIO",),
    "chmod": ("EIO",),
    "fcntl": ("EIO", "ENOLCK"),
}
"""The system calls that work on files, and what a failing disk, or a full one, may answer to each."""

LONGEST: Final = 120
"""Seconds, in which any of this ends. A process that gets no lock waits for it, as if others had it."""

CALLS: Final = re.compile(r"^\d+ +(\w+)\((.*)")


class Fault(NamedTuple):
    """The system call that fails, counted from the start of the work, and whether all later ones do so too."""

    call: str
    number: int
    error: str
    from_then_on: bool

    def __str__(self) -> str:
        return f"{self.call}:error={self.error}:when={self.number}{'+' if self.from_then_on else ''}"


class Traced(NamedTuple):
    ran: Ran
    calls: list[tuple[str, int]]
    """Those on files of the work, each with its number among all of its kind."""


def run_traced(benches: Benches, order: Order, folder: Path, *faults: Fault) -> Traced:
    log = folder.parent / "log"
    command = ["strace", "-f", "-y", "-qq", "-o", str(log), "-e", f"trace={','.join(ERRORS)}"]
    for fault in faults:
        command += ["-e", f"inject={fault}"]
    with benches.forks.running(order) as child:
        tracing = subprocess.Popen([*command, "-p", str(child)], stderr=subprocess.PIPE, text=True)
        try:
            tracing.wait(timeout=LONGEST)
        finally:
            tracing.kill()  # what it traced goes on, untroubled
    assert tracing.stderr is not None
    with tracing.stderr as told:
        assert tracing.returncode == 0, told.read()
    return Traced(benches.forks.ran, _calls(log.read_text(errors="replace"), folder))


def _calls(log: str, folder: Path) -> list[tuple[str, int]]:
    found, counts = [], dict.fromkeys(ERRORS, 0)
    for line in log.splitlines():
        if called := CALLS.match(line):
            name, rest = called.groups()
            counts[name] += 1
            if str(folder) in rest:
                found.append((name, counts[name]))
    return found


@pytest.fixture(scope="session")
def strace(benches: Benches, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips loudly where nothing can be traced."""
    why = "there is no strace" if shutil.which("strace") is None else ""
    if not why:
        folder = tmp_path_factory.mktemp("strace") / "it"
        try:
            run_traced(benches, Order(("--version",), traced=True), folder)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            why = f"strace may not trace here ({error})"
    if why:
        pytest.skip(f"NOTHING WAS CHECKED of disks that fail: {why}")


AT_WORK: Final = ("exec", "import", "rebuild", "lists import", "attach", "first opening", "migration of schema 6")


@pytest.mark.deep
@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", AT_WORK)
def test_of_a_disk_that_fails(name: str, benches: Benches) -> None:
    calls = calls_of(name, benches)
    for random in trials(little=1, much=40):
        befall(name, benches, [a_fault(random, calls)])


@pytest.mark.deep
@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", AT_WORK)
def test_of_a_disk_that_is_full_from_some_moment_on(name: str, benches: Benches) -> None:
    calls = calls_of(name, benches)
    for random in trials(little=1, much=12):
        befall(name, benches, full_from(random.randrange(len(calls)), calls))


@pytest.mark.deep
@pytest.mark.skipif(os.name != "posix", reason="other systems have no such limits")
@pytest.mark.parametrize("name", AT_WORK)
def test_of_a_disk_without_room_for_larger_files(name: str, benches: Benches) -> None:
    """What `strace` only pretends: a limit on the size of files, which fails every kind of write in the midst."""
    expected = benches.undisturbed(name)
    for random in trials(little=1, much=15):
        with benches.bench(name) as folder:
            limit = random.randint(SMALLEST_LIMIT, expected.largest_file)
            ran = benches.forks.run(JOBS[name].order(folder, largest_file=limit))
            check_it_was_told(name, ran)
            check_what_is_there(folder, acknowledged_by(name, ran, expected), expected)
            check_it_ends_as_undisturbed(folder, name, benches)


SMALLEST_LIMIT: Final = 20_000
"""In bytes: enough for what it tells."""


def befall(name: str, benches: Benches, faults: Sequence[Fault]) -> None:
    print(name, *faults)  # noqa: T201 (pytest shows it where the test fails)
    expected = benches.undisturbed(name)
    with benches.bench(name) as folder:
        ran, _ = run_traced(benches, JOBS[name].order(folder, traced=True), folder, *faults)
        check_it_was_told(name, ran)
        check_what_is_there(folder, acknowledged_by(name, ran, expected), expected)
        check_it_ends_as_undisturbed(folder, name, benches)


def calls_of(name: str, benches: Benches) -> list[tuple[str, int]]:
    benches.undisturbed(name)
    with benches.bench(name) as folder:
        calls = run_traced(benches, JOBS[name].order(folder, traced=True), folder).calls
    return [each for each in calls if name != "exec" or each[0] != "fcntl"]


def a_fault(random: Random, calls: Sequence[tuple[str, int]]) -> Fault:
    """Of each kind of call as often as of any other, however few of a kind there are."""
    call = random.choice(sorted({call for call, _ in calls}))
    number = random.choice([number for each, number in calls if each == call])
    return Fault(call, number, random.choice(ERRORS[call]), call not in ONCE and random.random() < 0.4)


ONCE: Final = ("fcntl", "openat", "read", "write")
"""These fail once. With most of them a process tells what is wrong; for a lock it would wait as if others had it. Each
command of `exec` would do so: there no lock fails."""


def full_from(moment: int, calls: Sequence[tuple[str, int]]) -> list[Fault]:
    """All that takes room on a disk fails from this call on."""
    first: dict[str, int] = {}
    for call, number in calls[moment:]:
        first.setdefault(call, number)
    return [Fault(call, first[call], "ENOSPC", True) for call in ("ftruncate", "mkdir", "pwrite64") if call in first]


def check_it_was_told(name: str, ran: Ran) -> None:
    """In a sentence, where anything was wrong; `exec` tells of each line."""
    told = ran.out + ran.err
    assert ran.code in (0, 1, 2), told
    assert "Traceback" not in told
    assert "fault in caseworker" not in told
    if name == "exec" and ran.out and not ran.err.startswith("standard input: it can't be read on"):
        assert ran.out.count("\n") == COMMANDS
    if ran.code and name != "import":
        assert ran.err.strip() or '"ok":false' in ran.out.replace(" ", "")
