"""Ids inside bodies and forms: what another commune owns is, for this one, as if it were not there.

Which fields there are is read from the site itself: a new field fails here until somebody has said whether it
names a thing (a row in CALLS or FORMS), an area, or nothing (PLAIN).
"""

import copy

import pytest
from fastapi.routing import iter_route_contexts

from controller.features.accounts.service import create_operator
from controller.features.accounts.sessions import Tries, sign_in
from controller.features.plans.key_set_signing import sign_key_sets
from controller.model.permissions import Act, OperatorRole, can
from controller.site import end_streams
from tests.integration.web.access_calls import CALLS as ROWS
from tests.integration.web.access_row import SIGNED
from tests.integration.web.one_of_each import one_of_each
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS, PROVINCE
from tests.support.site_client import SiteClient

UNKNOWN = "khong-co-cai-nay"
AREA = "{area}"

# Fields that name nothing, by the last part of their path. A sign-in name, a new code and a file are no
# things of an area; `upload` is the digest of a sound: who can say it has the sound, or was shown it.
PLAIN = {
    *("issuer", "readings", "title", "text", "topic", "starts_at", "starts_in_seconds", "latest_start_at"),
    *("grade", "highest_grade", "volume", "meeting", "reason", "agrees", "name", "kind"),
    *("password", "code", "revision", "sentence", "most", "pace", "alert", "rests"),
    *("engine", "voice", "reading_register", "word", "start", "end"),
    *("start_within_s", "least_percent", "needs_level", "every_months"),
    *("topics", "quiet_from", "quiet_to", "address", "endpoint", "p256dh", "auth"),
    *("declared", "file", "place", "template", "lately", "minutes", "alone_because", "hours", "public"),
    *(
        "since",
        "proof",
        "software",
        "loudest",
        "language",
        "languages",
        "written",
        "spoken",
        "field",
        "upload",
    ),
    *("seconds", "intro", "outro", "again_if_preempted", "spans", "every", "at", "first_day", "last"),
    *("times", "weekdays", "days", "nth", "also", "except_days", "days_off", "only_lunar", "never_lunar"),
    *("latest_after_seconds", "original_at", "day", "off", "acts", "expires_at", "until", "note", "seen"),
    *("number", "dated", "in_force_from", "in_force_until", "based_on", "old", "new", "answer"),
    *("brokers", "authorities", "addresses"),
    *("only_good", "renew", "copy_sha256"),  # of lists; of the file of an archive
    *("begins", "ends", "loudest_volume", "minutes_a_day", "alone_days"),  # of policies
    *("latitude", "longitude", "accuracy_m", "heard"),
    *("kid", "signature", "required"),  # a key is one of the person's own devices, or refused
}
PLANS = {"bulletin": "{approved}", "areas": [AREA]}
"""Per call: the field, and what of the foreign commune is put there. None: here it names nothing."""
CALLS = {
    "POST air": {"areas": [AREA]},
    "POST airings": PLANS,
    "POST airings/foresee": PLANS,
    "POST collisions/order": {"first": "{airing_id}", "then": "{airing_id}"},
    "POST areas": {"parent": AREA},
    "POST areas/{area}/move": {"to": AREA},
    "POST areas/{area}/close": {"to": AREA},
    "POST areas/merge": {"of": [AREA]},
    "POST areas/{area}/split": {"parts.nodes": ["{node_id}"]},
    "POST nodes/{node_id}/move": {"to": AREA},
    "POST areas/{area}/move/passkey": {"to": None},  # of `…/passkey` the device is looked up first
    "POST areas/{area}/close/passkey": {"to": None},
    "POST areas/merge/passkey": {"of": None},
    "POST areas/{area}/split/passkey": {"parts.nodes": None},
    "POST nodes/{node_id}/move/passkey": {"to": None},
    "POST homes": {"area": None},  # only who rules the whole province may
    "POST hub/approvers": {"area": None},  # only who rules the whole province may
    "POST area-groups": {"areas": None},  # only who rules the whole province may
    "POST homes/passkey": {"area": None},
    "POST bulletins": {"area": AREA},
    "POST bulletins/audio": {"area": AREA},
    "POST bulletins/{bulletin_id}/approve": {"recording": "{recording}"},
    "POST bulletins/{bulletin_id}/author": {"recording": None},  # it must be the bulletin's own
    "POST bulletins/{bulletin_id}/author/passkey": {"recording": None},
    "POST emergencies/passkey": {"areas": None, "prepared": None, "bulletin": None},  # as of the call
    "POST emergencies/{emergency_id}/all-clear/passkey": {"prepared": None},
    "POST bulletins/{bulletin_id}/approve/passkey": {"recording": None},  # the device is looked up first
    "POST chimes": {"area": AREA},
    "POST speech/areas": {"area": AREA},
    "POST turns/areas": {"area": AREA},
    "POST policies/many/check": {"areas": [AREA], "groups": None},  # groups are the whole province's
    "POST policies/many": {"areas": [AREA], "groups": None},
    "POST drills": {"areas": [AREA], "bulletin": None},  # only a test that may be aired in all the areas
    "POST emergencies/templates": {"area": AREA, "bulletin": "{approved}"},
    "POST emergencies": {"areas": [AREA], "prepared": "{prepared}", "bulletin": "{approved}"},
    "POST emergencies/stop": {"areas": [AREA]},
    "POST emergencies/test": {"areas": [AREA], "prepared": "{prepared}"},
    "POST emergencies/{emergency_id}/all-clear": {"prepared": "{prepared}"},
    "POST enrolments": {"area": AREA, "node": None},  # names of nodes are one list for the whole province
    "POST nodes/{node_id}/test": {"bulletin": "{approved}"},
    "PUT map/positions": {"positions.node": "{node_id}"},
    "POST map/positions/check": {
        "positions.node": None
    },  # each line is answered: unknown, as one that is not
    "POST nodes/{node_id}/test-result": {"airing": "{airing_id}"},
    "POST nodes/{node_id}/care": {"assignee": "{technician}"},
    "POST lexicon": {"area": AREA},
    "POST lexicon/proposals": {"area": AREA},
    "POST programmes": {"items.bulletin": "{approved}", "area": AREA},
    "POST programmes/{bulletin_id}/revise": {"items.bulletin": "{approved}", "area": None},  # it stays
    "POST schedules": PLANS | {"rule.first": None},
    "POST schedules/foresee": PLANS | {"rule.first": None},
    "PUT schedules/{schedule_id}": {"rule.first": None},
    "POST schedules/{schedule_id}/occurrences/move": {"to": None},
    "POST airings/{airing_id}/move": {"to": None},
    "POST airings/{airing_id}/again": {"nodes": ["{node_id}"]},
    "POST operators/{name}/move": {"area": AREA},
    "POST operators/{name}/roles": {"roles": None},
    "POST operators": {"area": AREA, "roles": None, "display_name": None},
    "POST schedules/{schedule_id}/occurrences/foresee": {"to": None},
    "POST templates": {"area": AREA},
    "POST readings": {"bulletin": "{bulletin_id}"},
    "POST readings/choices": {"bulletin": "{bulletin_id}"},
    "POST tokens": {"area": AREA},
    "POST delegations": {"to": None, "area": AREA},  # an approver of anywhere may stand in for another
}
BESIDE = {
    ("POST operators/{name}/move", "area"): {"proof": PASSWORDS["quantri"]},
    ("POST operators", "area"): {"proof": PASSWORDS["quantri"]},
    ("POST emergencies", "bulletin"): {"prepared": None},
    ("POST emergencies/templates", "bulletin"): {"template": None, "kind": "alarm"},
    ("POST programmes", "items.bulletin"): {"items": [{"kind": "bulletin"}]},
    ("POST programmes/{bulletin_id}/revise", "items.bulletin"): {"items": [{"kind": "bulletin"}]},
}
"""What else is sent, so that the field is the only thing that decides."""

