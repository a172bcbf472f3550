"""How files call our fields and event types, in the languages that shops are kept in."""

from __future__ import annotations

from collections.abc import Mapping

_ITEM_IDS = (
    "item-id itemid item product-id productid product sku article-id articleid article movieid "
    "isbn asin variant-id content-id ean gtin artikel artikelnummer artikel-nr produkt "
    "produkt-id produit id-produit référence reference articulo artículo producto prodotto "
    "articolo produto product-code code"
)
EVENTS: Mapping[str, str] = {
    "event_time": "event-time timestamp time event-timestamp ts datetime created-at when at date "
    "occurred-at order-date created event-date unix-time day datum zeit zeitpunkt zeitstempel "
    "bestelldatum heure horodatage fecha hora data ora data-ora",
    "event_type": "event-type event type action event-name behavior behavior-type what activity "
    "interaction interaction-type verb kind aktion ereignis typ vorgang événement evenement "
    "accion acción evento tipo azione ação acao",
    "visitor_id": "visitor-id visitorid visitor user-pseudo-id anonymous-id anonymousid client-id "
    "clientid device-id cookie-id cookie besucher besucher-id visiteur visitante visitatore "
    "session-id sessionid",
    "user_id": "user-id userid user who customer-id customerid customer uid account-id member-id "
    "buyer-id shopper-id client kunde kunden-id kundennummer kunden-nr kundennr nutzer benutzer "
    "utilisateur id-client usuario cliente id-cliente utente acheteur email e-mail",
    "item_id": _ITEM_IDS,
    "order_id": "order-id orderid order invoice invoiceno invoice-no transaction-id transactionid "
    "order-number bestellnummer bestell-nr auftrag rechnungsnummer commande numéro-commande "
    "facture pedido factura ordine fattura",
    "quantity": "quantity qty amount count units menge anzahl stück quantité quantite cantidad "
    "quantità quantita quantidade",
    "price": "price unit-price unitprice item-price preis einzelpreis prix precio prezzo preço",
    "currency_code": "currency currency-code order-currency währung waehrung devise moneda valuta "
    "moeda",
    "value": "rating value score stars bewertung note puntuación puntuacion valutazione nota",
    "session_id": "session-id sessionid session visit-id sitzung",
    "event_id": "event-id eventid message-id messageid uuid",
}
"""Our fields of events, and how files call them: the earliest word wins."""
ITEMS: Mapping[str, str] = {
    "item_id": f"{_ITEM_IDS} id handle",
    "title": "title name product-name item-name description label bezeichnung titel produktname "
    "nom titre nombre título titulo nome titolo",
    "categories": "categories category genres genre product-type category-path kategorie "
    "kategorien warengruppe catégorie categorie categoría categoria",
    "price": f"{EVENTS['price']} sale-price",
    "currency_code": EVENTS["currency_code"],
    "available": "available availability in-stock instock stock-status status verfügbar "
    "verfügbarkeit lieferbar disponible disponibilité disponibilidad disponibile disponível",
    "quantity": "stock stock-quantity inventory quantity qty bestand lagerbestand menge",
    "tags": "tags labels keywords schlagwörter",
    "publish_time": "publish-time published-at created-at creation-timestamp",
    "image_uri": "image-uri image-link image-url picture-url bild-url",
    "uri": "uri product-url product-link item-url page-url",
    "group_id": "group-id product-group-id",
    "parent": "parent parent-id item-group-id product-group parent-sku",
}
"""The same for items."""
USERS: Mapping[str, str] = {"user_id": f"{EVENTS['user_id']} id"}
TYPES: Mapping[str, str] = {
    "purchase-complete": "kauf gekauft bestellung bestellt achat acheté commande compra comprado "
    "pedido acquisto acquistato ordine",
    "detail-page-view": "ansicht angesehen aufruf gesehen look vue vu visto vista visualizzazione "
    "pageview page-view pv",
    "click": "klick geklickt clic",
    "add-to-cart": "warenkorb in-den-warenkorb panier ajout-panier carrito añadir carrello",
    "favorite": "merkliste wunschliste favori favoris favorito preferito",
    "return": "retoure rückgabe storno retour remboursement devolución reso rimborso",
}
"""Words that are suggested for our types, never taken silently."""
