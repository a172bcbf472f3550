import type { HeadwaterError } from "../core/errors.js";
import type { WireEvent } from "./wire-event.js";

/**
 * The problem with an event:
 * - "quarantined", "conflict": the server received it and did not learn from it (see EventStatus);
 * - "refused": the server never accepts it, such as an event without a type;
 * - "dropped": it was not sent in time: the queue was full, or it was too old;
 * - "kept": it cannot be sent now, for example because of a wrong key; it stays in the queue and is tried again.
 */
export type ProblemKind = "quarantined" | "conflict" | "refused" | "dropped" | "kept";

/** An event that was not learned, with the reason. */
export interface Problem {
  kind: ProblemKind;
  detail: string;
  event: WireEvent;
  error?: HeadwaterError;
}

export type OnProblem = (problem: Problem) => void;

/** Return a handler that calls the page's function, or warns on the console. An error of that function loses no event. */
export function problemHandler(onProblem: OnProblem | undefined): OnProblem {
  return (problem) => {
    try {
      if (onProblem) onProblem(problem);
      else
        console.warn(`headwater: event ${problem.event.eventId} was not learned: ${problem.kind}: ${problem.detail}`);
    } catch (error) {
      console.error("headwater: onProblem failed", error);
    }
  };
}
