"""Form of a programme: its fields, the buttons that add and move items, and the items that it stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from controller.errors import BadInput
from controller.features.bulletins.programmes import Item
from controller.http.named import Named
from controller.model.bulletin_states import BulletinId, ItemKind
from controller.model.bulletins import ProgrammeItem

KIND_WORDS = Named(
    {
        ItemKind.SPEECH: "Lời dẫn",
        ItemKind.BULLETIN: "Bản tin",
        ItemKind.RECORDING: "Tệp ghi âm",
        ItemKind.SILENCE: "Khoảng lặng",
        ItemKind.CHIME: "Nhạc hiệu",
    },
    str,
)
USUAL_SILENCE = 2
"""Seconds between two notices: long enough to be heard as an end."""
ITEM_FIELDS = ("muc_loai", "muc_chu", "muc_ban_tin", "muc_tep", "muc_giay")
_AROUND = ("tieu_de", "chu_de", "loi_mo", "loi_ket", "nhac_mo", "nhac_ket", "phat_lai", "phien_ban", "luot")
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ProgrammeTyped:
    """The form: what stands around the items, and the items in their order."""

    title: str = ""
    intro: str = ""
    outro: str = ""
    chime_in: bool = True
    chime_out: bool = True
    again: bool = False
    items: Sequence[Item] = field(default=())
    topic: str = ""
    based_on: int | None = None
    """The revision that is changed; None of a new programme."""
    number: str = ""
    """Which form this is: what was sent is not kept once more as a draft."""

    def meant(self) -> list[Item]:
        """Return all items in the order in which they are heard."""
        around = (
            [Item(ItemKind.CHIME)] * self.chime_in,
            [Item(ItemKind.SPEECH, self.intro)] * bool(self.intro.strip()),
            self.items,
            [Item(ItemKind.SPEECH, self.outro)] * bool(self.outro.strip()),
            [Item(ItemKind.CHIME)] * self.chime_out,
        )
        return [item for part in around for item in part]

    def with_item(self, item: Item) -> "ProgrammeTyped":
        """Return the form with one more item at its end."""
        return replace(self, items=(*self.items, item))


def typed_programme(fields: Fields) -> ProgrammeTyped:
    """Return what a sent form holds; what is no item, a program's own making, is left out."""
    columns = [list(fields.get(name, ())) for name in ITEM_FIELDS]
    items = [_item(*row) for row in zip(*columns, strict=False) if row[0] in set(ItemKind)]
    return ProgrammeTyped(
        title=_first(fields, "tieu_de"),
        topic=_first(fields, "chu_de"),
        intro=_first(fields, "loi_mo"),
        outro=_first(fields, "loi_ket"),
        chime_in=bool(_first(fields, "nhac_mo")),
        chime_out=bool(_first(fields, "nhac_ket")),
        again=bool(_first(fields, "phat_lai")),
        items=tuple(items),
        based_on=_whole(_first(fields, "phien_ban")),
        number=_first(fields, "luot"),
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def fields_of(form: ProgrammeTyped) -> dict[str, list[str]]:
    """Return the fields of which `typed_programme` makes this form again."""
    around = {"tieu_de": form.title, "chu_de": form.topic, "loi_mo": form.intro, "loi_ket": form.outro}
    around |= {"phien_ban": "" if form.based_on is None else str(form.based_on), "luot": form.number}
    ticked = {"nhac_mo": form.chime_in, "nhac_ket": form.chime_out, "phat_lai": form.again}
    rows = [
        (item.kind.value, item.text, item.bulletin or "", item.upload or "", str(item.seconds or ""))
        for item in form.items
    ]
    return (
        {name: [value] for name, value in around.items()}
        | {name: ["1"] for name, is_ticked in ticked.items() if is_ticked}
        | {name: [row[place] for row in rows] for place, name in enumerate(ITEM_FIELDS)}
    )


def kept_fields(fields: Fields) -> dict[str, list[str]]:
    """Return what of a sent form is worth keeping while it is typed; `typed_programme` reads it again."""
    return {name: list(fields[name]) for name in (*_AROUND, *ITEM_FIELDS) if name in fields}


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _item(kind: str, text: str, bulletin: str, upload: str, seconds: str) -> Item:
    whole = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 4 else 0  # noqa: PLR2004 - digits
    return Item(ItemKind(kind), text, BulletinId(bulletin) if bulletin else None, upload or None, whole)


def moved(form: ProgrammeTyped, act: str) -> ProgrammeTyped:
    """Return the form after a button of one item: `len-2` (up), `xuong-2` (down), `bo-2` (remove)."""
    what, _, place = act.partition("-")
    items = list(form.items)
    if not place.isdigit() or int(place) >= len(items):
        return form
    at = int(place)
    if what == "bo":
        del items[at]
    elif what in {"len", "xuong"}:
        other = at + (1 if what == "xuong" else -1)
        if 0 <= other < len(items):
            items[at], items[other] = items[other], items[at]
    return replace(form, items=tuple(items))


def added(form: ProgrammeTyped, act: str, bulletin: str) -> ProgrammeTyped:
    """Return the form after one of the buttons that add an item; BadInput where nothing was chosen."""
    if act == "them-ban-tin":
        if not bulletin:
            raise BadInput("Hãy chọn bản tin muốn thêm.", code="programme.no-bulletin")
        return form.with_item(Item(ItemKind.BULLETIN, bulletin=BulletinId(bulletin)))
    if act == "them-lang":
        return form.with_item(Item(ItemKind.SILENCE, seconds=USUAL_SILENCE))
    return form.with_item(Item(ItemKind.SPEECH))


def taken_apart(title: str, rows: Sequence[ProgrammeItem], *, again: bool, topic: str = "") -> ProgrammeTyped:
    """Return the form for a programme's items; chimes and words around them have fields of their own."""
    items = [Item(row.kind, row.text or "", row.item, row.upload, row.seconds or 0) for row in rows]
    chime_in = bool(items) and items[0].kind is ItemKind.CHIME
    chime_out = len(items) > chime_in and items[-1].kind is ItemKind.CHIME
    items = items[chime_in : len(items) - chime_out]
    intro = items.pop(0).text if _speaks(items[:1]) else ""
    outro = items.pop().text if _speaks(items[-1:]) else ""
    return ProgrammeTyped(title, intro, outro, chime_in, chime_out, again, tuple(items), topic)


def _speaks(items: Sequence[Item]) -> bool:
    return bool(items) and items[0].kind is ItemKind.SPEECH
