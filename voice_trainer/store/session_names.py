"""Where names stand in what is kept of sessions, and how one is taken out everywhere."""

from __future__ import annotations

import msgspec
import sqlalchemy as sql

from voice_trainer.session import ConsentRules

from .rows import portions
from .schema import attempts
from .session_tables import consents, entries, people, ratings, sessions, states, tallies


def names_in(connection: sql.Connection) -> frozenset[str]:
    """Every name: of coaches, people, raters, observers and listeners."""
    found: set[str] = set()
    for column in (sessions.c.coach, people.c.name, ratings.c.rater, tallies.c.observer):
        found.update(connection.execute(sql.select(column).distinct()).scalars())
    for listeners in connection.execute(sql.select(consents.c.listeners).distinct()).scalars():
        found.update(msgspec.json.decode(listeners, type=tuple[str, ...]))
    for rules in connection.execute(sql.select(sessions.c.rules).distinct()).scalars():
        found.update(msgspec.json.decode(rules, type=ConsentRules).listeners)
    return frozenset(found)


def remove_name(connection: sql.Connection, name: str) -> int:
    """See ``Sessions.remove_name``."""
    theirs = connection.execute(sql.select(people.c.id, people.c.session_id).where(people.c.name == name)).all()
    for some in portions([person_id for person_id, _ in theirs]):
        shared = sql.select(entries.c.attempt_id).join(sessions)
        shared = shared.where(entries.c.person_id.in_(some), sessions.c.place == "network")
        connection.execute(attempts.delete().where(attempts.c.id.in_(shared)))
        connection.execute(people.delete().where(people.c.id.in_(some)))
    for some in portions({session_id for _, session_id in theirs}):
        # It tells who was where and who is next, by ids and in sentences; a session that goes on begins anew.
        connection.execute(states.delete().where(states.c.session_id.in_(some)))
    connection.execute(ratings.delete().where(ratings.c.rater == name))
    connection.execute(tallies.delete().where(tallies.c.observer == name))
    _remove_listener(connection, name)
    return len(theirs)


def _remove_listener(connection: sql.Connection, name: str) -> None:
    written = msgspec.json.encode(name).decode()
    query = sql.select(consents.c.id, consents.c.listeners).where(
        consents.c.listeners.contains(written, autoescape=True)
    )
    for identity, listeners in connection.execute(query).all():
        left = tuple(one for one in msgspec.json.decode(listeners, type=tuple[str, ...]) if one != name)
        here = consents.c.id == identity
        connection.execute(consents.update().where(here).values(listeners=msgspec.json.encode(left).decode()))
    inside = sql.select(sessions.c.id, sessions.c.rules).where(sessions.c.rules.contains(written, autoescape=True))
    for identity, text in connection.execute(inside).all():
        rules = msgspec.json.decode(text, type=ConsentRules)
        rules = msgspec.structs.replace(rules, listeners=tuple(one for one in rules.listeners if one != name))
        here = sessions.c.id == identity
        connection.execute(sessions.update().where(here).values(rules=msgspec.json.encode(rules).decode()))
