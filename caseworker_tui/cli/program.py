"""How every subcommand runs: the options that all share, exit codes, and errors told in a sentence."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from io import StringIO, TextIOWrapper
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO, TypeVar

import click
from platformdirs import user_data_path

from caseworker_tui.cli.printing import progress_bar, safe, say, silence_stdout
from caseworker_tui.configuration.location import file_to_read
from store.actor import default_actor
from store.domain.refusals import Refusal
from store.errors import BadFile, DatabaseDamaged, DatabaseMissing, StoreError
from store.passing import clear_away
from store.sqlite.database import reader

if TYPE_CHECKING:
    from caseworker_tui.configuration.settings import Configuration
    from store.engine.case_store import CaseStore

FAILED: Final = 1
"""Something was refused, rejected or is wrong."""

UNUSABLE: Final = 2
"""Nothing to work with, or not understood."""

INTERRUPTED: Final = 130

STOPPED: Final = "Stopped. What was reported as done is kept."

F = TypeVar("F", bound=Callable[..., Any])


class Ended(KeyboardInterrupt):
    """A signal that asks the process to end: what is under way is undone."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


ENDING_SIGNALS: Final = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)  # Windows has no SIGHUP
)

_before: Final[dict[int, Any]] = {}
"""What each of them did before this program was run."""

_heard: Final[list[int]] = []


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """The first signal ends what is under way in order, a second one at once. What is ignored (nohup) stays so."""
    if current_thread() is not main_thread():  # only there can it be said what a signal does
        yield
        return

    def end(number: int, _: object) -> NoReturn:
        signal.signal(number, signal.SIG_DFL)
        _heard.append(number)
        raise Ended(number)

    _heard.clear()
    _before.update({number: signal.getsignal(number) or signal.SIG_DFL for number in ENDING_SIGNALS})
    for number, handler in _before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in _before.items():
            signal.signal(number, handler)


@contextmanager
def signals_given_back() -> Iterator[None]:
    """What runs within may say itself what signals do, as the app does: afterwards they do what they did before."""
    ours = {number: signal.getsignal(number) for number in _before}
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)


def end_if_signalled() -> None:
    """For what goes on after whatever fails: a library may have made another error of a signal that came meanwhile."""
    if _heard:
        raise Ended(_heard[0])


