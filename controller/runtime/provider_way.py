"""The OpenID provider by which people may sign in, as the settings name it."""

from datetime import timedelta

from controller.errors import StartFailed
from controller.features.accounts.provider_rules import rules_in
from controller.model.provider import ProviderWay
from controller.settings import Settings


def provider_way(settings: Settings) -> ProviderWay | None:
    """Return how people sign in by a provider, None where none is set; StartFailed for wrong settings."""
    if not settings.oidc_issuer:
        return None
    from controller.host.openid import (
        OpenIdProvider,
        may_ask,
    )  # late: it takes memory that most stations save

    if not may_ask(settings.oidc_issuer, like=settings.oidc_issuer):
        raise StartFailed("LOA_OIDC_ISSUER phải là địa chỉ https.", code="provider.address")
    if not settings.oidc_client or not settings.oidc_secret:
        raise StartFailed("Cần cả LOA_OIDC_CLIENT và LOA_OIDC_SECRET.", code="provider.client")
    try:
        text = "" if settings.oidc_roles is None else settings.oidc_roles.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StartFailed(f"Không đọc được LOA_OIDC_ROLES: {error}", code="provider.roles") from error
    return ProviderWay(
        OpenIdProvider(settings.oidc_issuer, settings.oidc_client, settings.oidc_secret),
        settings.oidc_name,
        settings.oidc_claim,
        rules_in(text, administrators=settings.oidc_administrators),
        timedelta(minutes=settings.oidc_session_minutes),
    )
