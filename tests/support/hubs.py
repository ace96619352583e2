"""A hub for tests: a ministry's station that publishes, the hub's server, and provinces that ask it."""

import hashlib
import threading
from contextlib import contextmanager
from datetime import timedelta

from controller.features.accounts.scope import scope_of
from controller.features.accounts.service import create_operator
from controller.features.hub.documents import FEED_TYP, ListedApprover, read_feed
from controller.features.hub.publishing import publish_documents
from controller.features.hub.queries import documents_shown, hub_shown
from controller.features.hub.schemas import ApproverAsked
from controller.features.hub.service import accept_approver, take_document
from controller.features.plans.key_set_signing import sign_key_sets
from controller.model.permissions import OperatorRole
from controller.parts.hub import hub_server
from controller.runtime.hub_exchange import HubExchanger
from controller.settings import Settings
from devices.ids import Role
from devices.jose import SigningKey
from tests.support.station_world import PASSWORD, PROVINCE
from tts.recordings import RecordingStore

MINISTER = "bo-tuphap"
SOUND = b"sound " * 20_000


class Ministry:
    """A ministry's own station, and the folder that its hub serves."""

    def __init__(self, world, folder):
        self.world, self.folder = world, folder / "hub"
        self.folder.mkdir()
        self.recordings = RecordingStore(folder / "recordings")
        self.recordings.put(SOUND)
        self.minister = world.do(
            create_operator,
            name=MINISTER,
            display_name="Bộ Tư pháp",
            roles={OperatorRole.APPROVER},
            area=PROVINCE,
            password=PASSWORD,
            by=None,
        )
        world.do(sign_key_sets, root_key=world.root_key)

    def close(self):
        self.world.store.close()

    def approved(self, data=SOUND, **kwargs):
        """Have a text of the clerk, and its sound, approved by the ministry's approver."""
        self.recordings.put(data)
        bulletin = self.world.submitted(data=data, **kwargs)
        self.world.approve(bulletin, data, by=self.minister)
        return bulletin

    def publish(self, *bulletins):
        world = self.world
        told = {"key": world.station_key, "by": world.administrator, "now": world.now}
        return publish_documents(world.store, self.recordings, self.folder, bulletins, **told)

    def feed(self):
        return read_feed((self.folder / "feed").read_text(), [self.world.station_key.public_x])

    def sign(self, **changes):
        """Sign the present feed with changes, as whoever holds the hub's key can."""
        before = self.feed()
        feed = before.model_copy(update={"version": before.version + 1, **changes})
        (self.folder / "feed").write_text(self.world.station_key.sign_bytes(feed.payload(), FEED_TYP))

    def forged(self, listed, before, after):
        """Write a document with other words than it has; return how a feed names it."""
        content = (self.folder / "documents" / listed.sha256).read_bytes()
        changed = content.replace(before.encode(), after.encode())
        assert changed != content
        name = hashlib.sha256(changed).hexdigest()
        (self.folder / "documents" / name).write_bytes(changed)
        return listed.model_copy(update={"sha256": name})

    def name_second_key(self):
        """Have the feed name another key beside, of the same approver."""
        key = SigningKey.generate(Role.APPROVER, self.world.now, timedelta(days=30))
        listed = ListedApprover(key=key.public(holder=MINISTER, area=PROVINCE), name="Bộ Tư pháp")
        self.sign(approvers=(*self.feed().approvers, listed))


class Province:
    """A province's station that asks a hub."""

    def __init__(self, world, folder, address, public):
        self.world, self.recordings = world, RecordingStore(folder / "recordings")
        self.settings = Settings(home=folder, hub_url=address, hub_key=public)
        self.exchanger = HubExchanger(
            world.store,
            self.settings,
            self.recordings,
            key=lambda: world.station_key,
            now=lambda: world.now,
            may_act=lambda: True,
        )

    def look(self):
        self.exchanger.look()
        return self.shown()

    def shown(self):
        return self.world.ask(hub_shown, self.settings, self.world.now)

    def documents(self):
        scope = self.world.ask(scope_of, self.world.clerk)
        return self.world.ask(documents_shown, scope, self.world.now)

    def accept(self, grade=None, *, area=None, signed=True):
        """Accept the ministry's approver as the administrator, and have the root sign the key set."""
        kid = next(one.kid for one in self.shown().offered if one.holder == MINISTER)
        world = self.world
        world.do(accept_approver, ApproverAsked(kid=kid, grade=grade, area=area), by=world.administrator)
        if signed:
            world.do(sign_key_sets, root_key=world.root_key)
        return kid

    def take(self):
        """Take the newest document as the province's clerk."""
        return self.world.do(take_document, self.documents()[0].sha256, by=self.world.clerk)


@contextmanager
def served(folder, now):
    """Serve a hub's folder on loopback; yields its address."""
    server = hub_server(folder, "127.0.0.1", 0, now)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
