/** What the experiment says, in one sentence, and how far it is from a result. */

import type { ArmFiguresJson, ExperimentReportJson } from "../../api/types";
import { metricName } from "../../lib/experiments/metrics";
import { isOpen, isVoid, verdictOf } from "../../lib/experiments/verdicts";
import { compact, count, double, int, percent } from "../../lib/format";
import { Ago, Card, Facts } from "../../ui/parts";
import { EstimateText } from "./estimate_text";

export function VerdictCard({ report }: { report: ExperimentReportJson }) {
  const { tone, text, meaning } = verdictOf(report.verdict);
  const arms = (report.arms ?? []).slice(1);
  return (
    <Card title="Result so far" note={`${metricName(report.experiment?.primary?.metric)}, each arm against the control`} size="wide">
      <div class="stack">
        <div class={`verdict ${tone}`}>
          <strong>{text}</strong>
          <p class="soft">{meaning}</p>
        </div>
        {!isVoid(report) && (
          <Facts facts={arms.map((arm) => [arm.armId ?? "", <ArmResult arm={arm} currency={report.currencyCode ?? ""} />])} />
        )}
        <Facts facts={progress(report)} />
        <p class="faint">
          In brackets: the interval that contains the true difference with a probability of {percent(double(report.experiment?.level), 0)}
          {arms.length > 1 && " for all arms together"}. It holds at every look, so the page may be opened as often as you like and the experiment stopped at any time.
        </p>
        <Notes notes={report.notes ?? []} />
      </div>
    </Card>
  );
}

function ArmResult({ arm, currency }: { arm: ArmFiguresJson; currency: string }) {
  const figures = arm.metrics?.[0];
  return (
    <>
      {figures && <EstimateText figures={figures} currency={currency} />}
      <span class="soft" style={{ display: "block" }}>
        {verdictOf(arm.verdict).text}
      </span>
    </>
  );
}

type Fact = readonly [string, preact.ComponentChildren];

function progress(report: ExperimentReportJson): Fact[] {
  const { experiment = {}, visitorsToGo } = report;
  const seen = (report.arms ?? []).reduce((sum, arm) => sum + int(arm.visitors), 0);
  const facts: Fact[] = [["Visitors who saw a list", `${count(seen)} of ${compact(int(experiment.visitorsPlanned))} planned`]];
  if (isOpen(experiment) && !isVoid(report)) facts.push(["Visitors to go", toGo(visitorsToGo)]);
  if (experiment.full) facts.push(["Full", "nobody new enters: visitors_max is reached"]);
  facts.push(["Figures from", <Ago time={report.reportTime} />]);
  return facts;
}

function toGo(visitors: string | number | undefined): string {
  if (visitors === undefined) return "not known yet";
  return int(visitors) === 0 ? "none: the result is there" : `about ${count(visitors)}, if the difference stays as it is`;
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <details>
      <summary>{notes.length === 1 ? "One note" : `${notes.length} notes`} on these figures</summary>
      <ul class="list soft">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </details>
  );
}
