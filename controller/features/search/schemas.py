"""JSON shapes of a search."""

from enum import StrEnum

from pydantic import Field

from controller.http.schemas import View


class SearchKind(StrEnum):
    """What is found."""

    AREA = "area"
    NODE = "node"
    BULLETIN = "bulletin"
    LEGAL_ACT = "legal_act"
    AIRING = "airing"
    PERSON = "person"


class SearchHit(View):
    """One thing that was found."""

    id: str = Field(description="Area code, node, bulletin (also of a legal act), airing or sign-in name.")
    title: str
    detail: str
    page: str = Field(description="Path of its page.")


class SearchGroup(View):
    """The first hits of one kind."""

    kind: SearchKind
    hits: list[SearchHit]
    more: str | None = Field(None, description="Path of a page with all hits, where there are more.")
    has_more: bool = Field(description="Whether there are more than these.")


class SearchResult(View):
    """What was found, by kind; kinds without a hit are left out."""

    query: str
    groups: list[SearchGroup]
