/** The metrics as a table: one row for each placement and policy. */

import type { Double, MetricJson } from "../api/types";
import { count, decimal, figure, int, percent } from "../lib/format";
import { groupName } from "../lib/samples";
import { Empty } from "../ui/parts";
import { Table } from "../ui/table";

const COLUMNS = ["hit_rate_at_20", "act_rate", "reward", "log_loss", "log_loss_base_rate", "calibration_error"];
const SHARES = new Set(["hit_rate_at_20", "act_rate"]);

export function MetricsTable({ metrics }: { metrics: readonly MetricJson[] }) {
  const groups = Map.groupBy(metrics, (one) => groupName(one.placement, one.policy));
  if (groups.size === 0) {
    return <Empty title="No metrics yet">They appear with the first events.</Empty>;
  }
  return (
    <Table label="Metrics" columns={["Placement · policy", ...COLUMNS.map((name) => `${figure(name)}>`), "Observations>"]}>
      {[...groups].map(([name, figures]) => (
        <tr key={name}>
          <th scope="row">
            {name}
          </th>
          {COLUMNS.map((column) => (
            <Cell key={column} name={column} figures={figures} />
          ))}
          <td class="right">{count(Math.max(...figures.map((one) => int(one.count))))}</td>
        </tr>
      ))}
    </Table>
  );
}

function Cell({ name, figures }: { name: string; figures: readonly MetricJson[] }) {
  const of = (window: string) =>
    figures.find((one) => one.name === name && one.window === window);
  const [recent, total] = [of("recent"), of("total")];
  if (!recent || !total) return <td class="right faint">–</td>;
  const format = (value: Double = 0) => (SHARES.has(name) ? percent(value) : decimal(value, 3));
  return (
    <td class="right">
      {format(recent.value)}
      <span class="second">{format(total.value)} in total</span>
    </td>
  );
}
