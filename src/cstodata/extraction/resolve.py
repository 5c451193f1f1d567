"""Whom the names of bodies mean in a sentence, and what to say of those that mean nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.extraction.bodies import Body
from cstodata.extraction.ledger import as_row
from cstodata.extraction.names import code_of, is_cyrillic, key, nearest
from cstodata.extraction.reading import nearest_known

if TYPE_CHECKING:
    from cstodata.extraction.bodies import Chamber, Parliament
    from cstodata.extraction.lines import Words
    from cstodata.extraction.reading import Reading
    from cstodata.extraction.sentences import Part

SENATORS = "senators"
_UNKNOWN_CODE = "<code>"


def find_body(reading: Reading, words: Words, block: str | None) -> Body | None:
    """The parliament or chamber that some words mean; None if that is a problem, which is then noted.

    Args:
        reading: The page.
        words: The name.
        block: The parliament whose delegation the sidebar spoke of last: it tells which of several is meant.
    """
    bodies = reading.known.bodies
    if body := bodies.find(words.text):
        return body
    meanings = bodies.meanings(words.text)
    if block and meanings and (body := bodies.within[block].get(key(words.text))):
        return body
    if meanings:
        reading.ledger.refuse(words, f'"{words.text}" may be {" or ".join(meanings)}', "Name its parliament in full.")
    else:
        _refuse_body(reading, words)
    return None


def find_parliament(reading: Reading, words: Words, block: str | None = None) -> Parliament | None:
    """The parliament that some words mean; None if that is a problem, which is then noted."""
    body = find_body(reading, words, block)
    if body and body.chamber_id:
        name = reading.known.bodies.name_of(body)
        reading.ledger.refuse(words, f"it is a chamber, not a parliament: {name}", "Compare it with the page.")
        return None
    return reading.known.bodies.parliaments[body.parliament_id] if body else None


def find_chamber(reading: Reading, words: Words, block: str | None) -> Chamber | None:
    """The chamber that some words mean, or the only one of the parliament that they mean; None if that is a problem."""
    body = find_body(reading, words, block)
    if not body:
        return None
    chamber = reading.known.bodies.chamber_of(body)
    if not chamber:
        _refuse_parliament_as_chamber(reading, words, reading.known.bodies.parliaments[body.parliament_id])
    return chamber


def find_seats(reading: Reading, part: Part, parliament: Parliament, stated: Words) -> Chamber | None:
    """The chamber that fills a part of the seats of a parliament's delegation; None if that is a problem.

    Args:
        reading: The page.
        part: The part.
        parliament: The parliament.
        stated: The parliament as the sentence words it.
    """
    bodies = reading.known.bodies
    body = Body(parliament.parliament_id, None)
    if part.body and not _is_country(part.body, parliament, stated):
        found = bodies.within[parliament.parliament_id].get(key(part.body.text))
        if not found:
            _refuse_chamber(reading, part.body, parliament)
            return None
        body = found
    chamber = bodies.chamber_of(body)
    if not chamber and part.title == SENATORS:
        chamber = next((each for each in parliament.chambers if each.kind == "upper"), None)
    if not chamber:
        _refuse_parliament_as_chamber(reading, part.words, parliament)
    return chamber


def _is_country(words: Words, parliament: Parliament, stated: Words) -> bool:
    """Whether a body is only its country, as in "12 senators of the Russian Federation".

    The tables do not hold the Russian names of countries: there it is what the parliament's own name ends with.
    """
    if is_cyrillic(words.text):
        return key(stated.text).endswith(f" {key(words.text)}")
    return key(words.text) in map(key, parliament.countries)


def _refuse_body(reading: Reading, words: Words) -> None:
    bodies = reading.known.bodies
    near = nearest(words.text, {name: key(name) for name in map(bodies.name_of, _all(reading))})
    if is_cyrillic(words.text):
        mend = f"Correct the name, or add the row of names: {_alias(reading, words)}"
    else:
        country, code = _country(words.text)
        row = as_row(code, country, words.text.removeprefix("the "), None, reading.source)
        mend = f"Correct the name, or add the row of parliaments: {row}"
    reading.ledger.refuse(words, f'no parliament or chamber is called "{words.text}"{nearest_known(near)}', mend)


def _refuse_chamber(reading: Reading, words: Words, parliament: Parliament) -> None:
    """Note that a parliament has no such chamber."""
    near = nearest(words.text, {chamber.name: key(chamber.name) for chamber in parliament.chambers})
    if is_cyrillic(words.text):
        mend = f"Correct the name, or add the row of names: {_alias(reading, words)}"
    else:
        name = words.text.partition(" of the ")[0].removeprefix("the ")
        mend = f"Correct the name, or add the row of chambers: {_chamber_row(reading, parliament, name)}"
    reading.ledger.refuse(
        words, f'the {parliament.name} has no chamber called "{words.text}"{nearest_known(near)}', mend
    )


def _refuse_parliament_as_chamber(reading: Reading, words: Words, parliament: Parliament) -> None:
    """Note that a chamber is not named, and that it is not clear which one is meant."""
    if parliament.chambers:
        names = " or ".join(chamber.name for chamber in parliament.chambers)
        reading.ledger.refuse(words, f"it does not say which chamber: {names}", "Compare it with the page.")
        return
    row = _chamber_row(reading, parliament, parliament.short_name)
    reading.ledger.refuse(words, f"no chamber of the {parliament.name} is known", f"Add the row of chambers: {row}")


def _chamber_row(reading: Reading, parliament: Parliament, name: str) -> str:
    kind = "lower" if parliament.chambers else "single"
    code = f"{parliament.parliament_id}-LC01"
    if any(chamber.chamber_id == code for chamber in parliament.chambers):
        kind, code = "upper", f"{parliament.parliament_id}-UC01"
    return as_row(code, parliament.parliament_id, name, kind, None, reading.source)


def _alias(reading: Reading, words: Words) -> str:
    return as_row(words.text, "ru", "<parliament>", "<or chamber>", reading.source, None)


def _country(name: str) -> tuple[str, str]:
    """The country that a body's name ends with, and its code."""
    rest = name
    while " of " in rest:
        rest = rest.partition(" of ")[2].removeprefix("the ")
        if code := code_of(rest):
            return rest, code
    return name.rpartition(" of ")[2].removeprefix("the "), _UNKNOWN_CODE


def _all(reading: Reading) -> list[Body]:
    bodies = reading.known.bodies
    parliaments = [Body(each, None) for each in bodies.parliaments]
    chambers = [each for each in bodies.chambers.values() if each.kind != "single"]
    return parliaments + [Body(each.parliament_id, each.chamber_id) for each in chambers]
