// What derived datasets there are: where their objects lie, their columns, and the SELECT of a recipe.
import type { DerivedDefinition } from "../api";
import { CodeBlock } from "./copy";
import { RowTable, type TableColumn } from "./row_table";
import { Problem } from "./states";

interface DefinitionsProps {
  definitions: DerivedDefinition[];
  /** The name of the one that is shown whole; empty: none is. */
  opened: string;
  open: (name: string) => void;
}

const kColumns: TableColumn<DerivedDefinition["columns"][number]>[] = [
  { title: "Column", text: true, cell: (column) => <bdi>{column.name}</bdi> },
  { title: "Type", text: true, cell: (column) => <code>{column.type}</code> },
  { title: "Notes", cell: (column) => (column.required ? "required" : "") },
];

export function DerivedDefinitions({ definitions, opened, open }: DefinitionsProps) {
  const columns: TableColumn<DerivedDefinition>[] = [
    {
      title: "Dataset",
      cell: (one) => (
        <>
          <button type="button" className="quiet" aria-expanded={one.name === opened} onClick={() => open(one.name === opened ? "" : one.name)}>
            <bdi>{one.name}</bdi>
          </button>
          {one.problem !== null && <Problem text={one.problem} />}
        </>
      ),
    },
    { title: "Is a", cell: (one) => kindText(one) },
    { title: "Reads", text: true, cell: (one) => <bdi>{one.source ?? "–"}</bdi> },
    { title: "Makes table", text: true, cell: (one) => <bdi>{one.table ?? "–"}</bdi> },
    { title: "Columns", number: true, cell: (one) => one.columns.length || "–" },
  ];
  const shown = definitions.find(({ name }) => name === opened);
  return (
    <section aria-labelledby="definitions">
      <h2 id="definitions">Definitions</h2>
      <RowTable label="Definitions" columns={columns} rows={definitions} rowKey={(one) => one.name} />
      {shown && <Details definition={shown} />}
    </section>
  );
}

function kindText(one: DerivedDefinition): string {
  if (one.kind === null) return "–";
  if (one.kind === "recipe") return "SQL recipe";
  return one.file === null ? "class, linked in" : "class of a plug-in";
}

function Details({ definition }: { definition: DerivedDefinition }) {
  const facts = [
    ["File", definition.file ?? ""],
    ["Arguments", definition.arguments.join(" ")],
    ["Partitions by", definition.partition_by.join(", ")],
    ["Only keys that begin with", definition.filter_prefix],
  ].filter(([, fact]) => fact !== "");
  return (
    <section aria-label={`Definition of ${definition.name}`}>
      {facts.map(([what, fact]) => (
        <p key={what} className="wide-text">
          <span className="muted">{what}:</span> <bdi>{fact}</bdi>
        </p>
      ))}
      {definition.select !== null && <CodeBlock label={`The SELECT of ${definition.name}`} text={definition.select} />}
      {definition.columns.length > 0 && <RowTable label={`Columns of ${definition.name}`} columns={kColumns} rows={definition.columns} rowKey={({ name }) => name} />}
    </section>
  );
}
