"""`loa timetable`, `loa policy`, `loa keys`: thin commands over controller/features/plans/local.py."""

from pathlib import Path
from typing import Annotated, Any

import typer

from controller.model.plan_states import ANY_MINUTES, ANY_VOLUME
from controller.terminal.cli_errors import AsJson, print_json, told

policy = typer.Typer(help="Quy định: giờ yên lặng, âm lượng, số phút một ngày.", no_args_is_help=True)
keys = typer.Typer(help="Bộ khóa mà loa tin.", no_args_is_help=True)

Area = Annotated[str, typer.Option(help="Mã địa bàn.")]
Kid = Annotated[str, typer.Argument(metavar="KID", help="Tên khóa, theo «loa keys list».")]
AsPerson = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người làm việc này.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands into the program."""
    app.command()(timetable)
    app.add_typer(policy, name="policy")
    app.add_typer(keys, name="keys")


@told
def timetable(
    area: Area,
    since: Annotated[str | None, typer.Option("--from", help="Từ ngày nào, như 2026-12-01.")] = None,
    days: Annotated[int, typer.Option(help="Bao nhiêu ngày.")] = 1,
    *,
    as_json: AsJson = False,
) -> None:
    """Loa của một địa bàn sẽ phát gì, đúng từng giây."""
    from datetime import datetime

    from controller.features.plans.local import timetable_here
    from controller.model.local_time import wall

    told_of = timetable_here(area, since, days)
    if as_json:
        print_json(told_of)
        return
    for slot in told_of["slots"]:
        cut = " (không trọn)" if slot["cut"] else ""
        at = wall(datetime.fromisoformat(slot["starts_at"]))
        typer.echo(f"{at}  {slot['seconds']:.0f} giây{cut}  {slot['title']}")
    if not told_of["slots"]:
        typer.echo("Không có gì phát trong thời gian này.")
    if told_of["waiting"]:
        typer.echo(f"Còn {len(told_of['waiting'])} lượt chờ duyệt, chưa chắc được phát.")


@policy.command("show")
@told
def show_policies(*, as_json: AsJson = False) -> None:
    """Các quy định đang có hiệu lực."""
    from controller.features.plans.local import policies_here

    found = policies_here()
    if as_json:
        print_json(found)
        return
    for one in found:
        typer.echo(f"{one['area']} {one['name']}: {_limits(one)}; hết hạn {one['expires_at'][:10]}")


def _limits(one: dict[str, Any]) -> str:
    """Return in words what a policy limits; what it leaves free is said so."""
    quiet = ", ".join(f"{hours['begins']}–{hours['ends']}" for hours in one["quiet_hours"]) or "không có"
    spans = (f"{hours['begins']}–{hours['ends']} {hours['loudest_volume']}%" for hours in one["volumes"])
    louder = "".join(f" ({span})" for span in spans)
    loudest = (
        f"to nhất {one['loudest_volume']}%"
        if one["loudest_volume"] < ANY_VOLUME
        else "không giới hạn âm lượng"
    )
    minutes = (
        f"{one['minutes_a_day']} phút một ngày"
        if one["minutes_a_day"] < ANY_MINUTES
        else "không giới hạn số phút"
    )
    return f"giờ yên lặng {quiet}; {loudest}{louder}; {minutes}"


@policy.command("sign")
@told
def sign_policy(
    area: Area,
    by: AsPerson,
    quiet: Annotated[
        list[str] | None, typer.Option(help="Giờ yên lặng, như 21:30-04:45; none là không có.")
    ] = None,
    loudest: Annotated[int | None, typer.Option(help="Âm lượng lớn nhất, 0–100.")] = None,
    minutes: Annotated[int | None, typer.Option(help="Số phút phát một ngày, 0–1440.")] = None,
    volume: Annotated[
        list[str] | None, typer.Option(help="Âm lượng theo giờ, như 05:00-06:30=50; none là không có.")
    ] = None,
) -> None:
    """Ký quy định mới cho một địa bàn; điều không nêu giữ như cũ, chưa có thì không giới hạn."""
    from controller.features.plans.local import sign_policy_here

    signed = sign_policy_here(area, quiet or [], loudest, minutes, volume or [], by=by)
    typer.echo(
        f"Đã ký quy định {signed['version']} cho {area}: {_limits(signed)}; "
        f"hết hạn {signed['expires_at'][:10]}."
    )


@keys.command("show")
@told
def show_keys() -> None:
    """Bộ khóa đang có hiệu lực, một đối tượng JSON."""
    from controller.features.plans.local import keys_here

    print_json(keys_here())


@keys.command("sign")
@told
def sign_keys(
    root: Annotated[Path | None, typer.Option(help="Tệp khóa gốc; mặc định keys/root.json.")] = None,
) -> None:
    """Ký lại bộ khóa bằng khóa gốc: mỗi năm một lần, khi có khóa mới và khi một khóa bị lộ."""
    from controller.features.plans.local import sign_keys_here

    signed = sign_keys_here(root)
    typer.echo(f"Đã ký {len(signed['keys'])} khóa, hết hạn {signed['expires_at'][:10]}.")


@keys.command("renew-station")
@told
def renew_station(
    root: Annotated[Path | None, typer.Option(help="Tệp khóa gốc; mặc định keys/root.json.")] = None,
    *,
    now: Annotated[
        bool, typer.Option("--now", help="Dùng khóa mới ngay: khóa cũ bị lộ hoặc đã hết hạn.")
    ] = False,
) -> None:
    """Tạo khóa mới của đài và ký vào bộ khóa; đài tự chuyển sang khóa mới sau một ngày, không phải dừng."""
    from controller.features.plans.local import renew_station_here
    from controller.model.local_time import wall

    made = renew_station_here(root, at_once=now)
    typer.echo(f"Khóa mới {made.kid}: đài dùng từ {wall(made.signs_from)}, đến {wall(made.until)}.")


@keys.command("list")
@told
def list_keys(*, as_json: AsJson = False) -> None:
    """Các khóa đang dùng: của ai, để ký gì, đến ngày nào."""
    from controller.features.plans.local import held_keys_here

    found = held_keys_here()
    if as_json:
        print_json(found)
        return
    for one in found:
        typer.echo("\t".join([one["kid"], one["holder"], one["not_after"][:10]]))


@keys.command("retire")
@told
def retire_key(kid: Kid, by: AsPerson) -> None:
    """Cho một khóa thôi dùng: không ký gì thêm, những gì đã ký vẫn còn giá trị."""
    from controller.features.plans.local import retire_key_here

    retire_key_here(kid, by=by)
    typer.echo(f"Khóa {kid} thôi dùng. Những gì đã ký vẫn còn giá trị cho đến hạn của chúng.")


@keys.command("compromise")
@told
def compromise_key(
    kid: Kid,
    by: AsPerson,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
) -> None:
    """Khai một khóa BỊ LỘ: mọi thứ nó đã ký mất giá trị. Quên mật khẩu, nghỉ việc không phải là bị lộ."""
    from controller.features.plans.local import compromise_key_here, fallout_here

    fallout = fallout_here(kid)
    for one in fallout.silenced:
        typer.echo(f"Sẽ im: «{one.title}» ({one.in_words()})")
    typer.echo(
        f"Mất giá trị: {len(fallout.silenced) + fallout.unused} phê duyệt, {len(fallout.policies)} quy định, "
        f"nơi đặt của {fallout.places} cụm loa."
    )
    if not yes:
        typer.confirm("Khóa này bị lộ thật, hủy mọi thứ nó đã ký?", abort=True)
    compromise_key_here(kid, by=by)
    typer.echo(f"Đã hủy khóa {kid}. Hãy ký lại bộ khóa bằng «loa keys sign»: từ khi đó loa mới thôi tin nó.")
    if fallout.policies or fallout.places:
        typer.echo("Ký lại quy định và nơi đặt bằng «loa policy sign» và «loa area sign-places».")
