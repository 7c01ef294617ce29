"""All that was measured, and all that wasn't with why."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from ..measures_words import MEASURES, reason, written
from ..words import DIMENSIONS, bar, hanging, level_word, move_word

if TYPE_CHECKING:
    from ...attempt import Attempt


class DetailsScreen(ModalScreen[None]):
    """Over the feedback; Escape or D goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,d,enter", "dismiss", "Back", key_display="esc")]
    AUTO_FOCUS = "VerticalScroll"

    def __init__(self, attempt: Attempt, speaker: str) -> None:
        super().__init__()
        self._attempt = attempt
        self._speaker = speaker

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -tall-dialog") as box:
            box.border_title = "Details"
            yield Static("", id="why")
            yield Static(self._measures(), id="measures")
            yield Static(self._not_rated())
        yield Footer(show_command_palette=False, compact=True)

    def on_resize(self) -> None:
        why = self.query_one("#why", Static)
        self.call_after_refresh(lambda: why.update(self._why(why.content_size.width)))

    def _why(self, width: int) -> Content:
        lines = [Content.assemble(("Why each was heard so", "bold"))]
        for dimension in self._attempt.scored.attunement.dimensions:
            name = (f"{DIMENSIONS.get(dimension.name, dimension.name):13}", "$quiet")
            if dimension.level is None:
                lines.append(Content.assemble(name, ("–     not rated", "$quiet")))
                lines.append(Content.assemble((hanging(dimension.reason, 13, width), "$quiet")))
                continue
            lines.append(
                Content.assemble(
                    name,
                    (bar(dimension.level), "$primary"),
                    (f" {level_word(dimension.level, dimension.name)}", "bold"),
                )
            )
            lines.append(Content.assemble((hanging(dimension.reason, 13, width), "$quiet")))
            lines += [Content.assemble((hanging(f"“{one.text}”", 13, width), "$primary")) for one in dimension.evidence]
        return Content("\n").join([*lines, Content("")])

    def _measures(self) -> Content:
        scored = self._attempt.scored
        name = self._speaker.split(",")[0]
        lines = [
            Content.assemble(("Your voice, measured", "bold")),
            Content.assemble((f"{'':20}{'you':17}{name[:16]:17}", "$quiet")),
        ]
        for measure, label, form, use in MEASURES:
            own, theirs = written(scored.voice, measure, form), written(scored.prompt_voice, measure, form)
            why = reason(scored.voice, measure)
            lines.append(
                Content.assemble(
                    (f"{label:20}", "$quiet"),
                    f"{own:17}{theirs:17}",
                    (use, "$quiet"),
                    (f"  {why}" if why else "", "$quiet"),
                )
            )
        return Content("\n").join([*lines, Content("")])

    def _not_rated(self) -> Content:
        scored = self._attempt.scored
        reasons = {**scored.wording.not_rated, **scored.not_rated}
        for shown in (*DIMENSIONS, *(measure for measure, *_ in MEASURES)):
            reasons.pop(shown, None)
        lines = [Content.assemble(("Not rated", "bold"))] if reasons else []
        lines += [
            Content.assemble((f"– {move_word(what)}: ", "$quiet"), (why, "$quiet")) for what, why in reasons.items()
        ]
        times = scored.timings_s
        lines.append(
            Content.assemble(
                (
                    f"Answered {times.feedback_after_speech:.1f} s after your last word. "
                    f"Scoring {scored.attunement.scoring_version}, model {scored.wording.model_version or '–'}.",
                    "$quiet",
                )
            )
        )
        return Content("\n").join(lines)