class Program(click.Group):
    """Ends with the exit code that a subcommand returns, and tells every error as one sentence.

    `elsewhere` are subcommands by name, each as `module:function`: only the one that is called is loaded.
    """

    def __init__(self, *args: Any, elsewhere: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._elsewhere = elsewhere

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*self.commands, *self._elsewhere})

    def get_command(self, context: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._elsewhere:
            module, _, function = self._elsewhere[cmd_name].partition(":")
            self.add_command(getattr(import_module(module), function), cmd_name)
        command = super().get_command(context, cmd_name)
        if command is not None:
            _check_texts(command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _TOLD:
            raise
        except Exception as error:
            if settings := ctx.find_object(Settings):
                _refuse_if_damaged(settings, error)
            raise

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        # A stream that was closed (`>&-`) is None: what is written to it is lost, what is done is not.
        sys.stdout = sys.stdout or _nowhere()
        sys.stderr = sys.stderr or _nowhere()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
        try:
            with _ended_by_signals():
                code = self._exit_code(*args, **kwargs)
        except Ended as ended:  # when all was over
            code = 128 + ended.number
        sys.exit(code)

    def _exit_code(self, *args: Any, **kwargs: Any) -> int:
        code = self._exit_code_unless_signalled(*args, **kwargs)
        if not _heard:
            return code
        try:
            say(STOPPED)
            sys.stdout.flush()
        except OSError:  # the terminal is gone
            silence_stdout()
        return 128 + _heard[0]

    def _exit_code_unless_signalled(self, *args: Any, **kwargs: Any) -> int:
        try:
            code: int | None = super().main(*args, **kwargs | {"prog_name": "caseworker", "standalone_mode": False})
            sys.stdout.flush()
        except click.ClickException as error:
            told = StringIO()
            error.show(told)
            click.echo(safe(told.getvalue(), keep="\n\t"), err=True, nl=False)
            return error.exit_code
        except (click.Abort, KeyboardInterrupt):
            if not _heard:
                say(STOPPED)
            return INTERRUPTED
        except BadFile as error:
            say(str(error))
            return UNUSABLE
        except (StoreError, Refusal) as error:
            say(str(error))
        except BrokenPipeError:  # who reads our output has seen enough
            silence_stdout()
        except OSError as error:
            silence_stdout()
            say(f"{error.filename or 'The output'}: {error.strerror or error}.")
        except Exception as error:  # noqa: BLE001 (no traceback reaches a user)
            if not _heard:
                say(f"A fault in caseworker itself ({type(error).__name__}: {error}): please report it.")
        else:
            return code or 0
        return FAILED


class _Utf8(click.types.StringParamType):
    """A text of the command line: one that is not UTF-8 can be neither looked for nor kept. Paths may be."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = super().convert(value, param, ctx)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail(f"{text!r} is not UTF-8: type it again in a terminal that writes UTF-8.", param, ctx)
        return text


_TOLD: Final = (click.ClickException, click.Abort, click.exceptions.Exit, BadFile, StoreError, Refusal, OSError)
"""What is told in a sentence of its own, or is none."""


def _refuse_if_damaged(settings: "Settings", error: Exception) -> None:
    """A value that was changed in the file may come up anywhere as an error of any kind. Before anybody is asked to
    report a fault, the database is verified. Raises `DatabaseDamaged` where it is not whole."""
    from store.queries.audit import is_whole

    if settings.opened and not is_whole(settings.path):
        raise DatabaseDamaged(
            f"The database {settings.path} was changed by another hand than caseworker's, or by its disk, so that"
            " this can't be done: restore it from a backup. `caseworker verify` names what was changed."
        ) from error


def _check_texts(command: click.Command) -> None:
    for parameter in command.params:
        if type(parameter.type) is click.types.StringParamType:
            parameter.type = _Utf8()
    if isinstance(command, click.Group):
        for within in command.commands.values():
            _check_texts(within)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


@dataclass
class Settings:
    """What the options say that are accepted before and after the subcommand, and behind them the configuration."""

    database: Path | None = None
    actor: str | None = None
    configuration_file: Path | None = None
    opened: bool = field(default=False, init=False)
    """Whether the database was opened, or what is wrong with it was told."""

    @cached_property
    def configuration(self) -> "Configuration":
        from caseworker_tui.configuration.settings import read_configuration

        return read_configuration(self.configuration_file)

    @property
    def configured(self) -> "Configuration | None":
        """The same, and None where there is no file, so that nothing was configured."""
        return self.configuration if file_to_read(self.configuration_file) else None

    @property
    def path(self) -> Path:
        if chosen := self.database or (self.configured and self.configured.database):
            if not chosen.name:  # beside it other things have names that begin with its own
                raise DatabaseDamaged(f"{chosen} is a folder, not a database: name a file in it with --db.")
            return chosen
        try:
            return user_data_path("caseworker", appauthor=False) / "cases.sqlite3"
        except RuntimeError as error:  # neither HOME nor an entry for the user, as in some containers
            raise DatabaseMissing(
                "You have no home folder to keep a database in: name a file with --db or CASEWORKER_DB."
            ) from error

    @property
    def person(self) -> str:
        return self.actor or (self.configured and self.configured.actor) or default_actor()

    def make_ready(self) -> None:
        """There is a database with read tables as this version makes them, or else a sentence says what is wrong."""
        clear_away(self.path)
        if ready := reader(self.path):
            ready.close()
        else:
            self.open_store(create=True).close()

    def open_store(self, *, create: bool) -> "CaseStore":
        from store.engine.case_store import CaseStore

        clear_away(self.path)
        self.opened = True
        with progress_bar("Making the read tables anew") as progress:
            return CaseStore.open(self.path, create=create, rules=self.configuration.rules, progress=progress)


pass_settings = click.make_pass_decorator(Settings, ensure=True)


def _keep(context: click.Context, option: click.Parameter, value: object) -> None:
    if value is not None:
        setattr(context.ensure_object(Settings), str(option.name), value)


def _keep_actor(context: click.Context, option: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    from pydantic import TypeAdapter, ValidationError

    from store.domain.values import Text

    try:
        _keep(context, option, TypeAdapter[str](Text).validate_python(value))
    except ValidationError as error:
        raise click.BadParameter("a name is one line of text that can be shown.") from error


# Only the group reads the environment: it would win over an option before the subcommand otherwise.
def database_option(**more: Any) -> Callable[[F], F]:
    return click.option(
        "--db",
        "database",
        metavar="FILE",
        type=click.Path(path_type=Path, readable=False),
        expose_value=False,
        callback=_keep,
        help="The database.",
        **more,
    )


def actor_option(**more: Any) -> Callable[[F], F]:
    return click.option(
        "--actor",
        metavar="NAME",
        expose_value=False,
        callback=_keep_actor,
        help="Who does it; the user of the system unless given.",
        **more,
    )


def configuration_option(**more: Any) -> Callable[[F], F]:
    return click.option(
        "--config",
        "configuration_file",
        metavar="FILE",
        type=click.Path(path_type=Path, readable=False),
        expose_value=False,
        callback=_keep,
        help="The configuration.",
        **more,
    )


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


LARGEST_GIVEN: Final = 16 * 1024 * 1024
"""In bytes, of a message or a command that is handed over: as much as a line of `exec` may have."""


def read_given(file: Path) -> bytes:
    """What is in a file, or comes by a pipe; `-` is standard input."""
    source = nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb")
    with source as given:
        try:
            content = given.read(LARGEST_GIVEN + 1)
        except OSError as error:
            raise BadFile(f"{file} can't be read: {error.strerror or error}.") from error
    if len(content) > LARGEST_GIVEN:
        raise BadFile(f"{file} has more than {LARGEST_GIVEN // 1024**2} MiB: it can't be one message or command.")
    return content


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from caseworker_tui.cli.doctor import caseworker_version

        click.echo(f"caseworker {caseworker_version()}")
        context.exit()


version_option = click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version."
)
