/** Changes that an operator makes in a view: what was done, and a state that contains it. */

import { useRef, useState } from "preact/hooks";

/**
 * Called after a change: what was done, and the offset of a state that contains it. Without a text nothing was
 * done: the view only has to be loaded again.
 */
export type OnDone = (text: string, offset: string | undefined) => void;

export interface Changes {
  /** What was done last; empty: nothing yet. */
  done: string;
  /** The state that the view has to wait for: another replica may answer the next request. */
  minOffset: () => string;
  note: OnDone;
}

export function useChanges(): Changes {
  const newest = useRef("");
  const [done, setDone] = useState("");
  const note: OnDone = (text, offset) => {
    newest.current = offset ?? "";
    setDone(text);
  };
  return { done, minOffset: () => newest.current, note };
}

/** Makes a change and notes it. A refusal often means that the view is out of date, so it is loaded again. */
export async function change(onDone: OnDone, text: string, make: () => Promise<{ offset?: string }>): Promise<void> {
  try {
    const { offset } = await make();
    onDone(text, offset);
  } catch (error) {
    onDone("", undefined);
    throw error;
  }
}
