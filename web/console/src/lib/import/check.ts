/** Reads a whole file before anything is sent: what it holds, and all that cannot be sent. */

import type { Draft } from "./messages";
import { readRows, type Row, UnreadableFile } from "./rows";
import type { Table } from "./tables";

export interface Problem {
  text: string;
  rows: number;
  first: number;
}

export interface Found {
  rows: number;
  messages: number;
  firstTime: string;
  lastTime: string;
  problems: Problem[];
}

/** Gives `onDrafts` the messages of a file in order, some at a time. */
export async function readDrafts(
  file: File,
  table: Table,
  signal: AbortSignal,
  onDrafts: (drafts: Draft[], share: number) => Promise<void>,
): Promise<void> {
  const collector = table.collector();
  let isFirst = true;
  await readRows(file, signal, async (rows, share) => {
    if (isFirst && rows.length > 0) refuseOtherFile(rows, table);
    isFirst &&= rows.length === 0;
    await onDrafts(rows.flatMap((row) => collector.add(row)), share);
  });
  await onDrafts(collector.end(), 1);
}

/** A file of something else says so once, not once a row. */
function refuseOtherFile(rows: readonly Row[], { name, columns }: Table): void {
  const readable = rows.filter((row) => !row.problem);
  const missing = columns.find((column) => !readable.some((row) => column in row.cells));
  if (missing && readable.length > 0) {
    throw new UnreadableFile(
      `No row has ${missing}, so this is no export of ${name.toLowerCase()}. \`headwater import\` reads any file, and gives ids to events that have none.`,
    );
  }
}

export async function check(file: File, table: Table, signal: AbortSignal, onShare: (share: number) => void): Promise<Found> {
  const found: Found = { rows: 0, messages: 0, firstTime: "", lastTime: "", problems: [] };
  const problems = new Map<string, Problem>();
  await readDrafts(file, table, signal, async (drafts, share) => {
    for (const draft of drafts) count(found, problems, draft);
    onShare(share);
  });
  if (found.rows === 0) throw new UnreadableFile("The file has no rows.");
  return { ...found, problems: [...problems.values()].sort((one, other) => other.rows - one.rows) };
}

function count(found: Found, problems: Map<string, Problem>, { row, message, problem }: Draft): void {
  found.rows += 1;
  if (problem) {
    const known = problems.get(problem);
    problems.set(problem, known ? { ...known, rows: known.rows + 1 } : { text: problem, rows: 1, first: row });
    return;
  }
  found.messages += 1;
  const time = message && "eventTime" in message ? message.eventTime : undefined;
  if (!time) return;
  if (!found.firstTime || time < found.firstTime) found.firstTime = time;
  if (time > found.lastTime) found.lastTime = time;
}
