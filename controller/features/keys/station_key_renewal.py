"""Renews the station's own key: the new key is made, then published, then used for signing.

Files in `keys/` of the home: `station.json` signs; `station-next.json` is the next key until its start;
`sealing.json` is the very first key. It no longer signs once another key signs, but the encryption key of
sealed values in the database (second factors, codes) is derived from it. See docs/commands.md, `loa keys
renew-station`.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.errors import Conflict, StartFailed
from controller.features.accounts.key_retirement import retire_station_keys
from controller.features.accounts.service import KEY_LIFE, keep_station_key
from controller.features.journal.service import record
from controller.features.plans.key_set_signing import sign_key_sets
from controller.host.home_folder import write_private
from controller.host.station_keys import Secrets, StationSeal, key_at, station_key
from controller.model.accounts import HeldKey
from controller.model.local_time import wall
from controller.settings import Settings
from controller.store import Store
from devices.ids import KeyId, Role
from devices.jose import SigningKey

OVERLAP = timedelta(days=1)
"""The new key is in the key set for so long before it signs: loudspeakers whose link is down for some hours
have it by then. Who is away longer gets the key set first when it is back, and then what the key signed."""


TO_SIGN = timedelta(days=6)
"""For the file to reach the holders of root keys and come back, where they sign off the server."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """A new key of the station, and the instant from which it signs."""

    kid: KeyId
    signs_from: datetime
    until: datetime


def renew_station_key(
    store: Store, settings: Settings, root: SigningKey | None, *, at_once: bool = False, now: datetime
) -> Renewed:
    """Make the station's next key and publish it, signed by the root key; it signs after a day.

    `root` None: the roots sign elsewhere, by `make_request`; it signs after a week, but not before they have.
    `at_once`: it signs from now on, for a stolen or ended old key. A running station switches by itself.
    """
    files = Secrets(settings.home)
    present, waiting = station_key(settings), key_at(files.next_station_key)
    if waiting is not None and not (at_once and waiting.not_before > now):
        raise Conflict(
            f"Khóa mới của đài đã có ({waiting.kid}), được dùng từ {wall(waiting.not_before)}.",
            code="keys.renewing",
        )
    overlap = OVERLAP if root is not None else TO_SIGN + OVERLAP
    begins = now if at_once or present.not_after <= now else min(now + overlap, present.not_after)
    key = SigningKey.generate(Role.STATION, begins, KEY_LIFE)
    with store.write() as session:
        keep_station_key(session, key)
        if root is not None:
            sign_key_sets(session, root_key=root, now=now)
        record(session, None, "keys.station-renewed", key.kid, now, detail={"from": begins.isoformat()})
        write_private(files.next_station_key, key.to_json())
    return Renewed(key.kid, key.not_before, key.not_after)


def take_due_key(store: Store, settings: Settings, *, now: datetime) -> SigningKey | None:
    """Switch to the next key if it is due; return it, or None. Safe to repeat after an interruption.

    The earlier key is retired: it stays in the key set for some days, for plans that loudspeakers hold.
    """
    files = Secrets(settings.home)
    waiting = key_at(files.next_station_key)
    if waiting is None or waiting.not_before > now or not _is_signed(store, waiting.kid):
        return None
    if not files.sealing_key.exists():
        shutil.copy2(files.station_key, files.sealing_key)
    store.signer = StationSeal(waiting, key_at(files.sealing_key))
    with store.write() as session:
        retire_station_keys(session, but=waiting.kid, now=now)
        record(session, None, "keys.station-taken-up", waiting.kid, now)
    files.next_station_key.replace(files.station_key)
    return waiting


def is_in_use(store: Store, key: SigningKey) -> bool:
    """Return whether the province knows this key and has not retired it."""
    with store.read() as session:
        held = session.get(HeldKey, key.kid)
        return held is not None and held.retired_at is None


def refuse_other_key(store: Store, settings: Settings, *own: SigningKey) -> None:
    """Raise StartFailed where none of these keys is in use: loudspeakers would refuse what is signed here."""
    if not any(is_in_use(store, key) for key in own):
        raise StartFailed(
            f"Khóa trong «{settings.home / 'keys'}» không phải khóa đang dùng của đài. Hãy chép lại "
            "thư mục keys từ máy đang giữ quyền phát.",
            code="station.other_key",
        )


def _is_signed(store: Store, kid: KeyId) -> bool:
    """Return whether the key sets name the key: before that, loudspeakers would take nothing from it."""
    with store.read() as session:
        key = session.get(HeldKey, kid)
        return key is not None and key.in_key_set
