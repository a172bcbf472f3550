/** Items in rows, each a way to its page. */

import type { Double, ItemJson, ItemStatisticsJson } from "../api/types";
import { count, decimal, double, int, percent } from "../lib/format";
import { href } from "../lib/router";
import { Badge } from "../ui/parts";

const COLUMNS = ["Item", "Category", "Price", "Touches", "Of late (day)", "Trend", "Open impressions", "Acted on", ""];

export function ItemTable({ items }: { items: readonly ItemStatisticsJson[] }) {
  const most = Math.max(1e-9, ...items.map((one) => double(one.touchesDay)));
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {COLUMNS.map((name, place) => (
              <th key={name} scope="col" class={place >= 2 && place <= 7 ? "right" : ""}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <Row key={one.itemId} one={one} most={most} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ one, most }: { one: ItemStatisticsJson; most: number }) {
  const impressions = int(one.impressions);
  const late = double(one.touchesDay);
  return (
    <tr>
      <td class="name-cell">
        <a class="cut" style={{ display: "block" }} href={href("catalogue", one.itemId)}>
          {one.item?.title || one.itemId}
        </a>
        <span class="second mono">{one.itemId}</span>
      </td>
      <td>{one.item?.categories?.join(", ")}</td>
      <td class="right nowrap">{price(one.item)}</td>
      <td class="right">{count(one.touches)}</td>
      <td class="right nowrap">
        {decimal(late, 1)}
        <span class="meter" aria-hidden="true">
          <i style={{ width: `${(100 * late) / most}%` }} />
        </span>
      </td>
      <td class="right">
        <Trend value={one.trendDay} />
      </td>
      <td class="right">{count(impressions)}</td>
      <td class="right">{impressions ? percent(int(one.acts) / impressions, 0) : "–"}</td>
      <td>
        <Standing one={one} />
      </td>
    </tr>
  );
}

export function price(item: ItemJson | undefined): string {
  if (item?.price === undefined) return "–";
  return `${decimal(item.price)} ${item.currencyCode ?? ""}`.trim();
}

export function Standing({ one }: { one: ItemStatisticsJson }) {
  if (!one.item) return <Badge tone="accent">from events alone</Badge>;
  return one.shown ? null : <Badge tone="warn">not shown</Badge>;
}

/** Standard deviations above what a longer time leads to expect. */
export function Trend({ value: given }: { value: Double | undefined }) {
  const value = double(given);
  const tone = value >= 2 ? "up" : value <= -1 ? "down" : "faint";
  const arrow = value >= 0.5 ? "↗" : value <= -0.5 ? "↘" : "→";
  return (
    <span class={`${tone} nowrap`} title="Standard deviations above what a week leads to expect">
      {arrow} {decimal(value, 1)} σ
    </span>
  );
}
