/** Loading, failed, stale: what every view says in the same way. */

import type { ComponentChildren } from "preact";

import { ApiError, told } from "../api/errors";
import type { Loaded } from "../lib/load";
import { Ago } from "./parts";
import { Icon } from "./icons";

export function Waiting({ lines = 5 }: { lines?: number }) {
  return (
    <div class="stack" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, place) => (
        <div key={place} class="bone" style={{ width: `${92 - ((place * 17) % 45)}%` }} />
      ))}
    </div>
  );
}

export function Failed({ error, again }: { error: unknown; again: () => void }) {
  const away = error instanceof ApiError && error.isAway;
  return (
    <div class={`notice ${away ? "warn" : "bad"}`} role="alert">
      <Icon name="quarantine" />
      <div>
        <strong>{away ? "Not available now." : "That did not work."}</strong> {told(error)}
      </div>
      <button type="button" class="button" onClick={again}>
        <Icon name="repeat" size={15} />
        Try again
      </button>
    </div>
  );
}

/** What `of` loaded, drawn by `children`; or why there is nothing; or that it has grown old. */
export function Shown<Answer>({ of, lines, children }: {
  of: Loaded<Answer>;
  lines?: number;
  children: (data: Answer) => ComponentChildren;
}) {
  if (of.data === undefined) {
    return of.loading ? <Waiting lines={lines ?? 5} /> : <Failed error={of.error} again={of.again} />;
  }
  return (
    <>
      {of.error !== undefined && <Stale of={of} />}
      {children(of.data)}
    </>
  );
}

function Stale({ of }: { of: Loaded<unknown> }) {
  return (
    <div class="notice warn" role="status" style={{ marginBottom: "12px" }}>
      <Icon name="quarantine" />
      <div>
        As of <Ago time={of.time} />: {told(of.error)}
      </div>
    </div>
  );
}
