"""One calm palette, twice: dusk (dark) and daylight (light). Both are checked for contrast in the tests.

Two colours carry meaning all through the trainer: ``primary`` is you, ``accent`` is the one who speaks to you. Nothing
is said by colour alone; a mark or a word always says it too.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = "dusk"
LIGHT = "daylight"

DUSK = Theme(
    name=DARK,
    dark=True,
    background="#171b20",
    surface="#1d2228",
    panel="#262d34",
    foreground="#dcdbd4",
    primary="#8cc0b2",
    secondary="#a3b1d6",
    accent="#e3b88b",
    success="#a5c79a",
    warning="#e0a878",
    error="#dd9283",
    variables={
        "border": "#3a444d",
        "border-blurred": "#323b43",
        "footer-background": "#1d2228",
        "footer-key-foreground": "#e3b88b",
        "footer-description-foreground": "#aeb3b0",
        "block-cursor-background": "#31433f",
        "block-cursor-foreground": "#eef1ec",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#262d34",
        "block-cursor-blurred-foreground": "#dcdbd4",
        "block-hover-background": "#242a31",
        "input-selection-background": "#8cc0b2 30%",
        "input-cursor-background": "#8cc0b2",
        "input-cursor-foreground": "#171b20",
        "scrollbar": "#3a444d",
        "scrollbar-hover": "#4c5963",
        "scrollbar-active": "#8cc0b2",
        "scrollbar-background": "#1a1f24",
        "scrollbar-background-hover": "#1a1f24",
        "scrollbar-background-active": "#1a1f24",
        "quiet": "#9aa19f",
    },
)

DAYLIGHT = Theme(
    name=LIGHT,
    dark=False,
    background="#f7f4ee",
    surface="#f0ece3",
    panel="#e7e1d5",
    foreground="#2b2f33",
    primary="#276b5f",
    secondary="#46558a",
    accent="#8c4f16",
    success="#3f6a35",
    warning="#94500f",
    error="#9c3f2e",
    variables={
        "border": "#cdc5b5",
        "border-blurred": "#d8d1c3",
        "footer-background": "#efeae0",
        "footer-key-foreground": "#8c4f16",
        "footer-description-foreground": "#565b5c",
        "block-cursor-background": "#d3e4dd",
        "block-cursor-foreground": "#1c2b28",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#e7e1d5",
        "block-cursor-blurred-foreground": "#2b2f33",
        "block-hover-background": "#ebe6db",
        "input-selection-background": "#276b5f 25%",
        "input-cursor-background": "#276b5f",
        "input-cursor-foreground": "#f7f4ee",
        "scrollbar": "#cdc5b5",
        "scrollbar-hover": "#b9af9c",
        "scrollbar-active": "#276b5f",
        "scrollbar-background": "#f0ece3",
        "scrollbar-background-hover": "#f0ece3",
        "scrollbar-background-active": "#f0ece3",
        "quiet": "#63696a",
    },
)

THEMES = (DUSK, DAYLIGHT)
