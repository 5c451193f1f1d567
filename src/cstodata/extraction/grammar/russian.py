"""The forms of Russian pages."""

from __future__ import annotations

import re

from cstodata.extraction.grammar.language import Language, form, words

_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"

RUSSIAN = Language(
    tag="ru",
    alphabet=re.compile("[А-Яа-яЁё]+"),
    openings=("Делегация", "Полномочный", "Сайт"),
    delegation=form(r"Делегация (?P<parliament>.+?) в ПА ОДКБ (?:представлена|состоит из) (?P<seats>.+)"),
    part=form(
        r"(?P<number>[\w-]+(?: [\w-]+){0,2}?) (?P<title>(?:депутат|член|сенатор)(?:ами|ом|ов|а))"
        r"(?: (?:от )?(?P<body>.+))?"
    ),
    between=form(r"(?:,? и |, )(?=(?:[\w-]+ ){1,3}(?:депутат|член|сенатор)(?:ами|ом|ов|а)\b)"),
    titles={
        stem + ending: title
        for stem, title in (("депутат", "deputies"), ("член", "members"), ("сенатор", "senators"))
        for ending in ("ами", "ом", "ов", "а")
    },
    representative=form(r"Полномочный представитель (?P<head>[^:]+):(?P<person>.+)"),
    joint=re.compile(r", | - "),
    website=form(r"Сайт (?P<chamber>[^:]+):(?P<address>.*)"),
    link=" ",
    date=form(r"(?P<day>[0-9]{1,2}) (?P<month>[а-я]+) (?P<year>[0-9]{4})(?: года| г\.?)?"),
    months=tuple(_MONTHS.split()),
    place=None,
    witness="в {}",
    offices=form(
        r"(?:первый )?(?:заместитель|вице-спикер|председатель|спикер|ответственный секретарь|секретарь|министр"
        r"|президент|глава|руководитель|директор|член|сенатор|депутат|посол|командующий|полномочный представитель"
        r"|координатор|ректор)\b"
    ),
    conjunction=" и ",
    unfinished=words("и в на по с для при от"),
    ranks=words(
        "генерал полковник майор капитан лейтенант адмирал маршал сенатор депутат посол профессор",
    ),
    articles=frozenset(),
    nameless=words(
        "в на и по с ассамблея собрание совет комитет комиссия парламент дума сенат министерство секретариат",
        "республика федерация организация союз группа конференция заседание центр институт университет",
    ),
    envoy="Полномочный представитель",
    small_words=None,
)
