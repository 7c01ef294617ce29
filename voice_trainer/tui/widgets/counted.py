"""What was counted over many replies, and what came back from being missed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from textual.content import Content
from textual.widgets import Static

from ...trends import Comparable, Pooled, Return
from ..words import NEARER, day

MOST_RETURNS = 8
OPINION = (
    "Fair and good are expert opinion over whole sessions, no norms; raters agree on “deeper” only half of the way."
)


class Counted(Static):
    """Reflections and questions, pooled; the counts stand beside what is made of them."""

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, classes="box")
        self.border_title = "Counted"
        self.border_subtitle = "MITI-informed, not a MITI score"

    def show(self, pooled: Pooled, compared: Comparable) -> None:
        self.update(_counted(pooled, compared))


def _counted(pooled: Pooled, compared: Comparable) -> Content:
    if not pooled.replies:
        return Content("Nothing to count yet: reflections and questions are counted where the words were rated.")
    of = f" of {pooled.replies} {'replies' if pooled.replies != 1 else 'reply'}"
    if pooled.ratio is None:
        ratio = [("no question yet, so there is none to compare with", "$quiet")]
    else:
        ratio = [
            (f"{pooled.ratio:.1f} to 1", "bold"),
            (f"   {pooled.reflections} to {pooled.questions}; 1 to 1 is fair, 2 to 1 good", "$quiet"),
        ]
    if pooled.complex_share is None:
        deeper = [("no reflection yet", "$quiet")]
    else:
        deeper = [
            (f"{100 * pooled.complex_share:.0f} %", "bold"),
            (f"   {pooled.complex_reflections} of {pooled.reflections}; 40 % is fair, 50 % good", "$quiet"),
        ]
    lines = [
        Content.assemble(("Reflections   ", "$quiet"), (str(pooled.reflections), "bold $primary"), (of, "$quiet")),
        Content.assemble(("Questions     ", "$quiet"), (str(pooled.questions), "bold $secondary"), (of, "$quiet")),
        Content.assemble(("Between them  ", "$quiet"), *ratio),
        Content.assemble(("Deeper ones   ", "$quiet"), *deeper),
        Content.assemble((OPINION, "$quiet")),
    ]
    if compared.older:
        lines.append(
            Content.assemble(
                (
                    f"{compared.older} attempts were scored in another way (not version {compared.scoring_version}) "
                    "and are left out here and in the trends.",
                    "$quiet",
                )
            )
        )
    return Content("\n").join(lines)


class Returned(Static):
    """Turns that were missed and later met."""

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, classes="box")
        self.border_title = "Missed, and met later"

    def show(self, returns: tuple[Return, ...], titles: Mapping[str, str], now: datetime) -> None:
        if not returns:
            self.update(Content("Coming back is the practice: a turn that you missed and then met will stand here."))
            return
        lines = []
        for one in returns[:MOST_RETURNS]:
            met = "met" if one.outcome == "attuned" else "partly met"
            lines.append(
                Content.assemble(
                    (f"{NEARER} ", "$primary"),
                    (titles.get(one.exercise_id, one.exercise_id), "bold"),
                    (f"  missed {day(one.missed_at, now)}, ", "$quiet"),
                    (f"{met} {day(one.met.started_at, now)}", "$primary"),
                )
            )
        if len(returns) > MOST_RETURNS:
            lines.append(Content.assemble((f"and {len(returns) - MOST_RETURNS} more", "$quiet")))
        self.update(Content("\n").join(lines))
