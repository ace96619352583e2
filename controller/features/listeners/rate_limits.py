"""Rate limits for requests without sign-in."""

from typing import cast

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from controller.errors import TooManyTries

_REPORTS = RateLimitItemPerHour(10)
"""Reports from one address: a village often shares one, but nobody has ten troubles in an hour."""
_NODE_REPORTS = RateLimitItemPerHour(60)
"""Reports about one loudspeaker: more say nothing new."""
_ANSWERS = RateLimitItemPerMinute(20)
"""Codes asked for from one address: nobody finds another's by trying."""
_LISTENS = RateLimitItemPerHour(60)
"""Listening tests begun from one address: a class in one room shares an address."""
_FOLLOWS = RateLimitItemPerHour(300)
"""Phones that begin to follow, from one address: customers of a telephone company share one."""


class ListenerLimits:
    """Recent requests by network address and by loudspeaker."""

    def __init__(self, counters: Storage | None = None) -> None:
        self._limiter = MovingWindowRateLimiter(counters or MemoryStorage())

    def reports(self, address: str, node: str) -> None:
        """Count a report, or raise TooManyTries."""
        self._hit(_REPORTS, "address", address)
        self._hit(_NODE_REPORTS, "node", node)

    def asks(self, address: str) -> None:
        """Count a request for an answer, or raise TooManyTries."""
        self._hit(_ANSWERS, "answer", address)

    def follows(self, address: str) -> None:
        """Count a phone that begins or ends to follow, or raise TooManyTries."""
        self._hit(_FOLLOWS, "following", address)

    def listens(self, address: str) -> None:
        """Count a listening test that begins, or raise TooManyTries."""
        self._hit(_LISTENS, "listening", address)

    def _hit(self, item: RateLimitItem, *key: str) -> None:
        if not self._limiter.hit(item, *key):
            raise TooManyTries(
                "Đã gửi nhiều lần trong thời gian ngắn. Hãy đợi một lát rồi thử lại.",
                retry_after=item.get_expiry(),
            )


def limits_of(request: Request) -> ListenerLimits:
    """Return the limits of the site that received the request."""
    return cast("ListenerLimits", request.app.state.listener_limits)
