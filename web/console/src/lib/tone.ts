/** How good or bad something is, for its colour; "": neither. */
export type Tone = "" | "good" | "warn" | "bad" | "accent";