FORMS = {
    "POST /ban-tin/{bulletin_id}/ky": {"tep": None},  # it must be the bulletin's own
    "POST /phat/{airing_id}/phat-lai": {"loa": "{node_id}", "dia_ban": AREA},
    "POST /phat/thu-tu": {"truoc": "{airing_id}", "sau": "{airing_id}"},
    "POST /tao-ban-tin/dung-mau": {"mau": "{template_id}"},
    "POST /lich/tao": {"ban_tin": "{approved}", "dia_ban": AREA},
    "POST /khan/goi": {"ban": "{prepared}", "dia_ban": AREA},
    "POST /khan/thu": {"ban": "{prepared}", "dia_ban": AREA},
    "POST /khan/{emergency_id}/bao-yen": {"ban": "{prepared}"},
    "POST /khan/soan-san": {"dia_ban": AREA},
    "POST /khan/giu-san": {"ban_tin": "{approved}", "dia_ban": AREA},
    "POST /thu-vien": {"dia_ban": AREA},
    "POST /thu-vien/mau": {"dia_ban": AREA},
    "POST /tai-khoan/uy-quyen": {"dia_ban": AREA},
    "POST /gan-cum-loa": {"dia_ban": AREA},
    "POST /quy-dinh/nhieu-noi": {"dia_ban": AREA},
    "POST /tieng": {"dia_ban": AREA},
    "POST /giong-doc": {"dia_ban": AREA},
    "POST /giong-doc/bo": {"dia_ban": AREA},
    "POST /dien-tap/dat": {"dia_ban": AREA},
    "POST /phat-theo-luot": {"dia_ban": AREA},
    "POST /phat-theo-luot/bo": {"dia_ban": AREA},
    "POST /nguoi-dung/them": {"dia_ban": AREA},
    "POST /nguoi-dung/{name}/dia-ban": {"dia_ban": AREA},
    "POST /tao-ban-tin": {"dia_ban": AREA},
}
FORM_SENDS = {
    "POST /lich/tao": {"kieu": "hang-ngay", "gio": "17:00", "tu_ngay": "2026-12-01", "noi": "chon"},
    "POST /tao-ban-tin": {"tieu_de": "Tin", "noi_dung": "Nội dung.", "viec": "gui", "noi": "chon"},
    "POST /phat/{airing_id}/phat-lai": {"noi": "chon", "luc": "ngay"},
    "POST /khan/goi": {"ma": "000000", "phut": "60"},
    "POST /khan/soan-san": {"mau": "storm"},
    "POST /thu-vien": {"viet": "XQZ", "doc": "xê quy dét"},
    "POST /thu-vien/mau": {"ten": "Chợ phiên", "loi": "Chợ phiên họp ngày [ngày]."},
    "POST /tai-khoan/uy-quyen": {"nguoi": "duyet", "den_ngay": "20/12/2026"},
    "POST /gan-cum-loa": {"ten": "Cụm 9"},
    "POST /dien-tap/dat": {"ten": "Diễn tập", "noi": "chon", "ngay": "20/12/2026", "gio": "09:00"},
    "POST /quy-dinh/nhieu-noi": {"phut": "60"},
    "POST /tieng": {"tieng": "rog"},
    "POST /giong-doc": {"toc_do": "slow"},
    "POST /nguoi-dung/them": {"ten": "nguoi.moi", "vai_tro": "officer"},
}
NAMING_FORM_FIELDS = {"ban", "ban_tin", "loa", "truoc", "sau", "dia_ban", "mau", "lich", "nguoi", "tep"}
NAMES_NOTHING = {
    *("/khan/soan-san mau", "/duyet/{bulletin_id}/tra-lai mau"),  # built-in texts, the same for everybody
    "/duyet/{bulletin_id}/duyet tep",  # what the approver heard: it must be the bulletin's own recording
    "/duyet/{bulletin_id}/da-nghe tep",  # what a player says; it counts where that recording is approved
    "/tai-khoan/uy-quyen nguoi",
    "/nhom-xa dia_ban",  # only who rules the whole province may
    "/tao-ban-tin/soan-chu dia_ban",  # the words alone are looked at, nothing is kept
    # areas that the person does not see are left out
    *("/tao-ban-tin/tom-tat dia_ban", "/soan/loi-nghe dia_ban", "/soan/cach-doc dia_ban"),
    "/dien-tap/{drill_id}/lai dia_ban",  # the areas are where the loudspeakers stand that failed
    *("/tao-ban-tin/kip-gio dia_ban", "/ban-tin/{bulletin_id}/dat-lich/kip-gio dia_ban"),
    *("/lich/tao lich", "/lich/xem-truoc lich", "/lich/{schedule_id}/sua lich"),  # left out of a preview
}
SAME_FORM = {
    "/tao-ban-tin/gui-sau": "/tao-ban-tin",
    "/ban-tin/{bulletin_id}/sua": "/tao-ban-tin",
    "/ban-tin/{bulletin_id}/dat-lich": "/tao-ban-tin",
    "/tao-ban-tin/dung-chu": "/tao-ban-tin",
    "/nhap/{place}": "/tao-ban-tin",
    "/lich/xem-truoc": "/lich/tao",
    "/lich/{schedule_id}/sua": "/lich/tao",
}


