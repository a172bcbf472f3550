/** Answers of the API, asked again and again while somebody looks. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Loaded<Answer> {
  /** The last good answer: it stays while a later try fails. */
  data: Answer | undefined;
  error: unknown;
  /** Whether the first answer is still to come. */
  loading: boolean;
  /** When `data` came, in milliseconds since 1970. */
  time: number;
  again: () => void;
}

/**
 * Asks now, when `inputs` change, and every `everyMs` while the tab is seen; 0: once.
 * An answer that comes after `inputs` have changed is dropped.
 */
export function useLoad<Answer>(
  ask: () => Promise<Answer>,
  inputs: readonly unknown[],
  everyMs = 0,
): Loaded<Answer> {
  const [state, setState] = useState<Omit<Loaded<Answer>, "again">>(nothing);
  const turn = useRef(0);
  const newest = useRef(ask);
  newest.current = ask;

  const load = useCallback(async () => {
    const mine = turn.current;
    const settle = (change: Partial<Loaded<Answer>>) => {
      if (mine === turn.current) setState((before) => ({ ...before, ...change, loading: false }));
    };
    try {
      const data = await newest.current();
      settle({ data, error: undefined, time: Date.now() });
    } catch (error) {
      settle({ error });
    }
  }, []);

  useEffect(() => {
    turn.current += 1;
    setState(nothing);
    void load();
  }, inputs);

  useEffect(() => {
    if (!everyMs) return;
    const look = () => {
      if (document.visibilityState === "visible") void load();
    };
    const timer = setInterval(look, everyMs);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [everyMs, load]);

  return { ...state, again: () => void load() };
}

function nothing<Answer>(): Omit<Loaded<Answer>, "again"> {
  return { data: undefined, error: undefined, loading: true, time: 0 };
}

/** Draws anew each second, so that "3 s ago" stays true. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** What is typed, once nothing more was typed for a moment. */
export function useSettled<Value>(value: Value, afterMs = 250): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}
