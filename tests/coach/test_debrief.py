"""Looking back: the whole for the coach, their own part for each, as a page and as files."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import itertools
import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from voice_trainer.attempt import Attempt, Point
from voice_trainer.coach.debrief_files import page_replies, write_debrief
from voice_trainer.coach.looking_back import LookedBack, look_back
from voice_trainer.debrief import Debrief
from voice_trainer.errors import RequestInvalid, UnknownSession
from voice_trainer.export import render_debrief
from voice_trainer.export.csv_table import as_said
from voice_trainer.report import session_page

from .meeting import Meeting, spoken

GRADES = re.compile(r"\b(grade|score of|rank|best of|worst|better than|pass(ed)?|fail(ed)?|average|percentile)\b", re.I)


class Page(HTMLParser):
    """Tags with attributes, and text, style and script aside."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.inside, self.text, self._in = {"style": "", "script": ""}, "", ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        self._in = tag if tag in self.inside else ""

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in:
            self.inside[self._in] += data
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def plain(self) -> str:
        return " ".join(self.text.split())


def told_apart(text: str, *, strength: str, next_step: str, **own: object) -> Attempt:
    """A reply whose feedback says what nobody else's does."""
    whole = spoken(text=text, **own)
    feedback = msgspec.structs.replace(
        whole.scored.feedback,
        strength=Point(text=strength, dimension="feeling"),
        next_step=Point(text=next_step, dimension="curiosity"),
    )
    return msgspec.structs.replace(whole, scored=msgspec.structs.replace(whole.scored, feedback=feedback))


@pytest.fixture
def evening(meeting: Meeting) -> dict[str, str]:
    """One step, answered by Ann, who shared all, and Bo, who shared scores only; Cy shared nothing. Ids by name."""
    live = meeting.begin()
    ann, bo, cy = meeting.come("Ann", share=None) + meeting.come("Bo", share=None) + meeting.come("Cy", share=None)
    meeting.agree(ann, "scores", "transcript", "recording")
    meeting.agree(bo, "scores")
    meeting.agree(cy)
    live.send(0)
    first = told_apart("Marigolds were waiting.", strength="Marigold strength.", next_step="Marigold step.")
    meeting.reply(ann, attempt=first)
    second = told_apart("Quicksand everywhere, truly.", strength="Quicksand strength.", next_step="Quicksand step.")
    meeting.reply(bo, "scores", attempt=second)
    live.rate(first.id, 3, 4)
    live.pin(first.id, 1.0, "hear the pause here")
    live.set_notes("private: watch Bo")
    return {"Ann": ann, "Bo": bo, "Cy": cy, "first": first.id, "second": second.id}


def page_of(meeting: Meeting, back: LookedBack) -> Page:
    return Page(session_page(back.debrief, page_replies(back, meeting.recordings, meeting.library, "flac")))


def test_who_practised_what_with_a_strength_and_a_next_step_for_each(meeting: Meeting, evening: dict[str, str]) -> None:
    meeting.live.debrief()
    debrief = meeting.live.debrief_of()
    ann, bo, cy = debrief.people
    assert [one.name for one in debrief.people] == ["Ann", "Bo", "Cy"]
    assert [(one.exercise_id, one.replies) for one in ann.practised] == [("cold-dinner", 1)]
    assert (ann.strength, ann.next_step) == ("Marigold strength.", "Marigold step.")
    assert (bo.strength, bo.next_step) == ("What stood out: feeling.", "Worth practising next: curiosity.")
    assert (cy.strength, cy.next_step, cy.replies) == ("", "", ())
    assert cy.practised, "what they did is told, though they shared nothing of it"
    assert debrief.group is not None
    assert (debrief.group.replies, debrief.group.rated) == (2, 2)
    assert {one.move: one.replies for one in debrief.group.moves}["names_feeling"] == 2
    assert not any(name in debrief.group.nearer + debrief.group.practise for name in ("Ann", "Bo", "Cy"))
    assert "private" not in msgspec.json.encode(debrief).decode()


def test_what_is_not_revealed_is_in_no_debrief(meeting: Meeting, evening: dict[str, str]) -> None:
    meeting.live.reveal(evening["second"])
    debrief = meeting.live.debrief_of()
    ann, bo, _ = debrief.people
    assert (ann.replies[0].level, ann.replies[0].moves, ann.strength) == (None, (), "")
    assert bo.replies[0].level == 4
    assert debrief.group is not None
    assert debrief.group.rated == 1
    back = meeting.live.looked_back()
    assert back.attempts[evening["first"]].scored.attunement.wording is None
    assert "Marigold strength" not in page_of(meeting, back).plain


def test_the_screen_gets_ones_own_part_once_it_is_debriefed(meeting: Meeting, evening: dict[str, str]) -> None:
    assert meeting.live.view(evening["Ann"]).debrief is None
    meeting.live.debrief()
    own = meeting.live.view(evening["Ann"]).debrief
    assert own is not None
    assert own.strength == "Marigold strength."
    assert own.practised == ("The dinner that got cold; 1 reply",)
    assert meeting.live.view(evening["Cy"]).debrief is not None


