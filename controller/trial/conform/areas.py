"""The areas of the node under test, from the province down, and what the kit uses each for."""

from typing import Final

from devices.ids import AreaCode

PROVINCE: Final = AreaCode("kit")
MAIN: Final = AreaCode("kit-main")
"""Its plan has what is to sound."""
PROBE: Final = AreaCode("kit-probe")
"""Its plan has airings that must be refused at once: the answer says what the node holds, and its time."""
ATTACK: Final = AreaCode("kit-attack")
"""Its documents are forged, old or malformed."""
FAR: Final = AreaCode("kit-far")
"""Its documents would keep all later ones out, if the node took them."""
AREAS: Final = (PROVINCE, MAIN, PROBE, ATTACK, FAR)

MOVED: Final = AreaCode("kit-moved")
"""An area in which the node does not stand until a place sends it there."""
ELSEWHERE: Final = AreaCode("kit-elsewhere")
"""An area in which the node never stands."""
