"""Routers are found by their place; no address is hidden by one that is looked at before."""

import re

from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from controller.routes import FIRST, modules_with_routes
from controller.site import lay_out


def test_each_address_leads_to_its_own_endpoint():
    routes = [
        (one.path, method, one.endpoint)
        for one in iter_route_contexts(lay_out().routes)
        for method in one.methods or ()
    ]
    for path, method, endpoint in routes:
        asked = re.sub(r"\{[^}]*\}", "x", path)
        first = next(
            whose for there, how, whose in routes if how == method and compile_path(there)[0].match(asked)
        )
        assert first is endpoint, f"{method} {path} is answered by {first.__module__}.{first.__name__}"


def test_what_comes_first_is_there():
    assert set(FIRST) < {module.__name__ for module in modules_with_routes("pages")}


def test_json_has_its_addresses_below_api_v1():
    strays = [
        f"{module.__name__}: {route.path}"
        for module in modules_with_routes("api")
        for route in module.router.routes
        if not route.path.startswith("/api/v1/")
    ]
    assert strays == [], "make the router by controller.http.json_router"
