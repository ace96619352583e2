"""A site before which an OpenID provider stands, and what a browser does to come in by it."""

from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from controller.features.accounts.provider_rules import rules_in
from controller.host.openid import OpenIdProvider as Asked
from controller.model.provider import ProviderWay
from tests.integration.web.site_world import NHA_TRANG
from tests.support.openid_provider import CLIENT, SECRET, OpenIdProvider

RULES = f"""# giá trị, vai trò, địa bàn
can-bo-nha-trang,officer,{NHA_TRANG}
duyet-tinh,approver,56
ky-thuat-tinh,technician,56
quan-tri-tinh,administrator,56
"""


@contextmanager
def provider_before(world):
    """Start a provider that knows one officer, and have the station of this world ask it."""
    with OpenIdProvider(now=lambda: world.now().timestamp()) as provider:
        provider.people["an.nguyen"] = {"name": "Nguyễn Văn An", "groups": ["can-bo-nha-trang", "khac"]}
        rules = rules_in(RULES, administrators=True)
        asked = Asked(provider.issuer, CLIENT, SECRET)
        world.provider = ProviderWay(asked, "Sở", "groups", rules, timedelta(hours=8))
        yield provider


def back(client, provider, address, person, **told):
    """Sign in at the provider, where this address leads, and come back here."""
    parts = urlsplit(provider.code_for(address, person, **told))
    return client.get(f"{parts.path}?{parts.query}")


def come(client, provider, person="an.nguyen", start="/dang-nhap/co-quan", **told):
    """Go to the provider, sign in there, and come back."""
    return back(client, provider, client.get(start).headers["location"], person, **told)
