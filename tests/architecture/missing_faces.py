"""Why an operation lacks JSON ("api"), a page or a command; `not yet:` where it simply was not made."""

BY_NAME = "A command names the thing in words; pages and JSON remove it by id, with the operation beside it."
BY_ID = "Its command names the thing in words, and goes by the operation beside it."
IN_PERSON = "A person does it for themselves, signed in; a command has no session of that person."
WRITTEN = "A person writes, reads and judges wordings on a page; a program has the JSON."
SEEN = "A person at a page sees what it would stop or reach; a command could not show that."
READ = "It answers what a person reads on a page; a command would not have shown it."
RARE = "Areas and places change by decree, a few times in years; an administrator has a command and JSON."
TYPED = "Only the form of a page is typed into over minutes; a program or a command sends its text whole."
BY_HAND = "Who configures a node by hand also has the server; all others enrol it with a code."
UPKEEP = "Done after a compromised key, or before 400 days are over, by an administrator on the server."
IN_HAND = "A browser asks the device in the person's hand; a terminal cannot."
BROWSED = "It goes by the provider's own pages, in the browser of the person."
BY_KEY = "On the server `loa keys retire` or `loa keys compromise` ends its key."
TRIAL = "A newcomer at the pages of a trial does it; no station with real loudspeakers has it."
LEFT_OUT = "An administrator sees on the page who could not approve any more; they sign in with a password."
ON_DISK = "It writes gigabytes on the server's disks for minutes; the page and JSON list what there is."
AT_THE_HUB = "It writes a folder on the disk of the hub, once a day by a timer; a province never does."
_HANDED = "All faces call it as a shared act, by `do_or_propose`: two administrators may have to sign it."
SHARED = {"api": _HANDED, "pages": _HANDED, "commands": _HANDED}

MISSING = {
    "archives.operations.make_archive": {"api": ON_DISK, "pages": ON_DISK},
    "accounts.delegation.delegate_approval": {"commands": IN_PERSON},
    "accounts.delegation.end_delegation": {"commands": IN_PERSON},
    "accounts.notifications.tell_of_account": {"api": BROWSED, "commands": BROWSED},
    "accounts.passkeys.add_passkey": {"commands": IN_HAND},
    "accounts.passkeys.remove_passkey": {"commands": IN_PERSON},
    "accounts.passkeys.remove_passkey_of": {"commands": BY_KEY},
    "accounts.passkeys.rename_passkey": {"commands": IN_PERSON},
    "accounts.provider_accounts.link_provider": {"api": BROWSED, "commands": BROWSED},
    "accounts.provider_accounts.unlink_provider": {"api": BROWSED},
    "accounts.station_rules.allow_passwords": {"commands": LEFT_OUT},
    "accounts.station_rules.require_passkeys": {"commands": LEFT_OUT},
    "accounts.second_factor.begin_second_factor": {"commands": IN_PERSON},
    "accounts.second_factor.confirm_second_factor": {"commands": IN_PERSON},
    "accounts.second_factor.renew_recovery_codes": {"commands": IN_PERSON},
    "accounts.service.change_password": {"commands": IN_PERSON},
    "airings.target_selection.air_for_chosen": {"commands": SEEN},
    "area_changes.changes.add_area": {"pages": RARE},
    "area_changes.changes.close_area": SHARED | {"pages": RARE},
    "area_changes.changes.merge_areas": SHARED | {"pages": RARE},
    "area_changes.changes.rename_area": {"pages": RARE},
    "area_changes.changes.reparent_area": SHARED | {"pages": RARE},
    "area_changes.changes.split_area": SHARED | {"pages": RARE},
    "backups.service.note_begun": {
        "commands": "`loa backup` needs no account of the station, and goes to backup-run.json alone."
    },
    "bulletins.authorships.sign_authorship": {"commands": WRITTEN},
    "bulletins.comments.comment_on_sentence": {"commands": WRITTEN},
    "bulletins.corrections.correct_bulletin": {"commands": WRITTEN},
    "bulletins.listening_proof.note_played": {
        "commands": "Players report what they play; a command plays nothing."
    },
    "bulletins.listening_proof.note_served": {
        "commands": "`loa air` does it by `listen` of controller/client/http_client.py, which is no command."
    },
    "bulletins.programmes.draft_programme": {"commands": WRITTEN},
    "bulletins.programmes.revise_programme": {"commands": WRITTEN},
    "bulletins.service.clone_bulletin": {"commands": WRITTEN},
    "bulletins.service.recall_bulletin": {"commands": WRITTEN},
    "bulletins.service.return_bulletin": {"commands": WRITTEN},
    "bulletins.service.revise_bulletin": {"commands": WRITTEN},
    "bulletins.topics.set_topic": {"commands": WRITTEN},
    "bulletins.variants.add_variant": {"commands": WRITTEN},
    "chimes.service.remove_chime": {"commands": BY_ID},
    "chimes.service.remove_chime_at": {"api": BY_NAME, "pages": BY_NAME},
    "drafts.editing_now.note_editing": {"api": TYPED, "commands": TYPED},
    "drafts.service.keep_draft": {"api": TYPED, "commands": TYPED},
    "emergencies.stopping.stop_in": {
        "pages": "The page stops one emergency at a time, after it showed which and where (stop_emergency)."
    },
    "enrolment.known_keys.give_key": {"api": BY_HAND, "pages": BY_HAND},
    "fleet.service.add_node": {"api": BY_HAND, "pages": BY_HAND},
    "guide.service.note_plug": {"api": TRIAL, "commands": TRIAL},
    "homes.service.sign_home": SHARED,
    "hub.publishing.publish_documents": {"api": AT_THE_HUB, "pages": AT_THE_HUB},
    "legal_acts.service.set_reference": {
        "pages": "Forms always send the act along, and go by name_reference, which sees whether it changed.",
        "commands": WRITTEN,
    },
    "lexicon.proposals.accept_proposal": {"commands": READ},
    "lexicon.proposals.propose_entry": {"commands": WRITTEN},
    "lexicon.proposals.refuse_proposal": {"commands": READ},
    "lexicon.service.remove_entry": {"commands": BY_ID},
    "lexicon.service.remove_word": {"api": BY_NAME, "pages": BY_NAME},
    "listeners.service.answer_report": {"commands": READ},
    "maps.place_lists.place_listed": {
        "api": "A program sets the places themselves (`place_nodes`), after a check of them if it wants one."
    },
    "notice_ways.service.add_push": {"commands": "A browser gives its subscription; a terminal has none."},
    "notices.service.read_notice": {"commands": READ},
    "notices.service.read_notices": {
        "pages": "On the page each notice is marked by itself, so that none is dismissed unread.",
        "commands": READ,
    },
    "plans.policy_signing.sign_policy": SHARED,
    "relocation.service.move_node": SHARED | {"pages": RARE},
    "relocation.service.move_nodes": SHARED | {"pages": RARE},
    "relocation.service.sign_places_below": {"api": UPKEEP, "pages": UPKEEP},
    "templates.service.add_template_of": {"commands": WRITTEN},
    "templates.service.change_template": {"commands": WRITTEN},
    "templates.service.remove_template": {"commands": BY_ID},
    "templates.service.remove_template_named": {"api": BY_NAME, "pages": BY_NAME},
    "withdrawals.service.withdraw_bulletin": {"commands": SEEN},
}
