// Rows of a stream as they become visible. Read by fetch and not by EventSource, which cannot send a token.
import { useEffect, useRef, useState } from "react";
import { ApiError, apiPath, request, type Cell, type Connection } from "./api";
import { writeFilter, type Filter } from "./filters";
import { readEvents } from "./server_events";
import { useConnection } from "./use_answer";

/** Older rows leave the grid. */
export const kTailRows = 5000;
const kShowEveryMs = 200;
const kRateMs = 5000;
const kRetryMs = 2000;

export type TailRow = { [column: string]: Cell };

export interface Tail {
  /** The newest first. */
  rows: readonly TailRow[];
  /** Rows that wait while the tail is paused. */
  waiting: number;
  /** Rows that the server left out, since this page was slower than the stream. */
  skipped: number;
  perSecond: number;
  reconnecting: boolean;
  problem: string | null;
}

const kNothing: Tail = { rows: [], waiting: 0, skipped: 0, perSecond: 0, reconnecting: false, problem: null };

/** in: `stream` null follows nothing. */
export function useTail(stream: string | null, filters: readonly Filter[], paused: boolean): Tail {
  const connection = useConnection();
  const [tail, setTail] = useState<Tail>(kNothing);
  const pausedNow = useRef(paused);
  useEffect(() => {
    pausedNow.current = paused;
  }, [paused]);
  const path = stream === null ? null : apiPath(`/streams/${encodeURIComponent(stream)}/tail`, { f: filters.map(writeFilter) });

  useEffect(() => {
    setTail(kNothing);
    if (path === null) return;
    const controller = new AbortController();
    const fresh: TailRow[] = []; // the newest last
    const begun = performance.now();
    let arrivals: number[] = [];
    let skipped = 0;
    const take = (event: string, data: string) => {
      if (event === "error") throw new ApiError("refused", (JSON.parse(data) as { error: string }).error);
      if (event === "skipped") skipped += (JSON.parse(data) as { rows: number }).rows;
      if (event !== "row") return;
      fresh.push(JSON.parse(data) as TailRow);
      if (fresh.length > kTailRows) fresh.shift();
      arrivals.push(performance.now());
    };
    // Rows are shown a few times a second, however many arrive.
    const timer = window.setInterval(() => {
      const span = Math.min(kRateMs, performance.now() - begun);
      arrivals = arrivals.filter((at) => at > performance.now() - span);
      const shown = pausedNow.current ? [] : fresh.splice(0).reverse();
      const perSecond = arrivals.length / (span / 1000);
      const waiting = fresh.length;
      setTail((old) => ({ ...old, rows: shown.length === 0 ? old.rows : [...shown, ...old.rows].slice(0, kTailRows), waiting, skipped, perSecond }));
    }, kShowEveryMs);
    void follow(connection, path, controller.signal, take, (state) => setTail((old) => ({ ...old, ...state })));
    return () => {
      controller.abort();
      window.clearInterval(timer);
    };
  }, [connection, path]);
  return tail;
}

// Follows until the signal, through the server's absences. A refusal (too many tails, a bad filter) is shown until the server
// takes the question, the `error` that ended a tail until a row comes.
async function follow(connection: Connection, path: string, signal: AbortSignal, take: (event: string, data: string) => void, tell: (state: Partial<Pick<Tail, "reconnecting" | "problem">>) => void) {
  let ended = false; // by an error
  while (!signal.aborted) {
    try {
      const response = await request(connection, path, signal);
      tell(ended ? { reconnecting: false } : { reconnecting: false, problem: null });
      if (!response.body) throw new ApiError("unreachable", "The answer has no body.");
      for await (const { event, data } of readEvents(response.body)) {
        if (ended && event === "row") tell({ problem: null });
        ended = event === "error";
        take(event, data);
      }
      tell({ reconnecting: true, problem: null });
    } catch (error) {
      if (signal.aborted) return;
      const refused = error instanceof ApiError && (error.kind === "refused" || error.status === 503);
      tell(refused ? { reconnecting: false, problem: error.message } : { reconnecting: true, problem: null });
    }
    await new Promise((resolve) => setTimeout(resolve, kRetryMs));
  }
}
