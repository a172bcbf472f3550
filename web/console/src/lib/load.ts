/** Loads answers of the API, and reloads them while the tab is visible. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Loaded<Answer> {
  /** The last answer; it stays when a later request fails. */
  data: Answer | undefined;
  error: unknown;
  /** Whether the first request is under way. */
  loading: boolean;
  /** When `data` was received, in milliseconds since 1970. */
  time: number;
  reload: () => void;
}

/**
 * Calls `ask` now, when `inputs` change, and every `everyMs` while the tab is visible (0: never again).
 * An answer that arrives after `inputs` have changed is ignored.
 */
export function useLoad<Answer>(
  ask: () => Promise<Answer>,
  inputs: readonly unknown[],
  everyMs = 0,
): Loaded<Answer> {
  const [state, setState] = useState<Omit<Loaded<Answer>, "reload">>(empty);
  const generation = useRef(0);
  const order = useRef({ asked: 0, settled: 0 });
  const newest = useRef(ask);
  newest.current = ask;

  const load = useCallback(async () => {
    const started = generation.current;
    order.current.asked += 1;
    const number = order.current.asked;
    const settle = (change: Partial<Loaded<Answer>>) => {
      // an earlier request that takes longer must not undo a later one
      if (number < order.current.settled) return;
      order.current.settled = number;
      if (started === generation.current) setState((before) => ({ ...before, ...change, loading: false }));
    };
    try {
      const data = await newest.current();
      settle({ data, error: undefined, time: Date.now() });
    } catch (error) {
      settle({ error });
    }
  }, []);

  useEffect(() => {
    generation.current += 1;
    setState(empty);
    void load();
  }, inputs);

  useEffect(() => {
    if (!everyMs) return;
    const refresh = () => {
      if (document.visibilityState === "visible") void load();
    };
    const timer = setInterval(refresh, everyMs);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, [everyMs, load]);

  return { ...state, reload: () => void load() };
}

function empty<Answer>(): Omit<Loaded<Answer>, "reload"> {
  return { data: undefined, error: undefined, loading: true, time: 0 };
}

/** The current time; draws the component again each second, so that "3 s ago" stays correct. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** The value once it has not changed for a moment: for typed text. */
export function useSettled<Value>(value: Value, afterMs = 250): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}
