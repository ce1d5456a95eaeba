// One row beside the grid: every field with its whole value, to copy and to filter by.
import type { ReactNode } from "react";
import type { Cell } from "../api";
import { asBinary, asCut, binaryText, isFilterable, plainText } from "../cells";
import { bytesText, timeText, visibleLines, visibleText, type Zone } from "../format";
import { isTime } from "../type_text";
import { CopyButton } from "./copy";
import { TextBlock } from "./text_block";

interface RowPanelProps {
  columns: readonly { name: string; type: string }[];
  row: readonly Cell[];
  title: string;
  zone: Zone;
  close: () => void;
  /** To the row before (-1) or after (1); null at an end. */
  step: (by: -1 | 1) => (() => void) | null;
  filter?: (column: string, value: Cell, keep: boolean) => void;
  children?: ReactNode;
}

export function RowPanel({ columns, row, title, zone, close, step, filter, children }: RowPanelProps) {
  const [before, after] = [step(-1), step(1)];
  const record = Object.fromEntries(columns.map((column, i) => [column.name, row[i] ?? null]));
  return (
    <aside className="row-panel" aria-label={title} onKeyDown={(event) => event.key === "Escape" && close()}>
      <div className="row-panel-head">
        <h2>{title}</h2>
        <CopyButton text={JSON.stringify(record, null, 2)} label="Copy JSON" />
        <button type="button" className="quiet icon" aria-label="The row before" disabled={before === null} onClick={() => before?.()}>
          ↑
        </button>
        <button type="button" className="quiet icon" aria-label="The row after" disabled={after === null} onClick={() => after?.()}>
          ↓
        </button>
        <button type="button" className="quiet icon" aria-label="Close the row" onClick={close}>
          ×
        </button>
      </div>
      <div className="row-panel-body" tabIndex={0} role="region" aria-label="Fields of the row">
        {children}
        <dl>
          {columns.map((column, i) => (
            <Field key={column.name} column={column} value={row[i] ?? null} zone={zone} filter={filter} />
          ))}
        </dl>
      </div>
    </aside>
  );
}

interface FieldProps {
  column: { name: string; type: string };
  value: Cell;
  zone: Zone;
  filter: RowPanelProps["filter"];
}

function Field({ column, value, zone, filter }: FieldProps) {
  const name = visibleText(column.name.slice(0, 200));
  return (
    <div className="row-field">
      <dt title={column.type}>
        <bdi>{name}</bdi>
        <span className="row-field-tools">
          {filter && isFilterable(value, column.type) && (
            <>
              <button type="button" className="quiet icon" aria-label={`Only rows with this ${name}`} title="Only rows with this value" onClick={() => filter(column.name, value, true)}>
                +
              </button>
              <button type="button" className="quiet icon" aria-label={`Only rows without this ${name}`} title="Only rows without this value" onClick={() => filter(column.name, value, false)}>
                −
              </button>
            </>
          )}
          {value !== null && <CopyButton text={plainText(value, column.type)} />}
        </span>
      </dt>
      <dd>
        <Value name={name} type={column.type} value={value} zone={zone} />
      </dd>
    </div>
  );
}

function Value({ name, type, value, zone }: { name: string; type: string; value: Cell; zone: Zone }) {
  if (value === null) return <span className="null">null</span>;
  if (isTime(type) && typeof value === "string") return <bdi title={value}>{timeText(value, zone, "full")}</bdi>;
  const binary = asBinary(value, type);
  if (binary) return <Start name={name} text={binaryText(binary)} of={binary.bytes} />;
  const cut = asCut(value, type);
  if (cut) return <Start name={name} text={cut.cut} of={cut.bytes} />;
  if (typeof value === "object") return <TextBlock label={name}>{visibleLines(JSON.stringify(value, null, 2))}</TextBlock>;
  if (typeof value === "string") return <TextBlock label={name}>{visibleLines(value)}</TextBlock>;
  return <bdi>{String(value)}</bdi>;
}

/** in: `of`, how many bytes the value has where the text is only its start. */
function Start({ name, text, of }: { name: string; text: string; of?: number | undefined }) {
  return (
    <>
      <TextBlock label={name}>{visibleLines(text)}</TextBlock>
      {of !== undefined && <p className="muted">The first 64 KiB of {bytesText(of)}.</p>}
    </>
  );
}
