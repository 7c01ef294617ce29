"""What one was pulled to do, by week, and what it tends to come with; no judgement, and for the trainee alone."""

from __future__ import annotations

from datetime import date

from textual.content import Content
from textual.widgets import Static

from ...pulls import ComesWith, PullPattern, Week
from ..words import PULL_NOUNS

MOST_WEEKS = 6
NEVER_ASKED = "After a reply you may say what happened in you. What comes up over time will stand here, for you alone."
WITH: dict[str, str] = {
    "partner": "a partner",
    "parent": "a parent",
    "child": "a child",
    "friend": "a friend",
    "family": "family",
    "work": "people at work",
    "therapy": "people in therapy",
    "care": "people in care",
}


class Pulled(Static):
    """Counts, and at most two sentences."""

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, classes="box")
        self.border_title = "What happened in you"
        self.border_subtitle = "for you alone, never scored"

    def show(self, pattern: PullPattern, today: date) -> None:
        if not pattern.said:
            self.update(Content(NEVER_ASKED))
            return
        lines = [_week(week, today) for week in pattern.weeks[:MOST_WEEKS]]
        if len(pattern.weeks) > MOST_WEEKS:
            lines.append(Content.assemble((f"and {len(pattern.weeks) - MOST_WEEKS} weeks before", "$quiet")))
        sentence = pattern_told(pattern)
        self.update(Content("\n").join([*lines, *([Content(sentence)] if sentence else [])]))


def _week(week: Week, today: date) -> Content:
    parts: list[tuple[str, str] | str] = [(f"{_week_name(week.begins, today):14}", "$quiet")]
    for i, (pull, number) in enumerate(week.counts):
        parts += [("   " if i else ""), f"{PULL_NOUNS[pull]} ", (str(number), "bold $primary")]
    return Content.assemble(*parts)


def _week_name(monday: date, today: date) -> str:
    weeks = (today - monday).days // 7
    return "this week" if weeks == 0 else "last week" if weeks == 1 else f"from {monday.day} {monday:%b}"


def pattern_told(pattern: PullPattern) -> str:
    """One or two sentences; "" while nothing stands out."""
    if pattern.often is None:
        return ""
    told = f"The pull {PULL_NOUNS[pattern.often]} came up {pattern.times} of {pattern.said} times."
    return told + _comes_with(pattern.comes_with) if pattern.comes_with else told


def _comes_with(setting: ComesWith) -> str:
    return (
        f" It tends to come with {WITH[setting.context]}: {setting.there} of {setting.there_of} times there, "
        f"{setting.elsewhere} of {setting.elsewhere_of} elsewhere."
    )
