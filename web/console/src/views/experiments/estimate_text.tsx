/** A change against the control with its interval; "not known yet" without one. */

import type { MetricFiguresJson } from "../../api/types";
import { differenceOf, type Estimate, isKnown, rangeText, relativeOf } from "../../lib/experiments/intervals";
import { amountChange, relativeChange } from "../../lib/experiments/metrics";

interface EstimateTextProps {
  figures: MetricFiguresJson;
  currency: string;
}

/** The relative change; the absolute one where the control's mean may be 0. */
export function EstimateText({ figures, currency }: EstimateTextProps) {
  const relative = relativeOf(figures);
  if (isKnown(relative)) return <Shown estimate={relative} format={relativeChange} />;
  const difference = differenceOf(figures);
  if (!isKnown(difference)) return <span class="faint">not known yet</span>;
  return <Shown estimate={difference} format={(value) => amountChange(figures.metric ?? "", value, currency)} />;
}

interface ShownProps {
  estimate: Estimate;
  format: (value: number) => string;
}

export function Shown({ estimate, format }: ShownProps) {
  return (
    <>
      <b class="nowrap number">{format(estimate.value ?? 0)}</b> <span class="nowrap number soft">({rangeText(estimate, format)})</span>
    </>
  );
}
