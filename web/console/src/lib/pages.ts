/** Pages of a list that grows at its head: the newest first, older ones on request. */

import { useEffect, useRef, useState } from "preact/hooks";

export interface Pages<Row> {
  rows: Row[];
  /** Whether older rows can be asked for. */
  hasMore: boolean;
  /** Why the last request for older rows failed. */
  error: unknown;
  more: () => Promise<void>;
}

interface Page {
  nextPageToken?: string;
}

/** `first` is the first page, which is loaded again and again; `rowsOf` returns the rows of a page. */
export function usePages<Answer extends Page, Row>(
  first: Answer,
  ask: (pageToken: string) => Promise<Answer>,
  rowsOf: (page: Answer) => Row[] | undefined,
): Pages<Row> {
  const [older, setOlder] = useState<Row[]>([]);
  const [token, setToken] = useState<string>();
  const [error, setError] = useState<unknown>();
  // new rows appear only while the first page is open: further down, the rows would jump
  const [top, setTop] = useState(first);
  useEffect(() => {
    if (token === undefined) setTop(first);
  }, [first, token]);
  const busy = useRef(false);
  const next = token ?? top.nextPageToken ?? "";
  const more = async () => {
    if (busy.current) return; // a second click would add the same rows again
    busy.current = true;
    try {
      const page = await ask(next);
      setOlder((before) => [...before, ...(rowsOf(page) ?? [])]);
      setToken(page.nextPageToken ?? "");
      setError(undefined);
    } catch (failure) {
      setError(failure);
    } finally {
      busy.current = false;
    }
  };
  return { rows: [...(rowsOf(top) ?? []), ...older], hasMore: next !== "", error, more };
}