def leaves_of(spec, schema):
    """Yield the fields of a schema, as `items.bulletin`."""
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from leaves_of(spec, part)
    if "items" in schema:
        yield from leaves_of(spec, schema["items"])
    for name, inner in schema.get("properties", {}).items():
        below = set(leaves_of(spec, inner))
        yield from (f"{name}.{one}" for one in below) if below else (name,)


def fields_of_calls(site):
    """Return the fields of each call's body."""
    spec = site.openapi()
    return {
        f"{method.upper()} {path.removeprefix('/api/v1/')}": {
            leaf
            for content in call["requestBody"]["content"].values()
            for leaf in leaves_of(spec, content["schema"])
        }
        for path, calls in spec["paths"].items()
        for method, call in calls.items()
        if "requestBody" in call
    }


def test_every_field_of_a_body_is_said_to_name_something_or_nothing(site):
    unsaid = {
        f"{key}: {field}"
        for key, fields in fields_of_calls(site).items()
        for field in fields
        if field not in CALLS.get(key, {}) and field.rpartition(".")[2] not in PLAIN
    }
    assert unsaid == set()
    gone = {f"{key}: {field}" for key in CALLS for field in CALLS[key].keys() - fields_of_calls(site)[key]}
    assert gone == set()


def params_of(dependant):
    yield from dependant.body_params
    for below in dependant.dependencies:
        yield from params_of(below)


