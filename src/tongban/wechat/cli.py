"""``tongban wechat …`` for operators."""

import json

import click

from tongban.wechat.menu import menu, push
from tongban.wechat.settings import load


@click.group("wechat", help="The official account: its menu.")
def commands() -> None:
    """The group that the ``tongban`` command collects."""


@commands.command("menu")
@click.option("--push", "send", is_flag=True, help="Set it at WeChat's server; without, it is only shown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def menu_command(send: bool, as_json: bool) -> None:
    """Show the account's menu, or set it."""
    settings = load()
    if send and not settings.enabled:
        raise click.UsageError("set TONGBAN_WECHAT_APP_ID, _TOKEN and _SECRET first")
    shown = push(settings) if send else menu(settings)
    click.echo(json.dumps(shown, ensure_ascii=False, indent=None if as_json else 2))
