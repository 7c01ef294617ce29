"""The plotting library's SVG made fit for a page: no styles of its own, no random names, colours by class.

A strict content security policy lets no ``style`` attribute work, and colours must follow the reader's light or dark,
so each colour that a picture is drawn with stands for a class.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
COLOURS: dict[str, str] = {
    "you": "#100001",
    "them": "#100002",
    "text": "#100003",
    "quiet": "#100004",
    "line": "#100005",
    "band": "#100006",
    "nearer": "#100007",
    "asks": "#100008",
    "away": "#100009",
    "beside": "#10000a",
}
"""Role → the colour that it is drawn with; the page's style gives each its real one."""
WORD = "word-"
"""A group of this name and a number becomes ``data-word``, by which the page finds the word that is being said."""
_ROLES = {colour: role for role, colour in COLOURS.items()}
_PROPERTIES = frozenset(
    {
        "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap", "stroke-linejoin",
        "stroke-dasharray", "stroke-dashoffset", "opacity", "font-size", "font-weight", "text-anchor",
    }
)  # fmt: skip
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")

ET.register_namespace("", SVG)


def tidy(source: str, *, name: str, title: str, description: str) -> str:
    """The picture as it goes into the page.

    Args:
        source: what the plotting library wrote.
        name: unique on the page; begins every id. title, description: what a screen reader says.
    """
    root = ET.fromstring(source)
    root = _without_extras(root)
    used = _references(root)
    for element in root.iter():
        _restyle(element)
        _rename(element, name, used)
    _without_empty(root)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-about")
    for at, (tag, text) in enumerate((("title", title), ("desc", description))):
        told = ET.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{'about' if at else 'title'}"})
        told.text = text
        root.insert(at, told)
    return ET.tostring(root, encoding="unicode")


def _without_extras(root: ET.Element) -> ET.Element:
    """Without metadata and style sheets, nor the definitions that only held one."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
    for child in list(root):
        if child.tag == f"{{{SVG}}}defs" and not len(child):
            root.remove(child)
    return root


def _without_empty(element: ET.Element) -> None:
    """Groups with nothing in them go, the innermost first."""
    for child in list(element):
        _without_empty(child)
        if child.tag == f"{{{SVG}}}g" and not len(child):
            element.remove(child)
    element.tail = None
    if element.tag != f"{{{SVG}}}text":
        element.text = None


def _references(root: ET.Element) -> set[str]:
    used: set[str] = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            used.update(_REFERENCE.findall(value))
            if key in ("href", f"{{{XLINK}}}href"):
                used.add(value.removeprefix("#"))
    return used


def _restyle(element: ET.Element) -> None:
    """Move what its ``style`` says into attributes, and its colours into classes."""
    declared = element.attrib.pop("style", "")
    values: dict[str, str] = {key: element.attrib.pop(key) for key in ("fill", "stroke") if key in element.attrib}
    for declaration in declared.split(";"):
        key, _, value = declaration.partition(":")
        if key.strip() in _PROPERTIES:
            values[key.strip()] = value.strip()
        elif key.strip() == "font":
            size = re.search(r"([\d.]+)px", value)
            values.update({"font-size": size.group(1)} if size else {})
            values.update({"font-weight": "bold"} if re.search(r"\b(bold|[67]00)\b", value) else {})
    classes = []
    for key, value in values.items():
        role = _ROLES.get(value.lower())
        if key in ("fill", "stroke") and role is not None:
            classes.append(f"{key}-{role}")
        else:
            element.set(key, value)
    if classes:
        element.set("class", " ".join(classes))
    for key in ("d", "x", "y", "transform", "points"):
        if key in element.attrib:
            element.set(key, " ".join(_NUMBER.sub(_tenth, element.attrib[key]).split()))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]


def _tenth(number: re.Match[str]) -> str:
    """A tenth of a pixel is as fine as anybody sees."""
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _rename(element: ET.Element, name: str, used: set[str]) -> None:
    """Ids that nothing points at go; the others begin with the picture's name."""
    own = element.attrib.pop("id", "")
    if own in used:
        element.set("id", f"{name}-{own}")
    elif own.startswith(WORD):
        element.set("data-word", own.removeprefix(WORD))
    for key, value in list(element.attrib.items()):
        if key == f"{{{XLINK}}}href":
            del element.attrib[key]
            element.set("href", f"#{name}-{value.removeprefix('#')}")
        elif "url(#" in value:
            element.set(key, _REFERENCE.sub(lambda found: f"url(#{name}-{found[1]})", value))
