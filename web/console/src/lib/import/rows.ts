/** Reads a file row by row: CSV or JSON lines, plain or gzipped. Memory does not grow with the file. */

import Papa from "papaparse";

export interface Row {
  /** From 1; the header of a CSV file is not counted. */
  number: number;
  cells: Record<string, unknown>;
  /** Why the row cannot be read at all. */
  problem?: string;
}

/** Takes some rows; `share` of the file, 0 to 1, is read. */
export type OnRows = (rows: Row[], share: number) => Promise<void>;

/** The file cannot be read here; the text says what can be done. */
export class UnreadableFile extends Error {}

const CHUNK_BYTES = 1024 * 1024;
const LINE_LENGTH_MAX = 1024 * 1024;
const COMMAND = "`headwater import` reads it.";
const MAGIC: readonly (readonly [string, string])[] = [
  ["PK", "This is a zip archive or an Excel file."],
  ["PAR1", "This is a Parquet file."],
  ["[", "This is a JSON array; here, each line holds one JSON object."],
  ["<", "This is XML."],
  ["\xff\xfe", "This is not UTF-8."],
  ["\xfe\xff", "This is not UTF-8."],
  ["\x28\xb5\x2f\xfd", "This is a zstd file."],
];

/** Calls `onRows` for all rows in order. Raises UnreadableFile, and what `onRows` raises. */
export async function readRows(file: File, signal: AbortSignal, onRows: OnRows): Promise<void> {
  const plain = await unpacked(file);
  const start = await startOf(plain);
  if (!start.trim()) throw new UnreadableFile("The file is empty.");
  const found = MAGIC.find(([magic]) => start.startsWith(magic));
  if (found) throw new UnreadableFile(`${found[1]} ${COMMAND}`);
  const isJson = start.replace("\xef\xbb\xbf", "").trimStart().startsWith("{");
  if (isJson) return readJsonLines(plain, signal, onRows);
  await refuseOtherEncodings(plain, signal); // the CSV parser would replace what it cannot read
  return readCsv(plain, signal, onRows);
}

async function refuseOtherEncodings(file: File, signal: AbortSignal): Promise<void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let start = 0; start < file.size; start += CHUNK_BYTES) {
    signal.throwIfAborted();
    decoded(decoder, await file.slice(start, start + CHUNK_BYTES).arrayBuffer(), start + CHUNK_BYTES < file.size);
  }
}

async function unpacked(file: File): Promise<File> {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (start[0] !== 0x1f || start[1] !== 0x8b) return file;
  try {
    const stream = file.stream().pipeThrough(new DecompressionStream("gzip"));
    return new File([await new Response(stream).blob()], file.name);
  } catch {
    throw new UnreadableFile("The gzip file is damaged or cut off.");
  }
}

/** The first bytes, one character each. */
async function startOf(file: File): Promise<string> {
  return String.fromCharCode(...new Uint8Array(await file.slice(0, 512).arrayBuffer()));
}

async function readJsonLines(file: File, signal: AbortSignal, onRows: OnRows): Promise<void> {
  let number = 0;
  let rest = "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let start = 0; start < file.size; start += CHUNK_BYTES) {
    signal.throwIfAborted();
    const bytes = await file.slice(start, start + CHUNK_BYTES).arrayBuffer();
    const isLast = start + CHUNK_BYTES >= file.size;
    const lines = (rest + decoded(decoder, bytes, !isLast)).split("\n");
    rest = isLast ? "" : (lines.pop() ?? "");
    if (rest.length > LINE_LENGTH_MAX) throw new UnreadableFile(`A line after row ${number + lines.length} has no end within a million characters.`);
    const rows = lines.filter((line) => line.trim()).map((line) => {
      number += 1;
      return { number, ...objectOf(line) };
    });
    await onRows(rows, Math.min(1, (start + CHUNK_BYTES) / file.size));
  }
}

function decoded(decoder: TextDecoder, bytes: ArrayBuffer, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw new UnreadableFile(`The file is not UTF-8. ${COMMAND}`);
  }
}

function objectOf(line: string): Omit<Row, "number"> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { cells: value as Record<string, unknown> };
    }
  } catch {
    // the row says so, and the next one is read
  }
  return { cells: {}, problem: "is no JSON object" };
}

function readCsv(file: File, signal: AbortSignal, onRows: OnRows): Promise<void> {
  let number = 0;
  const take = async ({ data, errors, meta }: Papa.ParseResult<Record<string, unknown>>) => {
    signal.throwIfAborted();
    const problems = new Map(errors.flatMap((one) => (one.row === undefined ? [] : [[one.row, csvProblem(one)]])));
    const rows = data.map((cells, index) => {
      number += 1;
      const problem = problems.get(index);
      return problem ? { number, cells, problem } : { number, cells };
    });
    await onRows(rows, Math.min(1, meta.cursor / file.size));
  };
  return new Promise((resolve, reject) => {
    Papa.parse<Record<string, unknown>>(file, {
      header: true,
      skipEmptyLines: "greedy",
      encoding: "utf-8",
      chunkSize: CHUNK_BYTES,
      chunk: (results, parser) => {
        parser.pause();
        take(results).then(
          () => parser.resume(),
          (error: unknown) => {
            reject(error); // before abort, which completes
            parser.abort();
          },
        );
      },
      complete: () => resolve(),
      error: reject,
    });
  });
}

function csvProblem({ code }: Papa.ParseError): string {
  if (code === "TooFewFields") return "has fewer cells than the header";
  if (code === "TooManyFields") return "has more cells than the header";
  return "has a quotation mark that is not closed";
}
