/** The figures of each placement, policy or item. */

import type {
  GetPerformanceResponseJson,
  PerformanceChangeJson,
  PerformanceFiguresJson,
  PerformanceRateJson,
  PerformanceRowJson,
} from "../../api/types";
import { count, decimal, double, int, percent } from "../../lib/format";
import { type Group, nameOf } from "../../lib/performance";
import { href } from "../../lib/router";
import { Table } from "../../ui/table";
import { signed } from "./tiles";

const COLUMNS = ["Seen slots>", "Clicks>", "Click-through>", "Orders>", "Conversion>", "Revenue>", "Change of click-through>"];

export function Rows({ found, by }: { found: GetPerformanceResponseJson; by: Group }) {
  const rows = found.rows ?? [];
  const more = int(found.totalRows) - rows.length;
  const name = by.charAt(0).toUpperCase() + by.slice(1);
  return (
    <>
      <Table label={`Figures by ${by}`} columns={[name, ...COLUMNS]}>
        {rows.map((row) => (
          <Row key={nameOf(row, by)} row={row} by={by} />
        ))}
      </Table>
      {more > 0 && <p class="more faint">{count(more)} more rows are in the CSV file.</p>}
    </>
  );
}

function Row({ row, by }: { row: PerformanceRowJson; by: Group }) {
  const figures = row.figures ?? {};
  const change = row.changes?.find((one) => one.figure === "click_through");
  return (
    <tr>
      <td>{by === "item" && row.itemId ? <a href={href("catalogue", row.itemId)}>{row.itemId}</a> : nameOf(row, by)}</td>
      <td class="right">{count(figures.impressions)}</td>
      <td class="right">{count(figures.clicks)}</td>
      <td class="right">{rateText(figures.clickThrough)}</td>
      <td class="right">{count(figures.orders)}</td>
      <td class="right">{rateText(figures.conversion)}</td>
      <td class="right">{revenueText(figures)}</td>
      <td class="right">{changeText(change)}</td>
    </tr>
  );
}

function rateText(rate: PerformanceRateJson | undefined): string {
  if (!rate) return "–";
  const ends = [rate.low, rate.high].map((end) => decimal(100 * double(end), 2));
  return `${percent(rate.value ?? 0, 2)} (${ends.join(" to ")})`;
}

function revenueText(figures: PerformanceFiguresJson): string {
  const each = figures.revenue?.map((one) => `${decimal(one.amount)} ${one.currencyCode ?? ""}`.trim());
  return each?.join(", ") || "–";
}

function changeText(change: PerformanceChangeJson | undefined): string {
  if (!change || change.relative === undefined) return "–";
  const isShown = double(change.low, -Infinity) > 0 || double(change.high, Infinity) < 0;
  return `${signed(double(change.relative))}${isShown ? "" : " (could be chance)"}`;
}
