"""Rate limits, one counter per purpose; listed in docs/accounts.md, "Limits".

What guards a secret counts in one place for all processes that serve pages; what only spares a process
counts in its own memory.

A counter that a stranger can fill must not lock out a person with the right name, password and code. So every
purpose counts by itself, codes and passwords of acts count by session, and sign-ins from a browser that the
person has signed in from before (`known_devices`) are counted apart from those of strangers.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from controller.errors import LoaError, TooManyTries
from controller.model.permissions import OperatorId

_Keyed = tuple[RateLimitItem, tuple[str, ...]]


class Purpose(StrEnum):
    """Purposes for which a code or a password is asked."""

    SIGN_IN = "sign-in"
    """The second step at the door."""
    EMERGENCY = "emergency"
    APPROVAL = "approval"
    RULING = "ruling"
    ACCOUNT = "account"
    """One's own password and second factor."""


class BearerSecret(StrEnum):
    """Secrets that are sent without a session; wrong ones are counted by address."""

    TOKEN = "token"  # noqa: S105 - the name of a counter
    FIRST_CODE = "first-code"
    ENROLMENT = "enrolment"
    PROVIDER = "provider"


_WRONG = frozenset({"operator.wrong-code", "operator.wrong-password"})
"""Codes of errors that count."""
_SIGN_INS_HERE = 5
"""Wrong passwords for one name from one address in five minutes, from browsers not known to the person."""
_SIGN_INS_ANYWHERE = RateLimitItemPerHour(100)
"""For one name from all addresses (OWASP ASVS 5.0, 6.3.1): many machines share the guessing."""
_SIGN_INS_OF_ADDRESS = 600
"""For all names from one address in an hour: a whole province sits behind one address."""
_OF_DEVICE = RateLimitItemPerMinute(10, 15)
"""Wrong passwords from one known browser; then it counts as an unknown one."""
_CODES = RateLimitItemPerMinute(10, 15)
"""Wrong codes or passwords of one session for one purpose: of a million codes three are right at a time."""
_OFFERED = {
    BearerSecret.TOKEN: RateLimitItemPerHour(
        600
    ),  # 256 bits, cannot be guessed; a program with an old token may retry all day
    BearerSecret.FIRST_CODE: RateLimitItemPerHour(60),
    BearerSecret.PROVIDER: RateLimitItemPerHour(600),  # a whole province sits behind one address
    BearerSecret.ENROLMENT: RateLimitItemPerHour(600),  # many boards in one store room may share one address
}
_ONCE = RateLimitItemPerMinute(1, 15)
"""Of one way to a provider and back; longer than the ten minutes that such a way may take."""
CALLS_A_MINUTE = 600
"""By one token: ten a second is more than any program of an office needs."""

_SAMPLES = RateLimitItemPerMinute(12)
"""Spoken samples of one person: who teaches words listens often, and speech of bulletins must not wait."""
_PREVIEWS = RateLimitItemPerMinute(120)
"""Previews of one person: the form asks at most each 0.4 s, and only when something changed."""
_PHRASES = RateLimitItemPerMinute(90)
"""Phrases that one person hears in the editor: each lasts 2 to 8 s, and the next is asked for ahead."""
_IPV6_SITE = 64  # bits: one customer usually has a whole /64 and can use any address in it


