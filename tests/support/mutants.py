"""Nodes that break one rule each: real parts of the node with one of them exchanged for another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

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
from devices.messages import Capabilities
from devices.passkeys import Assertion
from tests.support.mutant_parts import (
    AnyDigest,
    AnyKind,
    AnyRequest,
    BeginsWhatWasReady,
    CountsFromOne,
    EverythingIsCalled,
    FollowsAnyHome,
    FollowsAnyLeader,
    ForgetsPoliciesOfKeys,
    JudgesStartsOnce,
    KeepsWhatKeysSigned,
    LosesReceipts,
    NamesNoneBefore,
    NeverAlone,
    NeverTooLate,
    PlaysAgain,
    TakesAnyAnswer,
    TakesAnyClockReply,
    TakesKeysOfAnyArea,
    TakesOlderPlans,
    any_chunk,
    any_lifetime,
    any_scope,
    any_successor,
    anything,
    approves_everywhere,
    by_any_role,
    by_any_role_all,
    expired_plans_merged,
    expired_policies_dropped,
    limits_of_plans_ignored,
    message_by_any_role,
    one_rules,
    plays_everything,
    ruled,
    rules_everywhere,
    signed_by_another,
    unchecked,
)


@dataclass(frozen=True)
class Mutant:
    """What is exchanged in which module, and the checks that must fail by it."""

    name: str
    fails: frozenset[str]
    parts: tuple[tuple[object, str, Any], ...] = field(repr=False)

    def apply(self, exchange: Callable[[object, str, Any], None]) -> None:
        for where, name, part in self.parts:
            exchange(where, name, part)


def mutant(name: str, fails: str, *parts: tuple[object, str, Any]) -> Mutant:
    return Mutant(name, frozenset(fails.split()), parts)


_BRAIN, _TRUST = devices.node.brain, devices.node.trust
MUTANTS = (
    mutant(
        "signatures are not checked",
        "APP-15 APP-23 CAL-18 CLK-05 HOM-01 HOM-02 HOM-03 HOM-04 HOM-05 HOM-06 HOM-07 "
        "ADM-04 POL-01 PSK-02 PSK-03 PSK-04 PSK-05 PSK-06 PSK-07 REC-15 SIG-01 SIG-02 SIG-03",
        (devices.signing, "checked", unchecked),
    ),
    mutant(
        "the role of a key is ignored",
        "APP-19 APP-20 AUT-12 CLK-03 HOM-01 HOM-02 HOM-03 HOM-04 HOM-05 HOM-06 HOM-07 "
        "POL-03 REC-15 SIG-11 SIG-12",
        (_TRUST, "verified_by", by_any_role),
        (_TRUST, "verified_by_all", by_any_role_all),
        (_TRUST, "verify", message_by_any_role),
        (devices.approvals, "verified_by", by_any_role),
    ),
    mutant("the kind of a message is ignored", "APP-21 APP-23 SIG-09", (devices.signing, "Sealed", AnyKind)),
    mutant(
        "lifetimes are ignored on arrival",
        "AUT-11 HOM-01 HOM-02 HOM-03 HOM-04 HOM-05 HOM-06 HOM-07 "
        "KEY-04 KEY-16 KEY-19 POL-08 SIG-13 SIG-14 SIG-15",
        (devices.signing, "check_lifetime", any_lifetime),
    ),
    mutant(
        "the scope of an approval is ignored",
        "APP-02 APP-03 APP-04 APP-05 APP-07 APP-08 APP-09 APP-11 "
        "APP-12 APP-13 APP-14 APP-22 APP-23 APP-25 APP-26 FET-17 "
        "AUT-02 AUT-03 AUT-04 AUT-05 AUT-06 AUT-07 AUT-08 AUT-09 AUT-10 AUT-11 AUT-12",
        (devices.calls, "verify_approval", any_scope),
    ),
    mutant(
        "the area of an administrator is ignored",
        "ADM-03 HOM-01 HOM-02 HOM-03 HOM-04 HOM-05 HOM-06 HOM-07 PLC-02 PLC-03 POL-04 POL-05",
        (devices.approvals, "_rules", rules_everywhere),
    ),
    mutant(
        "one administrator is enough",
        "ADM-01 ADM-02 ADM-03 ADM-06 ADM-07 HOM-01 HOM-02 HOM-03 HOM-04 HOM-05 HOM-06 HOM-07",
        (_TRUST, "check_rulers", one_rules),
    ),
    mutant(
        "nobody asks for the author",
        "AUT-02 AUT-03 AUT-04 AUT-05 AUT-06 AUT-07 AUT-08 AUT-10 AUT-11 AUT-12",
        (devices.approvals, "_check_author", anything),
    ),
    mutant(
        "the area of an approver is ignored",
        "APP-05 APP-23",
        (devices.approvals, "_check_signer", approves_everywhere),
    ),
    mutant("an older plan is taken", "PLN-06 PLN-07 PLN-10 PWR-04", (_BRAIN, "Trust", TakesOlderPlans)),
    mutant(
        "a version far ahead is taken",
        "EPO-03 KEY-13 PLC-06 PLN-05 POL-07 VIT-05",
        (devices.node.key_ring, "MOST_AHEAD", timedelta(days=3650)),
    ),
    mutant(
        "a key that is gone still counts for what it signed",
        "KEY-08 KEY-09",
        (_BRAIN, "Trust", KeepsWhatKeysSigned),
    ),
    mutant(
        "an emergency needs no call",
        "CAL-04 CAL-05 CAL-06 CAL-07 CAL-08 CAL-09 CAL-10 CAL-11 CAL-12 "
        "CAL-13 CAL-14 CAL-15 CAL-16 CAL-17 CAL-18 CAL-19 CAL-20 CAL-21",
        (devices.calls, "verify_call", anything),
    ),
    mutant(
        "anybody calls alone",
        "CAL-13 CAL-14 CAL-15 CAL-16 CAL-17",
        (devices.calls, "_check_persons", anything),
    ),
    mutant(
        "a call knows no time and no volume",
        "CAL-09 CAL-10 CAL-11 CAL-12",
        (devices.calls, "_check_sound", anything),
    ),
    mutant(
        "key sets are not checked",
        "KEY-01 KEY-02 ROO-01 ROO-02 ROO-03",
        (devices.roots, "checked", unchecked),
    ),
    mutant(
        "anybody founds a root",
        "ROO-01 ROO-02 ROO-03 ROO-04 ROO-06",
        (devices.node.key_ring, "follow", any_successor),
    ),
    mutant(
        "a passkey's assertion is not checked",
        "PSK-02 PSK-03 PSK-04 PSK-05 PSK-06 PSK-07",
        (Assertion, "check", anything),
    ),
    mutant(
        "the end of a key is ignored",
        "APP-23 APP-27 POL-21 SIG-17 SIG-18",
        (devices.signing, "_check_end", anything),
    ),
    mutant("keys of another area count", "KEY-12", (_TRUST, "KeyRing", TakesKeysOfAnyArea)),
    mutant("a former leader is obeyed", "EPO-01 EPO-02 EPO-03", (_TRUST, "Announced", FollowsAnyLeader)),
    mutant(
        "anybody says where it lives",
        "HOM-01 HOM-02 HOM-03 HOM-04 HOM-05 HOM-06 HOM-07",
        (_BRAIN, "Trust", FollowsAnyHome),
    ),
    mutant("an unknown codec is fetched", "FET-16", (Capabilities, "why_not", plays_everything)),
    mutant("a start is judged once", "KEY-19", (_BRAIN, "Playing", JudgesStartsOnce)),
    mutant("what was made ready begins", "KEY-18 KEY-19", (_BRAIN, "Playing", BeginsWhatWasReady)),
    mutant("a policy goes with its key", "KEY-10", (_BRAIN, "Trust", ForgetsPoliciesOfKeys)),
    mutant(
        "quiet hours are ignored",
        "ADM-05 ADM-07 ADM-08 KEY-10 POL-10 POL-14 PWR-05",
        (devices.plan.MergedPlans, "what_sounds", ruled({"quiet_hours": ()})),
    ),
    mutant(
        "the minutes of a day are ignored",
        "POL-13",
        (devices.plan.MergedPlans, "what_sounds", ruled({"minutes_a_day": 1440})),
    ),
    mutant(
        "a policy's volume is ignored",
        "POL-16",
        (devices.plan.MergedPlans, "what_sounds", ruled({"loudest_volume": 100})),
    ),
    mutant(
        "volumes of hours are ignored",
        "POL-17",
        (devices.plan.MergedPlans, "what_sounds", ruled({"volumes": ()})),
    ),
    mutant(
        "a plan's volume is ignored",
        "POL-18",
        (devices.plan.MergedPlans, "what_sounds", limits_of_plans_ignored),
    ),
    mutant("an alarm can be muted", "POL-19", (devices.plan, "EMERGENCY_FLOOR", 0)),
    mutant(
        "a policy ends when it expires",
        "POL-15 PWR-05",
        (devices.plan.MergedPlans, "what_sounds", expired_policies_dropped),
    ),
    mutant("an expired plan is obeyed", "SND-11", (devices.plan.MergedPlans, "merged", expired_plans_merged)),
    mutant("the latest start is ignored", "SND-08 SND-09", (_BRAIN, "Choosing", NeverTooLate)),
    mutant("what was heard is played again", "PWR-15 SND-03", (_BRAIN, "Choosing", PlaysAgain)),
    mutant("it speaks alone for ever", "POL-20", (_BRAIN, "Choosing", NeverAlone)),
    mutant(
        "a retained emergency sounds before the time is known",
        "PWR-07",
        (_BRAIN, "Trust", EverythingIsCalled),
    ),
    mutant(
        "a chunk is not checked",
        "FET-02 FET-05 FET-06 FET-14 FET-15 VIT-04",
        (devices.node.fetching, "proven", any_chunk),
    ),
    mutant("a recording is not checked", "FET-13", (_BRAIN, "Fetching", AnyDigest)),
    mutant("receipts are lost with the power", "PWR-02", (_BRAIN, "Outbox", LosesReceipts)),
    mutant("receipts are not numbered", "REC-03", (_BRAIN, "Outbox", CountsFromOne)),
    mutant("receipts are not chained", "REC-04", (_BRAIN, "Outbox", NamesNoneBefore)),
    mutant(
        "receipts are signed by another key",
        "PWR-02 REC-02",
        (devices.node.receipts, "sign_receipt", signed_by_another),
    ),
    mutant("anybody's answer deletes receipts", "REC-15", (_BRAIN, "Trust", TakesAnyAnswer)),
    mutant(
        "anybody's clock reply counts", "CLK-03 CLK-04 CLK-05 EPO-02", (_BRAIN, "Trust", TakesAnyClockReply)
    ),
    mutant("a clock reply that was not asked for counts", "CLK-07 CLK-08", (_BRAIN, "Pings", AnyRequest)),
)
