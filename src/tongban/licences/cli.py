"""``tongban licences …``: for operators."""

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.group(name="licences", help="Electronic licences.")
def commands() -> None:
    """Group of the room's commands."""


@commands.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(file: Path, as_json: bool) -> None:
    """Check a licence's PDF: seal, issuer, content, status. Ends with 1 when it does not hold."""
    from tongban.licences.service import verify_file

    found = verify_file(file)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2, default=str))
    else:
        words = ("有效" if found.valid else "无效", found.type_name, found.number, found.identifier)
        click.echo(" ".join(word for word in words if word))
        if found.signature.signer:
            click.echo(
                f"印章：{found.signature.signer}（{found.signature.issuer}），{found.signature.signed_at}"
            )
        if found.issued_here:
            click.echo(f"状态：{found.status} {found.status_label}，有效期至 {found.valid_to or '长期'}")
        for problem in found.problems:
            click.echo(f"- {problem}")
    raise SystemExit(0 if found.valid else 1)
