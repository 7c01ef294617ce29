"""The feelings that a reply can name: families with their spoken forms, intensities, and place among each other.

Our own table. Valence and arousal (−1…1) follow the circumplex of affect (Russell 1980) by rough hand placement; they
only decide which families are near each other, beside the kin that are named outright.
"""

from __future__ import annotations

from typing import NamedTuple


class Family(NamedTuple):
    """One family of feelings.

    Attributes:
        name: how it is called in records. valence, arousal: −1…1.
        mild, plain, strong: spoken forms by intensity 1, 2, 3; forms are divided by commas. One that begins with ``~``
            is also an everyday word ("lost", "down", "small") and counts only in a feeling's place ("you feel lost").
        kin: families that a listener could mean with nearly the same words.
        said: fits into "it sounds like you felt …"; "" where the name itself does.
    """

    name: str
    valence: float
    arousal: float
    mild: str
    plain: str
    strong: str
    kin: tuple[str, ...] = ()
    said: str = ""

    @property
    def sayable(self) -> str:
        return self.said or self.name


FAMILIES: tuple[Family, ...] = (
    Family(
        "hurt", -0.7, 0.2,
        "stung, stings, ~sore, cut you a bit",
        "hurt, hurts, hurting, hurtful, wounded, painful, pain, ouch",
        "gutted, heartbroken, crushed, broke your heart, breaks your heart, cut deep, cuts deep, crushing, "
        "devastated, devastating, torn apart, ripped apart, stabbed, like a punch, like a slap, in pieces, "
        "falling apart inside",
        ("betrayed", "left out", "abandoned", "let down", "sad", "invisible"),
    ),
    Family(
        "left out", -0.6, 0.0,
        "on the outside, out of the loop, passed over, sidelined",
        "left out, excluded, shut out, rejected, unwanted, pushed out, pushed aside, cast aside, not welcome, "
        "unwelcome, rejection, brushed off, like you don't belong, like you didn't belong, singled out",
        "frozen out, thrown away, discarded, cast out, ostracized",
        ("lonely", "abandoned", "invisible", "hurt", "humiliated"),
    ),
    Family(
        "abandoned", -0.8, 0.2,
        "left hanging, left waiting",
        "abandoned, deserted, left behind, left alone with, left you alone, left all alone, on your own with, "
        "walked out on, alone with it, alone with all of it, alone with this, alone with all, carry it alone, "
        "did it alone, doing it alone",
        "dumped, left for dead, utterly alone",
        ("lonely", "left out", "hurt", "betrayed", "let down"),
    ),
    Family(
        "betrayed", -0.8, 0.4,
        "misled, lied to",
        "betrayed, betrayal, deceived, cheated, went behind your back, behind your back, tricked, sold out",
        "stabbed in the back, stab in the back, backstabbed, double-crossed",
        ("hurt", "let down", "abandoned", "angry", "mistrustful"),
    ),
    Family(
        "let down", -0.6, -0.2,
        "a letdown, hoped for more, expected more",
        "let down, disappointed, disappointing, disappointment, disillusioned, ~failed you, let you down",
        "bitterly disappointed, crestfallen, deflated",
        ("hurt", "sad", "betrayed", "resigned", "abandoned"),
    ),
    Family(
        "lonely", -0.6, -0.3,
        "~apart, ~distant, ~disconnected, ~cut off",
        "lonely, loneliness, alone, lonesome, isolated, isolating, isolation, all by yourself, on your own, "
        "aloneness, nobody there, no one there, nobody to talk to, no one to talk to, by yourself",
        "desperately lonely, so alone, all alone, completely alone, achingly lonely",
        ("abandoned", "left out", "invisible", "sad", "longing"),
    ),
    Family(
        "invisible", -0.6, -0.2,
        "overlooked, unnoticed, ignored, forgotten",
        "invisible, unseen, not seen, unimportant, like you don't matter, like you didn't matter, don't matter, "
        "didn't matter, you don't count, like you don't exist, like you weren't there, looked through, "
        "second best, like an afterthought, an afterthought, not a priority, nobody notices, nobody noticed, "
        "nobody saw, no one saw, no one notices, matter to him, matter to her, matter to them, matter at all, "
        "want to matter",
        "like a ghost, like you're nothing, like furniture, like a piece of furniture, erased",
        ("left out", "lonely", "hurt", "misunderstood", "unappreciated"),
    ),
    Family(
        "misunderstood", -0.5, 0.1,
        "not quite understood, unheard",
        "misunderstood, not heard, not listened to, nobody listens, no one listens, nobody gets it, "
        "no one gets it, like talking to a wall, talking to a wall, misread, dismissed, not believed, disbelieved, "
        "not taken seriously",
        "silenced, shut down completely, gaslit",
        ("invisible", "lonely", "irritated", "hurt"),
    ),
    Family(
        "unappreciated", -0.5, 0.1,
        "undervalued, not thanked",
        "unappreciated, taken for granted, disrespected, not respected, ~used, pushed around, walked over, "
        "walked all over, treated like a servant, like a doormat, nobody thanked, no one thanked, "
        "unfairly treated, treated unfairly",
        "exploited, trampled, treated like dirt",
        ("invisible", "angry", "bitter", "hurt", "irritated"),
    ),
    Family(
        "sad", -0.7, -0.4,
        "~down, ~low, ~blue, glum, gloomy, bummed, a bit sad, bittersweet, wistful, subdued",
        "sad, sadness, unhappy, upset, tearful, in tears, crying, cry, sorrow, sorrowful, heavy-hearted, "
        "heavy heart, ~heavy, melancholy, miserable, misery, sadder, saddens, ~broken, cheerless",
        "heartbreaking, depressed, depressing, wretched, inconsolable, in bits, sobbing, heartsick, distraught",
        ("grieving", "hurt", "lonely", "let down", "longing", "hopeless"),
    ),
    Family(
        "grieving", -0.8, -0.3,
        "~mourn, the loss, such a loss",
        "grieving, grief, grieve, mourning, bereaved, sense of loss, feeling of loss, miss her, miss him, "
        "miss them, missing her, missing him, miss your, such a hole, a hole where",
        "grief-stricken, bereft, broken by grief",
        ("sad", "longing", "lonely"), "full of grief",
    ),
    Family(
        "longing", -0.3, 0.1,
        "wishing, wish you had, wish you could",
        "longing, long for, you long, you miss, homesick, yearning, yearn, you want so much, you so want, "
        "wanted to be held",
        "aching for, ache for, desperate for, craving, crave, starving for",
        ("lonely", "sad", "grieving"), "a longing to be close",
    ),
    Family(
        "hopeless", -0.9, -0.4,
        "discouraged, disheartened, ~dark, bleak, downhearted",
        "hopeless, hopelessness, despair, despairing, no way out, no point, what's the point, lost hope, "
        "losing hope, lost all hope, no hope, pointless",
        "in despair, utter despair, desperate, can't go on, at the end of your rope, at rock bottom, rock bottom",
        ("resigned", "helpless", "sad", "lost"),
    ),
    Family(
        "resigned", -0.5, -0.6,
        "~done with it, past caring, what's the use",
        "resigned, resignation, given up, giving up, give up, defeated, why bother, no use trying, "
        "not worth saying, stopped hoping, stopped trying",
        "beaten down, completely defeated, nothing left to try",
        ("hopeless", "exhausted", "let down", "numb"),
    ),
    Family(
        "numb", -0.4, -0.8,
        "~blank, ~far away, ~flat, spaced out, switched off",
        "numb, numbness, ~empty, emptiness, hollow, detached, shut down, ~dead inside, ~frozen, closed off, "
        "can't feel anything, don't feel anything, feel nothing, gone quiet inside",
        "completely numb, a shell, like a shell",
        ("resigned", "exhausted", "sad", "lonely"),
    ),
    Family(
        "exhausted", -0.4, -0.7,
        "tired, weary, drained, ~run down",
        "exhausted, exhausting, exhaustion, worn out, wearing you out, tiring, tiredness, fatigued, burned out, "
        "burnt out, burnout, fed up and tired, ~spent, sleepless, run ragged, no energy left, takes it out of you, "
        "taken it out of you",
        "bone-tired, dead tired, shattered, running on empty, on your last legs, at the end of your strength, "
        "nothing left to give, depleted, can't anymore, sick and tired",
        ("overwhelmed", "resigned", "numb"),
    ),
    Family(
        "overwhelmed", -0.6, 0.6,
        "stretched, a lot to carry, a lot on your plate, a lot at once, a lot to hold",
        "overwhelmed, overwhelming, swamped, under pressure, stressed, stressful, stress, too much, "
        "in over your head, pulled in every direction, pulled in all directions, weighed down, burdened, "
        "a heavy load, such a weight, carrying so much, carrying all",
        "drowning, going under, falling apart, at breaking point, at your breaking point, crushed by it, "
        "at your limit, can't cope, coming apart, at the end of your tether",
        ("exhausted", "anxious", "helpless"),
    ),
    Family(
        "anxious", -0.5, 0.7,
        "uneasy, unsettled, ~tense, apprehensive, jittery, a bit nervous, ~wondering if, ~wondering whether, "
        "wonder if you, wonder whether you, nagging",
        "anxious, anxiety, worried, worry, worrying, worries, nervous, on edge, walking on eggshells, "
        "on eggshells, stressed out, keyed up, ~wound up, on pins and needles, butterflies, bracing yourself, "
        "braced, waiting for the other shoe, keeps you up, keeping you up, can't settle, restless, on tenterhooks, "
        "dread, dreading, ill at ease, second-guessing",
        "panicked, panicking, panic, panicky, frantic, sick with worry, worried sick, beside yourself, in knots, "
        "tied up in knots",
        ("afraid", "unsure", "overwhelmed", "mistrustful"),
    ),
    Family(
        "afraid", -0.7, 0.7,
        "wary of what, ~shaken, spooked, timid",
        "afraid, scared, scary, scares you, scaring you, frightened, frightening, frightens, fear, fearful, fears, "
        "fearing, intimidated, threatened, alarmed, unsafe, not safe",
        "terrified, terrifying, terror, petrified, horrified, horrifying, scared to death, panic-stricken, "
        "fear of god",
        ("anxious", "exposed", "helpless", "shocked"),
    ),
    Family(
        "unsure", -0.2, 0.2,
        "hesitant, ~in two minds, ~of two minds, ambivalent, ~puzzled, iffy",
        "unsure, uncertain, uncertainty, confused, confusing, confusion, ~torn, conflicted, doubt, doubtful, "
        "doubting, doubts, insecure, don't know where you stand, not sure where you stand, "
        "don't know what to think, not knowing, mixed up, don't know if, wondering, can't tell if",
        "bewildered, all over the place, completely at a loss, head spinning, baffled, bewildering",
        ("anxious", "lost", "mistrustful"),
    ),
    Family(
        "lost", -0.5, -0.1,
        "~adrift, ~at sea, aimless",
        "~lost, at a loss, don't know where to go, no ground under, directionless, rootless, "
        "don't know who you are, don't know what to do with yourself, ungrounded, out of place, uprooted, "
        "homeless inside",
        "world fell apart, ground gone from under, pulled the rug, rug pulled, lost yourself, unmoored",
        ("unsure", "hopeless", "lonely", "helpless", "sad"),
    ),
    Family(
        "mistrustful", -0.4, 0.3,
        "wary, guarded, ~careful with me, ~cautious",
        "mistrustful, distrustful, suspicious, mistrust, distrust, can't trust, don't trust, hard to trust, "
        "skeptical, sceptical, doubt that i, hard to believe me, not sure you can trust, trust me again, "
        "whether you can trust",
        "paranoid, trust no one, can't trust anyone, trust nobody",
        ("unsure", "betrayed", "anxious", "cornered"),
    ),
    Family(
        "helpless", -0.7, 0.0,
        "~small, ~weak, unable to do anything, ~smaller",
        "helpless, helplessness, powerless, powerlessness, out of your hands, out of control, no control, no say, "
        "incapable, can't do anything about, hands are tied, ~fragile, defenceless, defenseless",
        "at their mercy, at his mercy, at her mercy, completely powerless, paralysed, paralyzed",
        ("hopeless", "cornered", "afraid", "overwhelmed", "useless"),
    ),
    Family(
        "cornered", -0.6, 0.5,
        "~crowded, under pressure to, ~pushed, put on the spot, on the spot",
        "cornered, trapped, ~stuck, pressured, suffocated, suffocating, smothered, boxed in, hemmed in, caged, "
        "backed into a corner, ~controlled, ganged up on, ~attacked, under attack, interrogated, invaded",
        "imprisoned, can't breathe, strangled, up against the wall",
        ("helpless", "overwhelmed", "anxious", "irritated", "exposed"),
    ),
    Family(
        "exposed", -0.5, 0.5,
        "~raw, ~open, ~seen through",
        "exposed, vulnerable, vulnerability, unprotected, on display, ~naked, laid bare, risky to show, "
        "put yourself out there",
        "stripped bare, completely exposed, defenceless in front",
        ("ashamed", "afraid", "humiliated", "betrayed"),
    ),
    Family(
        "ashamed", -0.6, -0.1,
        "embarrassed, embarrassing, awkward, sheepish, embarrassment, self-conscious",
        "ashamed, shame, shameful, want to hide, wanted to hide, hard on yourself, hate yourself for, "
        "angry with yourself, angry at yourself, bad about yourself, something wrong with you, wrong with you, "
        "too needy, beat yourself up, beating yourself up",
        "mortified, disgusted with yourself, hate yourself, hated yourself, sink into the ground, "
        "sink through the floor, crawl into a hole, self-loathing, self-hatred",
        ("humiliated", "guilty", "foolish", "exposed", "useless"),
    ),
    Family(
        "humiliated", -0.8, 0.5,
        "shown up, talked down to, belittled, patronized, patronised",
        "humiliated, humiliating, humiliation, laughed at, mocked, ridiculed, made fun of, put down, degraded, "
        "made to look stupid, an insult, insulted, insulting, demeaning, demeaned, degrading, "
        "treated like a child",
        "torn down in front, dragged through the mud, stripped of your dignity, crushed in front",
        ("ashamed", "foolish", "hurt", "exposed", "left out"),
    ),
    Family(
        "foolish", -0.5, 0.2,
        "~silly, ~daft, naive, naïve, a bit stupid",
        "foolish, ~stupid, like an idiot, like a fool, an idiot, a fool, ridiculous, ~dumb",
        "like a complete idiot, like a complete fool, utterly ridiculous, like the biggest fool",
        ("ashamed", "humiliated", "useless"),
    ),
    Family(
        "guilty", -0.6, 0.2,
        "~bad about it, sorry about it, regretful",
        "guilty, guilt, blame yourself, blaming yourself, regret, regrets, remorse, remorseful, "
        "like it's your fault, like you failed, like you've failed, on your conscience, bad for leaving, "
        "responsible for everything",
        "eaten up by guilt, wracked with guilt, can't forgive yourself, never forgive yourself, tormented by",
        ("ashamed", "sad"),
    ),
    Family(
        "useless", -0.7, -0.3,
        "not good enough, ~inadequate, not enough, ~less than",
        "useless, worthless, worthlessness, inferior, a failure, like a failure, a burden, like a burden, "
        "unneeded, not needed, no longer needed, no use to, no good, nobody needs you, no one needs you, "
        "incompetent, expendable, replaceable, ~replaced",
        "completely worthless, like garbage, like rubbish, good for nothing, like trash",
        ("ashamed", "helpless", "humiliated", "invisible", "foolish"),
    ),
    Family(
        "jealous", -0.5, 0.5,
        "a bit envious",
        "jealous, jealousy, envious, envy, possessive, replaced by, compared to",
        "green with envy, eaten up with jealousy, consumed by jealousy",
        ("hurt", "unsure", "angry", "bitter"),
    ),
    Family(
        "angry", -0.6, 0.8,
        "~cross, ~sore at, put out, miffed, ~hot under the collar, ~mad at",
        "angry, anger, mad, pissed off, pissed, indignant, outraged, angers, makes you mad, up in arms, heated",
        "furious, fury, enraged, rage, raging, livid, seething, boiling, incensed, blood boil, seeing red, fuming",
        ("irritated", "bitter", "hurt", "disgusted", "betrayed"),
    ),
    Family(
        "irritated", -0.4, 0.5,
        "a bit annoyed, ~bothered, impatient, niggled, ~prickly",
        "irritated, annoyed, annoying, frustrated, frustrating, frustration, fed up, aggravated, irritating, "
        "aggravating, exasperated, on your nerves, irks you, bugs you, bugging you, had enough, sick of",
        "at the end of your patience, up to here, driven up the wall, driving you crazy, driving you up the wall, "
        "infuriating",
        ("angry", "bitter", "misunderstood"),
    ),
    Family(
        "bitter", -0.7, 0.3,
        "~sour, grudging, ~cynical",
        "bitter, bitterness, resentful, resentment, resent, hold a grudge, embittered, jaded, holding it against",
        "hateful, hatred, poisoned by it, full of hate, hate me, hate him, hate her, hate them",
        ("angry", "irritated", "hurt", "unappreciated", "let down"),
    ),
    Family(
        "disgusted", -0.7, 0.4,
        "put off, turned off, ~cold toward",
        "disgusted, disgust, disgusting, contempt, contemptuous, scornful, scorn, repelled, grossed out, sickened",
        "revolted, revulsion, repulsed, sick to your stomach, turns your stomach, loathing, loathe",
        ("angry", "bitter"),
    ),
    Family(
        "shocked", -0.3, 0.8,
        "~surprised, taken aback, caught off guard, startled, thrown by",
        "shocked, shocking, shock, stunned, blindsided, out of nowhere, out of the blue, in disbelief, rattled, "
        "jolted, shaken up, knocked sideways",
        "traumatized, traumatised, reeling, floored, blown away by the news, dumbstruck, shell-shocked",
        ("afraid", "unsure", "hurt"),
    ),
    Family(
        "relieved", 0.6, -0.4,
        "~lighter, ~looser, ~eased",
        "relieved, relief, weight off, a weight lifted, breathe again, you could breathe, able to breathe, "
        "finally breathe, let your guard down, off your chest, exhale, finally believed",
        "so relieved, huge relief, enormous relief, weight off your shoulders",
        ("peaceful", "grateful", "hopeful", "safe"),
    ),
    Family(
        "hopeful", 0.6, 0.3,
        "a little hope, a bit of hope, ~curious whether, glimmer",
        "hopeful, hoping, optimistic, encouraged, encouraging, looking forward, light at the end, "
        "a way forward",
        "full of hope, so hopeful",
        ("relieved", "excited", "longing"),
    ),
    Family(
        "happy", 0.8, 0.4,
        "glad, content, ~pleased, cheered up, ~better",
        "happy, happiness, joy, joyful, delighted, cheerful, ~great, glad about, enjoying, happier",
        "overjoyed, thrilled, over the moon, ecstatic, elated, on top of the world, blissful, on cloud nine",
        ("excited", "grateful", "proud", "peaceful"),
    ),
    Family(
        "excited", 0.7, 0.8,
        "looking forward to, ~keen, eager",
        "excited, exciting, excitement, enthusiastic, pumped, fired up, inspired, energized, energised",
        "can't wait, exhilarated, buzzing",
        ("happy", "hopeful", "proud"),
    ),
    Family(
        "proud", 0.7, 0.4,
        "a bit proud, ~strong, ~capable, accomplished",
        "proud, pride, confident, self-assured, pleased with yourself, held your head up, dignity",
        "so proud, bursting with pride, triumphant",
        ("happy", "excited"),
    ),
    Family(
        "grateful", 0.7, 0.0,
        "appreciative, ~lucky",
        "grateful, gratitude, thankful, blessed, appreciate it, indebted",
        "so grateful, eternally grateful, deeply thankful",
        ("happy", "tender", "relieved", "loved"),
    ),
    Family(
        "tender", 0.4, -0.1,
        "~soft, ~warm, softened, ~moved",
        "tender, tenderness, touched, touching, fond, affection, affectionate, soft spot, warmth, gentle with, "
        "love for, caring so much, care so much, cared so much, love her, love him, love them",
        "deeply moved, deeply touched, moved to tears, overcome with love",
        ("grateful", "loved", "sad"),
    ),
    Family(
        "loved", 0.8, 0.1,
        "~liked, ~close, ~included, ~welcome",
        "loved, cherished, cared for, ~accepted, belonging, ~connected, ~held, cared about, ~wanted, ~understood, "
        "~seen, ~heard, like you belong",
        "adored, treasured, deeply loved",
        ("safe", "grateful", "tender", "happy"),
    ),
    Family(
        "safe", 0.6, -0.5,
        "~comfortable, ~at ease, reassured",
        "~safe, secure, ~protected, safety, at home with, trusting, in good hands",
        "completely safe, totally secure",
        ("peaceful", "relieved", "loved"),
    ),
    Family(
        "peaceful", 0.6, -0.7,
        "~calm, ~settled, ~quiet inside",
        "peaceful, at peace, relaxed, serene, calmer, calmed down, ~rested, ~still inside, tranquil",
        "completely at peace, deeply calm",
        ("safe", "relieved", "happy"),
    ),
)  # fmt: skip

