/** What stops a promotion: the server's texts, in plain words where the page shows the figures anyway. */

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

/** "primary: the bound is below 0" as a title and a sentence. */
export function blockerOf(text: string): Blocker {
  const [, field = "", rest = text] = /^([a-z_]+): (.*)$/s.exec(text) ?? [];
  const title = TITLES[field];
  return PLAIN[field] ?? (title ? { title, text: rest } : { title: "", text: rest.charAt(0).toUpperCase() + rest.slice(1) });
}
