/** A long list, a part at a time. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface MoreProps<Entry> {
  entries: readonly Entry[];
  /** How many are shown at first, and added by the button. */
  step?: number;
  label: string;
  children: (shown: readonly Entry[]) => ComponentChildren;
}

export function More<Entry>({ entries, step = 20, label, children }: MoreProps<Entry>) {
  const [most, setMost] = useState(step);
  const left = entries.length - most;
  return (
    <>
      {children(entries.slice(0, most))}
      {left > 0 && (
        <div class="more">
          <button type="button" class="button" onClick={() => setMost(most + step)}>
            {label} ({left} left)
          </button>
        </div>
      )}
    </>
  );
}
