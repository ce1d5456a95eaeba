// Rows of a table, page after page as they are scrolled to.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { apiPath, ask, type Cell, type QueryValue, type Rows } from "./api";
import { useAnswer, useConnection, type Answer } from "./use_answer";

/** More rows than this are for a download: the grid could show them, but nobody reads them. */
export const kRowsMax = 100_000;
const kPageRows = 1000;

interface Later {
  /** The first page that these follow. */
  first: Rows | null;
  rows: Cell[][];
  more: boolean;
  loading: boolean;
  problem: string | null;
}

export interface RowPages {
  first: Answer<Rows>;
  rows: readonly Cell[][];
  more: boolean;
  problem: string | null;
  loadMore: () => void;
}

/** in: another `turn` asks again, from the first page. */
export function useRows(path: string, query: Record<string, QueryValue>, turn: number): RowPages {
  const connection = useConnection();
  const first = useAnswer<Rows>(apiPath(path, { ...query, limit: kPageRows }), { turn });
  const page = first.value;
  const [kept, setLater] = useState<Later>(() => startOf(null));
  const later = kept.first === page ? kept : startOf(page);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), [page]);

  const rows = useMemo(() => (page === null ? [] : later.rows.length === 0 ? page.rows : [...page.rows, ...later.rows]), [page, later.rows]);
  const loadMore = useCallback(() => {
    if (page === null || !later.more || later.loading || later.problem !== null || first.loading) return;
    const controller = new AbortController();
    stop.current = controller;
    setLater({ ...later, loading: true });
    ask<Rows>(connection, apiPath(path, { ...query, ...pinOf(page, query), limit: kPageRows, offset: rows.length }), controller.signal).then(
      (next) => setLater({ first: page, rows: [...later.rows, ...next.rows], more: next.more && rows.length + next.rows.length < kRowsMax, loading: false, problem: null }),
      (error: unknown) => {
        if (!controller.signal.aborted) setLater({ ...later, loading: false, problem: error instanceof Error ? error.message : String(error) });
      },
    );
  }, [connection, first.loading, later, page, path, query, rows.length]);
  return { first, rows, more: later.more, problem: later.problem, loadMore };
}

function startOf(page: Rows | null): Later {
  return { first: page, rows: [], more: page?.more ?? false, loading: false, problem: null };
}

// Rows that arrive meanwhile would push the offsets of later pages, so these end where the first page began. Only
// _received_at can be used for that: it has no nulls, and new rows have greater ones.
function pinOf(page: Rows, query: Record<string, QueryValue>): { to?: string } {
  const newest = page.rows[0]?.[page.columns.findIndex((column) => column.name === "_received_at")];
  if (query["time"] !== "_received_at" || query["to"] || typeof newest !== "string") return {};
  const micros = /^(.*\.)(\d{6})Z$/.exec(newest);
  if (!micros) return {};
  const [, head = "", digits = ""] = micros;
  if (digits === "999999") return { to: new Date(Date.parse(newest) + 1).toISOString() };
  return { to: `${head}${String(Number(digits) + 1).padStart(6, "0")}Z` };
}
