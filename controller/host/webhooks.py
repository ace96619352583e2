"""Webhooks of the station in the form of Standard Webhooks (https://www.standardwebhooks.com), version 1.

The secret of each is derived from the station's key and its id: none lies in the database.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from controller.host.http_post import post
from controller.model.notice_ways import Letter, WayId
from controller.store.engine import JournalSigner

_PURPOSE: Final = "loa webhooks"
_PREFIX: Final = "whsec_"


def secret_of(signer: JournalSigner, way: WayId) -> str:
    """Return the secret by which a receiver checks that the station sent it, as its library takes it."""
    return _PREFIX + base64.b64encode(_key(signer, way)).decode()


def _key(signer: JournalSigner, way: WayId) -> bytes:
    return hmac.digest(signer.derive(_PURPOSE), way.encode(), hashlib.sha256)


def signature(key: bytes, message: str, at: int, body: bytes) -> str:
    """Return the header `webhook-signature` of a body; `at` in seconds since 1970."""
    signed = f"{message}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


@dataclass
class WebhookWay:
    """Posts notices as JSON; a message that is sent again has the same `webhook-id`."""

    signer: JournalSigner
    address: str
    """Of the pages, for the link to what a notice tells of."""

    def send(self, letter: Letter, now: datetime) -> None:
        """Post one; NotSent if the receiver did not take it."""
        body = json.dumps(self._told(letter), ensure_ascii=False).encode()
        at = int(now.timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "loa-webhooks/1",
            "webhook-id": letter.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(_key(self.signer, letter.way), letter.id, at, body),
        }
        post(letter.address, body, headers, gone=False)

    def _told(self, letter: Letter) -> dict[str, object]:
        return {
            "type": f"notice.{letter.kind or 'test'}",
            "timestamp": letter.at.isoformat().replace("+00:00", "Z"),
            "data": {
                "subject": letter.subject,
                "title": letter.title,
                "sentence": letter.body,
                "urgent": letter.urgent,
                "url": f"{self.address}{letter.path}",
            },
        }
