/** The items: found by text, filter or order, with what the model has counted of each. */

import { useEffect, useState } from "preact/hooks";

import { ApiError } from "../api/errors";
import type { ItemStatisticsJson, ListItemStatisticsResponseJson } from "../api/types";
import { useApi } from "../lib/context";
import { count } from "../lib/format";
import { useLoad, useSettled } from "../lib/load";
import { href, parse, replace, type Route } from "../lib/router";
import { Card, Choice, Empty, Head } from "../ui/parts";
import { Search } from "../ui/search";
import { Failed, Shown } from "../ui/states";
import { ItemTable } from "./item_table";

const PAGE = 50;
const ORDERS = [
  ["ITEM_ORDER_TOUCHES", "Most touched"],
  ["ITEM_ORDER_RECENT", "Of late"],
  ["ITEM_ORDER_TRENDING", "Rising"],
  ["ITEM_ORDER_NEW", "New"],
] as const;
type Order = (typeof ORDERS)[number][0];

interface Asked {
  query: string;
  filter: string;
  order: Order;
}

function askedOf(route: Route): Asked {
  const order = ORDERS.find(([name]) => name === route.query.get("order"));
  return {
    query: route.query.get("query") ?? "",
    filter: route.query.get("filter") ?? "",
    order: order?.[0] ?? ORDERS[0][0],
  };
}

export function Catalogue({ route }: { route: Route }) {
  const api = useApi();
  const asked = askedOf(route);
  const settled = useSettled(JSON.stringify(asked));
  const ask = (pageToken: string) =>
    api.get<ListItemStatisticsResponseJson>("/v1/items:statistics", {
      ...(JSON.parse(settled) as Asked),
      pageToken,
      pageSize: PAGE,
    });
  const loaded = useLoad(() => ask(""), [api, settled]);
  const change = (part: Partial<Asked>) =>
    // of the address as it is by now: two fields may change before this is drawn again
    replace(href("catalogue", "", { ...askedOf(parse(location.hash)), ...part }));
  const badFilter = loaded.error instanceof ApiError && loaded.error.field === "filter";
  return (
    <>
      <Head title="Catalogue" text="What the shop says of its items, and what the model has counted of each." />
      <div class="row" style={{ marginBottom: "14px" }}>
        <Search label="Id or title holds…" value={asked.query} onInput={(query) => change({ query })} />
        <label class="grow" style={{ flexBasis: "260px" }}>
          <span class="hidden">Filter</span>
          <input
            class="input mono"
            placeholder={'Filter: categories: ANY("tea") AND price < 9'}
            value={asked.filter}
            aria-invalid={badFilter}
            onInput={(event) => change({ filter: event.currentTarget.value })}
          />
        </label>
        <Choice label="Order" options={ORDERS} value={asked.order} onChange={(order) => change({ order })} />
      </div>
      <Card title={loaded.data ? `${count(loaded.data.totalCount)} items` : "Items"} flush>
        <Shown of={loaded} lines={10}>
          {(first) => <Pages key={settled} first={first} ask={ask} />}
        </Shown>
      </Card>
    </>
  );
}

interface PagesProps {
  first: ListItemStatisticsResponseJson;
  ask: (token: string) => Promise<ListItemStatisticsResponseJson>;
}

function Pages({ first, ask }: PagesProps) {
  const [items, setItems] = useState<ItemStatisticsJson[]>(first.items ?? []);
  const [token, setToken] = useState(first.nextPageToken ?? "");
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    setItems(first.items ?? []);
    setToken(first.nextPageToken ?? "");
  }, [first]);
  const more = async () => {
    try {
      const page = await ask(token);
      setItems((before) => [...before, ...(page.items ?? [])]);
      setToken(page.nextPageToken ?? "");
      setError(undefined);
    } catch (failure) {
      setError(failure);
    }
  };
  if (items.length === 0) {
    return (
      <Empty icon="search" title="No items">
        None passes, or the catalogue is empty: <code>headwater import --items</code> fills it.
      </Empty>
    );
  }
  return (
    <>
      <ItemTable items={items} />
      {error !== undefined && <Failed error={error} again={() => void more()} />}
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
