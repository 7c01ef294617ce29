"""What a figure must beat: words alone (tf-idf and logistic regression), and a handful of cues. No torch here."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from .augment import strip_marks
from .data import Sample
from .schema import HEADS

_STEM = re.compile(
    r"^(?:(?:okay|ok|so|and|but|yeah|right|um|uh|well|mm hmm|mhm|i see)[ ,.]*)*"
    r"(?:it |that |you )?(?:sounds?|seems?|looks?|feels?) (?:like|as|that)|"
    r"\bi(?:'m| am)? hear(?:ing)? (?:that|you)|\byou(?:'re| are| feel|'ve|'d| want| really)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(?:what|how|why|tell me|describe|which|who|where|when)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"^(?:(?:okay|ok|so|and|but|yeah|right|um|uh|well)[ ,.]*)*"
    r"(?:what|how|why|who|when|where|which|do|does|did|is|are|was|were|have|has|can|could|would|will|tell me)\b",
    re.IGNORECASE,
)
_ADVISES = re.compile(
    r"\b(?:should|need to|have to|try|could|recommend|suggest|make sure|have you tried|why don'?t you|"
    r"if i were you|don'?t (?:be|do|let|go)|talk to|get (?:a|some)|be(?:tter|st) to)\b|"
    r"^(?:just )?(?:go|get|take|tell|ask|let|give)\b",
    re.IGNORECASE,
)
_WARM = re.compile(r"\b(?:sorry|hope|hugs?|love you|proud|glad|here for you|feel for you|wish you|stay strong)\b", re.I)
_UNDERSTANDS = re.compile(
    r"\b(?:i understand|i know (?:how|what|the feeling|that)|same (?:here|boat|thing|way)|me too|i feel|i'?ve been|"
    r"i (?:had|have|was)|i relate|you (?:feel|are|must))\b",
    re.IGNORECASE,
)


_OF_CORPUS = {
    "names_feeling": re.compile(
        r"\b(?:hurt|sad|angry|lonely|scared|ashamed|afraid|furious|worried|anxious|tired|exhausted|disappointed|guilty|"
        r"frightened|humiliated|grie\w+|relieved|proud|embarrassed|feel(?:ing|s)?)\b",
        re.I,
    ),
    "validation": re.compile(r"\b(?:makes sense|of course|no wonder|that'?s awful|anyone would|right to be)\b", re.I),
    "affirmation": re.compile(
        r"\b(?:you'?re (?:brave|strong|a good)|proud of|takes courage|you did|well done)\b", re.I
    ),
    "repair": re.compile(r"\b(?:i'?m sorry|my fault|i was wrong|i shouldn'?t have|i hurt you|i let you down)\b", re.I),
    "self_disclosure": re.compile(r"\b(?:i had|i was|when i|my (?:own|mum|mom|dad)|me too|i went|i'?ve been)\b", re.I),
    "reassurance_minimizing": re.compile(
        r"\b(?:at least|it'?ll be|you'?ll be fine|don'?t worry|others have|not that bad|cheer up|it'?s nothing)\b", re.I
    ),
    "judging": re.compile(
        r"\b(?:you should have|too sensitive|overreact\w*|dramatic|selfish|ridiculous|your fault|you always)\b", re.I
    ),
    "defending": re.compile(r"\b(?:i didn'?t|i was only|i never|to be fair|i had to|sorry (?:you|if)|not my)\b", re.I),
}


def text_of(sample: Sample) -> str:
    return " ".join(sample.sentences)


def cues(head: str, samples: Sequence[Sample]) -> NDArray[np.int64]:
    """Class of each reply by cue words alone."""
    return np.array([_cue(head, text_of(sample)) for sample in samples])


def _cue(head: str, text: str) -> int:
    asks = "?" in text or _ASKS.search(text) is not None
    reflects = _STEM.search(text) is not None
    advises = _ADVISES.search(text) is not None
    long = len(text.split()) > 4
    if head == "behavior":
        name = "question" if asks else "reflection" if reflects else "therapist_input" if long else "other"
        return HEADS[head].index(name)
    if head == "reflection":
        return (2 if len(text.split()) > 20 else 1) if reflects and not asks else 0
    if head == "question":
        return 0 if not asks else 1 if _OPEN.search(text) else 2
    if head == "input":
        return 0 if asks or reflects or not long else 2 if advises else 1
    if head == "advice":
        return int(advises)
    if head in _OF_CORPUS:
        return int(_OF_CORPUS[head].search(text) is not None)
    pattern, level = {
        "emotional_reaction": (_WARM, 1),
        "interpretation": (_UNDERSTANDS, 2),
        "exploration": (re.compile(r"\?"), 2),
    }[head]
    return level if pattern.search(text) else 0


class LinearFloor:
    """Word and character n-grams of the reply, balanced logistic regression; fitted with and without marks."""

    def __init__(self, head: str) -> None:
        self._head = head
        self._model = make_pipeline(
            make_union(
                TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"(?u)\b\w+\b|[?!.,-]"),
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 4), min_df=3, sublinear_tf=True, max_features=40000
                ),
            ),
            LogisticRegression(C=4.0, class_weight="balanced", max_iter=400),
        )

    def fit(self, samples: Sequence[Sample]) -> LinearFloor:
        texts = [text_of(sample) for sample in samples]
        labels = [sample.labels[self._head] for sample in samples]
        self._model.fit([*texts, *(strip_marks(text) for text in texts)], labels * 2)
        return self

    def probabilities(self, samples: Sequence[Sample]) -> NDArray[np.float32]:
        """(replies, classes of the head); a class never seen in fitting has probability 0."""
        found = self._model.predict_proba([text_of(sample) for sample in samples])
        table = np.zeros((len(samples), len(HEADS[self._head])), np.float32)
        table[:, self._model.classes_] = found
        return table
