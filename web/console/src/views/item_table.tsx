/** Items in rows, each with a link to its page. */

import type { Double, ItemJson, ItemStatisticsJson } from "../api/types";
import { count, decimal, double, int, percent } from "../lib/format";
import { href } from "../lib/router";
import { Badge } from "../ui/parts";
import { Picture } from "../ui/picture";
import { Table } from "../ui/table";
import { interval } from "./act_rates";

const COLUMNS = ["Item", "Category", "Price>", "Interactions>", "Recent (day)>", "Trend>"];
const OPEN = ["Open impressions>", "With action>", "Status"];
const RATES = ["Act rate>", "Probability best>", "Status"];

interface ItemTableProps {
  items: readonly ItemStatisticsJson[];
  /** The placement whose act rates take the place of open impressions. */
  placement?: string | undefined;
}

export function ItemTable({ items, placement }: ItemTableProps) {
  const columns = [...COLUMNS, ...(placement === undefined ? OPEN : RATES)];
  const max = Math.max(1e-9, ...items.map((one) => double(one.touchesDay)));
  return (
    <Table label="Items and their statistics" columns={columns} tight>
      {items.map((one) => (
        <Row key={one.itemId} one={one} max={max} placement={placement} />
      ))}
    </Table>
  );
}

interface RowProps {
  one: ItemStatisticsJson;
  max: number;
  placement: string | undefined;
}

function Row({ one, max, placement }: RowProps) {
  const recent = double(one.touchesDay);
  return (
    <tr>
      <td class="name-cell">
        <div class="pictured">
          <Picture item={one.item} itemId={one.itemId} />
          <div>
            <a class="cut" style={{ display: "block" }} href={href("catalogue", one.itemId)}>
              {one.item?.title || one.itemId}
            </a>
            <span class="second mono">{one.itemId}</span>
          </div>
        </div>
      </td>
      <td>{one.item?.categories?.join(", ")}</td>
      <td class="right nowrap">{price(one.item)}</td>
      <td class="right">{count(one.touches)}</td>
      <td class="right nowrap">
        {decimal(recent, 1)}
        <span class="meter" aria-hidden="true">
          <i style={{ width: `${(100 * recent) / max}%` }} />
        </span>
      </td>
      <td class="right">
        <Trend value={one.trendDay} />
      </td>
      {placement === undefined ? <OpenImpressions one={one} /> : <RateCells one={one} placement={placement} />}
      <td>
        <ItemStatus one={one} />
      </td>
    </tr>
  );
}

function OpenImpressions({ one }: { one: ItemStatisticsJson }) {
  const impressions = int(one.impressions);
  return (
    <>
      <td class="right">{count(impressions)}</td>
      <td class="right">{impressions ? percent(int(one.acts) / impressions, 0) : "–"}</td>
    </>
  );
}

/** The rate at a placement; placements without counts of their own have those of "other". */
function RateCells({ one, placement }: { one: ItemStatisticsJson; placement: string }) {
  const rates = one.actRates ?? [];
  const rate = rates.find((each) => (each.placement ?? "") === placement) ?? rates.find((each) => each.placement === "other");
  if (!rate) {
    return (
      <>
        <td class="right faint">not seen</td>
        <td class="right">–</td>
      </>
    );
  }
  return (
    <>
      <td class="right nowrap">
        {percent(double(rate.mean))} <span class="faint">({interval(rate)})</span>
      </td>
      <td class="right">{percent(double(rate.probabilityBest))}</td>
    </>
  );
}

export function price(item: ItemJson | undefined): string {
  if (item?.price === undefined) return "–";
  return `${decimal(item.price)} ${item.currencyCode ?? ""}`.trim();
}

export function ItemStatus({ one }: { one: ItemStatisticsJson }) {
  if (!one.item) return <Badge tone="accent">from events only</Badge>;
  return one.shown ? null : <Badge tone="warn">not shown</Badge>;
}

/** Standard deviations above the rate expected from a longer period. */
export function Trend({ value: given }: { value: Double | undefined }) {
  const value = double(given);
  const tone = value >= 2 ? "up" : value <= -1 ? "down" : "faint";
  const arrow = value >= 0.5 ? "↗" : value <= -0.5 ? "↘" : "→";
  return (
    <span class={`${tone} nowrap`} title="Standard deviations above the rate expected from the last week">
      {arrow} {decimal(value, 1)} σ
    </span>
  );
}