def test_every_form_field_that_names_something_is_tried(site):
    untried = set()
    for context in iter_route_contexts(site.routes):
        dependant = getattr(context, "dependant", None) or getattr(context.original_route, "dependant", None)
        if dependant is None or context.path.startswith("/api/") or "GET" in context.methods:
            continue
        for param in params_of(dependant):
            inner = getattr(param.field_info.annotation, "model_fields", None)
            for name in inner or (param.name,):
                form = SAME_FORM.get(context.path, context.path)
                tried = FORMS.get(f"POST {form}", {})
                if (
                    name in NAMING_FORM_FIELDS - tried.keys()
                    and f"{context.path} {name}" not in NAMES_NOTHING
                ):
                    untried.add(f"{context.path} {name}")
    assert untried == set()


@pytest.fixture
def wards(world, site, seeds):
    """What each of two communes has, and people of the first one in every role."""
    end_streams(site)
    own, foreign = one_of_each(world), one_of_each(world, NHA_TRANG)
    clients = {}
    for role in OperatorRole:
        for ward, things in ((BAC_NHA_TRANG, own), (NHA_TRANG, foreign)):
            name = f"{role}.{ward}"
            person = world.do(
                create_operator,
                name=name,
                display_name=name,
                roles=[role],
                area=ward,
                password=PASSWORDS["quantri"],
                by=None,
            )
            things[f"{{{role}}}"] = person.name
        tried = {"password": PASSWORDS["quantri"], "address": "t", "tries": Tries(), "now": world.now()}
        token = sign_in(world.store, name=f"{role}.{BAC_NHA_TRANG}", **tried)
        client = SiteClient(site, raise_server_exceptions=False, follow_redirects=False)
        client.cookies.set("loa", token)
        clients[role] = client
    world.do(sign_key_sets, root_key=seeds.root_key)
    return own, foreign, clients


def client_for(clients, needs):
    """The client of a role that may do it in the own commune."""
    needed = Act.SEE if needs == SIGNED else Act(needs)
    roles = [role for role in OperatorRole if can([role], PROVINCE, needed, [PROVINCE]).allowed]
    return clients[roles[-1] if needed is not Act.SEE else OperatorRole.APPROVER]


