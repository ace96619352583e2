"""Routers are found by their place; no address is hidden by one that is looked at before."""

import re

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from controller.routes import FIRST, api_router, modules_with_routes, pages_router


@pytest.mark.parametrize("router", [api_router, pages_router], ids=["api", "pages"])
def test_each_address_leads_to_its_own_endpoint(router):
    routes = [
        (one.path, method, one.endpoint)
        for one in iter_route_contexts(router.routes)
        for method in one.methods
    ]
    for path, method, endpoint in routes:
        asked = re.sub(r"\{[^}]*\}", "x", path)
        first = next(
            whose for there, how, whose in routes if how == method and compile_path(there)[0].match(asked)
        )
        assert first is endpoint, f"{method} {path} is answered by {first.__module__}.{first.__name__}"


def test_what_comes_first_is_there():
    assert set(FIRST) < {module.__name__ for module in modules_with_routes("pages")}
