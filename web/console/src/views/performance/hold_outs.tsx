/** The lift against the hold-out, each figure with its interval in words. */

import type { HoldOutJson, LiftJson } from "../../api/types";
import { clock, count, double, percent } from "../../lib/format";
import { daysText } from "../../lib/performance";
import { href } from "../../lib/router";
import { IntervalPlot, spanOf } from "../../ui/interval_plot";
import { Card } from "../../ui/parts";

export function HoldOuts({ holdOuts, offsetMs }: { holdOuts: readonly HoldOutJson[]; offsetMs: number }) {
  const newest = holdOuts[0];
  if (!newest) {
    return (
      <Card title="Lift" note="By how much recommendations are better than the most popular items">
        <p>
          No hold-out has begun. <code>headwater hold-out start --share 0.05</code> shows the most popular items to 5 % of
          visitors, and measures the lift from then on.
        </p>
      </Card>
    );
  }
  const lifts = newest.lifts ?? [];
  const ofPeriod = newest.period;
  const span = spanOf([...lifts, ...(ofPeriod?.lifts ?? [])].map(estimate));
  return (
    <Card title="Lift" note={`Visitors with recommendations against ${percent(newest.share)} with the most popular items, since ${clock(newest.startTime)}`}>
      {ofPeriod && (
        <section class="lift-period">
          <h3>In this period: {daysText(ofPeriod, offsetMs)}</h3>
          <Lifts lifts={ofPeriod.lifts ?? []} span={span} />
          <p class="faint">
            {ofPeriod.text}
            {ofPeriod.lifts?.length
              ? ` ${count(ofPeriod.visitors)} visitors with recommendations, ${count(ofPeriod.controlVisitors)} without.`
              : ""}
          </p>
        </section>
      )}
      <h3>Since the hold-out began</h3>
      <Lifts lifts={lifts} span={span} />
      <p class="faint">
        {count(newest.visitors)} visitors with recommendations, {count(newest.controlVisitors)} without; {newest.state}. The
        intervals hold whenever you look.{" "}
        <a href={href("experiments", newest.experimentId ?? "")}>{newest.experimentId}</a>
      </p>
    </Card>
  );
}

function Lifts({ lifts, span }: { lifts: readonly LiftJson[]; span: number }) {
  return (
    <ul class="lifts">
      {lifts.map((one) => (
        <li key={one.metric}>
          <IntervalPlot estimate={estimate(one)} span={span} />
          <span>
            {one.text}
            {one.currencyCode && ` (${one.currencyCode})`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function estimate(one: LiftJson) {
  const of = (value: LiftJson["lift"]) => (value === undefined ? undefined : double(value));
  return { value: of(one.lift), low: of(one.low), high: of(one.high) };
}
