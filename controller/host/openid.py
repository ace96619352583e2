"""An OpenID provider asked over HTTP: discovery, its keys, a code for an ID token, and the token checked.

The only module that uses authlib. Nothing that the provider sends is trusted for its size, its time or its
algorithm: docs/decisions/155-sign-in-by-a-provider.md gives the bounds.
"""

import io
import json
import logging
import time
from datetime import datetime
from threading import Lock
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key
from joserfc.jws import JWSRegistry, extract_compact

from controller.errors import ProviderAway, ProviderRefused
from controller.host.http_deadline import SCHEMES, DeadlineAdapter
from controller.host.http_post import is_loopback
from controller.model.provider import Begun, ProviderSaid

_LOG = logging.getLogger(__name__)

ALGORITHMS: Final = ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]
"""Signatures by the provider's private key; never `none`, nor an HMAC, whose key is no secret of its own."""
SKEW_S: Final = 60
"""Seconds that the provider's clock may differ from the station's."""
_PATIENCE: Final = (3.0, 5.0)  # seconds to connect, and between two pieces of an answer
_WHOLE_S: Final = 8.0
"""Seconds for a request and its whole answer: one that comes byte by byte ends here."""
_LARGEST: Final = 256 * 1024  # bytes; a set of keys is some 3 kB
_KNOWN_FOR_S: Final = 3600.0  # of the addresses
_KEYS_FOR_S: Final = 600.0
"""For so long a key counts that the provider has taken back."""
_KEYS_AGAIN_S: Final = 10.0
"""An unknown key asks for the set anew, at most this often: a stranger must not cause a request each time."""
_AWAY_FOR_S: Final = 10.0
"""After a failure nobody waits for the provider for so long."""
_LONGEST: Final = 200  # characters of a name
_LONGEST_SUBJECT: Final = 255  # OpenID Connect Core, 2


