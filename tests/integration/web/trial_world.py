"""A trial before a site: the officer of a commune with a simulated loudspeaker, and hands for its plug."""

from dataclasses import dataclass, field

from controller.features.accounts.service import create_operator
from controller.features.enrolment.known_keys import give_keys
from controller.features.fleet.service import NewNode, enrol_nodes, note_states
from controller.model.first_people import OF_A_COMMUNE
from devices.ids import NodeId
from devices.messages import NodeState
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS
from tests.support.node_keys import publics

NODE = NodeId(f"sim-{NHA_TRANG}-01")
WORD = "gió mát trên đồi cao"


@dataclass
class TrialInWorld:
    """As `controller.http.station.Trial`: what happens to a plug, the broker tells the station."""

    world: object
    known: dict = field(default_factory=lambda: PASSWORDS | {OF_A_COMMUNE.name: WORD})
    sessions: int = 3

    def passwords(self):
        return self.known

    def plug(self, node, *, is_in):
        self.sessions += is_in
        self.tell(node, is_in)

    def tell(self, node, online):
        state = NodeState(
            node=node, session=self.sessions, online=online, at=self.world.now(), software="loa-node 0.1"
        )
        self.world.do(note_states, [state])
        self.world.changes.note()


def begin_trial(world):
    """Make the world a trial's; return its hands."""
    officer = world.do(
        create_operator,
        name=OF_A_COMMUNE.name,
        display_name=OF_A_COMMUNE.display_name,
        roles=OF_A_COMMUNE.roles,
        area=NHA_TRANG,
        password=WORD,
        by=None,
        tells=False,
    )
    world.people[officer.name] = officer
    world.do(enrol_nodes, [NewNode(NODE, NHA_TRANG, "Cụm mô phỏng")], by=None)
    world.do(give_keys, publics([NODE]), world.welcome())
    world.trial = TrialInWorld(world)
    world.trial.tell(NODE, online=True)
    world.nodes.append(NODE)
    return world.trial
