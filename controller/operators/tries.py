"""Limits of tries, kept in memory: failed sign-ins, failed codes, unknown tokens, and calls by token."""

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from controller.errors import TooManyTries
from controller.operators.permissions import OperatorId

_Keyed = tuple[RateLimitItem, tuple[str, ...]]

_CODES = RateLimitItemPerMinute(10, 15)
"""Wrong codes of one account from anywhere: a code has a million values, three of them right at a time."""
CALLS_A_MINUTE = 600
"""By one token: ten a second is more than any program of an office needs."""

_SAMPLES = RateLimitItemPerMinute(12)
"""Spoken samples of one person: who teaches words listens often, and speech of bulletins must not wait."""


class Tries:
    """Failed sign-ins remembered in memory: few for one account from one address, more for an address."""

    def __init__(
        self, per_account: int = 5, per_address: int = 60, calls_a_minute: int = CALLS_A_MINUTE
    ) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._account = RateLimitItemPerMinute(per_account, 5)
        self._address = RateLimitItemPerHour(per_address)
        self._calls = RateLimitItemPerMinute(calls_a_minute)

    def check(self, name: str, address: str) -> None:
        """Raise TooManyTries where the limit is reached; counts nothing."""
        self._check(*self._keys(name, address))

    def failed(self, name: str, address: str) -> None:
        """Count one failed try."""
        for item, key in self._keys(name, address):
            self._limiter.hit(item, *key)

    def check_code(self, operator: OperatorId) -> None:
        """Raise TooManyTries where too many wrong codes were given for the account, from wherever."""
        self._check((_CODES, ("code", operator)))

    def failed_code(self, operator: OperatorId) -> None:
        """Count one wrong code."""
        self._limiter.hit(_CODES, "code", operator)

    def check_address(self, address: str) -> None:
        """Raise TooManyTries where an address gave too many unknown tokens or one-time codes."""
        self._check((self._address, ("address", address)))

    def failed_from(self, address: str) -> None:
        """Count one unknown token or one-time code."""
        self._limiter.hit(self._address, "address", address)

    def called(self, token_id: str) -> None:
        """Count a call by a token, or raise TooManyTries."""
        if not self._limiter.hit(self._calls, "token", token_id):
            raise TooManyTries(
                "Chương trình này gọi quá nhiều lần. Hãy gọi thưa hơn.", retry_after=self._calls.get_expiry()
            )

    def listens(self, operator: OperatorId) -> None:
        """Count a spoken sample, or raise TooManyTries."""
        if not self._limiter.hit(_SAMPLES, "sample", operator):
            raise TooManyTries(
                "Bạn đã nghe thử nhiều lần trong một phút. Hãy đợi một phút rồi nghe tiếp.",
                retry_after=_SAMPLES.get_expiry(),
            )

    def _check(self, *keys: _Keyed) -> None:
        for item, key in keys:
            if not self._limiter.test(item, *key):
                wait = item.get_expiry() // 60
                raise TooManyTries(
                    f"Nhập sai quá nhiều lần. Hãy thử lại sau {wait} phút.", retry_after=item.get_expiry()
                )

    def _keys(self, name: str, address: str) -> tuple[_Keyed, _Keyed]:
        return (self._account, ("account", name, address)), (self._address, ("address", address))
