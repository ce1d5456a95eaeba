// A plain table of a few hundred rows at most, from a list of columns. It scrolls sideways on its own.
import type { ReactNode } from "react";

export interface TableColumn<Row> {
  title: string;
  number?: boolean;
  /** Long text that may break anywhere. */
  text?: boolean;
  hint?: (row: Row) => string;
  cell: (row: Row) => ReactNode;
}

interface RowTableProps<Row> {
  label: string;
  columns: readonly TableColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
}

/** The first column heads its rows. */
export function RowTable<Row>({ label, columns, rows, rowKey }: RowTableProps<Row>) {
  const classOf = (column: TableColumn<Row>) => (column.number ? "number" : column.text ? "long-text" : undefined);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`${label}, table`}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={classOf(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column, i) =>
                i === 0 ? (
                  <th key={column.title} scope="row" className={classOf(column)} title={column.hint?.(row)}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.title} className={classOf(column)} title={column.hint?.(row)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
