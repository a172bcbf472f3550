/** What `headwater evaluate` found, as the views show it. */

import type { Tone } from "../tone";

export const NO_OVERLAP = "not enough overlap";
export const TOO_LITTLE = "too little data";
/** At least that share of the lists must speak about a policy. */
export const SHARE_MIN = 0.3;

const TONES: Record<string, Tone> = { better: "good", worse: "bad", [NO_OVERLAP]: "warn", [TOO_LITTLE]: "warn" };

export function toneOf(verdict = ""): Tone {
  return TONES[verdict] ?? "";
}

