"""The operators' command line. Every command takes ``--json``; errors are one plain line and status 1."""

import contextlib
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import click

from tongban.ops import environment, state
from tongban.ops.postgres import PostgresError


def rooms() -> list[str]:
    """The rooms that bring commands of their own: a ``cli.py`` with a group ``commands``."""
    here = environment.ROOT / "src" / "tongban"
    return sorted(path.parent.name for path in here.glob("*/cli.py") if path.parent.name != "ops")


def emit(result: dict[str, Any], as_json: bool, text: str) -> None:
    """Print the result for a program or for a person."""
    click.echo(json.dumps(result, ensure_ascii=False, default=str) if as_json else text)


json_option = click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")


@contextlib.contextmanager
def database(*, as_owner: bool = True) -> Iterator[None]:
    """Django set up on the right database, starting the embedded server for the while if need be."""
    started = None
    if not environment.external():
        if not environment.running_database():
            started = environment.cluster()
            log = environment.VAR / "log" / "postgres.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as handle:
                started.start(handle)
            started.wait()
            started.provision()
        os.environ["TONGBAN_EMBEDDED"] = "1"
        os.environ["DATABASE_URL"] = environment.cluster().url("tongban" if as_owner else "tongban_app")
    try:
        django_setup()
        yield
    finally:
        if started:
            started.stop()


def django_setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    import django

    django.setup()


class RoomGroup(click.Group):
    """A room's commands, imported with Django and a database at hand only when one of them is called."""

    def __init__(self, room: str) -> None:
        super().__init__(name=room, help=f"Commands of the room {room}.")
        self.room = room
        self._loaded: click.Group | None = None

    def _commands(self) -> click.Group:
        if self._loaded is None:
            django_setup()
            self._loaded = importlib.import_module(f"tongban.{self.room}.cli").commands
        return self._loaded

    def list_commands(self, context: click.Context) -> list[str]:
        return self._commands().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return self._commands().get_command(context, name)

    def invoke(self, context: click.Context) -> Any:
        with database():
            return super().invoke(context)


class Root(click.Group):
    """The root finds rooms' commands by their ``cli.py``."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), *rooms()})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        found = super().get_command(context, name)
        return found or (RoomGroup(name) if name in rooms() else None)


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tongban")
def commands() -> None:
    """Tongban 通办: operate the platform."""


@commands.command()
@click.option("--foreground", is_flag=True, help="Supervise in this process (for service managers).")
@json_option
def up(foreground: bool, as_json: bool) -> None:
    """Start database, web server and worker; wait until they serve."""
    from tongban.ops import start, supervisor

    if foreground:
        if state.running(environment.VAR):
            raise click.ClickException("It runs already; see tongban status")
        sys.exit(supervisor.main())
    try:
        current, fresh = start.up()
    except start.UpFailed as error:
        raise click.ClickException(str(error)) from error
    result = {"base_url": current.base_url, "started": fresh, "pids": current.pids}
    emit(result, as_json, start.welcome(current))


@commands.command()
@json_option
def down(as_json: bool) -> None:
    """Stop everything cleanly."""
    from tongban.ops import start

    try:
        stopped = start.down()
    except start.UpFailed as error:
        raise click.ClickException(str(error)) from error
    emit({"stopped": stopped}, as_json, "Stopped." if stopped else "Nothing was running.")


@commands.command()
@json_option
def status(as_json: bool) -> None:
    """Say what runs and whether it is well; status 1 when it is not."""
    from tongban.ops import start

    current = state.running(environment.VAR)
    if current is None:
        emit({"running": False}, as_json, "Not running.")
        sys.exit(1)
    good, parts = start.ready(current.port) if current.port else (False, {})
    result = {"running": True, "ready": good, "stage": current.stage, "base_url": current.base_url}
    result |= {"pids": current.pids, "restarts": current.restarts, "parts": parts}
    lines = [f"{current.base_url or current.stage}  {'ready' if good else 'not ready'}"]
    lines += [f"  {name:10} {value}" for name, value in parts.items()]
    lines += [
        f"  {name:10} process {pid}, restarted {current.restarts.get(name, 0)} times"
        for name, pid in current.pids.items()
    ]
    emit(result, as_json, "\n".join(lines))
    sys.exit(0 if good else 1)


@commands.group()
def db() -> None:
    """The database."""


@db.command("url")
@click.option("--app", "as_app", is_flag=True, help="The serving role's address instead of the owner's.")
@json_option
def db_url(as_app: bool, as_json: bool) -> None:
    """Print the database's address (it contains the password)."""
    url = environment.app_url() if as_app else environment.owner_url()
    emit({"url": url}, as_json, url)


