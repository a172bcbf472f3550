/** Numbers, sizes and times as text. */

import type { Double, Int64 } from "../api/types";

const NONE = "–";

export function int(value: Int64 | undefined): number {
  return value === undefined ? 0 : Number(value);
}

/** The number of a JSON double; `otherwise` for what is absent, infinite or no number. */
export function double(value: Double | undefined, otherwise = 0): number {
  return isFinite(value) ? value : otherwise;
}

function isFinite(value: Double | undefined): value is number {
  return Number.isFinite(value);
}

export function count(value: Int64 | undefined): string {
  return int(value).toLocaleString("en-US");
}

/** 1234567 as "1.23M", for short labels. */
export function compact(value: number): string {
  return value.toLocaleString("en-US", { notation: "compact", maximumSignificantDigits: 3 });
}

export function decimal(value: Double | undefined, digits = 2): string {
  if (!isFinite(value)) return NONE;
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export function percent(value: Double | undefined, digits = 1): string {
  if (!isFinite(value)) return NONE;
  return `${decimal(100 * value, digits)} %`;
}

export function rate(value: Double | undefined): string {
  if (!isFinite(value)) return NONE;
  return value >= 100 ? count(Math.round(value)) : decimal(value, value >= 10 ? 1 : 2);
}

export function ms(value: Double | undefined): string {
  if (!isFinite(value)) return NONE;
  if (value >= 1000) return `${decimal(value / 1000, 1)} s`;
  return `${decimal(value, value >= 10 ? 0 : 1)} ms`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

export function bytes(value: Int64 | undefined): string {
  let size = int(value);
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${decimal(size, unit === 0 || size >= 100 ? 0 : 1)} ${UNITS[unit]}`;
}

const STEPS: [number, string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const index = STEPS.findIndex(([size]) => seconds >= size);
  if (index < 0) return "0 s";
  const [size, name] = STEPS[index] as [number, string];
  const whole = `${Math.floor(seconds / size)} ${name}`;
  const next = STEPS[index + 1];
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return rest && next && index < 2 ? `${whole} ${rest} ${next[1]}` : whole;
}

export function ago(time: string | number | undefined, now = Date.now()): string {
  if (time === undefined || time === "") return NONE;
  const milliseconds = now - (typeof time === "number" ? time : Date.parse(time));
  if (Math.abs(milliseconds) < 1_500) return "just now";
  return milliseconds < 0 ? `in ${duration(-milliseconds)}` : `${duration(milliseconds)} ago`;
}

export function clock(time: string | number | undefined): string {
  if (time === undefined || time === "") return NONE;
  return new Date(time).toLocaleString("sv-SE", { timeZoneName: "short" });
}

/** "headwater.v1.FeedbackService/Feedback" as "Feedback". */
export function method(call = ""): string {
  return call.slice(call.lastIndexOf("/") + 1);
}

const NAMES: Record<string, string> = {
  hit_rate_at_20: "Hit rate at 20",
  act_rate: "Act rate",
  reward: "Reward per slate",
  log_loss: "Log loss",
  log_loss_base_rate: "Log loss of the base rate",
  calibration_error: "Calibration error",
  ranking_loss: "Ranking loss",
  no_act: "Slates without an action",
};

export function figure(name: string): string {
  return NAMES[name] ?? name.replaceAll("_", " ");
}
