// A question to the API as a React state: loading, answered, refused, or asking again because the server is away.
import { createContext, useCallback, useContext, useEffect, useRef, useState } from "react";
import { ApiError, ask, type Connection } from "./api";

export const ConnectionContext = createContext<Connection>({ baseUrl: "" });

export function useConnection(): Connection {
  return useContext(ConnectionContext);
}

export interface Answer<T> {
  /** The newest answer; while a question about the same thing is under way, the one before it. */
  value: T | null;
  loading: boolean;
  /** The server refused, in its words. */
  problem: string | null;
  /** The server does not answer; it is asked again by itself. */
  reconnecting: boolean;
  cancelled: boolean;
  refresh(): void;
  cancel(): void;
}

interface State<T> {
  path: string | null;
  value: T | null;
  loading: boolean;
  problem: string | null;
  reconnecting: boolean;
  cancelled: boolean;
}

const kRetryMs = [1000, 2000, 5000, 10_000];

export interface AskOptions {
  /** Asks again that long after each answer. */
  everyMs?: number;
  /** Another number asks again. */
  turn?: number;
}

/**
 * in: `path` with its query; null asks nothing.
 * A new path stops the question under way: the server sees the connection close and stops the query.
 */
export function useAnswer<T>(path: string | null, { everyMs, turn = 0 }: AskOptions = {}): Answer<T> {
  const connection = useConnection();
  const [state, setState] = useState<State<T>>(() => startOf<T>(path));
  const [again, setAgain] = useState(0);
  const stop = useRef<AbortController | null>(null);

  useEffect(() => {
    if (path === null) {
      setState(startOf<T>(null));
      return;
    }
    const controller = new AbortController();
    stop.current = controller;
    let timer: number | undefined;
    let failures = 0;

    // Another page of the same resource may show the old rows until it is there; another resource may not.
    setState((old) => ({ ...startOf<T>(path), value: resourceOf(old.path) === resourceOf(path) ? old.value : null, reconnecting: old.reconnecting }));

    const attempt = async () => {
      try {
        const value = await ask<T>(connection, path, controller.signal);
        failures = 0;
        setState({ ...startOf<T>(path), value, loading: false });
        if (everyMs !== undefined) timer = window.setTimeout(() => void attempt(), everyMs);
      } catch (error) {
        if (controller.signal.aborted) return;
        if (error instanceof ApiError && error.kind === "unreachable") {
          setState((old) => ({ ...old, loading: true, reconnecting: true }));
          timer = window.setTimeout(() => void attempt(), kRetryMs[Math.min(failures++, kRetryMs.length - 1)]);
          return;
        }
        const problem = error instanceof Error ? error.message : String(error);
        setState((old) => ({ ...startOf<T>(path), value: everyMs === undefined ? null : old.value, loading: false, problem }));
        if (everyMs !== undefined) timer = window.setTimeout(() => void attempt(), Math.max(everyMs, 5000));
      }
    };
    void attempt();
    return () => {
      controller.abort();
      window.clearTimeout(timer);
    };
  }, [connection, path, everyMs, turn, again]);

  const refresh = useCallback(() => setAgain((n) => n + 1), []);
  const cancel = useCallback(() => {
    stop.current?.abort();
    // What is shown by now answers the question before: below this one it would be a lie.
    setState((old) => ({ ...old, value: old.loading ? null : old.value, loading: false, reconnecting: false, cancelled: old.loading }));
  }, []);
  const current = state.path === path ? state : { ...startOf<T>(path), value: resourceOf(state.path) === resourceOf(path) ? state.value : null };
  return { ...current, refresh, cancel };
}

function startOf<T>(path: string | null): State<T> {
  return { path, value: null, loading: path !== null, problem: null, reconnecting: false, cancelled: false };
}

function resourceOf(path: string | null): string | null {
  return path === null ? null : (path.split("?")[0] ?? null);
}