def put(body, field, value):
    """Set a field of a body, of the first item where it is a list."""
    *ways, last = field.split(".")
    place = body
    for way in ways:
        place = place.setdefault(way, {})
        place = place[0] if isinstance(place, list) else place
    place[last] = value


def filled(value, things):
    if isinstance(value, list):
        return [filled(one, things) for one in value]
    if isinstance(value, dict):
        return {name: filled(one, things) for name, one in value.items()}
    return things.get(value, value) if isinstance(value, str) else value


def ask(client, key, own, field, value):
    """Make a call with everything of the own commune but the one field; return its status and code."""
    method, _, path = key.partition(" ")
    for name, thing in own.items():
        path = path.replace(name, thing)
    body = filled(copy.deepcopy(ROWS[key].sends or {}), own) | copy.deepcopy(BESIDE.get((key, field), {}))
    put(body, field, value)
    body = {name: one for name, one in body.items() if one is not None}
    file = body.pop("file", None)
    sent = {"json": body} if file is None else {"files": {"file": file}, "data": body}
    reply = client.request(method, f"/api/v1/{path}", **sent)
    code = reply.json().get("code", "") if reply.status_code >= 400 else ""
    return reply.status_code, code


def test_what_another_commune_owns_is_not_there_wherever_its_id_stands(wards):
    own, foreign, clients = wards
    wrong, ways = {}, [(key, field, what) for key in CALLS for field, what in CALLS[key].items() if what]
    for key, field, what in ways:
        client = client_for(clients, ROWS[key].needs)
        theirs = ask(client, key, own, field, filled(what, foreign))
        unknown = "0" * 64 if field == "recording" else UNKNOWN
        nobodys = ask(client, key, own, field, [unknown] if isinstance(what, list) else unknown)
        is_area = AREA in what
        right = theirs[0] in {403, 404} if is_area else theirs == nobodys and theirs[0] >= 400
        if not right:
            wrong[f"{key}: {field}"] = (theirs, nobodys)
    assert wrong == {}
    # and the same call with the own commune's thing gets further: it was the id that was refused
    unsure = {"POST nodes/{node_id}/test: bulletin"}  # the one approved bulletin is no test
    unsure |= {"POST nodes/{node_id}/test-result: airing"}  # nor is the airing one
    unsure |= {"POST operators/{name}/move: area"}  # whose account it is, is asked first
    unsure |= {"POST bulletins/{bulletin_id}/approve: recording", "POST areas/{area}/split: parts.nodes"}
    last = [way for way in ways if way[0].startswith(("POST areas", "POST nodes"))]
    for key, field, what in [way for way in ways if way not in last] + last:
        if f"{key}: {field}" in unsure:
            continue
        answer = ask(client_for(clients, ROWS[key].needs), key, own, field, filled(what, own))
        if answer[0] in {403, 404}:
            wrong[f"{key}: {field}"] = answer
    assert wrong == {}


def test_no_form_takes_what_another_commune_owns(wards):
    own, foreign, clients = wards
    needs = {"/tai-khoan": Act.APPROVE, "/gan-cum": Act.ENROL, "/tieng": Act.RULE, "/nguoi-dung": Act.RULE}
    needs |= {"/thu-vien": Act.TEACH, "/phat/thu-tu": Act.ANSWER, "/khan": Act.AIR_EMERGENCY}
    wrong = {}
    for key, named in FORMS.items():
        fields = {field: what for field, what in named.items() if what is not None}
        path = key.partition(" ")[2]
        needed = next((act for start, act in needs.items() if path.startswith(start)), Act.AIR)
        client = client_for(clients, needed)
        for name, thing in own.items():
            path = path.replace(name, thing)
        for field, what in fields.items():
            told = []
            for value in (foreign[what], UNKNOWN):
                base = {one: own[way] for one, way in fields.items()} | FORM_SENDS.get(key, {})
                reply = client.post(path, data=base | {field: value})
                told.append((reply.status_code, reply.text.replace(value, "")))
            theirs, nobodys = told
            right = theirs[0] in {403, 404} or (theirs[0] >= 400 and (what == AREA or theirs == nobodys))
            if not right:
                wrong[f"{key}: {field}"] = (theirs[0], nobodys[0])
    assert wrong == {}
