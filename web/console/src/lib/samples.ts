/** Metrics over time, prepared for charts. */

import type { Double, ListMetricSamplesResponseJson, MetricSeriesJson } from "../api/types";

/** One value for each sample; null where nothing was measured. */
export type Values = readonly (number | null)[];

/** One line of a chart. */
export interface Line {
  label: string;
  /** 1 to 8: which of the theme's colours. */
  hue: number;
  values: Values;
  dashed?: boolean;
}

/** A marked moment of a chart, such as a drift alarm. */
export interface Mark {
  time: number;
  tone: "good" | "bad";
}

export interface Key {
  name: string;
  placement?: string;
  policy?: string;
  call?: string;
}

const LINES_MAX = 8;

export class Samples {
  readonly times: readonly number[];
  private readonly all: readonly MetricSeriesJson[];

  constructor(readonly response: ListMetricSamplesResponseJson) {
    this.times = (response.sampleTimes ?? []).map((time) => Date.parse(time));
    this.all = response.series ?? [];
  }

  /** The values of one series; empty if it does not exist. */
  values({ name, placement = "", policy = "", call = "" }: Key): Values {
    const found = this.all.find(
      (one) =>
        one.name === name &&
        (one.placement ?? "") === placement &&
        (one.policy ?? "") === policy &&
        (one.call ?? "").endsWith(call) &&
        Boolean(one.call) === Boolean(call),
    );
    return (found?.values ?? []).map(known);
  }

  /** One line for each placement and policy of a metric, in order of names. */
  byPlacement(name: string): Line[] {
    const wanted = this.separate(name);
    const several = new Set(wanted.map((one) => one.policy)).size > 1;
    return wanted.slice(0, LINES_MAX).map((one, index) => ({
      label: groupName(one.placement, several ? one.policy : ""),
      hue: index + 1,
      values: (one.values ?? []).map(known),
    }));
  }

  /** How many placements and policies of a metric `byPlacement` leaves out. */
  hidden(name: string): number {
    return Math.max(0, this.separate(name).length - LINES_MAX);
  }

  /** The metric over all slates of all placements, as the server counts it. */
  overall(name: string): Values {
    return this.values({ name, placement: "all", policy: "all" });
  }

  private separate(name: string): readonly MetricSeriesJson[] {
    const groups = this.all.filter((one) => one.name === name && !one.call);
    const separate = groups.filter((one) => one.placement !== "all");
    return separate.length > 0 ? separate : groups;
  }

  alarms(): Mark[] {
    return (this.response.driftAlarms ?? []).map((alarm) => ({
      time: Date.parse(alarm.detectTime ?? ""),
      tone: alarm.direction === "DRIFT_DIRECTION_WORSE" ? "bad" : "good",
    }));
  }
}

/** JSON has no NaN: the gateway writes it as text. */
function known(value: Double): number | null {
  return typeof value === "number" ? value : null;
}

export function groupName(placement = "", policy = ""): string {
  const where = placement === "" ? "no placement" : placement === "all" ? "all placements" : placement;
  return policy && policy !== "all" ? `${where} · ${policy}` : where;
}

export function last(values: Values): number | undefined {
  return values.findLast((value) => value !== null) ?? undefined;
}

export function first(values: Values): number | undefined {
  return values.find((value) => value !== null) ?? undefined;
}
