"""What a node accepts: keys, plans, policies and approvals that pass every check; docs/protocol.md."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from devices.approvals import check_rulers
from devices.calls import verify_airing
from devices.enrolment import Home, Place
from devices.ids import AiringId, AreaCode, NodeId, RecordingId
from devices.jose import read_unchecked
from devices.messages import (
    JournalCheckpoint,
    Kept,
    Manifest,
    Plan,
    PlannedAiring,
    ReceiptsCommitted,
    TimeReply,
)
from devices.node.announced import POLICY, Announced
from devices.node.effects import DropDocument, Effect, SaveDocument, Subscribe, Unsubscribe
from devices.node.exchanges import instant
from devices.node.identity import NodeIdentity
from devices.node.judged import MOST_JUDGED, Judged, judged
from devices.node.key_ring import KEYS, KeyRing, check_version
from devices.not_trusted import Expired, FarVersion, NotTrusted, UnknownKey
from devices.renditions import P, taken
from devices.signing import TrustedKeys, verified_by, verified_by_all, verify
from devices.statements import Policy, Rendition
from devices.wire_types import WireMessage

PLAN = "plan/"
PLACE = "place/"
"""Name prefixes of documents: the signed text itself is stored, so that new keys can verify it again."""

_MODELS: dict[str, type[WireMessage]] = {"plan": Plan, "policy": Policy, "place": Place}

M = TypeVar("M", bound=WireMessage)
V = TypeVar("V", Policy, Place, Home)
L = TypeVar("L", Plan, TimeReply)


class Trust:
    """Accepts what is signed by the right key for this node, newer than before, and within its lifetime."""

    def __init__(self, identity: NodeIdentity) -> None:
        self._identity = self._enrolled = identity
        self.ring = KeyRing(identity.root_public, identity.areas[0])
        self._texts: dict[str, bytes] = {}
        self._waiting: dict[str, tuple[bytes, bool]] = {}
        self._called: set[str] = set()
        self._approvals: dict[Judged, NotTrusted | None] = {}
        self.renditions: dict[str, tuple[Rendition, ...]] = {}
        self.plans: dict[str, Plan] = {}
        self.journal: JournalCheckpoint | None = None
        """The newest checkpoint of the station's journal that a plan brought."""
        self.policies: dict[AreaCode, Policy] = {}
        self.announced = Announced(self.ring, self.policies)
        self.counts: Counter[str] = Counter()
        """Number of ignored messages, by reason."""

    @property
    def identity(self) -> NodeIdentity:
        """Return this node's identity, with its current place."""
        return self._identity

    def restore_keys(self, documents: Mapping[str, bytes]) -> None:
        """Accept the stored key sets again: all other stored documents are checked with them."""
        self.announced.restore(documents)
        for reason in self.ring.restore(documents):
            self._count("stored-keys", reason)

    def restore(self, documents: Mapping[str, bytes]) -> None:
        """Accept the stored documents again, as far as a known key signed them; lifetimes are not judged.

        A plan's expiry ends its airings where they are merged, not its limit and not what it has kept. A
        policy binds as it was stored: neither its expiry nor the end of the key that signed it may allow a
        sound that the policy forbade.
        """
        place = PLACE + self._identity.node
        if place in documents:  # first: it decides which areas' plans and policies are accepted
            self._take(place, documents[place], None)
        for name, text in documents.items():
            if name.startswith(PLAN):
                self._take(name, text, None)
            elif name.startswith(POLICY):
                self._restore_policy(AreaCode(name.removeprefix(POLICY)), text)

    def _restore_policy(self, area: AreaCode, text: bytes) -> None:
        try:
            policy = read_unchecked(text, Policy)
        except NotTrusted as reason:
            self._count("stored-policy", reason)  # an incomplete document
            return
        if policy.target == area and area in self._identity.areas:
            self.policies[area] = policy
            self._texts[POLICY + area] = text

    def issued_at(self, name: str, text: bytes) -> datetime | None:
        """Return when a document was issued that a known key signed, at any time: it is no earlier now."""
        kind, _, target = name.partition("/")
        model = _MODELS.get(kind)
        if model is Plan and self._texts.get(name) is text:
            return self.plans[target].issued_at  # it was checked when it came
        try:
            if name.startswith(KEYS):
                return self.ring.read(AreaCode(target), text, None).issued_at
            return None if model is None else getattr(self._verified(text, model, None), "issued_at", None)
        except NotTrusted:
            return None

    def is_called(self, airing: AiringId) -> bool:
        """Return whether a plan that was sent just now names this airing."""
        return any(a.airing == airing for target in self._called for a in self.plans[target].airings)

    def take_keys(
        self, area: AreaCode, text: bytes, judged_at: datetime | None, now: datetime
    ) -> list[Effect]:
        """Accept a newer key set of an area, `judged_at` None without its lifetime; judge all again."""
        if area not in self._identity.areas:
            return self._wrong_target("keys")
        try:
            key_set = self.ring.read(area, text, judged_at)
        except NotTrusted as reason:
            return self._count("keys", reason)
        if key_set.version <= (held := self.ring.version_of(area)):
            return self._old("keys", key_set.version, held)
        self._approvals.clear()
        effects = self.ring.take(area, key_set, text)
        self.announced.settle()
        return [*effects, *self._judge_again(now)]

    def take_roots(self, payload: bytes, now: datetime) -> list[Effect]:
        """Follow the roots to their successors."""
        try:
            effects = self.ring.take_roots(payload)
        except NotTrusted as reason:
            return self._count("roots", reason)
        self._approvals.clear()
        return [*effects, *self._judge_again(now)]

    def take_place(self, node: NodeId, text: bytes, now: datetime) -> list[Effect]:
        """Accept a newer place of this node: from now on it follows other areas within the same province."""
        return self._take(PLACE + node, text, now)

    def take_plan(
        self, target: str, text: bytes, now: datetime, *, is_retained: bool = False
    ) -> list[Effect]:
        """Accept a newer plan for this node or an area above it."""
        return self._take(PLAN + target, text, now, is_fresh=not is_retained)

    def take_policy(self, area: AreaCode, text: bytes, now: datetime) -> list[Effect]:
        """Accept a newer policy for an area above this node."""
        return self._take(POLICY + area, text, now)

    def learn_time(self, now: datetime) -> list[Effect]:
        """Judge what could not be judged before the time was known."""
        if not (dropped := self.ring.drop_far(now)):
            return self.retry(now)
        self._approvals.clear()
        return [*dropped, *self._judge_again(now)]

    def retry(self, now: datetime) -> list[Effect]:
        """Retry documents that came before their key, or before the time was known."""
        waiting, self._waiting = self._waiting, {}
        return [
            effect
            for name, (text, is_fresh) in waiting.items()
            for effect in self._take(name, text, now, is_fresh=is_fresh)
        ]

    def read_manifest(self, recording: RecordingId, text: bytes, now: datetime) -> Manifest | None:
        """Return the manifest if the station signed it and it belongs to this recording."""
        try:
            manifest = self._verified(text, Manifest, now)
        except NotTrusted as reason:
            self._count("manifest", reason)
            return None
        if manifest.recording != recording:
            self.counts["manifest: wrong recording"] += 1
            return None
        return manifest

    def read_time(self, text: bytes, now: datetime) -> TimeReply | None:
        """Return the clock reply if the station that leads signed it."""
        try:
            return self._led(text, TimeReply, now)
        except NotTrusted as reason:
            self._count("time", reason)
            return None

    def read_committed(self, text: bytes, now: datetime | None) -> ReceiptsCommitted | None:
        """Return which receipts this node may delete, if the station signed it for this node.

        `now` None: the time is not known; what a receipt says is at stake, and no sound.
        """
        try:
            told = self._verified(text, ReceiptsCommitted, now)
        except NotTrusted as reason:
            self._count("receipt-committed", reason)
            return None
        if told.node != self._identity.node:
            self._wrong_target("receipt-committed")
            return None
        return told

    def read_home(self, text: bytes, now: datetime) -> Home:
        """Return a home that an administrator of the province signed; raise NotTrusted."""
        return self._versioned(text, Home, now)

    def judge(self, airing: PlannedAiring | Kept, now: datetime) -> NotTrusted | None:
        """Return why an airing must not be played, or None: persons approved it, and called an emergency.

        The signature is checked once for each key set; `judge_anew` checks lifetimes at `now` again.
        """
        of = judged(airing)
        if of not in self._approvals:
            if len(self._approvals) > MOST_JUDGED:
                self._approvals.clear()
                self.renditions.clear()
            self._approvals[of] = self.judge_anew(airing, now)
        return self._approvals[of]

    def judge_anew(self, airing: PlannedAiring | Kept, now: datetime) -> NotTrusted | None:
        """Check approval and call in full at this instant, before arming; earlier results are ignored."""
        try:
            text = self._approval_of(airing)
            approval = verify_airing(airing, text, self._identity.areas, self._keys, now)
            self.renditions[airing.approval] = approval.renditions
        except NotTrusted as reason:
            return reason
        return None

    def _approval_of(self, airing: PlannedAiring | Kept) -> str | None:
        """Return the signed approval that an airing names, from any plan that is held."""
        texts = (plan.approval_texts.get(airing.approval) for plan in self.plans.values())
        return next((text for text in texts if text is not None), None)

    def as_taken(self, one: P, now: datetime) -> tuple[P, NotTrusted | None]:
        """Return what a plan names, with the rendition that this node plays if it is approved; or why not."""
        if (reason := self.judge(one, now)) is not None:
            return one, reason
        mine, renditions = self._identity, self.renditions[one.approval]
        return taken(one, renditions, mine.capabilities, is_metered=mine.is_metered), None

    def remember(self, airing: PlannedAiring, reason: NotTrusted | None) -> None:
        """Replace the earlier result with a later one."""
        self._approvals[judged(airing)] = reason

    @property
    def _keys(self) -> TrustedKeys:
        if self.ring.trusted is None:
            raise UnknownKey("no key set yet")
        return self.ring.trusted

    def _verified(self, text: bytes, model: type[M], now: datetime | None) -> M:
        return verify(text, model, self._keys, now)

    def _led(self, text: bytes, model: type[L], now: datetime | None) -> L:
        """Return a message of the station if no other one has led since."""
        keys = self._keys
        message, key = verified_by(text, model, keys, now)
        if isinstance(message, TimeReply):
            now = instant(message.replied_us)
        if now is not None:
            self.announced.follow(message.epoch, key.kid, keys.keys, now)
        return message

    def _versioned(self, text: bytes, model: type[V], now: datetime | None) -> V:
        """Return a document of a sane version that enough administrators signed who rule what it binds."""
        message, keys = verified_by_all(text, model, self._keys, now)
        check_version(message.version, now)
        if not isinstance(message, Place) or now is not None:  # a place was checked when it came
            check_rulers(message, keys, self._identity.areas, self._keys.administrators)
        return message

    def _take(self, name: str, text: bytes, now: datetime | None, *, is_fresh: bool = False) -> list[Effect]:
        kind, _, target = name.partition("/")
        try:
            if kind == "plan":
                plan = self._led(text, Plan, now)
                check_version(plan.version, now)
                return self._keep_plan(target, text, plan, is_fresh=is_fresh)
            if kind == "place":
                return self._keep_place(NodeId(target), text, self._versioned(text, Place, now))
            return self._keep_policy(AreaCode(target), text, self._versioned(text, Policy, now))
        except (UnknownKey, Expired, FarVersion) as reason:
            if target in self._identity.targets:
                self._waiting[name] = (text, is_fresh)  # the key, or the time, may still arrive
            return self._count(kind, reason)
        except NotTrusted as reason:
            return self._count(kind, reason)

    def _keep_plan(self, target: str, text: bytes, plan: Plan, *, is_fresh: bool) -> list[Effect]:
        held = self.plans.get(target)
        if plan.target != target or target not in self._identity.targets:
            return self._wrong_target("plan")
        if held is not None and (plan.epoch, plan.version) <= (held.epoch, held.version):
            return self._old("plan", plan.version, held.version)
        self._drop_plan(target)
        self.plans[target] = plan
        if plan.journal is not None and (self.journal is None or plan.journal.size > self.journal.size):
            self.journal = plan.journal
        if is_fresh:
            self._called.add(target)
        return self._keep(PLAN + target, text)

    def _keep_policy(self, area: AreaCode, text: bytes, policy: Policy) -> list[Effect]:
        held = self.policies.get(area)
        if policy.target != area or area not in self._identity.areas:
            return self._wrong_target("policy")
        if held is not None and policy.version <= held.version:
            return self._old("policy", policy.version, held.version)
        self.policies[area] = policy
        self.announced.settle()
        return self._keep(POLICY + area, text)

    def _keep_place(self, node: NodeId, text: bytes, place: Place) -> list[Effect]:
        is_ours = node == self._identity.node and node in place.nodes
        if not is_ours or place.areas[:1] != self._enrolled.areas[:1]:
            return self._wrong_target("place")  # another province, whose policies would no longer apply
        if place.version <= (held := self.announced.place_version):
            return self._old("place", place.version, held)
        self.announced.place_version = place.version
        self.announced.settle()
        return [*self._keep(PLACE + node, text), *self._stand_in(place.areas)]

    def _stand_in(self, areas: tuple[AreaCode, ...]) -> list[Effect]:
        """Follow these areas only; documents of other areas are deleted."""
        before, self._identity = self._identity, replace(self._identity, areas=areas)
        self._approvals.clear()  # what is approved there may not be approved here
        left, now_obeyed = set(before.targets), set(self._identity.targets)
        effects: list[Effect] = []
        for area in sorted(left - now_obeyed):
            for name in (PLAN + area, POLICY + area):
                self._waiting.pop(name, None)
                if self._texts.pop(name, None) is not None:
                    effects.append(DropDocument(name))
            self._drop_plan(area)
            self.policies.pop(AreaCode(area), None)
            self.announced.leave(area)
        effects += self.ring.leave(sorted(set(before.areas) - set(areas)))
        gone = set(before.filters) - set(self._identity.filters)
        new = set(self._identity.filters) - set(before.filters)
        effects += [Unsubscribe(tuple(sorted(gone)))] if gone else []
        return [*effects, *([Subscribe(tuple(sorted(new)))] if new else [])]

    def _keep(self, name: str, text: bytes) -> list[Effect]:
        self._texts[name] = text
        self._waiting.pop(name, None)
        return [SaveDocument(name, text)]

    def _judge_again(self, now: datetime) -> list[Effect]:
        if self.ring.trusted is None:
            return []
        effects: list[Effect] = []
        for name in sorted(name for name in self._texts if name.startswith((PLAN, PLACE))):
            if name not in self._texts:
                continue  # deleted with the place that it belonged to
            kind, _, target = name.partition("/")
            try:
                verify(self._texts[name], _MODELS[kind], self.ring.trusted, now)
            except Expired:
                continue  # its time is checked where it is used
            except NotTrusted as reason:
                self._count(kind, reason)
                effects += self._forget(name, kind, target)
        return [*effects, *self.retry(now)]

    def _forget(self, name: str, kind: str, target: str) -> list[Effect]:
        """Delete a plan or place that the keys no longer verify; without a place the enrolled one applies."""
        self._texts.pop(name, None)
        effects: list[Effect] = [DropDocument(name)]
        if kind == "plan":
            self._drop_plan(target)
        else:
            self.announced.place_version = 0
            effects += self._stand_in(self._enrolled.areas)
        return effects

    def _drop_plan(self, target: str) -> None:
        self.plans.pop(target, None)
        self._called.discard(target)

    def _count(self, what: str, reason: NotTrusted) -> list[Effect]:
        self.counts[f"{what}: {reason.code}"] += 1
        return []

    def _wrong_target(self, what: str) -> list[Effect]:
        self.counts[f"{what}: wrong-target"] += 1
        return []

    def _old(self, what: str, version: int, held: int) -> list[Effect]:
        if version < held:
            self.counts[f"{what}: older-version"] += 1
        return []
