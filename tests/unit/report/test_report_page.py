"""The page: what stands in it, what can't get into it, and that it asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from made_replies import TEXT, attempt, exercise, reply, scored, with_words

from voice_trainer.report import attempt_page, exercise_page, sound_of
from voice_trainer.report.content import Reply
from voice_trainer.speech.transcript import Transcript

NASTY = "<script>alert(1)</script>"
URLS = ("href", "src", "action", "formaction", "data", "poster", "srcset", "background", "ping")


class Page(HTMLParser):
    """Tags with their attributes, and the text in between, style and script aside."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text, self.inside, self._in = "", {"style": "", "script": ""}, ""
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


def test_a_page_has_all_that_was_heard(tmp_path: Path) -> None:
    page = Page(attempt_page(reply(tmp_path)))
    for told in (
        "Two hours",
        "A reply by Ada",
        "I waited two hours, and nobody even called.",
        "reflects deeper",
        "names hurt",
        "open question",
        "You stayed.",
        "Try once more.",
        "Feeling",
        "heard more",
        "(4 of 5)",
        "It names hurt.",
        "A file does not tell.",
        "Two hours, and no call.",
        "It gives the story back.",
        "200 Hz",
        "180 Hz",
        "Too short.",
        "Not taught.",
        "01AAAAAAAAAAAAAAAAAAAAAA01",
    ):
        assert told in page.plain, told
    said = [attributes for attributes in page.all("button") if attributes.get("class") == "word"]
    words = attempt().scored.transcript.words
    assert [(one["data-at"], one["data-until"]) for one in said] == [
        (f"{word.start_s:.3f}", f"{word.end_s:.3f}") for word in words
    ]


def test_the_sound_is_inside(tmp_path: Path) -> None:
    sources = [one["src"] for one in Page(attempt_page(reply(tmp_path))).all("audio")]
    assert len(sources) == 3  # the prompt, the reply, the model reply
    assert all(source.startswith("data:audio/ogg;base64,") for source in sources)
    path = tmp_path / "reply.flac"
    exact = sound_of(path, "flac")
    assert exact.uri is not None
    assert exact.uri.startswith("data:audio/flac;base64,")
    assert base64.b64decode(exact.uri.partition(",")[2])[:4] == b"fLaC"


def test_opus_that_cannot_be_written_becomes_flac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from voice_trainer.errors import StoreUnwritable
    from voice_trainer.report import content

    made = reply(tmp_path)
    real = content.write_audio

    def without_opus(path: Path, samples: object, rate_hz: int, format: str) -> None:
        if format == "opus":
            raise StoreUnwritable("no such encoder")
        real(path, samples, rate_hz, format)  # type: ignore[arg-type]

    monkeypatch.setattr(content, "write_audio", without_opus)
    found = sound_of(tmp_path / "reply.flac")
    assert found.uri is not None
    assert found.uri.startswith("data:audio/flac")
    assert made.sound.uri is not None


@pytest.mark.parametrize("missing", ["not kept", "gone", "damaged"])
def test_a_page_without_its_sound_says_so(tmp_path: Path, missing: str) -> None:
    path = tmp_path / "gone.flac"
    if missing == "damaged":
        path.write_bytes(b"fLaC and then nothing")
    made = sound_of(None if missing == "not kept" else path)
    page = Page(attempt_page(Reply(attempt=attempt(), exercise=exercise(tmp_path / "e"), sound=made)))
    assert made.uri is None
    assert "can't be heard here" in page.plain
    assert "reply" not in {one.get("data-player") for one in page.all("div")}


