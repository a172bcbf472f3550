/** Selected events of the quarantine, and what is done with them: replayed or dropped, part by part. */

import { useState } from "preact/hooks";

import type {
  DropQuarantinedEventsResponseJson,
  ListQuarantinedEventsResponseJson,
  QuarantinedEventJson,
  ReplayedEventJson,
  ReplayQuarantinedEventsResponseJson,
} from "../api/types";
import { errorText } from "../api/errors";
import { useApi } from "./context";
import { int } from "./format";

const AT_ONCE = 100;
const LIST_PAGE = 500;
const TIMEOUT_MS = 60_000;

export interface Outcome {
  action: "replay" | "drop";
  /** Replayed: each with its result. */
  results: ReplayedEventJson[];
  dropped: number;
  /** Why it stopped before the end; empty if it did not. */
  stopped: string;
}

export interface QuarantineWork {
  selected: ReadonlySet<string>;
  toggle: (id: string) => void;
  /** Selects all that are shown, or nothing if they are selected already. */
  toggleShown: () => void;
  allShown: boolean;
  /** Reads the whole list, also what is not shown, and selects it. */
  selectAll: () => Promise<void>;
  clear: () => void;
  outcome: Outcome | undefined;
  replay: () => Promise<void>;
  drop: () => Promise<void>;
}

type Ask = (token: string, pageSize?: number) => Promise<ListQuarantinedEventsResponseJson>;

export function useQuarantineWork(
  shown: readonly QuarantinedEventJson[],
  ask: Ask,
  onGone: (ids: string[]) => void,
): QuarantineWork {
  const api = useApi();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [outcome, setOutcome] = useState<Outcome>();
  const ids = shown.map((one) => one.quarantineId ?? "");
  const allShown = ids.length > 0 && ids.every((id) => selected.has(id));

  const selectAll = async () => {
    const found = new Set<string>();
    let token = "";
    do {
      const page = await ask(token, LIST_PAGE);
      for (const one of page.events ?? []) found.add(one.quarantineId ?? "");
      token = page.nextPageToken ?? "";
    } while (token);
    setSelected(found);
  };

  /** Does the action on some at a time; what was done stays done when a later part fails. */
  const inParts = async (action: Outcome["action"], act: (some: string[], done: Outcome) => Promise<string[]>) => {
    const done: Outcome = { action, results: [], dropped: 0, stopped: "" };
    const all = [...selected].reverse(); // the oldest first, as they came
    for (let start = 0; start < all.length; start += AT_ONCE) {
      try {
        const gone = await act(all.slice(start, start + AT_ONCE), done);
        onGone(gone);
        setSelected((before) => new Set([...before].filter((id) => !gone.includes(id))));
      } catch (error) {
        if (start === 0) throw error;
        done.stopped = errorText(error);
        break;
      }
    }
    setOutcome(done);
  };

  const replay = () =>
    inParts("replay", async (quarantineIds, done) => {
      const answer = await api.post<ReplayQuarantinedEventsResponseJson>("/v1/quarantine:replay", { quarantineIds }, TIMEOUT_MS);
      const results = answer.results ?? [];
      done.results.push(...results);
      return results.filter((one) => !isKept(one)).map((one) => one.quarantineId ?? "");
    });

  const drop = () =>
    inParts("drop", async (quarantineIds, done) => {
      const answer = await api.post<DropQuarantinedEventsResponseJson>("/v1/quarantine:drop", { quarantineIds }, TIMEOUT_MS);
      done.dropped += int(answer.droppedCount);
      return quarantineIds;
    });

  return {
    selected,
    toggle: (id) => setSelected((before) => toggled(before, id)),
    toggleShown: () => setSelected(allShown ? new Set() : new Set(ids)),
    allShown,
    selectAll,
    clear: () => setSelected(new Set()),
    outcome,
    replay,
    drop,
  };
}

function toggled(before: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const after = new Set(before);
  if (!after.delete(id)) after.add(id);
  return after;
}

/** Whether the event is still in the quarantine after a replay. */
export function isKept(one: ReplayedEventJson): boolean {
  return one.status === "EVENT_STATUS_CONFLICT" || one.status === "EVENT_STATUS_QUARANTINED";
}
