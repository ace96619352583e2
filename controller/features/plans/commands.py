"""`loa policy`: the limits of areas; docs/commands.md explains every command."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any

import typer

from controller.client.local_client import local_store, person_named
from controller.clocks import utc_now
from controller.errors import BadInput
from controller.features.plans.operations import policies_by_too_few, wanted_change
from controller.features.plans.policy_changes import AreaChange, areas_named, check_changes, wanted_here
from controller.features.plans.queries import policies_in_force
from controller.features.plans.signing_at_terminal import do_signed, waits_in_words
from controller.model.plan_states import ANY_MINUTES, ANY_VOLUME
from controller.terminal.commands import Commands, Given, Printed
from controller.terminal.options import AsPerson
from controller.terminal.ways import Reading
from devices.ids import AreaCode
from devices.statements import LoudHours, Policy, QuietHours
from devices.wire_types import parse

policy = Commands()

Area = Annotated[str, typer.Option(help="Mã địa bàn.")]
_NONE = "none"
"""Typed instead of a span: there are none."""


@policy.command("show")
def show_policies(session: Reading) -> Printed:
    """Các quy định đang có hiệu lực."""
    found = policies_in_force(session)
    return Printed(
        [
            {"area": area.code, "name": area.name} | policy.model_dump(mode="json", exclude={"issued_at"})
            for area, policy in found
        ],
        (
            f"{area.code} {area.name}: {_limits(policy)}; hết hạn {policy.expires_at:%Y-%m-%d}"
            for area, policy in found
        ),
    )


def _limits_named(
    quiet: Annotated[
        list[str] | None, typer.Option(help="Giờ yên lặng, như 21:30-04:45; none là không có.")
    ] = None,
    loudest: Annotated[int | None, typer.Option(help="Âm lượng lớn nhất, 0–100.")] = None,
    minutes: Annotated[int | None, typer.Option(help="Số phút phát một ngày, 0–1440.")] = None,
    volume: Annotated[
        list[str] | None, typer.Option(help="Âm lượng theo giờ, như 05:00-06:30=50; none là không có.")
    ] = None,
    alone: Annotated[
        int | None, typer.Option(help="Số ngày loa tự phát khi mất liên lạc với trạm, 0–30.")
    ] = None,
) -> dict[str, Any]:
    """Return the limits that were named, keyed by argument names of `policy_signing.sign_policy`."""
    named: dict[str, Any] = {"loudest_volume": loudest, "minutes_a_day": minutes, "alone_days": alone}
    named["quiet_hours"] = [_quiet(text) for text in quiet if text != _NONE] if quiet else None
    named["volumes"] = [_loud(text) for text in volume if text != _NONE] if volume else None
    return {name: value for name, value in named.items() if value is not None}


Limits = Annotated[dict[str, Any], Given(_limits_named)]


@policy.command("sign")
def sign_policy(area: Area, by: AsPerson, limits: Limits) -> None:
    """Ký quy định mới cho một địa bàn; điều không nêu giữ như cũ, chưa có thì không giới hạn."""
    done = do_signed(by, partial(wanted_change, AreaCode(area), limits))
    said = "" if done.proposal else _signed_in_words(parse(Policy, done.result.document))
    typer.echo(waits_in_words(done, said))


@policy.command("change")
def change_policies(
    by: AsPerson,
    limits: Limits,
    area: Annotated[list[str] | None, typer.Option(help="Mã địa bàn; nêu được nhiều lần.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Tên nhóm xã, phường; nêu được nhiều lần.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ xem từng địa bàn sẽ đổi gì.")] = False,
) -> Iterable[str]:
    """Đổi vài giới hạn của nhiều địa bàn, tất cả hoặc không nơi nào; điều không nêu giữ như cũ."""
    if dry_run:
        with local_store(sealed=False) as store:
            areas = areas_named(store, area or (), group or ())
            found = check_changes(store, areas, limits, by=person_named(store, by), now=utc_now())
        return [_change_line(one) for one in found]

    done = do_signed(by, partial(wanted_here, area or (), group or (), limits))
    return [waits_in_words(done, "" if done.proposal else f"Đã ký quy định của {len(done.result)} địa bàn.")]


def _change_line(one: AreaChange) -> str:
    said = "; ".join(f"{new} (trước: {was})" if was else new for new, was in one.changes) or "không đổi"
    silenced = sum(loss.is_silenced for loss in one.losses)
    lost = f"; 7 ngày tới {len(one.losses)} lượt bị ảnh hưởng, {silenced} lượt không phát được"
    return f"{one.area} {one.name}: {said}{lost if one.losses else ''}"


@policy.command("renew")
def renew_policies(by: AsPerson) -> None:
    """Ký lại mọi quy định mà ít người ký hơn số quản trị loa đòi; giữ nguyên nội dung."""
    for code in policies_by_too_few():
        done = do_signed(by, partial(wanted_change, code, {}))
        typer.echo(waits_in_words(done, f"Đã ký lại quy định của {code}."))


def _signed_in_words(signed: Policy) -> str:
    return (
        f"Đã ký quy định {signed.version} cho {signed.target}: {_limits(signed)}; "
        f"hết hạn {signed.expires_at:%Y-%m-%d}."
    )


def _limits(policy: Policy) -> str:
    """Return the limits of a policy in words; a missing limit is named as free."""
    quiet = ", ".join(f"{hours.begins}–{hours.ends}" for hours in policy.quiet_hours) or "không có"
    spans = (f"{hours.begins}–{hours.ends} {hours.loudest_volume}%" for hours in policy.volumes)
    louder = "".join(f" ({span})" for span in spans)
    is_capped, is_limited = policy.loudest_volume < ANY_VOLUME, policy.minutes_a_day < ANY_MINUTES
    loudest = f"to nhất {policy.loudest_volume}%" if is_capped else "không giới hạn âm lượng"
    minutes = f"{policy.minutes_a_day} phút một ngày" if is_limited else "không giới hạn số phút"
    alone = f"tự phát {policy.alone_days} ngày khi mất liên lạc"
    return f"giờ yên lặng {quiet}; {loudest}{louder}; {minutes}; {alone}"


def _loud(text: str) -> LoudHours:
    """Read `05:00-06:30=50`."""
    span, _, percent = text.partition("=")
    begins, _, ends = span.partition("-")
    try:
        return LoudHours(begins=begins.strip(), ends=ends.strip(), loudest_volume=int(percent))
    except ValueError:
        raise BadInput(
            f"Không hiểu âm lượng theo giờ «{text}». Hãy viết như 05:00-06:30=50, hoặc none.",
            code="policy.volume",
        ) from None


def _quiet(text: str) -> QuietHours:
    """Read `21:30-04:45`."""
    begins, _, ends = text.partition("-")
    try:
        return QuietHours(begins=begins.strip(), ends=ends.strip())
    except ValueError:
        raise BadInput(
            f"Không hiểu giờ yên lặng «{text}». Hãy viết như 21:30-04:45, hoặc none.", code="policy.quiet"
        ) from None
