/** How the experiment was set up. */

import type { ComponentChildren } from "preact";

import type { ExperimentJson, ExperimentReportJson } from "../../api/types";
import { placementsOf, unitOf } from "../../lib/experiments/verdicts";
import { clock, count, double, duration, percent } from "../../lib/format";
import { Card, Facts } from "../../ui/parts";

export function Design({ report }: { report: ExperimentReportJson }) {
  const experiment = report.experiment ?? {};
  return (
    <Card title="Setup" note="Fixed when the experiment began, except the end time, the guard rails and the most visitors">
      <div style={{ maxWidth: "640px" }}>
        <Facts facts={[...who(experiment), ...when(experiment), ...how(experiment)]} />
      </div>
    </Card>
  );
}

type Fact = readonly [string, ComponentChildren];

function who(one: ExperimentJson): Fact[] {
  const account = "accounts: the same arm on all devices";
  return [
    ["Compared are", unitOf(one) === "accounts" ? account : "visitors: browsers, devices or cookies"],
    ["Layer (its experiments share no visitor)", <span class="mono">{one.layer}</span>],
    ["Share of the layer's visitors", percent(double(one.share), 1)],
    ["Placements", placementsOf(one)],
    ["Visitors planned", count(one.visitorsPlanned)],
    ["Visitors at most", count(one.visitorsMax)],
  ];
}

function when(one: ExperimentJson): Fact[] {
  const facts: Fact[] = [
    ["Start", clock(one.startTime ?? one.createTime)],
    ["End", one.endTime ? clock(one.endTime) : "when it is stopped"],
  ];
  if (one.stopTime) facts.push([one.state === "EXPERIMENT_STATE_ENDED" ? "Ended" : "Stopped", clock(one.stopTime)]);
  if (one.stopReason) facts.push(["Reason", one.stopReason]);
  return facts;
}

function how(one: ExperimentJson): Fact[] {
  const minutes = double(one.primary?.windowMinutes);
  return [
    ["Acts count", minutes ? `for ${duration(minutes * 60_000)} after the first list` : "until the experiment ends"],
    ["Better is", one.primary?.direction === "METRIC_DIRECTION_DECREASE" ? "less" : "more"],
    ["Probability that all intervals hold", percent(double(one.level), 1)],
    ["Promotion by the server", one.autoPromote ? "yes, as soon as an arm is better" : "no, by hand"],
    ["Created or changed by", one.who || "unknown"],
  ];
}
