"""The forms of English pages."""

from __future__ import annotations

import re

from cstodata.extraction.grammar.language import Language, form, words

_MONTHS = "january february march april may june july august september october november december"

ENGLISH = Language(
    tag="en",
    alphabet=re.compile("[A-Za-z]+"),
    openings=("Delegation", "Plenipotentiary", "Website"),
    delegation=form(
        r"Delegation of (?P<parliament>.+?) (?:to|in) the CSTO (?:PA|Parliamentary Assembly)"
        r" (?:consists of|is represented by) (?P<seats>.+)"
    ),
    part=form(
        r"(?P<number>[\w-]+(?: [\w-]+){0,2}?) (?P<title>deputies|deputy|members?|senators?)"
        r"(?: (?:from|of) (?P<body>.+))?"
    ),
    between=form(r"(?:,? and |, )(?=(?:[\w-]+ ){1,3}(?:deputies|deputy|members?|senators?)\b)"),
    titles={
        "deputies": "deputies",
        "deputy": "deputies",
        "members": "members",
        "member": "members",
        "senators": "senators",
        "senator": "senators",
    },
    representative=form(r"Plenipotentiary representative of (?P<head>[^:]+):(?P<person>.+)"),
    joint=re.compile(r", | - "),
    website=form(r"Website of (?P<chamber>[^:]+):(?P<address>.*)"),
    link=" of ",
    date=form(r"(?P<day>[0-9]{1,2}) (?P<month>[a-z]+) (?P<year>[0-9]{4})"),
    months=tuple(_MONTHS.split()),
    place=re.compile(
        r"On (?:[A-Z][a-z]+ [0-9]{1,2}|[0-9]{1,2} [A-Z][a-z]+)(?:,? [0-9]{4})?,? "
        r"(?P<place>[A-Z][\w'-]*\.?(?:[ -][A-Z][\w'-]*\.?){0,4}) hosted "
    ),
    witness="in {}",
    offices=form(
        r"(?:(?:first|vice) )?(?:deputy|vice|acting|chairman|chairwoman|chairperson|chair|speaker|executive secretary"
        r"|secretary(?:[ -]general)?|minister|prime minister|president|head|director|member|senator|ambassador"
        r"|commander|plenipotentiary representative|coordinator|rector)\b"
    ),
    conjunction=" and ",
    unfinished=words("of the on in to for at and with a an acting vice first"),
    ranks=words(
        "general colonel major captain lieutenant admiral marshal senator deputy ambassador professor academician",
        "doctor mr mr. mrs mrs. ms ms. dr dr.",
    ),
    articles=frozenset(("the", "a", "an")),
    nameless=words(
        "the a an on in at of by assembly council committee commission parliament parliamentary state senate ministry",
        "secretariat duma republic federation organization organisation union group conference meeting centre center",
        "institute university department delegation january february march april may june july august september",
        "october november december to be not yet same see above below none nobody vacant vacancy position",
        "appointed",
    ),
    envoy="Plenipotentiary representative",
    small_words=words(
        "of the on in to for at and with a an affairs assembly authority board bureau centre center chamber commission",
        "committee cooperation council delegation department division faction foreign group house international",
        "ministry mission office parliament parliamentary party permanent secretariat section security senate service",
        "standing state university",
    ),
)
