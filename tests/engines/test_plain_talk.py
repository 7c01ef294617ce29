"""What people say every day, in the fewest words: is what hurts told from what doesn't?

None of these replies is in the corpus that the model was fitted on. The weights of the level's formula were chosen with
them in view, so this holds what was reached, and is no test on anything unseen.
"""

from __future__ import annotations

import pytest

from voice_trainer.engines.listener import OnnxListener
from voice_trainer.scoring import Heard, assess_texts

pytestmark = pytest.mark.model
FORGOTTEN = "You forgot our anniversary. I sat at the restaurant for an hour by myself and everyone was looking at me."
REJECTED = "I didn't get the job. I really thought this was the one. I don't know what I'm doing wrong."
LAUGHED_AT = "Nobody at school likes me. They all laughed when I dropped my tray."
HURT = (
    (FORGOTTEN, "You're overreacting, it was just a dinner."),
    (FORGOTTEN, "I'm sorry you feel that way."),
    (FORGOTTEN, "I've been really busy at work, you know that."),
    (FORGOTTEN, "You always make everything about you."),
    (FORGOTTEN, "Well you forgot my birthday last year."),
    (FORGOTTEN, "I said I would try to make it, I never promised."),
    (FORGOTTEN, "It's not my fault, the meeting ran late."),
    (FORGOTTEN, "That's not what happened."),
    (FORGOTTEN, "You never told me the time."),
    (FORGOTTEN, "Why didn't you just call me?"),
    (FORGOTTEN, "I hear that you're upset, but you have to understand I had a deadline."),
    (FORGOTTEN, "You're being too sensitive."),
    (FORGOTTEN, "Calm down, it's not the end of the world."),
    (FORGOTTEN, "That's a childish way of looking at it."),
    (FORGOTTEN, "Other husbands don't even remember once."),
    (FORGOTTEN, "After everything I do for you, this is what I get?"),
    (REJECTED, "At least you have savings."),
    (REJECTED, "Everything happens for a reason."),
    (REJECTED, "You'll find something better, don't worry."),
    (REJECTED, "Maybe you didn't prepare enough."),
    (REJECTED, "It could be worse."),
    (REJECTED, "You're too picky, honestly."),
    (REJECTED, "You give up too easily."),
    (REJECTED, "It sounds like you're just not qualified."),
    (REJECTED, "I feel like you're not really trying."),
    (REJECTED, "It's only a job."),
    (LAUGHED_AT, "Oh honey, they're just jealous."),
    (LAUGHED_AT, "I'm sure they didn't mean it."),
    (LAUGHED_AT, "What did you do to make them laugh?"),
    (LAUGHED_AT, "You need to toughen up."),
    (LAUGHED_AT, "Don't be silly, lots of people like you."),
    (LAUGHED_AT, "Don't cry, it's nothing."),
    (LAUGHED_AT, "Well if you watched where you were going."),
    (LAUGHED_AT, "Big boys don't cry about trays."),
)
GOOD = (
    (FORGOTTEN, "I'm sorry. I forgot, and I left you sitting there on your own. That must have been humiliating."),
    (FORGOTTEN, "You were alone there and everyone was staring. That sounds so painful."),
    (FORGOTTEN, "I was wrong. You waited for me and I wasn't there."),
    (FORGOTTEN, "Can we start over? I got defensive just now."),
    (FORGOTTEN, "I let you down. I can see how much that hurt you."),
    (REJECTED, "What was it about this one that made it feel right?"),
    (REJECTED, "You must feel so discouraged. You put your hope in it."),
    (REJECTED, "It makes sense that you're disappointed, you really wanted it."),
    (REJECTED, "You prepared for weeks and it still wasn't enough."),
    (REJECTED, "That's a hard thing to hear when you wanted it so much."),
    (LAUGHED_AT, "That sounds really lonely, and embarrassing too."),
    (LAUGHED_AT, "You were so brave to tell me that."),
    (LAUGHED_AT, "Anyone would feel hurt by that."),
    (LAUGHED_AT, "I wasn't listening properly before, I was on my phone. I'm sorry, tell me again."),
    (LAUGHED_AT, "You felt like the whole room was against you."),
)


def levels(said: tuple[tuple[str, str], ...]) -> dict[str, int | None]:
    """Reply → its level, with nothing known of the speaker but the words."""
    heard = [(Heard(prompt=prompt, feelings=(), meaning=""), reply) for prompt, reply in said]
    found = assess_texts(OnnxListener(), heard)
    return {reply: wording.level for (_, reply), wording in zip(said, found, strict=True)}


def test_what_hurts_reaches_no_further_than_sort_of_and_what_is_good_does() -> None:
    hurt, good = levels(HURT), levels(GOOD)
    missed = [reply for reply, level in hurt.items() if level is not None and level > 2]
    wronged = [reply for reply, level in good.items() if level is not None and level < 3]
    print(f"\ntaken for good: {len(missed)} of {len(HURT)}", *missed, sep="\n  ")
    print(f"taken for hurtful: {len(wronged)} of {len(GOOD)}", *wronged, sep="\n  ")
    assert None not in hurt.values()
    assert len(missed) <= 0.15 * len(HURT)
    assert len(wronged) <= 0.15 * len(GOOD)