def test_nothing_but_this_style_and_this_script_is_let_in(tmp_path: Path) -> None:
    page = Page(attempt_page(reply(tmp_path)))
    policy = next(one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules == {
        "default-src": "'none'",
        "script-src": hashed(page.inside["script"]),
        "style-src": hashed(page.inside["style"]),
        "img-src": "data:",
        "media-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    before = [tag for tag, _ in page.tags]
    assert before.index("style") > before.index("meta")


@pytest.mark.parametrize("many", [False, True])
def test_no_address_stands_in_the_page(tmp_path: Path, many: bool) -> None:
    made = reply(tmp_path)
    again = Reply(attempt=attempt(2), exercise=made.exercise, sound=made.sound)
    written = exercise_page((made, again)) if many else attempt_page(made)
    page = Page(written)
    for _, attributes in page.tags:
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        for key in URLS:
            if key in attributes:
                assert attributes[key].startswith(("data:audio/", "#")), attributes[key][:80]
    bare = re.sub(rb'src="data:[^"]*"', b"", written).replace(b"http://www.w3.org/2000/svg", b"")
    assert b"://" not in bare
    assert b"@import" not in bare
    assert b"url(" not in bare.replace(b"url(#", b"")


def test_what_people_said_stays_text(tmp_path: Path) -> None:
    one = attempt(
        person=f'Ada" onmouseover="alert(2) {NASTY}',
        of=scored(
            reason=f"{NASTY} javascript:alert(3)", notes=(f"A note {NASTY}", "</script><script>alert(4)</script>")
        ),
    )
    one = with_words(one, NASTY, "</title></style>", "$\\frac{1}$", "\"quoted'", "javascript:alert(5)", "&amp;")
    page = Page(attempt_page(reply(tmp_path, one, of=exercise(tmp_path / "e", text=f"{NASTY} {{{{ 7 * 7 }}}}"))))
    assert len(page.all("script")) == 1
    assert "alert" not in page.inside["script"]
    assert page.text.count(NASTY) >= 5
    assert "{{ 7 * 7 }}" in page.text
    assert "$\\frac{1}$" in page.text
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on")]


@pytest.mark.parametrize("text", ["\x00\x08", "\ud800", "日本語", "שלום", "e\u0301", "👩‍👩‍👧", "a" * 400, "\uffff"])
def test_any_text_can_be_reported(tmp_path: Path, text: str) -> None:
    one = with_words(attempt(person=text), text)
    page = attempt_page(reply(tmp_path, one)).decode()
    assert "\x00" not in page
    for svg in re.findall(r"<svg xmlns.*?</svg>", page, re.S):
        ET.fromstring(svg)


def test_no_id_stands_twice_and_every_picture_is_described(tmp_path: Path) -> None:
    made = reply(tmp_path)
    again = Reply(attempt=attempt(2), exercise=made.exercise, sound=made.sound)
    other = Reply(attempt=attempt(3, turn="more"), exercise=made.exercise, sound=made.sound)
    for written in (attempt_page(made), exercise_page((made, again, other))):
        page = Page(written)
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        pictures = [one for one in page.all("svg") if one.get("role") == "img"]
        assert pictures
        for one in pictures:
            assert set(one["aria-labelledby"].split()) <= set(ids)
        for _, attributes in page.tags:
            for key in ("aria-labelledby", "aria-describedby"):
                assert set(attributes.get(key, "").split()) <= set(ids)


def test_the_same_reply_gives_the_same_page(tmp_path: Path) -> None:
    made = reply(tmp_path)
    assert attempt_page(made) == attempt_page(made)


def test_an_exercise_shows_what_changed(tmp_path: Path) -> None:
    made = reply(tmp_path, attempt(1, of=scored(level=2)))
    later = Reply(attempt=attempt(2, of=scored(level=4)), exercise=made.exercise, sound=made.sound)
    page = Page(exercise_page((later, made)))  # in whatever order
    assert "2 steps nearer" in page.plain
    assert "as before" in page.plain
    assert page.plain.index("Reply 1") < page.plain.index("Reply 2")
    cells = re.search(r"In all(.*?)Feeling", page.plain)
    assert cells is not None
    assert cells[1].index("partly heard") < cells[1].index("heard more")
    assert [one["data-player"] for one in page.all("div") if "data-duration" in one] == [
        "turn-1-reply-1",
        "turn-1-reply-2",
    ]


def test_scores_of_different_ways_are_not_compared(tmp_path: Path) -> None:
    made = reply(tmp_path, attempt(1, of=scored(level=2)))
    later = Reply(attempt=attempt(2, of=scored(level=4, version="2")), exercise=made.exercise, sound=made.sound)
    page = Page(exercise_page((made, later)))
    assert "were scored in different ways" in page.plain
    assert "nearer." not in page.plain.replace("comes nearer", "")
    assert "2 steps" not in page.plain


def test_silence_and_a_missing_exercise_make_a_page_too(tmp_path: Path) -> None:
    empty = scored()
    wording = msgspec.structs.replace(empty.wording, sentences=(), level=None, wording=None)
    silent = msgspec.structs.replace(
        empty, transcript=Transcript(), wording=wording, prompt_curves=None, prompt_voice=None
    )
    page = Page(attempt_page(Reply(attempt=attempt(of=silent), exercise=None, sound=sound_of(None))))
    assert "No words were heard." in page.plain
    assert "can't be shown" in page.plain
    assert TEXT not in page.plain
    both = Reply(attempt=attempt(2, of=silent), exercise=None, sound=sound_of(None))
    assert "What changed" in Page(exercise_page((both, both))).plain
