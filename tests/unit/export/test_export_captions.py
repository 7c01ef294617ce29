"""WebVTT and SubRip, read back by webvtt-py, by srt, and by pysubs2, which wrote neither."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pysubs2
import srt
import webvtt
from hypothesis import given, settings
from made_takes import awkward_takes

from voice_trainer.export import Take, render

STAMP = re.compile(r"<(\d\d):(\d\d):(\d\d)\.(\d{3})>")

CLOCK = re.compile(r"\d:\d")


def in_ms(hours: str, minutes: str, seconds: str, thousandths: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(thousandths)


def starts(caption: webvtt.Caption) -> list[int]:
    """When each word of a cue begins."""
    first = in_ms(*re.split("[:.]", caption.start))
    return [first, *(in_ms(*stamp) for stamp in STAMP.findall(caption.raw_text))]


def test_webvtt_has_the_words_their_times_and_who_said_them(take: Take) -> None:
    read = webvtt.from_string(render(take, "webvtt"))
    prompt, first, second = read.captions
    assert (prompt.voice, html.unescape(prompt.text)) == ("Maya", take.prompt)
    assert [first.voice, second.voice] == ["Ana", "Ana"]
    assert [first.text, second.text] == ["You waited, and it hurt.", "What was it like?"]
    assert [(each.start, each.end) for each in (first, second)] == [
        ("00:00:00.500", "00:00:02.000"),
        ("00:00:03.250", "00:00:04.002"),
    ]
    assert starts(first) + starts(second) == [500, 711, 1253, 1300, 1420, 3250, 3400, 3500, 3600]
    assert "<v.names_feeling.complex_reflection Ana>" in first.raw_text
    assert "<v.open_question Ana>" in second.raw_text
    assert read.header_comments == [f"The dinner that got cold, attempt {take.attempt.id}"]


def test_the_speakers_words_stay_until_the_reply_begins(take: Take) -> None:
    prompt = webvtt.from_string(render(take, "webvtt")).captions[0]
    assert (prompt.start, prompt.end) == ("00:00:00.000", "00:00:03.000")


def test_srt_has_the_words_and_the_times_of_each_sentence(take: Take) -> None:
    text = render(take, "srt")
    read = list(srt.parse(text))
    assert [each.content for each in read] == [
        f"Maya: {take.prompt}",
        "Ana: You waited, and it hurt.",
        "Ana: What was it like?",
    ]
    wanted = [(500, 2000), (3250, 4002)]
    assert [(each.start, each.end) for each in read[1:]] == [
        (timedelta(milliseconds=start), timedelta(milliseconds=end)) for start, end in wanted
    ]
    for format in ("srt", "webvtt"):
        others = pysubs2.SSAFile.from_string(render(take, format), format_="vtt" if format == "webvtt" else "srt")
        assert [(each.start, each.end) for each in others][1:] == wanted


@settings(max_examples=200, deadline=None)
@given(take=awkward_takes())
def test_webvtt_of_any_text_reads_back(take: Take) -> None:
    read = webvtt.from_string(render(take, "webvtt"))
    assert [html.unescape(each.text) for each in read.captions] == [line.text for line in take.lines]
    assert [starts(each)[0] for each in read.captions] == [line.start_ms for line in take.lines]
    for each in read.captions:
        assert html.unescape(each.voice) == take.trainee
        assert each.start < each.end
        inner = starts(each)
        assert inner == sorted(set(inner))
        assert inner[-1] < in_ms(*re.split("[:.]", each.end))


@settings(max_examples=200, deadline=None)
@given(take=awkward_takes())
def test_srt_of_any_text_reads_back(take: Take) -> None:
    read = list(srt.parse(render(take, "srt")))
    said = [f"{take.trainee}: {line.text}".replace("-->", "→") for line in take.lines]
    assert [each.content for each in read] == said
    assert [each.start / timedelta(milliseconds=1) for each in read] == [line.start_ms for line in take.lines]
    if not any(CLOCK.search(text) for text in said):  # pysubs2 takes a line of text with two times in it for a cue's
        others = pysubs2.SSAFile.from_string(render(take, "srt"), format_="srt")
        assert len(others) == len(take.lines)
