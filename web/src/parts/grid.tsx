// A grid of any number of rows and columns: only what is in view is in the page. Rows are of one height, so where a row
// stands is a product; where a column stands is looked up in the sums of the widths.
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { Cell } from "../api";
import { cellText, plainText } from "../cells";
import { timeText, visibleText, type Zone } from "../format";
import { isNested, isNumber, isTime } from "../type_text";
import { copyText } from "./copy";

export interface GridColumn {
  name: string;
  type: string;
  /** Where its cells are in a row. */
  index: number;
}

interface GridProps {
  label: string;
  columns: readonly GridColumn[];
  rows: readonly (readonly Cell[])[];
  zone: Zone;
  /** The row that the side panel shows. */
  opened: number | null;
  open: (row: number | null) => void;
  hide?: (column: string) => void;
  /** Called when the last rows come into view. */
  nearEnd?: () => void;
}

const kRowHeight = 28;
const kRowsBeyond = 10;
const kWidthMin = 56;
const kWidthMax = 320;
const kCharacterWidth = 8.3;
const kNumberWidthMin = 88;

export function Grid({ label, columns, rows, zone, opened, open, hide, nearEnd }: GridProps) {
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const view = useView(frame);
  const [resized, setResized] = useState<ReadonlyMap<string, number>>(new Map());
  const [active, setActive] = useState({ row: opened ?? 0, column: 0 });
  const natural = useNaturalWidths(columns, rows, zone);
  const lefts = useMemo(() => sumsOf(columns.map((column, i) => resized.get(column.name) ?? natural[i] ?? kWidthMin)), [columns, natural, resized]);

  const firstRow = Math.max(0, Math.floor(view.top / kRowHeight) - kRowsBeyond);
  const endRow = Math.min(rows.length, Math.ceil((view.top + view.height) / kRowHeight) + kRowsBeyond);
  const [firstColumn, endColumn] = columnsInView(lefts, view.left, view.left + view.width);
  const width = lefts[lefts.length - 1] ?? 0;

  useEffect(() => {
    if (endRow >= rows.length - kRowsBeyond) nearEnd?.();
  }, [endRow, rows.length, nearEnd]);

  // An address may come with an open row: it is shown in the grid, too.
  useLayoutEffect(() => {
    if (frame.current && opened !== null) frame.current.scrollTop = Math.max(0, (opened - 3) * kRowHeight);
  }, []);

  const resize = useCallback((name: string, to: number) => setResized((old) => new Map(old).set(name, Math.max(kWidthMin, Math.round(to)))), []);

  const goTo = (row: number, column: number) => {
    const next = { row: clamp(row, 0, rows.length - 1), column: clamp(column, 0, columns.length - 1) };
    setActive(next);
    if (opened !== null) open(next.row);
    const box = frame.current;
    if (!box) return;
    const top = next.row * kRowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + 2 * kRowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * kRowHeight - box.clientHeight;
    const [left = 0, right = 0] = [lefts[next.column], lefts[next.column + 1]];
    if (left < box.scrollLeft) box.scrollLeft = left;
    else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = Math.min(left, right - box.clientWidth);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== frame.current) return;
    const page = Math.max(1, Math.floor(view.height / kRowHeight) - 2);
    const { row, column } = active;
    const name = columns[column]?.name;
    if (event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight") && name !== undefined) {
      resize(name, (lefts[column + 1] ?? 0) - (lefts[column] ?? 0) + (event.key === "ArrowRight" ? 16 : -16));
    } else if ((event.ctrlKey || event.metaKey) && event.key === "c") {
      if (window.getSelection()?.isCollapsed === false) return;
      void copyText(plainText(rows[row]?.[columns[column]?.index ?? -1] ?? null, columns[column]?.type ?? "")).then(() => frame.current?.focus());
    } else if (event.altKey || event.metaKey) {
      return;
    } else {
      const moves: Record<string, () => void> = {
        ArrowDown: () => goTo(row + 1, column),
        ArrowUp: () => goTo(row - 1, column),
        ArrowRight: () => goTo(row, column + 1),
        ArrowLeft: () => goTo(row, column - 1),
        PageDown: () => goTo(row + page, column),
        PageUp: () => goTo(row - page, column),
        Home: () => goTo(event.ctrlKey ? 0 : row, 0),
        End: () => goTo(event.ctrlKey ? rows.length - 1 : row, columns.length - 1),
        Enter: () => open(row),
        Escape: () => open(null),
      };
      const move = moves[event.key];
      if (!move) return;
      move();
    }
    event.preventDefault();
  };

  const cellId = (row: number, column: number) => `${id}-${row}-${column}`;
  const activeShown = active.row >= firstRow && active.row < endRow && active.column >= firstColumn && active.column < endColumn;
  const shownColumns = columns.slice(firstColumn, endColumn).map((column, i) => ({ column, at: firstColumn + i }));
  const boxOf = (at: number) => ({ left: lefts[at] ?? 0, width: (lefts[at + 1] ?? 0) - (lefts[at] ?? 0) });

  return (
    <div
      className="grid"
      ref={frame}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-description="Arrows move, Enter opens the row, Ctrl+C copies the cell, Alt with left or right resizes the column."
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={activeShown ? cellId(active.row, active.column) : undefined}
      onKeyDown={onKeyDown}
    >
      <div className="grid-head" role="rowgroup" style={{ width }}>
        <div role="row" aria-rowindex={1}>
          {shownColumns.map(({ column, at }) => (
            <div key={column.name} role="columnheader" aria-colindex={at + 1} className={isNumber(column.type) ? "grid-cell number" : "grid-cell"} style={boxOf(at)} title={`${visibleText(column.name)}\n${column.type}`}>
              <bdi className="ellipsis">{visibleText(column.name.slice(0, 200))}</bdi>
              {hide && (
                <button type="button" className="quiet icon grid-hide" tabIndex={-1} aria-label={`Hide ${visibleText(column.name.slice(0, 200))}`} onClick={() => hide(column.name)}>
                  ×
                </button>
              )}
              <Handle width={boxOf(at).width} resize={(to) => resize(column.name, to)} />
            </div>
          ))}
        </div>
      </div>
      <div className="grid-body" role="rowgroup" style={{ width, height: rows.length * kRowHeight }}>
        {rows.slice(firstRow, endRow).map((row, i) => {
          const at = firstRow + i;
          return (
            <div
              key={at}
              role="row"
              aria-rowindex={at + 2}
              aria-selected={at === opened}
              className={at % 2 ? "grid-row odd" : "grid-row"}
              style={{ transform: `translateY(${at * kRowHeight}px)`, width }}
              onClick={() => {
                if (window.getSelection()?.isCollapsed === false) return;
                setActive({ ...active, row: at });
                open(at);
              }}
            >
              {shownColumns.map(({ column, at: columnAt }) => (
                <div key={column.name} id={cellId(at, columnAt)} role="gridcell" aria-colindex={columnAt + 1} className={classOf(column.type, row[column.index] ?? null, at === active.row && columnAt === active.column)} style={boxOf(columnAt)}>
                  <bdi className="ellipsis">{gridText(column.type, row[column.index] ?? null, zone)}</bdi>
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function classOf(type: string, cell: Cell, active: boolean): string {
  return ["grid-cell", isNumber(type) ? "number" : "", cell === null ? "null" : isNested(type) ? "nested" : "", active ? "active" : ""].filter(Boolean).join(" ");
}

export function gridText(type: string, cell: Cell, zone: Zone): string {
  return isTime(type) && typeof cell === "string" ? timeText(cell, zone) : cellText(cell, type);
}

/** The edge of a header, which drags the column's width. */
function Handle({ width, resize }: { width: number; resize: (to: number) => void }) {
  const start = useRef<{ x: number; width: number } | null>(null);
  const onPointerMove = (event: PointerEvent) => {
    if (start.current) resize(start.current.width + event.clientX - start.current.x);
  };
  return (
    <span
      className="grid-handle"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => (start.current = null)}
      onPointerCancel={() => (start.current = null)}
    />
  );
}

// What of the grid is in view, in pixels.
function useView(frame: React.RefObject<HTMLDivElement | null>) {
  const [view, setView] = useState({ top: 0, left: 0, width: 1200, height: 600 });
  useLayoutEffect(() => {
    const box = frame.current;
    if (!box) return;
    const read = () => setView({ top: box.scrollTop, left: box.scrollLeft, width: box.clientWidth, height: box.clientHeight });
    const observer = new ResizeObserver(read);
    observer.observe(box);
    box.addEventListener("scroll", read, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", read);
    };
  }, [frame]);
  return view;
}

// Wide enough for the header and the first rows, within bounds. Measured once for a set of columns: rows that come later
// must not make the grid jump.
function useNaturalWidths(columns: readonly GridColumn[], rows: readonly (readonly Cell[])[], zone: Zone): readonly number[] {
  const some = rows.length > 0;
  return useMemo(
    () =>
      columns.map((column) => {
        let longest = column.name.length + 2;
        for (const row of rows.slice(0, 30)) longest = Math.max(longest, gridText(column.type, row[column.index] ?? null, zone).length);
        return clamp(Math.round(longest * kCharacterWidth) + 20, isNumber(column.type) ? kNumberWidthMin : kWidthMin, kWidthMax);
      }),
    [columns, some],
  );
}

function sumsOf(widths: readonly number[]): number[] {
  const sums = [0];
  for (const width of widths) sums.push((sums[sums.length - 1] ?? 0) + width);
  return sums;
}

function columnsInView(lefts: readonly number[], from: number, to: number): [number, number] {
  const count = lefts.length - 1;
  let first = 0;
  while (first < count - 1 && (lefts[first + 1] ?? 0) <= from) first++;
  let end = first;
  while (end < count && (lefts[end] ?? 0) < to) end++;
  return [first, end];
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
