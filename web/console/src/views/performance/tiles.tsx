/** The key figures with their change against the period before. */

import type { GetPerformanceResponseJson, PerformanceChangeJson, PerformanceRateJson, PerformanceRevenueJson } from "../../api/types";
import { count, decimal, double, int, percent } from "../../lib/format";

export function Tiles({ found }: { found: GetPerformanceResponseJson }) {
  const { figures, compared, changes = [] } = found.total ?? {};
  const of = (figure: string, code = "") =>
    changes.find((one) => one.figure === figure && (one.currencyCode ?? "") === code);
  const revenue = figures?.revenue ?? [];
  return (
    <dl class="tiles">
      <Tile name="Click-through" value={percent(figures?.clickThrough?.value, 2)} change={of("click_through")}>
        {ends(figures?.clickThrough, (end) => percent(end, 2))}
        {count(figures?.clicks)} clicks on {count(figures?.impressions)} seen slots
      </Tile>
      <Tile name="Conversion" value={percent(figures?.conversion?.value, 2)} change={of("conversion")}>
        {ends(figures?.conversion, (end) => percent(end, 2))}
        {count(figures?.buyers)} of {count(figures?.visitors)} visitors a day bought from a list
      </Tile>
      <Tile name="Orders from lists" value={count(figures?.orders)} before={int(compared?.orders)} now={int(figures?.orders)}>
        of {count(found.shop?.orders)} of the shop
      </Tile>
      {revenue.map((one) => (
        <Tile
          key={one.currencyCode}
          name={`Revenue from lists${unit(one)}`}
          value={decimal(one.amount)}
          change={of("revenue_per_visitor", one.currencyCode ?? "")}
        >
          {share(one, found.shop?.revenue ?? [])}; {decimal(one.perVisitor?.value)} a visitor {ends(one.perVisitor, decimal)}
        </Tile>
      ))}
    </dl>
  );
}

/** The interval of a figure; nothing where too few visitors leave it open. */
function ends(rate: PerformanceRateJson | undefined, format: (end: number) => string): string {
  const [low, high] = [double(rate?.low, Number.NaN), double(rate?.high, Number.NaN)];
  return Number.isNaN(low) || Number.isNaN(high) || !rate ? "" : `(${format(low)} to ${format(high)}) `;
}

function unit(one: PerformanceRevenueJson): string {
  return one.currencyCode ? ` (${one.currencyCode})` : "";
}

function share(one: PerformanceRevenueJson, shop: readonly PerformanceRevenueJson[]): string {
  const all = double(shop.find((other) => other.currencyCode === one.currencyCode)?.amount);
  return all > 0 ? `${percent(double(one.amount) / all)} of the shop's` : "of the shop's 0";
}

interface TileProps {
  name: string;
  value: string;
  change?: PerformanceChangeJson | undefined;
  before?: number;
  now?: number;
  children: preact.ComponentChildren;
}

function Tile({ name, value, change, before, now, children }: TileProps) {
  return (
    <div class="card tile">
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd class="change" style={{ fontWeight: 400 }}>
        {change ? <Changed change={change} /> : before ? signed((now ?? 0) / before - 1) : <span class="faint">nothing to compare with</span>}
      </dd>
      <dd class="faint small">{children}</dd>
    </div>
  );
}

/** A change with its interval in words: green or red only if the interval leaves 0 out. */
function Changed({ change }: { change: PerformanceChangeJson }) {
  const low = double(change.low, -Infinity);
  const high = double(change.high, Infinity);
  const tone = low > 0 ? "good" : high < 0 ? "bad" : "";
  const text = change.relative === undefined ? "was 0 before" : signed(double(change.relative));
  return (
    <span class={`delta ${tone}`}>
      {text} <span class="faint">{tone ? "" : "(could be chance)"}</span>
    </span>
  );
}

export function signed(value: number, digits = 1): string {
  return `${value >= 0 ? "+" : "−"}${percent(Math.abs(value), digits)}`;
}
