"""Every page by its address; one module a subject."""

from fastapi import APIRouter

from controller.web.pages import (
    account,
    airings,
    approving,
    bulletins,
    days_off,
    door,
    journal,
    library,
    nodes,
    people,
    province,
    recordings,
    rules,
    settings,
    today,
    writing,
)

router = APIRouter(include_in_schema=False)
for subject in (
    today,
    airings,
    nodes,
    writing,
    bulletins,
    approving,
    recordings,
    door,
    account,
    province,
    journal,
    people,
    rules,
    days_off,
    library,
    settings,
):
    router.include_router(subject.router)
