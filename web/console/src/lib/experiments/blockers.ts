/** What stops a promotion: the server's texts, with a short name for each. */

export interface Blocker {
  title: string;
  text: string;
}

const TITLES: Record<string, string> = {
  arm_id: "The arm",
  sample_ratio: "Split of visitors",
  guard_rails: "Guard rail",
  visitors: "Too few visitors",
  primary: "Not shown to be better",
  policy_id: "The policy",
};

/** "primary: the bound is below 0" as a title and a sentence. */
export function blockerOf(text: string): Blocker {
  const [, field = "", rest = ""] = /^([a-z_]+): (.*)$/s.exec(text) ?? [];
  const title = TITLES[field];
  if (!title) return { title: "", text };
  return { title, text: rest };
}
