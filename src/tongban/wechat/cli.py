"""``tongban wechat …`` for operators."""

import json

import click

from tongban.wechat.client import Rejected, Trouble
from tongban.wechat.menu import drop_menu, menu, push_menu, shown_menu
from tongban.wechat.settings import load


@click.group("wechat", help="The official account: its menu.")
def commands() -> None:
    """The group that the ``tongban`` command collects."""


@commands.command("menu")
@click.option("--push", "how", flag_value="push", help="Set it at WeChat's server.")
@click.option("--fetch", "how", flag_value="fetch", help="Show what WeChat's server holds.")
@click.option("--drop", "how", flag_value="drop", help="Take it away from WeChat's server.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def menu_command(how: str | None, as_json: bool) -> None:
    """Show the account's menu as it would be set; or set it, fetch it, drop it at WeChat's server."""
    settings = load()
    if how and not settings.can_push:
        raise click.UsageError("set TONGBAN_WECHAT_APP_ID, _TOKEN and _SECRET first")
    calls = {None: menu, "push": push_menu, "fetch": shown_menu, "drop": drop_menu}
    try:
        shown = calls[how](settings)
    except (Trouble, Rejected) as error:
        raise click.ClickException(f"WeChat's server: {error}") from error
    click.echo(json.dumps(shown, ensure_ascii=False, indent=None if as_json else 2))
