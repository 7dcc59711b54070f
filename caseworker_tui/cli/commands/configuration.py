"""`caseworker config`: the configuration in force."""

from collections.abc import Iterator, Mapping

import click
from pydantic import JsonValue

from caseworker_tui.cli.printing import say, write_json, write_table
from caseworker_tui.cli.program import Settings, json_option, pass_settings
from caseworker_tui.configuration.location import default_path
from caseworker_tui.configuration.settings import Configuration


@click.command()
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of the file, and stop.")
@json_option
@pass_settings
def config(settings: Settings, as_schema: bool, as_json: bool) -> None:
    """Print the configuration in force: what the file says, and what holds where it says nothing.

    The file is TOML. `--config FILE` or CASEWORKER_CONFIG chooses one; else it is looked for in your user
    configuration folder, and need not be there.

    \b
    caseworker config
    caseworker --config team.toml config --json
    caseworker config --schema

    Exit codes: 0 done; 2 the file can't be read or understood.
    """
    if as_schema:
        write_json(Configuration.model_json_schema())
        return
    in_force = settings.configuration.model_dump(mode="json")
    file = settings.configuration_file or default_path()
    if as_json:
        write_json({"file": file and str(file), "configuration": in_force})
        return
    say(f"{file}{'' if file and file.exists() else ' is not there; all is as follows'}")
    write_table(_settings_in(in_force))


def _settings_in(values: Mapping[str, JsonValue], path: str = "") -> Iterator[tuple[str, str]]:
    """Each setting by its path in the file, like `review.low`."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _settings_in(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", "not set" if value is None else str(value)