def test_a_persons_part_has_nothing_of_anybody_else(meeting: Meeting, evening: dict[str, str]) -> None:
    meeting.live.debrief()
    for name, others in (("Ann", ("Quicksand", evening["second"])), ("Bo", ("Marigold", evening["first"], "pause"))):
        debrief = meeting.live.debrief_for(evening[name])
        assert (debrief.only, debrief.group, debrief.agreement, debrief.every_session) == (name, None, None, None)
        back = look_back(
            meeting.live.session.id, meeting.store, meeting.recordings, meeting.library,
            now=meeting.time.now, coach="Ruth", person=name.upper(),
        )  # fmt: skip
        assert back.debrief == debrief
        page = page_of(meeting, back)
        everything = msgspec.json.encode(debrief).decode() + page.text
        names = {"Ann", "Bo", "Cy"} - {name}
        for foreign in (*others, *names):
            assert not re.search(rf"\b{foreign}\b", everything), foreign
        assert not GRADES.search(page.plain.replace("Attunement is a practice, not a grade", ""))


def test_nobody_but_who_led_it_looks_back_on_it(meeting: Meeting, evening: dict[str, str]) -> None:
    place = (meeting.live.session.id, meeting.store, meeting.recordings, meeting.library)
    with pytest.raises(UnknownSession):
        look_back(*place, now=meeting.time.now, coach="Olga")
    with pytest.raises(RequestInvalid, match="There was no Eve"):
        look_back(*place, now=meeting.time.now, coach="Ruth", person="Eve")
    before = meeting.store.sessions.state(place[0])
    look_back(*place, now=meeting.time.now, coach="Ruth")
    assert meeting.store.sessions.state(place[0]) == before, "looking writes nothing"