BY_NAME: dict[str, Family] = {family.name: family for family in FAMILIES}

NEAR_DISTANCE = 0.15
"""Families of the same sign of valence this close in valence and arousal are near each other."""
PLAUSIBLE_DISTANCE = 0.7
"""A named family of the same sign of valence within this of something that the speaker feels is not called wrong: a
speaker feels more than an exercise lists."""

SPEAKER_WORDS: dict[str, str] = {
    "aching": "hurt",
    "lonesome": "lonely",
    "unloved": "invisible",
    "unimportant": "invisible",
    "disappointed": "let down",
    "frustrated": "irritated",
    "resentful": "bitter",
    "trapped": "cornered",
    "stuck": "cornered",
    "lost": "lost",
    "small": "helpless",
    "weak": "helpless",
    "empty": "numb",
    "flat": "numb",
    "down": "sad",
    "low": "sad",
    "torn": "unsure",
    "stupid": "foolish",
    "silly": "foolish",
    "calm": "peaceful",
    "close": "loved",
    "tense": "anxious",
    "raw": "exposed",
    "needy": "longing",
    "contemptuous": "disgusted",
    "conflicted": "unsure",
    "worried": "anxious",
    "cross": "angry",
}
"""How exercise files may call a feeling, where the word alone has no frame to be recognized in."""
