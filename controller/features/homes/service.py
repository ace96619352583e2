"""Signs where the loudspeakers of an area find their station, and refuses what would strand them."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.pens import instant_of
from controller.features.accounts.queries import require
from controller.features.accounts.service import Password, open_key
from controller.features.areas.queries import get_area, top_area
from controller.features.homes.queries import SIGNED, fingerprint
from controller.features.journal.service import record
from controller.features.plans.administrators import administrators_needed
from controller.features.plans.proposals import SharedAct, WantedAct
from controller.features.plans.publication import DocumentAddress, next_version_of, put
from controller.features.plans.queries import published
from controller.host.broker_probe import probe
from controller.model.permissions import Act, Operator
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.settings import Settings
from controller.store import Store, one_read
from controller.store.locks import Lock, hold
from devices import topics
from devices.enrolment import Home
from devices.ids import AreaCode, Role

HOME_LIFE = timedelta(days=400)
"""As long as a policy's: where it is followed, it holds beyond that."""


@dataclass(frozen=True, slots=True)
class WantedHome:
    """A home as somebody asks for it, read and checked; `authorities`: base64 of DER."""

    area: AreaCode
    brokers: tuple[str, ...]
    authorities: tuple[str, ...]
    addresses: tuple[str, ...]


def wanted_home(
    area: AreaCode, brokers: Sequence[str], pem: Sequence[str], addresses: Sequence[str], now: datetime
) -> WantedHome:
    """Read what was typed; BadInput says what is wrong."""
    asked = WantedHome(
        area,
        tuple(broker.strip().rstrip("/") for broker in brokers if broker.strip()),
        tuple(der for text in pem if text.strip() for der in _certificates(text, now)),
        tuple(address.strip().rstrip("/") for address in addresses if address.strip()),
    )
    _home(asked, 1, now)
    return asked


def check_home(store: Store, asked: WantedHome, *, settings: Settings, nodes_url: str) -> None:
    """Raise Conflict where nodes would be lost: no TLS where they have it, or a broker that does not serve.

    `nodes_url`: where nodes connect now. Takes seconds, and no lock; call it before `sign_home`.
    """
    if nodes_url.startswith("mqtts://") and not all(
        broker.startswith("mqtts://") for broker in asked.brokers
    ):
        raise Conflict(
            "Loa đang nối bằng TLS nên không đi tới trạm không có TLS. Hãy nêu địa chỉ mqtts://.",
            code="home.no-tls",
        )
    with store.read() as session:
        province = top_area(session).code
        row = published(session, DocumentKind.KEYS, province)
    keys = "" if row is None else row.payload
    for broker in asked.brokers:
        probe(
            broker,
            asked.authorities,
            station_url=settings.broker_url or nodes_url,
            leaf_urls=settings.leaf_urls.values(),
            keys_topic=topics.keys(province),
            has_keys=lambda payload: payload == keys.encode(),
        )


def sign_home(
    session: Session, asked: WantedHome, *, by: Operator, password: Password, now: datetime
) -> Published:
    """Sign and publish a home; its nodes move within minutes, and come back where no station answers.

    Only who rules the province may: the loudspeakers themselves ask for such a key.
    """
    get_area(session, asked.area)
    require(session, by, Act.RULE, top_area(session).code)
    hold(session, Lock.PUBLISHED)
    place = DocumentAddress(DocumentKind.HOME, asked.area)
    key = open_key(session, by, role=Role.ADMINISTRATOR, password=password, now=now)
    at = instant_of(key, now)
    version = max(next_version_of(session, place, at), _above_all(session))
    home = _home(asked, version, at)
    row = put(
        session,
        place,
        home,
        version=version,
        digest=hashlib.sha256(repr(asked).encode()).hexdigest(),
        key=key,
        now=now,
        expires_at=home.expires_at,
        signed_by=by.id,
        persons=administrators_needed(session, now),
    )
    detail = {"version": version, "brokers": list(home.brokers), "addresses": list(home.addresses)}
    record(session, by, SIGNED, asked.area, now, detail=detail)
    return row


def home_command(asked: WantedHome) -> dict[str, Any]:
    """Return what `SIGN_HOME` is run with, as JSON."""
    return {name: value if name == "area" else list(value) for name, value in asdict(asked).items()}


def home_asked(command: Mapping[str, Any]) -> WantedHome:
    """Return a home as it was asked for."""
    lists = {name: tuple(command[name]) for name in ("brokers", "authorities", "addresses")}
    return WantedHome(AreaCode(command["area"]), **lists)


def _sign_as_asked(
    session: Session, command: Mapping[str, Any], *, by: Operator, password: Password, now: datetime
) -> Published:
    return sign_home(session, home_asked(command), by=by, password=password, now=now)


SIGN_HOME = SharedAct("home.sign", _sign_as_asked)


@one_read
def wanted_act(session: Session, asked: WantedHome) -> WantedAct:
    """Return the act of signing a home, with all of it in words; who signs it rules the province."""
    names = ", ".join(f"{fingerprint(one)[:16]}…" for one in asked.authorities)
    trusts = f"chứng thư loa tin: {names}" if names else "chứng thư như khi lắp"
    pages = f"trang của đài: {', '.join(asked.addresses)}" if asked.addresses else "trang của đài như cũ"
    words = f"Nơi kết nối của loa ({asked.area}): chuyển sang {', '.join(asked.brokers)}; {trusts}; {pages}."
    return WantedAct(SIGN_HOME, home_command(asked), top_area(session).code, words)


def _above_all(session: Session) -> int:
    """Return a version above every home's: a node follows the newest, for whatever area of its own it is."""
    newest = session.scalar(select(func.max(Published.version)).where(Published.kind == DocumentKind.HOME))
    return (newest or 0) + 1


def _home(asked: WantedHome, version: int, now: datetime) -> Home:
    try:
        return Home(
            target=asked.area,
            version=version,
            issued_at=now,
            expires_at=now + HOME_LIFE,
            brokers=asked.brokers,
            authorities=asked.authorities,
            addresses=asked.addresses,
        )
    except ValidationError as error:
        raise BadInput(
            "Nơi kết nối không hợp lệ: 1 đến 4 trạm, viết như mqtts://tram.example:8883 (không kèm tài "
            "khoản); nhiều nhất 4 chứng thư; địa chỉ trang viết như https://dai.example.",
            code="home.bad",
        ) from error


def _certificates(text: str, now: datetime) -> list[str]:
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise BadInput(
            "Không đọc được chứng thư. Hãy dán cả khối «-----BEGIN CERTIFICATE-----».", code="home.authority"
        ) from error
    for certificate in found:
        if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
            raise BadInput("Chứng thư đã hết hạn hoặc chưa có hiệu lực.", code="home.authority")
    return [b64encode(one.public_bytes(Encoding.DER)).decode() for one in found]