class Tries:
    """Counters of failed tries; `counters`: where they are kept."""

    def __init__(
        self,
        counters: Storage | None = None,
        per_account: int = _SIGN_INS_HERE,
        per_address: int = _SIGN_INS_OF_ADDRESS,
        calls_a_minute: int = CALLS_A_MINUTE,
    ) -> None:
        self._limiter = MovingWindowRateLimiter(counters or MemoryStorage())
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._account = RateLimitItemPerMinute(per_account, 5)
        self._address = RateLimitItemPerHour(per_address)
        self._calls = RateLimitItemPerMinute(calls_a_minute)

    def check(self, name: str, address: str, device: str | None = None) -> None:
        """Raise TooManyTries if the limit of sign-ins is reached; counts nothing.

        `device`: the browser as `known_devices` knows it for this name, or None.
        """
        if device is not None and self._limiter.test(_OF_DEVICE, "device", device):
            return
        self._check(*self._strangers(name, address))

    def failed(self, name: str, address: str, device: str | None = None) -> None:
        """Count one failed sign-in."""
        if device is not None and self._limiter.hit(_OF_DEVICE, "device", device):
            return
        for item, key in self._strangers(name, address):
            self._limiter.hit(item, *key)

    def check_code(self, who: OperatorId | str, purpose: Purpose = Purpose.ACCOUNT) -> None:
        """Raise TooManyTries after too many wrong codes or passwords for this purpose.

        `who`: the session (`Viewer.tried_as`), so that a stranger's session cannot use up a person's tries;
        when signing in: the account, or the known browser.
        """
        self._check((_CODES, ("code", purpose, who)))

    def failed_code(self, who: OperatorId | str, purpose: Purpose = Purpose.ACCOUNT) -> None:
        """Count one wrong code or password."""
        self._limiter.hit(_CODES, "code", purpose, who)

    @contextmanager
    def counted(self, who: OperatorId | str, purpose: Purpose) -> Iterator[None]:
        """Refuse the act after too many wrong ones; count a wrong code or password that the block raises."""
        self.check_code(who, purpose)
        try:
            yield
        except LoaError as error:
            if error.code in _WRONG:
                self.failed_code(who, purpose)
            raise

    def check_offered(self, what: BearerSecret, address: str) -> None:
        """Raise TooManyTries if an address sent too many wrong ones of this kind."""
        self._check((_OFFERED[what], (what, _site(address))))

    def failed_offered(self, what: BearerSecret, address: str) -> None:
        """Count one wrong token or one-time code."""
        self._limiter.hit(_OFFERED[what], what, _site(address))

    def is_first_use(self, state: str) -> bool:
        """Count the return of a browser from a provider; False: it has come back by this state before."""
        return self._limiter.hit(_ONCE, "provider-state", state)

    def called(self, token_id: str) -> None:
        """Count a call by a token, or raise TooManyTries."""
        if not self._own.hit(self._calls, "token-calls", token_id):
            raise TooManyTries(
                "Chương trình này gọi quá nhiều lần. Hãy gọi thưa hơn.", retry_after=self._calls.get_expiry()
            )

    def listens(self, operator: OperatorId) -> None:
        """Count a spoken sample, or raise TooManyTries."""
        if not self._own.hit(_SAMPLES, "sample", operator):
            raise TooManyTries(
                "Bạn đã nghe thử nhiều lần trong một phút. Hãy đợi một phút rồi nghe tiếp.",
                retry_after=_SAMPLES.get_expiry(),
            )

    def previews(self, operator: OperatorId) -> None:
        """Count a preview of what is being typed, or raise TooManyTries."""
        if not self._own.hit(_PREVIEWS, "preview", operator):
            raise TooManyTries("Trang hỏi lời đọc quá nhiều lần trong một phút.", retry_after=10)

    def hears_phrase(self, operator: OperatorId) -> None:
        """Count a phrase heard in the editor, or raise TooManyTries."""
        if not self._own.hit(_PHRASES, "phrase", operator):
            raise TooManyTries(
                "Bạn đã nghe thử nhiều lần trong một phút. Hãy đợi một chút rồi nghe tiếp.", retry_after=10
            )

    def _check(self, *keys: _Keyed) -> None:
        for item, key in keys:
            if not self._limiter.test(item, *key):
                seconds = self._seconds_left(item, key)
                raise TooManyTries(
                    f"Nhập sai quá nhiều lần. Hãy thử lại sau {-(-seconds // 60)} phút.", retry_after=seconds
                )

    def _seconds_left(self, item: RateLimitItem, key: tuple[str, ...]) -> int:
        """Time until the oldest counted try expires; the try may be just before the window's end."""
        left = int(self._limiter.get_window_stats(item, *key).reset_time - time.time()) + 1
        return min(max(left, 1), item.get_expiry())

    def _strangers(self, name: str, address: str) -> tuple[_Keyed, ...]:
        site = _site(address)
        return (
            (self._account, ("account", name, site)),
            (_SIGN_INS_ANYWHERE, ("anywhere", name)),
            (self._address, ("address", site)),
        )


def _site(address: str) -> str:
    """Return the IPv4 address, or the /64 network of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(int(found) >> (128 - _IPV6_SITE))
    return address
