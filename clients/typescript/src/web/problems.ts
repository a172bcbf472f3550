import type { HeadwaterError } from "../core/errors.js";
import type { WireEvent } from "./wire-event.js";

/**
 * What went wrong with an event:
 * - "quarantined", "conflict": the server took it and did not learn from it (see EventStatus);
 * - "refused": the server will never take it, such as one without a type;
 * - "dropped": it could not be sent in time: the queue was full, or it was too old;
 * - "kept": it cannot be sent for now, such as with a wrong key; it stays in the queue and is tried again.
 */
export type ProblemKind = "quarantined" | "conflict" | "refused" | "dropped" | "kept";

/** An event that was not learned, and why. */
export interface Problem {
  kind: ProblemKind;
  detail: string;
  event: WireEvent;
  error?: HeadwaterError;
}

export type OnProblem = (problem: Problem) => void;

/** Hand a problem to the page's own function, whose errors must not lose other events; without one, to the console. */
export function telling(onProblem: OnProblem | undefined): OnProblem {
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
