"""Rules of docs/protocol.md about what to accept, for the independent node."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

from tests.support.stranger_rules import ROLES, Refused, open_jws, read_instant, unbase64url

DAY = timedelta(days=1)
FORMER_ROOTS = timedelta(days=7)
PERSONS = {"approver", "administrator", "caller"}
MAY_WAIT = {"unknown-key", "expired", "far"}


def is_far(version, now):
    return now is not None and version > (now + DAY).timestamp() * 1000


def signed_by_roots(roots, text, typ):
    """Return what enough holders of a root set signed."""
    if not isinstance(text, dict):
        raw = text.decode() if isinstance(text, bytes) else text
        head, _, rest = raw.partition(".")
        body, _, signature = rest.partition(".")
        compact = {"payload": body, "signatures": [{"protected": head, "signature": signature}]}
        text = json.loads(raw) if raw.startswith("{") else compact
    holders = {one["kid"]: one for one in roots["holders"]}
    signed = set()
    for one in text["signatures"]:
        holder = holders.get(json.loads(unbase64url(one["protected"]))["kid"])
        if roots["version"] == 0:  # whatever the header calls the pinned key
            holder = roots["holders"][0]
        if holder is not None:
            jws = f"{one['protected']}.{text['payload']}.{one['signature']}"
            open_jws(jws, typ, lambda _, holder=holder: holder["public"])
            signed.add(holder["holder"])
    if len(signed) < roots["threshold"]:
        raise Refused("bad-signature" if signed else "unknown-key")
    return json.loads(unbase64url(text["payload"]))


def followed(pinned, chain):
    """Return all root sets of a chain, the pinned one first."""
    sets = [pinned]
    for text in chain["sets"]:
        told = json.loads(unbase64url(text["payload"]))
        if told["version"] != sets[-1]["version"] + 1:
            raise Refused("unknown-key")
        named = sets[-1]
        if named["version"] == 0:  # a set is signed by others, too: here the pinned key's name counts
            named = named | {"version": None}
        signed_by_roots(named, text, "loa-roots")
        sets.append(signed_by_roots(told, text, "loa-roots"))
    return sets


class Documents:
    """Root sets, key sets, plans, policies and the place of one node; `keys` are those that count now."""

    def __init__(self, node, areas, root_public):
        self.node, self.areas, self.enrolled = node, list(areas), list(areas)
        kid = f"root-{hashlib.sha256(root_public.encode()).hexdigest()[:16]}"
        first = {"kid": kid, "holder": "", "public": root_public}
        self.roots = [{"version": 0, "threshold": 1, "holders": [first]}]
        self.sets, self.keys, self.plans, self.policies = {}, {}, {}, {}
        self.place, self.epochs, self.early, self.missing = 0, {}, {}, {}
        self.knows_time = False

    # -- what is signed

    def checked(self, text, typ, now):
        """Return a signed message after all checks but those of its own kind."""
        return self.checked_by(text, typ, now)[0]

    def checked_by(self, text, typ, now):
        """Return a signed message and the key that signed it; `now` None: the time is not known."""
        used = {}

        def find(kid):
            if kid not in self.keys:
                raise Refused("unknown-key")
            if self.keys[kid]["role"] not in ROLES[typ].split():
                raise Refused("wrong-role")
            used.update(self.keys[kid])
            return used["public"]

        message = open_jws(text, typ, find)
        if typ == "loa-time":
            now = datetime.fromtimestamp(message["replied_us"] / 1e6, UTC)
        if now is None:
            return message, used
        ends = read_instant(message["expires_at"]) if "expires_at" in message else None
        if not read_instant(used["not_before"]) <= now < read_instant(used["not_after"]):
            raise Refused("expired")
        if now >= used["set_ends"] or (ends is not None and now >= ends):
            raise Refused("expired")
        return message, used

    # -- what comes

    def learn_time(self, now):
        """Judge what could not be judged before the time was known."""
        if not self.knows_time:
            self.knows_time = True
            for area in [area for area, (one, _, _) in self.sets.items() if is_far(one["version"], now)]:
                del self.sets[area]
            self.judge_again(now)

    def take(self, kind, target, text, now, at_least=None):
        """Take a document in; raise Refused. `now` None: the time is not known, but what it is at least."""
        if now is not None:
            self.learn_time(now)
        takes = {"roots": self.take_roots, "keys": self.take_keys}.get(kind, self.take_other)
        try:
            takes(kind, target, text, now if takes == self.take_keys else now or at_least)
        except Refused as reason:
            if str(reason) in MAY_WAIT and takes == self.take_other:
                self.early[kind, target] = text
            raise
        finally:
            self.missing = {
                name: one for name, one in self.missing.items() if self.lacks(name, one["version"])
            }

    def judge_again(self, now):
        """Note which keys count now, and judge by them what is held and what waits."""
        self.keys = {}
        for one, _, is_former in sorted(self.sets.values(), key=lambda held: held[0]["version"]):
            ends = read_instant(one["expires_at"])
            if is_former:
                ends = min(ends, read_instant(self.roots[-1]["issued_at"]) + FORMER_ROOTS)
            for key in one["keys"]:
                if key["role"] == "station" or (
                    key["role"] in PERSONS and key.get("holder") and key.get("area")
                ):
                    self.keys[key["kid"]] = key | {"set_ends": ends}
        for target, (_, text) in list(self.plans.items()):
            try:
                self.checked(text, "loa-plan", now)
            except Refused as reason:
                if str(reason) != "expired":
                    del self.plans[target]
        early, self.early = self.early, {}
        for (kind, target), text in early.items():
            try:
                self.take(kind, target, text, now)
            except Refused:
                continue

    def take_roots(self, _kind, _target, text, now):
        sets = followed(self.roots[0], json.loads(text))
        if sets[: len(self.roots)] != self.roots[: len(sets)] or len(sets) <= len(self.roots):
            raise Refused("old" if sets == self.roots else "unknown-key")
        self.roots = sets
        for area, (one, text_of, _) in self.sets.items():
            try:
                signed_by_roots(sets[-1], text_of, "loa-keys")
            except Refused:
                self.sets[area] = one, text_of, True
        self.judge_again(now)

    def take_keys(self, _kind, area, text, now):
        told, roots = signed_by_roots(self.roots[-1], text, "loa-keys"), self.roots[-1]
        if area not in self.areas or (told.get("area") or self.enrolled[0]) != area:
            raise Refused("other-target")
        if roots["version"] and read_instant(told["issued_at"]) >= read_instant(roots["expires_at"]):
            raise Refused("expired")
        if is_far(told["version"], now) or (now is not None and now >= read_instant(told["expires_at"])):
            raise Refused("expired")
        held, _, is_former = self.sets.get(area, (None, None, False))
        if held is not None and not is_former and told["version"] <= held["version"]:
            raise Refused("old")
        self.sets[area] = told, text, False
        self.judge_again(now)

    def take_other(self, kind, target, text, now):
        document, key = self.checked_by(text, f"loa-{kind}", now)
        if kind == "time":
            self.take_reply(document, key)
            return
        if kind == "plan":
            self.follow(document.get("epoch", 0), key["kid"], now)
        if is_far(document["version"], now):
            raise Refused("far")
        signs_for = {key["area"], *key.get("further_areas", ())} if kind != "plan" else set()
        if kind == "place":
            self.take_place(document, signs_for)
            return
        ours = [*self.areas, self.node] if kind == "plan" else self.areas
        if document["target"] != target or target not in ours:
            raise Refused("other-target")
        if kind == "policy" and not signs_for & set(self.areas[: self.areas.index(target) + 1]):
            raise Refused("outside-scope")
        store = self.plans if kind == "plan" else self.policies
        held = store.get(target, ({"version": 0}, ""))[0]
        if order(document) <= order(held):
            raise Refused("old")
        store[target] = document, text

    def take_place(self, place, signs_for):
        if place["node"] != self.node or place["areas"][0] != self.enrolled[0]:
            raise Refused("other-target")
        if not signs_for & set(self.areas) or not signs_for & set(place["areas"]):
            raise Refused("outside-scope")
        if place["version"] <= self.place:
            raise Refused("old")
        for area in set(self.areas) - set(place["areas"]):
            for held in (self.sets, self.plans, self.policies):
                held.pop(area, None)
            for name in (f"keys/{area}", f"policy/{area}"):
                self.missing.pop(name, None)
        self.place, self.areas = place["version"], place["areas"]

    def follow(self, epoch, kid, now):
        """Refuse a station that leads no more."""
        if is_far(epoch, now):
            raise Refused("far")
        self.epochs = {one: led for one, led in self.epochs.items() if one in self.keys}
        if epoch < max(self.epochs.values(), default=0):
            raise Refused("former-leader")
        self.epochs[kid] = max(epoch, self.epochs.get(kid, 0))

    def take_reply(self, reply, key):
        """Compare what the station has with what is held."""
        at = datetime.fromtimestamp(reply["replied_us"] / 1e6, UTC)
        self.follow(reply.get("epoch", 0), key["kid"], at)
        named = {f"keys/{area}": one for area, one in reply.get("keys", {}).items() if area in self.areas}
        policies = reply.get("policies", {}).items()
        named |= {f"policy/{area}": one for area, one in policies if area in self.areas}
        named |= {"place": reply["place"]} if reply.get("place") else {}
        self.missing = {
            name: {"version": one, "since": min(at, self.missing.get(name, {}).get("since", at))}
            for name, one in named.items()
            if not is_far(one, at) and self.lacks(name, one)
        }

    def lacks(self, name, newest):
        kind, _, area = name.partition("/")
        if kind == "place":
            return newest > self.place
        if kind == "policy":
            return area not in self.policies or newest > self.policies[area][0]["version"]
        held, _, is_former = self.sets.get(area, (None, None, False))
        return held is None or (newest != held["version"] if is_former else newest > held["version"])

    def begins(self, now):
        """Say what may begin: `all`, `emergencies` or `nothing`."""
        for longer, kinds, what in (
            (DAY, ("keys", "place"), "nothing"),
            (timedelta(hours=1), ("",), "emergencies"),
        ):
            if any(
                one.startswith(kinds) and now - told["since"] > longer for one, told in self.missing.items()
            ):
                return what
        return "all"


def order(document):
    return document.get("epoch", 0), document["version"]
