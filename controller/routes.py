"""All routes of the station: JSON under /api/v1, and pages; each router is in its feature's folder.

A router is found by its place: the module `api` or `pages` of a feature, or the modules of a folder of that
name.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from fastapi import FastAPI

import controller.features

DESCRIPTION = """Điều khiển loa truyền thanh cơ sở: bản tin, lượt phát, cụm loa.

A program sends a token (`Authorization: Bearer loa_…`), or signs in at `/api/v1/sign-in` and keeps the
cookie. Times are RFC 3339, in UTC. An error is `{"code", "sentence"}`: the code for programs, the sentence
(Vietnamese) for people."""

FIRST = ("controller.features.listeners.pages.reports", "controller.features.schedules.pages.schedules")
"""The first route that matches is used: these have an address (/lich/tao) where another module has a
parameter (/lich/{schedule_id}). A test finds an address that another one hides."""


def modules_with_routes(face: str) -> list[ModuleType]:
    """Return the modules with a router of one face of all features, `api` or `pages`, in the order of use."""
    faces = (found for feature in _below(controller.features) for found in _below(feature, face))
    found = [one for module in faces for one in (module, *_below(module)) if hasattr(one, "router")]
    return sorted(found, key=lambda module: module.__name__ not in FIRST)


def _below(package: ModuleType, wanted: str = "") -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(getattr(package, "__path__", ())):
        if wanted in ("", module.name):
            yield import_module(f"{package.__name__}.{module.name}")


def add_routes(site: FastAPI) -> None:
    """Add the routes of pages and of JSON to a site as they are.

    An included router is made anew for the site and searched twice for each request: half a second at each
    start and 1 to 2 ms a request.
    """
    for part in modules_with_routes("pages"):
        for route in part.router.routes:
            route.include_in_schema = False
            site.router.routes.append(route)
    for part in modules_with_routes("api"):
        site.router.routes.extend(part.router.routes)
