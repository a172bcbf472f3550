/** Chooses items by their title or id. */

import { useState } from "preact/hooks";

import type { ListItemStatisticsResponseJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { useLoad, useSettled } from "../../lib/load";
import { Failed } from "../../ui/states";

const FOUND = 8;

interface ItemPickerProps {
  itemIds: readonly string[];
  onChange: (itemIds: readonly string[]) => void;
}

export function ItemPicker({ itemIds, onChange }: ItemPickerProps) {
  const api = useApi();
  const [text, setText] = useState("");
  const query = useSettled(text.trim());
  const none: ListItemStatisticsResponseJson = {};
  const found = useLoad(() => (query ? api.get<ListItemStatisticsResponseJson>("/v1/items:statistics", { query, pageSize: FOUND }) : Promise.resolve(none)), [api, query]);
  const items = (found.data?.items ?? []).filter((one) => !itemIds.includes(one.item?.itemId ?? ""));
  const add = (itemId: string) => {
    onChange([...itemIds, itemId]);
    setText("");
  };
  return (
    <div class="stack">
      <ul class="chips" aria-label="Chosen items, the first that may be shown is pinned">
        {itemIds.map((itemId) => (
          <li key={itemId}>
            <button type="button" class="button" aria-label={`Remove ${itemId}`} onClick={() => onChange(itemIds.filter((one) => one !== itemId))}>
              {itemId} ×
            </button>
          </li>
        ))}
      </ul>
      <label class="field">
        <span>Add an item: search title or ID</span>
        <input class="input" type="search" name="item" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {found.error !== undefined && <Failed error={found.error} reload={found.reload} />}
      {query && !found.loading && items.length === 0 && <p class="soft">No other item has this in its title or ID.</p>}
      {query && items.length > 0 && (
        <ul class="found" aria-label="Items found">
          {items.map(({ item }) => (
            <li key={item?.itemId}>
              <button type="button" class="button quiet" onClick={() => add(item?.itemId ?? "")}>
                {item?.title || item?.itemId} <span class="faint">{item?.itemId}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
