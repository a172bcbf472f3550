/** How many messages one call may have: so many, of so many bytes. */

import type { Draft } from "./messages";

export interface Limits {
  messages: number;
  bytes: number;
}

/** With a key: half of the gateway's default, so that the names of the fields around them fit, too. */
export const OF_A_KEY: Limits = { messages: 500, bytes: 500_000 };
/** The gateway takes no large body before the server has checked the session: 128 KiB by default. */
export const OF_A_SESSION: Limits = { messages: 500, bytes: 100_000 };

/** Returns the first drafts that fit, and how many bytes they have; one at least. */
export function fitting(drafts: readonly Draft[], limits: Limits): { batch: Draft[]; bytes: number } {
  const batch: Draft[] = [];
  let bytes = 0;
  for (const draft of drafts.slice(0, limits.messages)) {
    const more = bytesOf(draft);
    if (batch.length > 0 && bytes + more > limits.bytes) break;
    batch.push(draft);
    bytes += more;
  }
  return { batch, bytes };
}

const encoder = new TextEncoder();

function bytesOf(draft: Draft): number {
  return encoder.encode(JSON.stringify(draft.message)).length + 1; // with a comma
}
