"""`loa airing prove` and `verify`; docs/commands.md explains both."""

from pathlib import Path
from typing import Annotated

import typer

from controller.clocks import utc_now
from controller.features.evidence.queries import proof_of
from controller.features.evidence.service import verify_file
from controller.host.station_keys import Secrets
from controller.settings import Settings
from controller.terminal.commands import FAILED, AsJson, Commands, print_json
from controller.terminal.ways import Reading

airing = Commands()


@airing.command("prove")
def prove(
    session: Reading,
    airing_id: Annotated[str, typer.Argument(metavar="ID", help="Mã lượt phát.")],
    to: Annotated[Path | None, typer.Option(help="Ghi vào tệp này; mặc định bang-chung-ID.json.")] = None,
) -> str:
    """Ghi ra tệp mọi thứ đã ký về một lượt phát: văn bản, phê duyệt, kế hoạch, biên nhận các cụm loa."""
    root = Secrets(Settings().home).root_public.read_text("utf-8").strip()
    proof = proof_of(session, airing_id, root, now=utc_now())
    file = to or Path(f"bang-chung-{proof.airing}.json")
    file.write_text(proof.model_dump_json(indent=1), "utf-8")
    return f"Đã ghi bằng chứng của lượt phát {proof.airing} vào {file}. Kiểm tra: loa airing verify {file}"


@airing.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="Tệp bằng chứng.")],
    root: Annotated[str | None, typer.Option(help="Khóa gốc công khai của tỉnh, 43 ký tự.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra một tệp bằng chứng chỉ với khóa gốc công khai; không cần đài, không cần cơ sở dữ liệu."""
    findings = verify_file(file, root)
    if as_json:
        print_json({"proven": findings.proven, "not_proven": findings.not_proven, "whole": findings.is_whole})
    else:
        typer.echo("ĐÃ CHỨNG MINH:")
        for sentence in findings.proven or ["không có gì"]:
            typer.echo(f"  ✓ {sentence}")
        typer.echo("CHƯA CHỨNG MINH:")
        for sentence in findings.not_proven:
            typer.echo(f"  – {sentence}")
    if not findings.is_whole:
        raise typer.Exit(FAILED)
