/** What an editor has typed and not saved: a session that ends, or a look at another view, does not lose it. */

import type { RuleJson } from "../../api/types";
import type { Draft } from "../../lib/rules/draft";

export interface Unsaved {
  /** The rule that is edited; undefined: a new one. */
  rule: RuleJson | undefined;
  draft: Draft;
  reason: string;
}

/** Kept while the page is open: the view goes when the operator has to sign in again. */
export const kept: { now: Unsaved | undefined } = { now: undefined };
