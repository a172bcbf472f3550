/** Downloads a table page by page; every page is a call of its own that is repeated, so a lost connection loses nothing. */

import type { ListExportRowsResponseJson } from "../api/types";
import { type Api } from "../api/client";
import { int } from "./format";
import { patiently } from "./patience";

export const TABLES = ["events", "lists", "items", "users"] as const;
export type Table = (typeof TABLES)[number];
export type Format = "jsonl" | "csv";

const TIMEOUT_MS = 30_000;
/** Without a file to write to, the browser keeps the download in memory until it is complete. */
export const MEMORY_BYTES_MAX = 256 * 1024 * 1024;

export interface Progress {
  rows: number;
  /** 0 to 1; undefined if the end is not known. */
  share: number | undefined;
}

interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

interface FilePicker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<{
    createWritable(): Promise<WritableStream<string> & { write(text: string): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>;
  }>;
}

/** A file that the operator chooses, where the browser can write to one; else a download from memory. */
export async function openSink(name: string): Promise<Sink> {
  const picker = (window as unknown as FilePicker).showSaveFilePicker;
  if (picker) {
    const file = await (await picker({ suggestedName: name })).createWritable();
    return { write: (text) => file.write(text), close: () => file.close(), abort: () => file.abort() };
  }
  return memorySink(name);
}

export function memorySink(name: string): Sink {
  const parts: string[] = [];
  let size = 0;
  return {
    async write(text) {
      size += text.length;
      if (size > MEMORY_BYTES_MAX) {
        throw new Error("This is too large for the browser's memory. Run `headwater export` on the server.");
      }
      parts.push(text);
    },
    async close() {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(parts, { type: "text/plain" }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
    async abort() {
      parts.length = 0;
    },
  };
}

/** Writes all rows to `sink`; returns their number. Stops with an AbortError if `signal` says so. */
export async function download(
  api: Api,
  table: Table,
  format: Format,
  sink: Sink,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<number> {
  let token = "";
  let rows = 0;
  try {
    do {
      signal.throwIfAborted();
      const query = { format, pageToken: token };
      const page = await patiently(() => api.get<ListExportRowsResponseJson>(`/v1/export/${table}`, query, TIMEOUT_MS), signal);
      if (page.text) await sink.write(page.text);
      rows += page.rows ?? 0;
      token = page.nextPageToken ?? "";
      const total = int(page.total);
      onProgress({ rows, share: total ? int(page.done) / total : undefined });
    } while (token);
    await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
  return rows;
}
