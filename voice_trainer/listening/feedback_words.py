"""What is said to the trainee: sentences by dimension and level, several of each so that they stay alive.

They say what happened between two people, never what the trainee is worth. ``{words}`` stands for the trainee's own
words, ``{try}`` for something that could be said.
"""

from __future__ import annotations

STRENGTHS: dict[str, tuple[str, ...]] = {
    "feeling": (
        "You put a name to what they feel: {words}. That lets somebody feel seen.",
        "{words}: hearing that, they don't have to explain how it feels.",
        "You went to the feeling, not only to the story: {words}.",
    ),
    "meaning": (
        "You gave back what this means to them: {words}.",
        "{words}. There they can hear that you followed them.",
        "You stayed with what they told you, in your own words: {words}.",
    ),
    "warmth": (
        "There is warmth in {words}.",
        "{words}. Somebody who is hurting can hear the warmth in that.",
    ),
    "validation": (
        "There is room for them in {words}; it tells them that they make sense.",
        "{words}. That lets them feel they aren't too much.",
        "You let their feeling be right as it is: {words}.",
    ),
    "curiosity": (
        "You left a door open: {words}.",
        "{words}. That leaves it to them how much to say.",
        "You asked because you wanted to know: {words}.",
    ),
    "restraint": (
        "You gave no advice and let it stay theirs. That is harder than it looks.",
        "You didn't hurry to mend it; there was room for them.",
    ),
    "repair": (
        "You came back for them: {words}.",
        "{words}. Owning a miss like that is what lets somebody try you again.",
    ),
    "loudness": ("Your voice was no louder than on any day, and that is easy to be near.",),
    "steadiness": ("Your voice stayed even; somebody upset can lean on that.",),
    "pace": ("You took your time to say it.",),
    "range": ("Your voice moved as a living voice does, neither flat nor swooping.",),
    "harshness": ("There was nothing hard in your voice.", "Your voice was soft enough to come near to."),
    "presence": ("You let them finish before you answered.",),
    "stayed": (
        "You stayed and answered, and that is where listening starts.",
        "You took this on aloud, and you can come back to it as often as you like.",
        "You gave it a first try; the next one starts from here.",
    ),
}

NEXT_STEPS: dict[str, tuple[str, ...]] = {
    "restraint": (
        "{words} moves on to what could be done. Stay one sentence longer with how it is for them. {try}",
        "Before anything is solved, they want to be found. In place of {words}, {try_low}",
    ),
    "feeling_mistaken": (
        "{words} may not be where they are. Listen for the voice under the story, and offer a guess. {try}",
    ),
    "feeling_list": ("Out of the feelings you named, choose the one that weighs most, and stay there. {try}",),
    "feeling": (
        "What might they have felt while they were telling you this? One word for it is enough. {try}",
        "You heard the story; now let them hear that you heard the feeling. {try}",
    ),
    "meaning_parrot": (
        "You kept close to their words. Say it once more as you understood it, shorter than they did. {try}",
    ),
    "meaning": (
        "Let them hear what you took from it, in a sentence of your own. {try}",
        "Say back the part that seemed to cost them most to say. {try}",
    ),
    "validation": (
        "Tell them that it makes sense to feel so, from where they stand. {try}",
        "You needn't agree to let it make sense. {try}",
    ),
    "curiosity": (
        "Leave a door open at the end. {try}",
        "A question that wants no yes or no gives them room. {try}",
    ),
    "loudness": ("Your voice was {reason} Say the same words again, nearer to how you talk on any day. {try}",),
    "steadiness": ("{reason} Let the next one come out even, on one long breath. {try}",),
    "pace": ("{reason} Take a breath before you answer, and let the pace be theirs. {try}",),
    "range": ("{reason} Let your voice move as it does with somebody you like. {try}",),
    "harshness": ("{reason} Breathe out first, then say it lower and slower. {try}",),
    "presence": ("{reason} Wait until the last word has landed, then one breath more. {try}",),
    "stay": (
        "This was close to them. Next time leave a silence after it and see what comes. {try}",
        "Now less may be more: say it in half the words, and wait. {try}",
    ),
}

TRIES: dict[str, tuple[str, ...]] = {
    "feeling": ("“It sounds like you felt {feeling}.”", "“I wonder if that left you feeling {feeling}.”"),
    "feeling_open": ("“It sounds like that left you feeling …”, and end it with the feeling that you heard.",),
    "meaning": (
        "“What stays with me is …”, and then the one thing they said that matters most.",
        "“So for you, this is really about …”",
    ),
    "validation": ("“It makes sense to me that you'd feel that.”", "“No wonder, with all that you've just told me.”"),
    "curiosity": ("“What was that like for you?”", "“What is the hardest part of it?”"),
    "stay": ("“I'm here. Take your time.”", "“I'd like to hear more, if you want to tell me.”"),
    "voice": ("“I'm listening.”", "“Take your time. I'm here.”"),
}
