"""Every page by its address; one module a subject."""

from fastapi import APIRouter

from controller.web.pages import (
    account,
    airings,
    approving,
    bulletins,
    door,
    journal,
    nodes,
    people,
    province,
    recordings,
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
):
    router.include_router(subject.router)
