/** The items with their statistics: search, filter and order. */

import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError } from "../api/errors";
import type { ItemStatisticsJson, ListItemStatisticsResponseJson } from "../api/types";
import { useApi } from "../lib/context";
import { count } from "../lib/format";
import { useLoad, useSettled } from "../lib/load";
import { href, parse, replace, type Route } from "../lib/router";
import { suggestedItems } from "../lib/suggestions";
import { Card, Choice, Empty, PageHeader } from "../ui/parts";
import { Failed, WhenLoaded } from "../ui/states";
import { Suggest } from "../ui/suggest";
import { ItemTable } from "./item_table";

const PAGE = 50;
const BY_RATE = "ITEM_ORDER_PROBABILITY_BEST";
const ORDERS = [
  ["ITEM_ORDER_TOUCHES", "Most interactions"],
  ["ITEM_ORDER_RECENT", "Recent"],
  ["ITEM_ORDER_TRENDING", "Trending"],
  ["ITEM_ORDER_NEW", "New"],
  [BY_RATE, "Best act rate"],
] as const;
type Order = (typeof ORDERS)[number][0];

interface CatalogueQuery {
  query: string;
  filter: string;
  order: Order;
  /** The placement whose act rates are compared; other orders ignore it. */
  placement: string;
}

function searchOf(route: Route): CatalogueQuery {
  const order = ORDERS.find(([name]) => name === route.query.get("order"));
  return {
    query: route.query.get("query") ?? "",
    filter: route.query.get("filter") ?? "",
    order: order?.[0] ?? ORDERS[0][0],
    placement: route.query.get("placement") ?? "",
  };
}

export function Catalogue({ route }: { route: Route }) {
  const api = useApi();
  const search = searchOf(route);
  const settled = useSettled(JSON.stringify(search));
  const asked = JSON.parse(settled) as CatalogueQuery;
  const ask = (pageToken: string) =>
    api.get<ListItemStatisticsResponseJson>("/v1/items:statistics", {
      ...asked,
      pageToken,
      pageSize: PAGE,
    });
  const loaded = useLoad(() => ask(""), [api, settled]);
  const change = (part: Partial<CatalogueQuery>) =>
    // read the address again: two fields may change before the next draw
    replace(href("catalogue", "", { ...searchOf(parse(location.hash)), ...part }));
  const badFilter = loaded.error instanceof ApiError && loaded.error.field === "filter";
  return (
    <>
      <PageHeader title="Catalogue" text="All items: the shop's catalogue data and the model's statistics." />
      <div class="row" style={{ marginBottom: "14px" }}>
        <Suggest label="Search ID or title" value={search.query} onInput={(query) => change({ query })} ask={(query) => suggestedItems(api, query)} />
        <label class="grow" style={{ flexBasis: "260px" }}>
          <span class="hidden">Filter</span>
          <input
            class="input mono"
            placeholder={'Filter: categories: ANY("tea") AND price < 9'}
            value={search.filter}
            aria-invalid={badFilter}
            onInput={(event) => change({ filter: event.currentTarget.value })}
          />
        </label>
        <Choice label="Order" options={ORDERS} value={search.order} onChange={(order) => change({ order })} />
        {search.order === BY_RATE && (
          <label>
            <span class="hidden">Placement</span>
            <input
              class="input"
              style={{ width: "140px" }}
              placeholder="placement, such as home"
              value={search.placement}
              onInput={(event) => change({ placement: event.currentTarget.value })}
            />
          </label>
        )}
      </div>
      <Card title={loaded.data ? `${count(loaded.data.totalCount)} items` : "Items"} flush>
        <WhenLoaded loaded={loaded} lines={10}>
          {(first) => <Pages key={settled} first={first} ask={ask} placement={asked.order === BY_RATE ? asked.placement : undefined} />}
        </WhenLoaded>
      </Card>
    </>
  );
}

interface PagesProps {
  first: ListItemStatisticsResponseJson;
  ask: (token: string) => Promise<ListItemStatisticsResponseJson>;
  placement: string | undefined;
}

function Pages({ first, ask, placement }: PagesProps) {
  const [items, setItems] = useState<ItemStatisticsJson[]>(first.items ?? []);
  const [token, setToken] = useState(first.nextPageToken ?? "");
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    setItems(first.items ?? []);
    setToken(first.nextPageToken ?? "");
  }, [first]);
  const busy = useRef(false);
  const more = async () => {
    if (busy.current) return; // a second click would add the same rows again
    busy.current = true;
    try {
      const page = await ask(token);
      setItems((before) => [...before, ...(page.items ?? [])]);
      setToken(page.nextPageToken ?? "");
      setError(undefined);
    } catch (failure) {
      setError(failure);
    } finally {
      busy.current = false;
    }
  };
  if (items.length === 0) {
    return (
      <Empty icon="search" title="No items">
        No item matches, or the catalogue is empty. Add items with <code>headwater import --items</code>.
      </Empty>
    );
  }
  return (
    <>
      <ItemTable items={items} placement={placement} />
      {error !== undefined && <Failed error={error} reload={() => void more()} />}
      {token && (
        <div class="more">
          <button type="button" class="button" onClick={() => void more()}>
            Show more
          </button>
        </div>
      )}
    </>
  );
}