class OpenIdProvider:
    """One provider, with its addresses and keys remembered for a while; safe from any thread."""

    def __init__(self, issuer: str, client: str, secret: str) -> None:
        self._issuer, self._client, self._secret = issuer, client, secret
        self._lock = Lock()
        self._metadata: dict[str, Any] = {}
        self._metadata_at = self._keys_at = self._failed_at = float("-inf")
        self._keys: list[dict[str, Any]] = []

    @property
    def issuer(self) -> str:
        """Return the provider's name for itself."""
        return self._issuer

    @property
    def is_away(self) -> bool:
        """Return whether it did not answer seconds ago."""
        return time.monotonic() - self._failed_at < _AWAY_FOR_S

    def address_for(self, begun: Begun, redirect: str, *, afresh: bool) -> str:
        """Return where to send the browser; `afresh`: the person is to sign in anew."""
        more: dict[str, Any] = {"prompt": "login", "max_age": 0} if afresh else {}
        with self._session(redirect) as session:
            address, _ = session.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
                **more,
            )
        return str(address)

    def person_of(
        self, begun: Begun, redirect: str, code: str, *, now: datetime, since: datetime | None
    ) -> ProviderSaid:
        """Take the code for an ID token, check it, and return who it names."""
        token = self._token(begun, redirect, code)
        claims = self._checked(str(token.get("id_token", "")), begun.nonce, token, now)
        if since is not None:
            at = claims.get("auth_time")
            if not isinstance(at, int | float) or at < since.timestamp() - SKEW_S:
                raise _refused("not signed in anew")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise _refused("no subject")
        said = [claims.get(name) for name in ("preferred_username", "name")]
        user_name, display_name = (one[:_LONGEST] if isinstance(one, str) else "" for one in said)
        return ProviderSaid(self._issuer, subject, user_name, display_name, dict(claims))

    # --- the token

    def _token(self, begun: Begun, redirect: str, code: str) -> dict[str, Any]:
        endpoint = self._endpoint("token_endpoint")
        in_form = "client_secret_post" in (self._metadata.get("token_endpoint_auth_methods_supported") or ())
        # RFC 6749, 2.3.1: both are encoded as in a form, first; the library does not do so
        basic = None if in_form else (quote_plus(self._client), quote_plus(self._secret))
        try:
            with self._session(redirect) as session:
                return dict(
                    session.fetch_token(
                        endpoint,
                        auth=basic,
                        code=code,
                        code_verifier=begun.verifier,
                        grant_type="authorization_code",
                        redirect_uri=redirect,
                    )
                )
        except AuthlibBaseError as error:  # the provider's own no: a code used twice, a wrong verifier
            raise _refused(f"code: {str(error.error)[:100]!r}") from error
        except requests.HTTPError as error:
            if error.response is not None and error.response.status_code < requests.codes.server_error:
                raise _refused("code") from error
            raise self._away(error) from error
        except (requests.RequestException, ValueError) as error:
            raise self._away(error) from error

    def _checked(self, token: str, nonce: str, whole: dict[str, Any], now: datetime) -> CodeIDToken:
        if not token or len(token) > _LARGEST:
            raise _refused("no ID token")
        try:
            registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
            opened = jwt.decode(token, key=import_key(self._key_for(token)), registry=registry)
            claims = CodeIDToken(
                opened.claims,
                opened.header,
                options={
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client},
                    "nonce": {"essential": True, "value": nonce},
                },
                params={
                    "nonce": nonce,
                    "client_id": self._client,
                    "access_token": whole.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=SKEW_S)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise _refused(f"ID token: {type(error).__name__} {str(error)[:200]!r}") from error
        return claims

    def _key_for(self, token: str) -> dict[str, Any]:
        """Return the key that the token names; the set is asked for anew when the key is not in it."""
        kid = _header(token).get("kid")
        for again in (False, True):
            keys = self._key_set(again=again)
            found = [key for key in keys if kid is None or key.get("kid") == kid]
            if len(found) == 1:
                return found[0]
        raise _refused("key unknown, or not named among several")

    # --- what is remembered

    def _key_set(self, *, again: bool) -> list[dict[str, Any]]:
        address = self._endpoint("jwks_uri")
        with self._lock:
            age = time.monotonic() - self._keys_at
            if age > (_KEYS_AGAIN_S if again else _KEYS_FOR_S):
                found = self._fetched(address).get("keys")
                if not isinstance(found, list):
                    raise self._away(ValueError("no keys"))
                self._keys = [one for one in found if isinstance(one, dict) and _signs(one)]
                self._keys_at = time.monotonic()
            return self._keys

    def _endpoint(self, name: str) -> str:
        with self._lock:
            if time.monotonic() - self._metadata_at > _KNOWN_FOR_S:
                found = self._fetched(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != self._issuer:
                    raise self._away(ValueError("discovery names another issuer"))
                self._metadata, self._metadata_at = found, time.monotonic()
        address = self._metadata.get(name)
        if not isinstance(address, str) or not may_ask(address, like=self._issuer):
            raise self._away(ValueError(f"{name} is missing or not https"))
        return address

    def _fetched(self, address: str) -> dict[str, Any]:
        if self.is_away:
            raise ProviderAway
        try:
            with self._session() as session:
                reply = session.get(address, withhold_token=True)
                reply.raise_for_status()
                found = json.loads(reply.content)
            if reply.is_redirect or not isinstance(found, dict):
                raise ValueError("no JSON object")  # noqa: TRY301 - one way out for all that is wrong
        except (requests.RequestException, ValueError, RecursionError) as error:
            raise self._away(error) from error
        return found

    def _away(self, error: Exception) -> ProviderAway:
        self._failed_at = time.monotonic()
        _LOG.warning("the OpenID provider %s does not serve: %s", self._issuer, error)
        return ProviderAway()

    def _session(self, redirect: str = "") -> OAuth2Session:
        session = OAuth2Session(
            self._client,
            self._secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a way
            scope="openid profile",
            redirect_uri=redirect,
            code_challenge_method="S256",
        )
        session.trust_env = not is_loopback(urlsplit(self._issuer).hostname or "")
        for scheme in SCHEMES:
            session.mount(scheme, _Bounded(time.monotonic() + _WHOLE_S))
        return session


class _Bounded(DeadlineAdapter):
    """Reads an answer up to a size and a time, and follows no redirection."""

    def send(self, request: requests.PreparedRequest, *_: Any, **given: Any) -> requests.Response:
        given |= {"stream": True, "timeout": _PATIENCE}
        with super().send(request, **given) as reply:
            content = b""
            for piece in reply.iter_content(16 * 1024):
                content += piece
                if len(content) > _LARGEST:
                    raise requests.ConnectionError("the answer is too large")
            self.check()
        whole = requests.Response()
        whole.status_code, whole.reason, whole.url = reply.status_code, reply.reason, reply.url
        whole.request, whole.encoding = reply.request, reply.encoding
        whole.headers, whole.raw = reply.headers, io.BytesIO(content)
        whole.headers.pop("Location", None)
        return whole


def may_ask(address: str, *, like: str) -> bool:
    """Whether an address may be asked: https, or http on this machine where the issuer is there, too."""
    try:
        parts, issuer = urlsplit(address), urlsplit(like)
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password:
        return False
    at_home = is_loopback(parts.hostname) and is_loopback(issuer.hostname or "")
    return parts.scheme == "https" or (parts.scheme == "http" and at_home)


def _header(token: str) -> dict[str, Any]:
    """Return the header of a token, unchecked; ProviderRefused for what is none."""
    try:
        return dict(extract_compact(token.encode()).headers())
    except (JoseError, ValueError) as error:
        raise _refused("not a JWS") from error


def _signs(key: dict[str, Any]) -> bool:
    """Whether a key of the set may check signatures: a public one, not for encryption, never a secret."""
    return key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use") != "enc" and "d" not in key


def _refused(why: str) -> ProviderRefused:
    _LOG.warning("sign-in by the OpenID provider refused: %s", why)
    return ProviderRefused()
