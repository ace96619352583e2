"""`loa keys`, and the commands of `loa operator` that change who signs; docs/commands.md explains each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from controller.client.credentials import root_password
from controller.client.local_client import (
    LocalCaller,
    acting,
    acting_or_station,
    local_store,
    person_named,
    reading,
)
from controller.clocks import utc_now
from controller.features.accounts.admin_queries import keys_shown
from controller.features.accounts.administration import reset_password as give_password
from controller.features.accounts.administration import set_roles
from controller.features.accounts.passwords import hash_password
from controller.features.accounts.queries import known_operator
from controller.features.accounts.secret_codes import fresh_password
from controller.features.accounts.service import create_operator, disable_operator
from controller.features.imports.bulletin_files import written_in
from controller.features.keys.listed_people import checked_list, open_list
from controller.features.keys.root_command import Days, sign_file
from controller.features.keys.root_files import is_encrypted, read_root_file
from controller.features.keys.roots import all_roots, check_signs_alone
from controller.features.keys.service import compromise_key as declare_compromised
from controller.features.keys.service import fallout_of, retire_one_key, sign_at_hand
from controller.features.keys.station_key_renewal import renew_station_key
from controller.features.plans.administrators import administrators_needed, administrators_stated
from controller.features.plans.authors import authors_asked, authors_stated, without_author
from controller.features.plans.key_set_signing import PersonsAsked, sign_key_sets
from controller.features.plans.queries import known_key_sets, void_policies
from controller.host.station_keys import Secrets
from controller.model.local_time import midnight_of, wall
from controller.model.permissions import OperatorRole
from controller.settings import Settings
from controller.terminal.commands import AsJson, Commands, fields_of, print_found, print_json
from controller.terminal.options import AsPerson
from devices.ids import AreaCode, KeyId
from devices.jose import ROOT, SigningKey

keys = Commands()
operator = Commands()

Kid = Annotated[str, typer.Argument(metavar="KID", help="Tên khóa, theo «loa keys list».")]
Name = Annotated[str, typer.Argument(help="Tên đăng nhập.")]
As = Annotated[str | None, typer.Option("--as", help="Quản trị đứng tên trong nhật ký; bỏ trống: đài.")]
Administrators = Annotated[
    int | None, typer.Option(min=1, max=2, help="Loa đòi mấy quản trị ký; bỏ trống: hai, khi tỉnh có hai.")
]
Authors = Annotated[
    bool | None, typer.Option("--authors/--no-authors", help="Đòi, hoặc thôi đòi, người soạn cùng ký.")
]
Roles = Annotated[list[OperatorRole], typer.Argument(help="Các vai trò mới.")]
ASK_TWO = (
    "Tỉnh đã có hai quản trị, mà còn quy định hoặc nơi kết nối mới một người ký. Hãy để hai người ký lại "
    "(loa policy renew; trang Nơi kết nối), rồi ký bộ khóa lần nữa: từ đó loa đòi cả hai."
)
ASK_AUTHORS = (
    "Đài đã bắt đầu đòi người soạn ký. Hãy để người soạn ký và cán bộ duyệt duyệt lại các bản tin này, rồi "
    "ký bộ khóa lần nữa: từ đó loa đòi cả hai chữ ký."
)
_FEW = 5
_NOT_SIGNED = (
    "Chưa ký lại bộ khóa (khóa gốc không có ở đây), nên loa chưa nhận khóa mới. Hãy đưa khóa gốc đến rồi "
    "chạy: loa keys sign --root TỆP"
)


@keys.command("show")
def show_keys() -> None:
    """Các bộ khóa đang có hiệu lực, mỗi địa bàn một bộ, JSON."""
    with reading() as session:
        key_sets = known_key_sets(session)
    print_json([key_set.model_dump(mode="json") for key_set in key_sets])


@keys.command("sign")
def sign_keys(
    file: Annotated[
        Path | None, typer.Argument(metavar="TỆP", help="Tệp của «loa keys request»; bỏ trống: ký ở đây.")
    ] = None,
    root: Annotated[Path | None, typer.Option(help="Tệp khóa gốc; mặc định keys/root.json.")] = None,
    administrators: Administrators = None,
    *,
    authors: Authors = None,
    days: Days = None,
) -> None:
    """Ký bộ khóa bằng khóa gốc: trước khi hết hạn, khi có khóa mới và khi một khóa bị lộ."""
    if file is not None:
        sign_file(file, root or Secrets(Settings().home).root_key)
        return
    key = _root_key(root)
    with local_store() as store:
        persons = PersonsAsked(administrators, authors)
        lasts = None if days is None else timedelta(days=days)
        signed = sign_key_sets(store, root_key=key, now=utc_now(), persons=persons, lasts=lasts)
        sets, stated = known_key_sets(store), administrators_stated(store)
        needed = administrators_needed(store, utc_now())
        waits = [] if authors_stated(store) or not authors_asked(store) else without_author(store, utc_now())
    ends_at = min(one.expires_at for one in sets)
    typer.echo(f"Đã ký {len(signed)} bộ khóa; cả {len(sets)} bộ có hiệu lực đến {ends_at:%Y-%m-%d}.")
    typer.echo(f"Quy định, nơi kết nối, chuyển loa: loa đòi {stated} quản trị ký.")
    if stated < needed:
        typer.echo(ASK_TWO)
    if waits:
        titles = "; ".join(one.title for one in waits[:_FEW])
        typer.echo(f"{len(waits)} bản tin đang dùng chưa có chữ ký người soạn ({titles}). {ASK_AUTHORS}")


def _root_key(file: Path | None) -> SigningKey:
    """Return the root key of a file that may sign by itself now; asks for its password, if it has one."""
    files = Secrets(Settings().home)
    path = file or files.root_key
    key = read_root_file(path, root_password() if is_encrypted(path) else None)
    if key.role == ROOT and files.root_public.exists():
        with reading() as session:
            roots = all_roots(session, files.root_public.read_text("utf-8").strip())[-1]
        check_signs_alone(roots, key.public_x)
    return key


@keys.command("renew-station")
def renew_station(
    root: Annotated[Path | None, typer.Option(help="Tệp khóa gốc; mặc định keys/root.json.")] = None,
    *,
    now: Annotated[
        bool, typer.Option("--now", help="Dùng khóa mới ngay: khóa cũ bị lộ hoặc đã hết hạn.")
    ] = False,
    by_request: Annotated[
        bool, typer.Option("--by-request", help="Khóa gốc ký ở nơi khác: sau đó chạy loa keys request.")
    ] = False,
) -> None:
    """Tạo khóa mới của đài và ký vào bộ khóa; đài tự chuyển sang khóa mới sau một ngày, không phải dừng."""
    settings = Settings()
    key = None if by_request else _root_key(root)
    with local_store() as store:
        made = renew_station_key(store, settings, key, at_once=now, now=utc_now())
    typer.echo(f"Khóa mới {made.kid}: đài dùng từ {wall(made.signs_from)}, đến {wall(made.until)}.")
    if by_request:
        typer.echo("Đài chưa dùng khóa này cho đến khi khóa gốc ký: loa keys request TỆP.")


@keys.command("list")
def list_keys(*, as_json: AsJson = False) -> None:
    """Các khóa đang dùng: của ai, để ký gì, đến ngày nào, ở nơi nào."""
    with reading() as session:
        found = keys_shown(session)
    print_found(
        [
            fields_of(key, "kid", "role", "area", "further_areas")
            | {"holder": holder, "not_after": key.not_after}
            for key, holder in found
        ],
        (
            "\t".join([key.kid, holder, f"{key.not_after:%Y-%m-%d}", " ".join(key.signing_areas)])
            for key, holder in found
        ),
        as_json=as_json,
    )


@keys.command("retire")
def retire_key(kid: Kid, by: AsPerson) -> None:
    """Cho một khóa thôi dùng: không ký gì thêm, những gì đã ký vẫn còn giá trị."""
    with acting(by) as (session, person):
        retire_one_key(session, KeyId(kid), by=person, now=utc_now())
    typer.echo(f"Khóa {kid} thôi dùng. Những gì đã ký vẫn còn giá trị cho đến hạn của chúng.")


@keys.command("compromise")
def compromise_key(
    kid: Kid,
    by: AsPerson,
    *,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Bị lộ từ ngày nào: phê duyệt trước ngày đó vẫn còn."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
) -> None:
    """Khai một khóa BỊ LỘ: những gì nó đã ký mất giá trị. Quên mật khẩu, nghỉ việc không phải là bị lộ."""
    begins = midnight_of(since.date()) if since is not None else None
    with reading() as session:
        fallout = fallout_of(session, KeyId(kid), utc_now(), begins)
    for one in fallout.silenced:
        typer.echo(f"Sẽ im: «{one.title}» ({one.in_words()})")
    for airing in fallout.airings:
        typer.echo(f"  {wall(airing.starts_at)}  «{airing.title}»")
    typer.echo(
        f"Mất giá trị: {len(fallout.silenced) + fallout.unused} phê duyệt, {len(fallout.policies)} quy định, "
        f"nơi đặt của {fallout.places} cụm loa."
    )
    if not yes:
        typer.confirm("Khóa này bị lộ thật, hủy mọi thứ nó đã ký?", abort=True)
    with acting(by) as (session, person):
        declare_compromised(session, KeyId(kid), by=person, now=utc_now(), since=begins)
    typer.echo(f"Đã hủy khóa {kid}. Hãy ký lại bộ khóa bằng «loa keys sign»: từ khi đó loa mới thôi tin nó.")
    if fallout.policies or fallout.places:
        typer.echo("Ký lại quy định và nơi đặt bằng «loa policy sign» và «loa area sign-places».")


@operator.command("add")
def add(
    name: Name,
    role: Annotated[list[OperatorRole], typer.Option(help="Vai trò; có thể ghi nhiều lần.")],
    area: Annotated[str, typer.Option(help="Mã địa bàn.")],
    shown: Annotated[str, typer.Option("--name", help="Họ và tên.")] = "",
    as_name: As = None,
) -> None:
    """Thêm tài khoản; in tên và mật khẩu mới."""
    password = fresh_password()
    chosen = hash_password(password)
    with acting_or_station(as_name) as (session, by):
        person = create_operator(
            session,
            name=name,
            display_name=shown,
            roles=role,
            area=AreaCode(area),
            password=chosen,
            by=by,
            now=utc_now(),
            first_password=True,
        )
        keyed = {OperatorRole.APPROVER, OperatorRole.ADMINISTRATOR} & person.roles
        signed = not keyed or sign_at_hand(session, Settings(), now=utc_now())
    typer.echo(f"{person.name}\t{password}")
    _say_what_is_left(signed=signed)


@operator.command("import")
def add_many(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp CSV; «-» là đầu vào chuẩn.")],
    as_name: AsPerson,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ xem thử từng dòng.")] = False,
    only_good: Annotated[bool, typer.Option("--only-good", help="Bỏ qua những dòng sai.")] = False,
) -> None:
    """Thêm nhiều tài khoản theo danh sách, tất cả hoặc không ai; in tên và mật khẩu mới."""
    with local_store() as store:
        caller = LocalCaller(store, person_named(store, as_name), utc_now())
        if dry_run:
            for one in checked_list(caller, written_in(file)):
                typer.echo(f"{one.line}\t{one.name}\t{one.fault or 'được'}")
            return
        made, signed = open_list(caller, written_in(file), Settings(), only_good=only_good)
    for person, password in made:
        typer.echo(f"{person.name}\t{password}")
    _say_what_is_left(signed=signed)


@operator.command("disable")
def disable(name: Name, as_name: As = None) -> None:
    """Khóa tài khoản: hết phiên đăng nhập, khóa ký thôi dùng; những gì đã ký vẫn còn giá trị."""
    with acting_or_station(as_name) as (session, by):
        disable_operator(session, known_operator(session, name).id, by=by, now=utc_now())
        signed, void = sign_at_hand(session, Settings(), now=utc_now()), void_policies(session)
    typer.echo(f"Đã khóa {name}.")
    _say_what_is_left(void, signed=signed)


@operator.command("reset-password")
def reset_password(name: Name, as_name: As = None) -> None:
    """Đặt mật khẩu mới (được in ra) và tạo khóa ký mới; những gì đã duyệt vẫn còn giá trị."""
    password = fresh_password()
    chosen = hash_password(password)
    with acting_or_station(as_name) as (session, by):
        keyed = give_password(session, known_operator(session, name).id, chosen, by=by, now=utc_now())
        signed = not keyed or sign_at_hand(session, Settings(), now=utc_now())
        void = void_policies(session)
    typer.echo(f"{name}\t{password}")
    _say_what_is_left(void, signed=signed)


@operator.command("roles")
def roles(name: Name, role: Roles, as_name: As = None) -> None:
    """Đổi vai trò."""
    with acting_or_station(as_name) as (session, by):
        lacks_key = set_roles(session, known_operator(session, name).id, role, by=by, now=utc_now())
        signed, void = sign_at_hand(session, Settings(), now=utc_now()), void_policies(session)
    typer.echo(f"{name}: {', '.join(sorted(role))}")
    _say_what_is_left(void, signed=signed, lacks_key=name if lacks_key else None)


def _say_what_is_left(void: Sequence[AreaCode] = (), *, signed: bool, lacks_key: str | None = None) -> None:
    """Print what must be done before loudspeakers accept signatures of the new keys."""
    for area in void:
        typer.echo(
            f"Quy định của {area} do một khóa đã bị lộ ký: loa đang giữ còn theo, loa mới không nhận. "
            f"Hãy để một quản trị viên xem và ký lại ngay: loa policy sign --area {area} --as TÊN"
        )
    if lacks_key is not None:
        typer.echo(
            f"Vai trò mới cần khóa ký; khóa được tạo cùng mật khẩu: loa operator reset-password {lacks_key}"
        )
    if not signed:
        typer.echo(_NOT_SIGNED)
