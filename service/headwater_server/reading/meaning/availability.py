"""Whether an item can be bought, in the words of shops."""

from __future__ import annotations

from headwater_server.reading.sql import text_sql

AVAILABLE = [
    "instock",
    "in-stock",
    "available",
    "yes",
    "y",
    "true",
    "t",
    "1",
    "on",
    "active",
    "published",
    "enabled",
    "limitedavailability",
    "lowstock",
    "limited",
    "onlineonly",
    "instoreonly",
    "presale",
    "preorder",
    "preordered",
    "backorder",
    "backordered",
    "madetoorder",
    "onbackorder",
    "reserved",
    "availablefororder",
    "ja",
    "oui",
    "si",
    "sí",
    "sim",
    "tak",
    "да",
    "вналичии",
    "наскладе",
    "verfügbar",
    "auflager",
    "lieferbar",
    "vorrätig",
    "vorbestellbar",
    "enstock",
    "disponible",
    "disponibile",
    "disponível",
    "dostępny",
    "opvoorraad",
    "beschikbaar",
    "有货",
    "有貨",
    "在庫あり",
    "是",
    "はい",
    "instockonline",
    "wahr",
    "vrai",
    "verdadero",
    "vero",
    "verdadeiro",
    "prawda",
]
GONE = [
    "outofstock",
    "out-of-stock",
    "unavailable",
    "notavailable",
    "no",
    "n",
    "false",
    "f",
    "0",
    "off",
    "inactive",
    "draft",
    "archived",
    "unpublished",
    "disabled",
    "soldout",
    "discontinued",
    "deleted",
    "ended",
    "expired",
    "nein",
    "non",
    "não",
    "nao",
    "nie",
    "нет",
    "нетвналичии",
    "ausverkauft",
    "nichtverfügbar",
    "nichtlieferbar",
    "nichtauflager",
    "vergriffen",
    "épuisé",
    "nondisponible",
    "indisponible",
    "rupturedestock",
    "agotado",
    "sinstock",
    "nodisponible",
    "esaurito",
    "nondisponibile",
    "esgotado",
    "indisponível",
    "niedostępny",
    "brak",
    "uitverkocht",
    "nietopvoorraad",
    "缺货",
    "缺貨",
    "無貨",
    "无货",
    "在庫なし",
    "否",
    "いいえ",
    "falsch",
    "faux",
    "falso",
    "fałsz",
]


_SAY_GONE = (
    "outofstock|unavailable|notavailable|notinstock|soldout|discontinued|nolonger|"
    "ausverkauft|vergriffen|^nicht|nichtmehr|nichtlieferbar|nichtverfügbar|nichtvorrätig|"
    "rupture|épuisé|epuise|indisponible|agotado|"
    "sinstock|sinexistencias|esaurito|esgotado|uitverkocht|^niet|niedostępn|wyprzedan|нетвналичии|"
    "^нет|распродан"
)
"""What says that an item is gone, whatever stands around it: `currently out of stock`."""


def availability_sql(cell: str) -> str:
    """Return SQL of 'true', 'false', NULL for an empty cell, and any other word as it stands.

    A number is a quantity: more than 0 is available. What can be ordered now and comes later
    (preorder, backorder) is available. URLs of schema.org are read, too.
    """
    word = f"regexp_replace(regexp_replace(lower(trim({cell})), '^https?://schema.org/', ''), "
    word += "'[\\s_\\-]+', '', 'g')"
    yes = ", ".join(map(text_sql, sorted({one.replace("-", "") for one in AVAILABLE})))
    no = ", ".join(map(text_sql, sorted({one.replace("-", "") for one in GONE})))
    return (
        f"CASE WHEN {word} = '' THEN NULL WHEN {word} IN ({yes}) THEN 'true' "
        f"WHEN {word} IN ({no}) THEN 'false' "
        f"WHEN regexp_matches({word}, '{_SAY_GONE}') THEN 'false' "
        f"WHEN TRY_CAST({cell} AS DOUBLE) > 0 THEN 'true' "
        f"WHEN TRY_CAST({cell} AS DOUBLE) <= 0 THEN 'false' ELSE {cell} END"
    )
