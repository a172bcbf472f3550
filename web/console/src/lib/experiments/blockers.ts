/** What stops a promotion: the server's texts, in plain words where the page shows the figures anyway. */

import type { PromotionBlockerJson } from "../../api/types";

export interface Blocker {
  title: string;
  text: string;
}

const TITLES: Record<string, string> = {
  guard_rails: "Guard rail",
  visitors: "Too few visitors",
  policy_id: "The policy",
};
const PLAIN: Record<string, Blocker> = {
  sample_ratio: { title: "Split of visitors", text: "the arms do not have the share of visitors that was planned, so no figure can be trusted." },
  primary: { title: "Not shown to be better", text: "its interval is not yet wholly on the better side of 0. More visitors make it narrower." },
};

/** The server's code and text as a title and a sentence. */
export function blockerOf({ code = "", text = "" }: PromotionBlockerJson): Blocker {
  const title = TITLES[code];
  return PLAIN[code] ?? (title ? { title, text } : { title: "", text: text.charAt(0).toUpperCase() + text.slice(1) });
}
