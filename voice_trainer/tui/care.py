"""Where to turn when something was touched: no number and no address from anybody's memory. Pure."""

from __future__ import annotations

AFTER_HEAVY = (
    "If this touched something of your own, let it settle before the next one, and speak to somebody you trust."
)
DANGER = "If you or somebody else is in danger, call your local emergency number."


def after_heavy(help_line: str = "") -> str:
    """What stands after an exercise with a content note.

    Args:
        help_line: where to turn, as the user or their coach wrote it in the settings; "" for none.
    """
    return " ".join(part for part in (AFTER_HEAVY, help_line.strip(), DANGER) if part)


def looking_after_you(help_line: str = "") -> str:
    """What stands in the help, whatever was practised."""
    begin = "Some of this may touch things of your own. Stop whenever you like, and speak to somebody you trust."
    return " ".join(part for part in (begin, help_line.strip(), DANGER) if part)
