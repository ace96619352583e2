"""Why a signed message must not be acted upon: one class a reason, with its code on the wire."""

from typing import ClassVar

from devices.wire_types import Malformed


class NotTrusted(Exception):  # noqa: N818 - the family is named by what it means
    """A signed message that must not be acted upon."""

    code: ClassVar[str] = "not-trusted"
    sentence: ClassVar[str] = "Thông điệp không đáng tin nên đã bị bỏ qua; không có gì được phát theo nó."


class BadSignature(NotTrusted):
    """The signature does not fit the key that the message names."""

    code = "bad-signature"


class UnknownKey(NotTrusted):
    """The key is in no key set that we trust."""

    code = "unknown-key"


class WrongRole(NotTrusted):
    """The key may not sign this kind of message."""

    code = "wrong-role"


class WrongKind(NotTrusted):
    """The message is of another kind than its place demands."""

    code = "wrong-kind"


class Expired(NotTrusted):
    """The message or its key is outside its lifetime."""

    code = "expired"


class WrongApproval(NotTrusted):
    """The approval is for another recording, or for a test where the airing is none (or the other way)."""

    code = "wrong-approval"


class FarVersion(NotTrusted):
    """The version, which is a time in ms, lies too far in the future."""

    code = "far-version"


class FormerLeader(NotTrusted):
    """Another station leads since: this one was replaced, and does not know it."""

    code = "former-leader"


class KeyEnded(NotTrusted):
    """The key was retired, or is compromised, and nothing says that it signed this before."""

    code = "key-ended"


class OutsideScope(NotTrusted):
    """The approval is not for this place, this grade or this time, or its signer may not approve it here."""

    code = "outside-scope"


class NoAuthor(NotTrusted):
    """The approval lacks its author's signature, or that is for another text, recording, place or grade."""

    code = "no-author"


class NoCall(NotTrusted):
    """An emergency that no person called."""

    code = "no-call"


class OutsideCall(NotTrusted):
    """The call is for another airing, place, time, volume or rhythm, or too few people signed it here."""

    code = "outside-call"


class UnknownSource(NotTrusted):
    """The airing sounds something else than a recording, which this release does not know."""

    code = "source-unknown"


class MalformedJws(NotTrusted, Malformed):
    """The text is no JWS of ours, or what it carries is not the promised message."""

    code = "malformed"