@db.command("shell", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1)
def db_shell(arguments: tuple[str, ...]) -> None:
    """Open psql on the running database; arguments go to psql."""
    from tongban.ops.postgres import packaged_runtime

    psql = str(packaged_runtime() / "bin" / "psql")
    sys.exit(subprocess.run([psql, environment.owner_url(), *arguments], check=False).returncode)  # noqa: S603


@commands.command()
@click.option("--role", default="tongban_app", show_default=True)
@json_option
def grants(role: str, as_json: bool) -> None:
    """Give the serving role its rights (after migrations, on a server of your own)."""
    from tongban.ops import prepare

    with database():
        try:
            given = prepare.grant(role)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    if not given:
        raise click.ClickException(f"The server has no role {role}")
    emit({"role": role, "granted": True}, as_json, f"{role} has its rights.")


@commands.group("demo")
def demo_group() -> None:
    """The demo province."""


@demo_group.command("load")
@json_option
def demo_load(as_json: bool) -> None:
    """Load the demo province unless it is there."""
    from tongban.ops import demo

    with database():
        loaded = demo.load()
    emit({"loaded": loaded}, as_json, f"Loaded: {loaded}" if loaded else "Nothing to load.")


@demo_group.command("reset")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def demo_reset(yes: bool, as_json: bool) -> None:
    """Throw everything in the embedded database away and load the demo province anew."""
    import shutil

    from tongban.ops import start

    if environment.external():
        raise click.ClickException("DATABASE_URL is set: this command empties only the embedded database")
    if not yes:
        click.confirm("All data of this installation will be lost. Go on?", abort=True)
    was_running = start.down()
    cluster = environment.cluster()
    with (environment.VAR / "log" / "postgres.log").open("ab") as handle:
        cluster.start(handle)
    try:
        cluster.wait()
        cluster.drop_database()
    finally:
        cluster.stop()
    shutil.rmtree(environment.VAR / "files", ignore_errors=True)
    try:
        current, _ = start.up()
    except start.UpFailed as error:
        raise click.ClickException(str(error)) from error
    if not was_running:
        start.down()
    emit({"reset": True, "running": was_running}, as_json, start.welcome(current) if was_running else "Done.")


@commands.group("messages")
def messages_group() -> None:
    """Translations of the interface."""


@messages_group.command("update")
@json_option
def messages_update(as_json: bool) -> None:
    """Collect the interface's strings into the catalogues."""
    from tongban.kit import messages

    report = messages.update()
    emit(report, as_json, f"{report['strings']} strings, {len(report['untranslated'])} to translate.")


@messages_group.command("check")
@json_option
def messages_check(as_json: bool) -> None:
    """Fail when a string is missing, untranslated or no longer used."""
    from tongban.kit import messages

    report = messages.check()
    problems = [
        f"{kind}: {m}" for kind in ("missing", "untranslated", "obsolete", "broken") for m in report[kind]
    ]
    emit(report, as_json, "\n".join(problems) or f"{report['strings']} strings, all translated.")
    sys.exit(1 if problems else 0)


@messages_group.command("compile")
@json_option
def messages_compile(as_json: bool) -> None:
    """Compile the catalogues."""
    from tongban.kit import messages

    written = messages.compile_all()
    emit({"written": [str(p) for p in written]}, as_json, f"Compiled {len(written)} catalogues.")


def main() -> None:
    """Run the command line, turning expected errors into one plain line."""
    try:
        commands()
    except (PostgresError, ModuleNotFoundError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
