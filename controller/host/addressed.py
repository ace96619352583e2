"""Mail, SMS and chats by Apprise: the administrator gives an address of Apprise, people only who gets it.

The only import of apprise; docs/operator.md has examples of such addresses.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from controller.model.notice_ways import Letter, NotSent, WayKind

PLACE: Final = "{to}"
"""Stands in an address for who gets the message."""
_RECEIVERS: Final = {
    WayKind.MAIL: re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"),
    WayKind.SMS: re.compile(r"\+?[0-9]{8,15}"),
    WayKind.CHAT: re.compile(r"-?[0-9]{4,24}|@[A-Za-z0-9_]{4,64}"),
}


def is_receiver(kind: WayKind, to: str) -> bool:
    """Whether a text can be who gets a message by this way: nothing else of an address can be put into it."""
    pattern = _RECEIVERS.get(kind)
    return pattern is not None and pattern.fullmatch(to) is not None


def is_address(address: str) -> bool:
    """Whether Apprise knows an address, and it says where the receiver stands."""
    from apprise import Apprise  # imported late: 2 s, and most stations never send a mail

    return PLACE in address and Apprise.instantiate(address.replace(PLACE, "0")) is not None


@dataclass
class AddressedWay:
    """Sends by one address of Apprise."""

    address: str
    link: str
    """Of the pages, for the way to what a notice tells of."""

    def send(self, letter: Letter, now: datetime) -> None:
        """Send one; NotSent if the server did not take it, or is not set up."""
        del now
        if not is_receiver(letter.to, letter.address):
            raise NotSent("Địa chỉ người nhận không đúng.", gone=True)
        if not self.address:
            raise NotSent("Đài chưa cài đặt cách gửi này.")
        from apprise import Apprise, NotifyFormat

        sender = Apprise()
        if not sender.add(self.address.replace(PLACE, quote(letter.address, safe="@"))):
            raise NotSent("Địa chỉ gửi tin trong cài đặt của đài không đúng.")
        body = f"{letter.body}\n{self.link}{letter.path}"
        if not sender.notify(body=body, title=f"Loa: {letter.title}", body_format=NotifyFormat.TEXT):
            raise NotSent("Máy chủ gửi tin không nhận.")
