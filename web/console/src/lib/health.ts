/** One word on how all of it is doing, from what the replicas say. */

import { told } from "../api/errors";
import type { ListReplicasResponseJson } from "../api/types";
import { count, int } from "./format";
import type { Loaded } from "./load";
import type { Tone } from "./tone";

const LAG_ENTRIES_MAX = 1_000;

export interface HealthWord {
  tone: Tone;
  title: string;
  text: string;
}

export function healthOf(loaded: Loaded<ListReplicasResponseJson>): HealthWord {
  const { data, error } = loaded;
  if (error !== undefined) return { tone: "bad", title: "Trouble", text: told(error) };
  if (!data) return { tone: "", title: "Looking…", text: "" };
  const all = data.replicas ?? [];
  const alive = all.filter((one) => one.alive);
  const broken = alive.filter((one) => one.fault);
  const behind = Math.max(0, ...alive.map((one) => int(one.lagEntries)));
  const text = `${alive.length} ${alive.length === 1 ? "replica" : "replicas"} alive`;
  if (broken.length) return { tone: "bad", title: "A replica stopped learning", text };
  if (!alive.some((one) => one.role === "worker")) {
    return { tone: "bad", title: "No worker is alive", text };
  }
  if (behind > LAG_ENTRIES_MAX) {
    return { tone: "warn", title: "A replica is behind", text: `${count(behind)} entries` };
  }
  return { tone: "good", title: "All is well", text };
}
