"""`loa archive make`, `verify`, `prove`, `list`, `remove-receipts`; see docs/commands.md."""

from pathlib import Path
from typing import Annotated

import typer

from controller.clocks import utc_now
from controller.errors import BadInput
from controller.features.archives.extraction import proof_in
from controller.features.archives.files import digest_of, lines_of
from controller.features.archives.operations import make_archive
from controller.features.archives.queries import archives
from controller.features.archives.removal import remove_receipts
from controller.features.archives.removal_queries import removal_forecast
from controller.features.archives.schemas import ArchiveShown, RemovalForecast
from controller.features.archives.stranger import CheckedArchive, verify_archive
from controller.host.station_keys import Secrets
from controller.http.words import megabytes
from controller.model.local_time import wall
from controller.settings import Settings
from controller.terminal.commands import FAILED, AsJson, Commands, Printed, print_json
from controller.terminal.ways import Acting, Reading

archive = Commands()
Year = Annotated[int, typer.Argument(metavar="NĂM", min=2020, max=2200, help="Năm, như 2026.")]


@archive.command("make")
def make(here: Acting, year: Year) -> list[str]:
    """Lưu một năm đã qua vào một tệp tự chứng minh: sổ phát thanh, biên nhận, nhật ký và mọi chữ ký."""
    settings = Settings()
    root = Secrets(settings.home).root_public.read_text("utf-8").strip()
    made = make_archive(here.store, settings, year, root, by=here.by, now=utc_now())
    return [
        f"Đã lưu trữ năm {year}: {made.file} ({megabytes(made.shown.size)}), đã kiểm tra từng chữ ký.",
        "Hãy chép tệp sang hai nơi khác, một nơi ngoài trụ sở. Mọi dòng còn trong cơ sở dữ liệu.",
    ]


@archive.command("list")
def list_archives(session: Reading) -> Printed:
    """Các năm đã lưu trữ."""
    found = archives(session)
    lines = [
        f"{one.year}: {one.file}, {megabytes(one.size)}, lập {wall(one.made_at)}{_removed(one)}"
        for one in found
    ]
    return Printed([one.model_dump(mode="json") for one in found], lines, none="Chưa lưu trữ năm nào.")


@archive.command("remove-receipts")
def remove(
    here: Acting,
    year: Year,
    copy: Annotated[
        Path | None,
        typer.Option(help="Bản sao thứ hai của tệp lưu trữ, ở ổ đĩa khác."),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option(help="Chỉ đếm những gì sẽ xóa.")] = False,
) -> list[str]:
    """Lệnh cho đài xóa khỏi cơ sở dữ liệu biên nhận của một năm đã lưu trữ; không lấy lại được."""
    settings = Settings()
    told = removal_forecast(here.store, year, settings, here.now, counted=dry_run or copy is None)
    if dry_run or copy is None:
        return _would_go(told)
    digest = digest_of(copy)
    if digest is None:
        raise BadInput(f"Không đọc được tệp «{copy}».", code="archive.unreadable")
    original = settings.archives_dir / told.archive.file
    if original.exists() and original.samefile(copy):
        raise BadInput(
            f"«{copy}» là chính tệp lưu trữ. Hãy đưa một bản sao ở ổ đĩa khác.", code="archive.no-copy"
        )
    remove_receipts(here, year, digest[0], settings, **here.stamp)
    return [
        f"Đã lệnh xóa biên nhận năm {year}. Đài đang phát xóa dần và so từng biên nhận với tệp lưu trữ.",
        "Xem tiến độ: loa archive list",
    ]


def _would_go(told: RemovalForecast) -> list[str]:
    there, going = told.there or 0, told.going or 0
    lines = [
        f"Năm {told.archive.year}: {there} biên nhận trong cơ sở dữ liệu.",
        f"Trong tệp {told.archive.file}: {told.archive.receipts} biên nhận.",
        f"Sẽ xóa {going} biên nhận của {told.airings or 0} lượt phát; giữ {there - going} biên nhận.",
        "Giữ nguyên lượt phát, phân phối, sổ phát thanh, nhật ký, báo cáo.",
    ]
    if told.refused is not None:
        return [*lines, f"Chưa xóa được: {told.refused}"]
    return [*lines, "Chưa xóa gì. Để xóa, thêm --copy TỆP: bản sao thứ hai, ở ổ đĩa khác."]


@archive.command("prove")
def prove(
    file: Annotated[Path, typer.Argument(help="Tệp lưu trữ.")],
    airing_id: Annotated[str, typer.Argument(metavar="ID", help="Mã lượt phát.")],
    to: Annotated[Path | None, typer.Option(help="Ghi vào tệp này; mặc định bang-chung-ID.json.")] = None,
) -> str:
    """Lấy bằng chứng của một lượt phát ra khỏi tệp lưu trữ, để kiểm tra bằng «loa airing verify»."""
    proof = proof_in(lambda: lines_of(file), airing_id, utc_now())
    place = to or Path(f"bang-chung-{proof.airing}.json")
    place.write_text(proof.model_dump_json(indent=1), "utf-8")
    return f"Đã ghi bằng chứng của lượt phát {proof.airing} vào {place}. Kiểm tra: loa airing verify {place}"


@archive.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="Tệp lưu trữ.")],
    root: Annotated[str, typer.Option(help="Khóa gốc công khai của tỉnh, 43 ký tự.")],
    checkpoints: Annotated[
        Path | None, typer.Option(help="Tệp các điểm kiểm soát mà đài đã ghi ở nơi khác.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra một tệp lưu trữ chỉ bằng tệp và khóa gốc công khai; không cần đài."""
    checked = verify_archive(file, root, checkpoints)
    if as_json:
        print_json(_told(checked))
    else:
        for sentence in checked.findings.proven:
            typer.echo(f"  ✓ {sentence}")
        for sentence in checked.findings.not_proven:
            typer.echo(f"  – {sentence}")
    if not checked.findings.is_whole:
        raise typer.Exit(FAILED)


def _told(checked: CheckedArchive) -> dict[str, object]:
    found = checked.findings
    return {
        "year": checked.facts.year,
        "receipts": checked.facts.receipts,
        "journal": checked.facts.journal,
        "as_aired": checked.facts.aired,
        "proven": found.proven,
        "not_proven": found.not_proven,
        "whole": found.is_whole,
    }


def _removed(shown: ArchiveShown) -> str:
    removal = shown.removal
    if removal is None:
        return ""
    if removal.ended_at is not None:
        return f"; đã xóa {removal.removed} biên nhận khỏi cơ sở dữ liệu"
    waits = f": {removal.waits}" if removal.waits else ""
    return f"; đang xóa biên nhận, qua {removal.went_through}/{shown.receipts}{waits}"
