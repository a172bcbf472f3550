/** The health of the system in one line, from the replicas' reports. */

import { errorText } from "../api/errors";
import type { ListReplicasResponseJson } from "../api/types";
import { count, int } from "./format";
import type { Loaded } from "./load";
import type { Tone } from "./tone";

const LAG_ENTRIES_MAX = 1_000;

export interface HealthSummary {
  tone: Tone;
  title: string;
  text: string;
}

export function healthOf(loaded: Loaded<ListReplicasResponseJson>): HealthSummary {
  const { data, error } = loaded;
  if (error !== undefined) return { tone: "bad", title: "No connection", text: errorText(error) };
  if (!data) return { tone: "", title: "Loading…", text: "" };
  const all = data.replicas ?? [];
  const alive = all.filter((one) => one.alive);
  const broken = alive.filter((one) => one.fault);
  const behind = Math.max(0, ...alive.map((one) => int(one.lagEntries)));
  const text = `${alive.length} ${alive.length === 1 ? "replica" : "replicas"} alive`;
  if (broken.length) return { tone: "bad", title: "A replica has stopped learning", text };
  if (!alive.some((one) => one.role === "worker")) {
    return { tone: "bad", title: "No worker is running", text };
  }
  if (behind > LAG_ENTRIES_MAX) {
    return { tone: "warn", title: "A replica lags behind", text: `Lag: ${count(behind)} entries` };
  }
  return { tone: "good", title: "Healthy", text };
}
