"""What somebody finds who checks a proof: sentences in Vietnamese."""

from dataclasses import dataclass, field


@dataclass
class Findings:
    """What a proof shows, and what it does not."""

    proven: list[str] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)
    is_whole: bool = True
    """Whether text, approval, plan and journal hold; what loudspeakers signed is judged one by one."""

    def fail(self, sentence: str) -> None:
        """Note something without which the rest proves little."""
        self.not_proven.append(sentence)
        self.is_whole = False
