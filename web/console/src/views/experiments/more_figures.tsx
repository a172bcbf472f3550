/** What statisticians want to see beside the intervals, each with one line of explanation. */

import type { ArmFiguresJson, Double, MetricFiguresJson } from "../../api/types";
import { differenceOf, estimate, isKnown, rangeText } from "../../lib/experiments/intervals";
import { amount, amountChange, metricName } from "../../lib/experiments/metrics";
import { percent } from "../../lib/format";
import { Table } from "../../ui/table";

const COLUMNS = ["Metric", "Chance of being better>", "Expected loss>", "Fewer visitors needed>", "Interval for one look>", "Larger values count as>"];

export function MoreFigures({ arm, currency }: { arm: ArmFiguresJson; currency: string }) {
  return (
    <details>
      <summary>More figures</summary>
      <ul class="list soft inset">
        <li>Chance of being better: what the figures so far suggest. It describes and does not decide: who stops when it is high is wrong too often.</li>
        <li>Expected loss: what is lost per visitor on average if the arm is chosen and is worse.</li>
        <li>Fewer visitors needed: what visitors did before the experiment is taken out of the comparison (CUPED), which saves that share.</li>
        <li>Interval for one look: narrower, and right only if it is read once, at the end time. Before it is empty.</li>
        <li>Larger values count as: a few visitors with extreme values would hide every difference, so they are cut there.</li>
      </ul>
      <Table label={`More figures of ${arm.armId}`} columns={COLUMNS}>
        {(arm.metrics ?? []).map((figures) => (
          <Row key={figures.metric} figures={figures} currency={currency} />
        ))}
      </Table>
    </details>
  );
}

function Row({ figures, currency }: { figures: MetricFiguresJson; currency: string }) {
  const { metric = "" } = figures;
  const format = (value: number) => amountChange(metric, value, currency);
  const fixed = estimate(figures.difference, figures.lowFixed, figures.highFixed);
  const value = (given: Double | undefined) => (given === undefined ? "–" : amount(metric, given, currency));
  // without an interval the two would look like a result
  const isShown = isKnown(differenceOf(figures));
  return (
    <tr>
      <th scope="row">{metricName(metric)}</th>
      <td class="right">{isShown ? percent(figures.probabilityBetter, 1) : "–"}</td>
      <td class="right nowrap">{isShown ? value(figures.expectedLoss) : "–"}</td>
      <td class="right">{percent(figures.varianceSaved, 0)}</td>
      <td class="right nowrap">{isKnown(fixed) ? rangeText(fixed, format) : "–"}</td>
      <td class="right nowrap">{value(figures.cappedAt)}</td>
    </tr>
  );
}
