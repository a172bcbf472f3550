/** Loading, failed, out of date: shown in the same way by every view. */

import type { ComponentChildren } from "preact";

import { ApiError, errorText } from "../api/errors";
import { UnreadableFile } from "../lib/import/rows";
import type { Loaded } from "../lib/load";
import { Ago } from "./parts";
import { Icon } from "./icons";

export function Skeleton({ lines = 5 }: { lines?: number }) {
  return (
    <div class="stack" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} class="skeleton" style={{ width: `${92 - ((index * 17) % 45)}%` }} />
      ))}
    </div>
  );
}

function titleOf(error: unknown): string {
  if (error instanceof UnreadableFile) return "This file cannot be sent from here.";
  return error instanceof ApiError && error.isUnavailable ? "Not available at the moment." : "The request failed.";
}

export function Failed({ error, reload }: { error: unknown; reload: (() => void) | undefined }) {
  const unavailable = error instanceof ApiError && error.isUnavailable;
  return (
    <div class={`notice ${unavailable ? "warn" : "bad"}`} role="alert">
      <Icon name="quarantine" />
      <div>
        <strong>{titleOf(error)}</strong> {errorText(error)}
      </div>
      {reload && (
        <button type="button" class="button" onClick={reload}>
          <Icon name="repeat" size={15} />
          Try again
        </button>
      )}
    </div>
  );
}

/** The loaded data, drawn by `children`; without data the reason; above old data a warning. */
export function WhenLoaded<Answer>({ loaded, lines, children }: {
  loaded: Loaded<Answer>;
  lines?: number;
  children: (data: Answer) => ComponentChildren;
}) {
  const { data, error, loading, reload } = loaded;
  if (data === undefined) {
    return loading ? <Skeleton lines={lines ?? 5} /> : <Failed error={error} reload={reload} />;
  }
  return (
    <>
      {error !== undefined && <Stale loaded={loaded} />}
      {children(data)}
    </>
  );
}

function Stale({ loaded }: { loaded: Loaded<unknown> }) {
  return (
    <div class="notice warn" role="status" style={{ marginBottom: "12px" }}>
      <Icon name="quarantine" />
      <div>
        Data from <Ago time={loaded.time} />. The last update failed: {errorText(loaded.error)}
      </div>
    </div>
  );
}