def test_the_page_asks_for_nothing_and_holds_the_sound_that_was_shared(
    meeting: Meeting, evening: dict[str, str]
) -> None:
    meeting.live.debrief()
    page = page_of(meeting, meeting.live.looked_back())
    policy = page.all("meta")[2]["content"]
    assert policy.startswith("default-src 'none'")
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.inside[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    sounds = page.all("audio")
    assert len(sounds) == 1, "Ann's; Bo and Cy kept theirs"
    assert sounds[0]["src"].startswith("data:audio/flac;base64,")
    for attributes in (attributes for _, attributes in page.tags):
        for name, value in attributes.items():
            assert not (name in ("href", "src") and "://" in value), value
            assert not name.startswith("on")
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = [attributes["aria-labelledby"] for _, attributes in page.tags if "aria-labelledby" in attributes]
    assert set(labelled) <= set(ids)
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    for told in ("Marigolds were waiting.", "hear the pause here", "Not shared: words and sound.", "before the reveal"):
        assert told in page.plain, told
    (pin,) = [one for one in page.all("button") if one.get("aria-label") == "Play from 0:01"]
    assert pin["data-at"] == "1.000"
    assert "private" not in page.text


def test_names_and_notes_can_not_write_into_the_page(meeting: Meeting) -> None:
    live = meeting.begin(title="<b>T</b>")
    (ann,) = meeting.come("<script>alert(1)</script>")
    live.send(0)
    whole, _ = meeting.reply(ann, attempt=spoken(text="<img src=x onerror=alert(1)> listen"))
    live.pin(whole.id, 1.0, "</script><script>alert(2)</script>")
    live.debrief()
    page = page_of(meeting, live.looked_back())
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert "alert" not in page.inside["script"]


def test_files_are_written_privately_and_the_store_knows_of_them(
    meeting: Meeting, evening: dict[str, str], tmp_path: Path
) -> None:
    meeting.live.debrief()
    out = tmp_path / "out"

    def write() -> tuple[Path, ...]:
        back = meeting.live.looked_back()
        return write_debrief(back, meeting.store, meeting.recordings, meeting.library, out, now=meeting.time.now)

    files = write()
    assert sorted(str(one.relative_to(out)) for one in files) == [
        "debrief.csv",
        "debrief.csv-metadata.json",
        "debrief.html",
        "debrief.json",
        "debrief.xapi.json",
        "people/Ann.html",
        "people/Bo.html",
        "people/Cy.html",
    ]
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
    known = {one.path for one in meeting.store.exports([evening["first"]])}
    assert known == {str(one) for one in files if one.name not in ("Bo.html", "Cy.html")}
    assert len(write()) == len(files), "written anew in place of the old ones"
    (out / "debrief.json").unlink()
    meeting.store.remove_exports([str(out / "debrief.json")])
    (out / "debrief.json").write_text("a letter")
    with pytest.raises(RequestInvalid, match="is no debrief"):
        write()
    assert (out / "debrief.json").read_text() == "a letter"


@pytest.mark.parametrize("name", ["../../etc", "a/b", "..", "C:\\x", "ann\x00", ".hidden"])
def test_no_name_leads_out_of_the_folder(meeting: Meeting, tmp_path: Path, name: str) -> None:
    live = meeting.begin()
    try:
        live.admit(name, "")
    except Exception:
        return  # not even a name
    live.debrief()
    files = write_debrief(
        live.looked_back(), meeting.store, meeting.recordings, meeting.library, tmp_path / "o", now=meeting.time.now
    )
    inside = (tmp_path / "o").resolve()
    assert all(one.resolve().is_relative_to(inside) for one in files)
    assert not any(one.name.startswith(".") for one in files)


def test_people_whose_names_look_alike_have_files_of_their_own(meeting: Meeting, tmp_path: Path) -> None:
    live = meeting.begin()
    meeting.come("Ann B", "Ann-B", "ann.b")
    files = write_debrief(
        live.looked_back(), meeting.store, meeting.recordings, meeting.library, tmp_path / "o", now=meeting.time.now
    )
    assert len({str(one).casefold() for one in files}) == len(files) == 8


def takes(meeting: Meeting) -> dict[str, object]:
    from voice_trainer.export import Take

    back = meeting.live.looked_back()
    return {one: Take(attempt, meeting.library.get(attempt.exercise_id)) for one, attempt in back.attempts.items()}


def test_json_reads_back_as_it_was(meeting: Meeting, evening: dict[str, str]) -> None:
    meeting.live.debrief()
    debrief = meeting.live.debrief_of()
    assert msgspec.json.decode(render_debrief(debrief, {}, "json"), type=Debrief) == debrief


def test_csv_has_a_row_a_reply_and_runs_no_formula(meeting: Meeting) -> None:
    live = meeting.begin(title="=1+1")
    ann, _ = meeting.come("=cmd|A1", "Bo")
    live.send(0)
    whole, _ = meeting.reply(ann, attempt=spoken(text="+SUM(A1) you waited"))
    live.rate(whole.id, 4, None)
    live.pin(whole.id, 1.0, "@here")
    live.debrief()
    text = render_debrief(live.debrief_of(), {}, "csv")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [as_said(one["person"]) for one in rows] == ["=cmd|A1", "Bo"]
    for row in rows:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@")), cell
    assert (rows[0]["coach_wording"], rows[0]["coach_voice"], rows[0]["blind"]) == ("4", "", "True")
    assert as_said(rows[0]["text"]) == "+SUM(A1) you waited"
    assert "@here" in rows[0]["notes"]
    assert rows[1]["attempt_id"] == ""


def test_xapi_has_a_statement_a_reply_with_nothing_that_was_kept(meeting: Meeting, evening: dict[str, str]) -> None:
    meeting.live.debrief()
    statements = json.loads(render_debrief(meeting.live.debrief_of(), takes(meeting), "xapi"))  # type: ignore[arg-type]
    ann, bo = statements
    assert [one["actor"]["name"] for one in statements] == ["Ann", "Bo"]
    assert ann["context"]["registration"] == bo["context"]["registration"]
    assert ann["context"]["instructor"]["name"] == "Ruth"
    assert ann["result"]["response"] == "Marigolds were waiting."
    assert "response" not in bo["result"]
    assert bo["result"]["score"]["scaled"] == 0.7
    assert "Quicksand" not in json.dumps(statements)
    ratings = [one for one in ann["result"]["extensions"] if one.endswith("coach-rating")]
    assert ann["result"]["extensions"][ratings[0]] == {"wording": 3, "voice": 4, "blind": True}


def test_agreement_is_of_this_session_and_of_all_of_this_coach(meeting: Meeting) -> None:
    for coach in ("Olga", "Ruth", "Ruth"):
        live = meeting.begin(coach=coach)
        people = [one for name in ("Ann", "Bo", "Cy", "Di", "Ed") for one in meeting.come_to(coach, name)]
        live.send(0)
        for at, one in enumerate(people):
            whole, answer = meeting.reply(one, "scores", attempt=spoken(level=at + 1, wording=at / 4))
            assert not hasattr(answer, "why"), answer
            live.rate(whole.id, min(5, at + 2), 3)
        assert live.agreement().wording.pairs == 0, "not before the reveal"
        live.debrief()
    debrief = live.debrief_of()
    assert debrief.agreement is not None
    assert debrief.every_session is not None
    here, ever = debrief.agreement, debrief.every_session
    assert (here.wording.pairs, here.sessions) == (5, 1)
    assert (ever.wording.pairs, ever.sessions) == (10, 2), "Olga's are hers"
    assert (here.wording.same, here.wording.within_one) == (1, 5)
    assert here.wording.kappa.value == pytest.approx(0.8, abs=0.1)
    assert here.wording.icc.value is not None
    page = page_of(meeting, live.looked_back())
    assert "All your sessions" in page.plain
    assert "From 2 sessions." in page.plain
