"""How pages look on a home screen (W3C Web Application Manifest)."""

from starlette.responses import JSONResponse, Response

from controller.http.assets import address


def web_manifest(name: str, start: str) -> Response:
    """Return the manifest of an app that opens at `start`; browsers ask again each time."""
    told = {
        "name": name,
        "short_name": "Loa",
        "lang": "vi",
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6f6",
        "theme_color": "#0e5a6d",
        "icons": [{"src": address("loa.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    headers = {"Cache-Control": "no-cache"}
    return JSONResponse(told, media_type="application/manifest+json", headers=headers)
