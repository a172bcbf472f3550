/** Sends a file in small calls, which may be repeated: a known event is not learned twice. */

import type { EventResultJson, ItemWriteResultJson, UserWriteResultJson } from "../../api/types";
import type { Api } from "../../api/client";
import { ApiError } from "../../api/errors";
import { count } from "../format";
import { patiently } from "../patience";
import { fitting, OF_A_KEY, OF_A_SESSION } from "./batches";
import { readDrafts } from "./check";
import type { Draft } from "./messages";
import type { Table } from "./tables";

const TOO_LARGE = 413;
const TIMEOUT_MS = 30_000;

export interface Outcome {
  name: string;
  messages: number;
  /** What the server said of the first one, with its row. */
  detail: string;
}

type Result = EventResultJson | ItemWriteResultJson | UserWriteResultJson;

const NAMES: Record<string, string> = {
  EVENT_STATUS_CREATED: "new",
  EVENT_STATUS_EXISTS: "known before",
  EVENT_STATUS_CONFLICT: "with the id of another event",
  EVENT_STATUS_QUARANTINED: "in quarantine",
  WRITE_STATUS_APPLIED: "written",
  WRITE_STATUS_OUTDATED: "older than what is known",
  WRITE_STATUS_REFUSED: "refused",
};

/** Returns how many messages came to what. Raises what a call raises, with the row that it names. */
export async function send(
  api: Api,
  file: File,
  table: Table,
  signal: AbortSignal,
  onProgress: (sent: number, share: number) => void,
): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const limits = { ...(api.key ? OF_A_KEY : OF_A_SESSION) };
  let waiting: Draft[] = [];
  let sent = 0;
  const flush = async (least: number) => {
    while (waiting.length >= least && waiting.length > 0) {
      const { batch, bytes } = fitting(waiting, limits);
      try {
        tally(outcomes, batch, await call(api, table, batch, sent, signal));
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== TOO_LARGE || batch.length === 1) throw error;
        limits.bytes = Math.floor(bytes / 2); // this gateway takes less than one usually does
        continue;
      }
      waiting = waiting.slice(batch.length);
      sent += batch.length;
    }
  };
  await readDrafts(file, table, signal, async (drafts, share) => {
    waiting.push(...drafts.filter((draft) => draft.message));
    await flush(limits.messages);
    onProgress(sent, share);
  });
  await flush(1);
  return [...outcomes.values()];
}

async function call(api: Api, table: Table, batch: readonly Draft[], sent: number, signal: AbortSignal): Promise<Result[]> {
  const body = { [table.field]: batch.map((draft) => draft.message) };
  try {
    const ask = () => api.post<{ results?: Result[] }>(table.path, body, TIMEOUT_MS);
    const answer = await patiently(ask, signal);
    return answer.results ?? [];
  } catch (error) {
    throw error instanceof ApiError ? new ApiError(error.status, explained(error, batch, sent)) : error;
  }
}

function explained(error: ApiError, batch: readonly Draft[], sent: number): string {
  const [, place, field] = /^\w+\[(\d+)\]\.?(.*)$/.exec(error.field) ?? [];
  const row = place === undefined ? undefined : batch[Number(place)]?.row;
  const where = row === undefined ? "" : `Row ${count(row)}${field ? `, ${field}` : ""}: `;
  return `${where}${error.message} ${count(sent)} were sent before; it is safe to send the file again.`;
}

function tally(outcomes: Map<string, Outcome>, batch: readonly Draft[], results: readonly Result[]): void {
  results.forEach((result, index) => {
    const status = result.status ?? "";
    const known = outcomes.get(status);
    const detail = result.detail ? `row ${count(batch[index]?.row)}: ${result.detail}` : "";
    outcomes.set(status, known ? { ...known, messages: known.messages + 1 } : { name: NAMES[status] ?? status, messages: 1, detail });
  });
}
