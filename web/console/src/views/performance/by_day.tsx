/** Clicks, orders and revenue of each day as lines. */

import { useMemo, useState } from "preact/hooks";

import type { GetPerformanceResponseJson, PerformanceRowJson } from "../../api/types";
import { compact, double, int, percent } from "../../lib/format";
import { DAY_MS } from "../../lib/performance";
import type { Line } from "../../lib/samples";
import { Chart } from "../../ui/chart";
import { Choice, Empty } from "../../ui/parts";

const SHOWN = [
  ["revenue", "Revenue"],
  ["orders", "Orders"],
  ["clicks", "Click-through"],
] as const;
type Shown = (typeof SHOWN)[number][0];

export function ByDay({ found }: { found: GetPerformanceResponseJson }) {
  const [shown, setShown] = useState<Shown>("revenue");
  const rows = found.rows ?? [];
  const { times, lines } = useMemo(() => drawn(rows, shown), [rows, shown]);
  if (rows.length < 2) {
    return <Empty icon="performance" title={rows.length ? "One day so far" : "No day with a list in this period"} />;
  }
  return (
    <>
      <Choice label="Figure" options={SHOWN} value={shown} onChange={setShown} />
      <Chart
        label={SHOWN.find(([name]) => name === shown)?.[1] ?? ""}
        times={times}
        lines={lines}
        format={shown === "clicks" ? (value) => percent(value, 2) : compact}
        floor={0}
      />
    </>
  );
}

function drawn(rows: readonly PerformanceRowJson[], shown: Shown): { times: number[]; lines: Line[] } {
  const times = rows.map((row) => Date.parse(row.day ?? "") + DAY_MS / 2);
  const codes = [...new Set(rows.flatMap((row) => row.figures?.revenue?.map((one) => one.currencyCode ?? "") ?? []))];
  const amount = (row: PerformanceRowJson, code: string) =>
    double(row.figures?.revenue?.find((one) => (one.currencyCode ?? "") === code)?.amount);
  const line = (label: string, hue: number, of: (row: PerformanceRowJson) => number): Line => ({
    label,
    hue,
    values: rows.map(of),
  });
  if (shown === "orders") return { times, lines: [line("orders from lists", 1, (row) => int(row.figures?.orders))] };
  if (shown === "clicks") {
    return { times, lines: [line("click-through", 4, (row) => double(row.figures?.clickThrough?.value))] };
  }
  return { times, lines: codes.map((code, hue) => line(`revenue ${code}`.trim(), hue + 1, (row) => amount(row, code))) };
}
