"""Parts of a node that each break one rule, to be put in the place of good ones; mutants.py names them."""

from dataclasses import replace
from datetime import timedelta

import devices.approvals
import devices.calls
import devices.jose
import devices.node.brain
import devices.node.choosing
import devices.node.fetching
import devices.node.key_ring
import devices.node.receipts
import devices.node.trust
import devices.not_trusted
import devices.plan
import devices.roots
import devices.signing
import devices.statements
from devices.chunks import chunk_length
from devices.enrolment import Home
from devices.jose import Sealed, read_unchecked
from devices.messages import ReceiptsCommitted, TimeReply
from devices.node.announced import Announced
from devices.node.choosing import Choosing
from devices.node.effects import Disarm
from devices.node.exchanges import Exchange, micros
from devices.node.fetching import Fetching
from devices.node.key_ring import KeyRing
from devices.node.pings import Pings
from devices.node.playing import Playing
from devices.node.receipts import RECEIPT, Outbox
from devices.node.trust import Trust
from devices.node_key import NodeKey
from devices.plan import what_sounds
from devices.receipt_signing import NOTHING_BEFORE, sign_receipt
from devices.wire_types import Malformed
from tests.support.node_keys import key_of

# -- signatures


def unchecked(sealed, model, _public):
    return read_unchecked(sealed.text, model)


class AnyKind(Sealed):
    """Takes a message of any typ."""

    @classmethod
    def read(cls, text, typ):  # noqa: ARG003 - as its parent
        raw = text if isinstance(text, bytes) else text.encode()
        told = devices.jose._header(raw.partition(b".")[0])
        return Sealed.read(text, told.typ)


def of_the_right_role(trusted, model):
    """Return the keys with whatever role taken for the right one."""
    role = devices.signing.KINDS[model].signers[0]
    return replace(
        trusted, keys={kid: key.model_copy(update={"role": role}) for kid, key in trusted.keys.items()}
    )


def by_any_role(text, model, trusted, now):
    return devices.signing.verified_by(text, model, of_the_right_role(trusted, model), now)


def by_any_role_all(text, model, trusted, now):
    return devices.signing.verified_by_all(text, model, of_the_right_role(trusted, model), now)


def message_by_any_role(text, model, trusted, now):
    return by_any_role_all(text, model, trusted, now)[0]


def any_lifetime(*_):
    """Judges no lifetime."""


# -- what is accepted


class TakesOlderPlans(Trust):
    def _keep_plan(self, target, text, plan, *, is_fresh):
        self.plans.pop(target, None)
        return super()._keep_plan(target, text, plan, is_fresh=is_fresh)


class KeepsWhatKeysSigned(Trust):
    def _judge_again(self, now):
        return self.retry(now)


class ForgetsPoliciesOfKeys(Trust):
    def _judge_again(self, now):
        for area in [*self.policies]:
            try:
                self._verified(self._texts["policy/" + area], type(self.policies[area]), None)
            except devices.not_trusted.NotTrusted:
                del self.policies[area]
        return super()._judge_again(now)


class TakesAnyClockReply(Trust):
    def read_time(self, text, _now):
        try:
            return read_unchecked(text, TimeReply)
        except devices.not_trusted.NotTrusted:
            return None


class TakesAnyAnswer(Trust):
    def read_committed(self, text, _now):
        try:
            return read_unchecked(text, ReceiptsCommitted)
        except (devices.not_trusted.NotTrusted, Malformed):
            return None


class FollowsAnyHome(Trust):
    def read_home(self, text, _now):
        return read_unchecked(text, Home)


class FollowsAnyLeader(Announced):
    def follow(self, _epoch, _kid, _trusted, _now):
        """Takes every epoch."""


class TakesKeysOfAnyArea(KeyRing):
    def _read_by(self, roots, area, text, now):
        told = devices.signing.read_key_set(text, roots, now)
        return super()._read_by(roots, told.area or area, text, now)


def any_successor(first, chain):
    """Follow every root set, whoever signed it."""
    return [first, *(devices.roots.Roots.of(devices.roots.read_root_set(text)) for text in chain.sets)]


def anything(*_):
    """Finds nothing wrong."""


def plays_everything(*_):
    """Finds no reason not to play a recording."""


class EverythingIsCalled(Trust):
    def is_called(self, _airing):
        return True


def any_scope(_airing, text, _areas, trusted, now):
    if text is None:
        raise devices.not_trusted.WrongApproval("no plan carries it")
    return devices.signing.verified_by(text, devices.statements.Approval, trusted, now)[0]


def rules_everywhere(*_):
    """Lets an administrator's key sign for any area, as one of as many as are needed."""
    return True


def one_rules(message, keys, areas, _needed):
    return devices.approvals.check_rulers(message, keys, areas, 1)


def approves_everywhere(approval, key, _areas):
    if approval.approver != key.holder or approval.author == key.holder:
        raise devices.not_trusted.OutsideScope("approved alone, or under another's name")


# -- what sounds


def ruled(change):
    """What sounds under policies that are read otherwise."""

    def otherwise(merged, policies, now):
        return what_sounds(merged.plans, [policy.model_copy(update=change) for policy in policies], now)

    return otherwise


def expired_policies_dropped(merged, policies, now):
    return what_sounds(merged.plans, [policy for policy in policies if policy.expires_at > now], now)


def limits_of_plans_ignored(merged, policies, now):
    unlimited = [plan.model_copy(update={"loudest_volume": 100}) for plan in merged.plans]
    return what_sounds(unlimited, policies, now)


def expired_plans_merged(merged, now):
    never = now + timedelta(days=1)
    return devices.plan.merge([plan.model_copy(update={"expires_at": never}) for plan in merged.plans], now)


class NeverTooLate(Choosing):
    def _may(self, airing, at, now, sounding):
        always = airing.model_copy(update={"latest_start_at": airing.starts_at + timedelta(days=1)})
        return super()._may(always, at, now, sounding)


class JudgesStartsOnce(Playing):
    def plans_changed(self):
        self._choosing.plans_changed()


class BeginsWhatWasReady(Playing):
    def agree(self, now):
        return [one for one in super().agree(now) if not isinstance(one, Disarm)]


class PlaysAgain(Choosing):
    def _may(self, airing, at, now, sounding):
        record = self.records.get(airing.airing)
        was, heard = record.finished if record else False, record
        if heard is not None:
            heard.finished = False
        found = super()._may(airing, at, now, sounding)
        if heard is not None:
            heard.finished = was
        return found


class NeverAlone(Choosing):
    def _alone_at_most(self):
        return timedelta(days=10_000)


# -- recordings, receipts, clock


def any_chunk(manifest, n, payload, _sha256=None):
    return payload[: chunk_length(manifest, n)]


class AnyDigest(Fetching):
    def digested(self, recording, _sha256, now):
        return super().digested(recording, recording, now)


class LosesReceipts(Outbox):
    def restore(self, documents):
        kept = {name: body for name, body in documents.items() if not name.startswith(RECEIPT)}
        return super().restore(kept)


class CountsFromOne(Outbox):
    def add(self, fact, now):
        self._seq = 0
        return super().add(fact, now)


class NamesNoneBefore(Outbox):
    def add(self, fact, now):
        self._newest = NOTHING_BEFORE
        return super().add(fact, now)


def signed_by_another(receipt, key):
    return sign_receipt(receipt, NodeKey.derived(bytes(32), receipt.node) if key else key_of("other"))


class AnyRequest(Pings):
    """Takes a reply without looking for its request."""

    def answered(self, reply, arrived):
        return Exchange(reply.sent_us, reply.received_us, reply.replied_us, micros(arrived))
