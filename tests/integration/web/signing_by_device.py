"""What a person does with a device that signs, over the pages: enrol it, ask, answer."""

import json

from sqlalchemy import select

from controller.features.plans.key_set_signing import sign_key_sets
from controller.model.bulletins import Approved
from controller.model.journal import Entry
from devices.ids import Role
from devices.passkeys import unbase64url
from tests.integration.web.site_world import PASSWORDS
from tests.integration.web.test_approving import RECORDING
from tests.support.software_authenticator import SoftwareAuthenticator

PHONE = SoftwareAuthenticator()
OTHER = SoftwareAuthenticator(secret=1765)
DEVICES = "/tai-khoan/khoa-thiet-bi"
SCRIPT = {"Accept": "application/json"}


def enrol(client, device=PHONE, name="Điện thoại", who="duyet", **changes):
    begun = client.post(f"{DEVICES}/bat-dau", headers=SCRIPT).json()
    answer = device.created(unbase64url(begun["options"]["challenge"]))
    form = {"ten": name, "mat_khau": PASSWORDS[who], "luc": begun["at"], "tra_loi": json.dumps(answer)}
    return client.post(DEVICES, data=form | changes)


def sign_sets(world, seeds):
    world.later(minutes=1)
    world.do(sign_key_sets, root_key=seeds.root_key)


def kid(role=Role.APPROVER, device=PHONE):
    return device.kid(role)


def wanted(**changes):
    return {"phien_ban": "1", "tep": RECORDING, "khoa": kid(), "hoi": "1"} | changes


def ask(client, bulletin, **changes):
    return client.post(f"/duyet/{bulletin}/duyet", data=wanted(**changes), headers=SCRIPT)


def give(client, bulletin, asked, signature, **changes):
    form = wanted(hoi="", luc=asked["at"], chu_ky=signature) | changes
    return client.post(f"/duyet/{bulletin}/duyet", data=form)


def approval_of(world, bulletin):
    with world.store.read() as session:
        return session.scalars(select(Approved).where(Approved.bulletin == bulletin)).one_or_none()


def acts(world, act):
    with world.store.read() as session:
        return session.scalars(select(Entry).where(Entry.act == act)).all()
