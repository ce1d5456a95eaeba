// One table: its columns, how it is partitioned, what its snapshots did, and how other tools open it.
import { useState } from "react";
import { apiPath, tablePath, type Column, type Partition, type Snapshot, type TableDetail, type TableName } from "../api";
import { bytesText, countOf, countText, timeText } from "../format";
import { Link, useUrlState } from "../navigation";
import { CodeBlock, CopyButton } from "../parts/copy";
import { RowTable, type TableColumn } from "../parts/row_table";
import { Answered, Empty, Problem } from "../parts/states";
import { Tabs } from "../parts/tabs";
import { explorePlace, rejectsPlace, tableText } from "../places";
import { choice } from "../url_state";
import { useAnswer } from "../use_answer";

const kViews = ["columns", "partitions", "snapshots", "open", "properties"] as const;
const kFields = { view: choice(kViews, "columns") };
const kViewText = { columns: "Columns", partitions: "Partitions", snapshots: "Snapshots", open: "Open with", properties: "Properties" };

export default function TablePage({ table }: { table: TableName }) {
  const [{ view }, set] = useUrlState(kFields);
  const answer = useAnswer<TableDetail>(tablePath(table));
  return (
    <>
      <div className="head">
        <h1>
          <Link to="/tables">Tables</Link> <span className="muted">/</span> <bdi>{tableText(table)}</bdi>
        </h1>
        <div className="tools">
          <Link className="button" to={table.name.endsWith("_rejects") ? rejectsPlace(table) : explorePlace(table)}>
            Explore
          </Link>
        </div>
      </div>
      <Answered answer={answer} what="table">
        {(detail) => (
          <>
            <Summary detail={detail} />
            <Tabs label="Parts of the table" tabs={kViews.map((id) => ({ id, title: kViewText[id] }))} chosen={view} choose={(id) => set({ view: id })}>
              {view === "columns" && <Columns detail={detail} />}
              {view === "partitions" && <Partitions table={table} detail={detail} />}
              {view === "snapshots" && <Snapshots table={table} />}
              {view === "open" && <OpenWith detail={detail} />}
              {view === "properties" && <Properties detail={detail} />}
            </Tabs>
          </>
        )}
      </Answered>
    </>
  );
}

function Summary({ detail }: { detail: TableDetail }) {
  return (
    <>
      {detail.problem !== null && <Problem text={detail.problem} />}
      <p className="muted wide-text">
        {countOf(detail.rows, "row")} in {countOf(detail.files, "file")} of {bytesText(detail.bytes)}, {countOf(detail.live_rows, "row")} not yet in files. Iceberg v
        {detail.format_version}, id {detail.uuid}
      </p>
      <p className="where">
        <code>{detail.location}</code> <CopyButton text={detail.location} />
      </p>
    </>
  );
}

function Columns({ detail }: { detail: TableDetail }) {
  const transforms = new Map(detail.partition_fields.map((field) => [field.column, field.transform]));
  const notes = (column: Column) =>
    [column.required ? "required" : "", transforms.has(column.name) ? `partition: ${transforms.get(column.name)}` : "", column.doc ?? ""].filter((note) => note !== "").join(" · ");
  const columns: TableColumn<Column>[] = [
    { title: "Column", text: true, cell: (column) => <bdi>{column.name}</bdi> },
    { title: "Type", text: true, cell: (column) => <code>{column.type}</code> },
    { title: "Id", number: true, cell: (column) => column.id },
    { title: "Notes", text: true, cell: (column) => <bdi>{notes(column)}</bdi> },
  ];
  return (
    <>
      <RowTable label="Columns" columns={columns} rows={detail.columns_list} rowKey={(column) => column.id} />
      {detail.sort_order.length > 0 && <p className="muted">Files are sorted by {detail.sort_order.join(", ")}.</p>}
    </>
  );
}

const kPartitionsStep = 1000;

const kPartitionColumns: TableColumn<Partition>[] = [
  { title: "Partition", text: true, cell: (partition) => <bdi>{partition.path === "" ? "(all)" : partition.path}</bdi> },
  { title: "Rows", number: true, cell: (partition) => countText(partition.rows) },
  { title: "Files", number: true, cell: (partition) => countText(partition.files) },
  { title: "Size", number: true, cell: (partition) => bytesText(partition.bytes) },
];

function Partitions({ table, detail }: { table: TableName; detail: TableDetail }) {
  const [limit, setLimit] = useState(kPartitionsStep);
  const answer = useAnswer<{ partitions: Partition[]; more: boolean }>(apiPath(tablePath(table, "/partitions"), { limit }));
  const spec = detail.partition_fields.map((field) => `${field.transform === "identity" ? field.column : `${field.transform}(${field.column})`} as ${field.name}`);
  return (
    <>
      <p className="muted">{spec.length === 0 ? "Not partitioned." : `Partitioned by ${spec.join(", ")}.`}</p>
      <Answered answer={answer} what="partitions">
        {(value) =>
          value.partitions.length === 0 ? (
            <Empty title="No files yet.">Rows land in files a minute after they came, or by 64 MiB.</Empty>
          ) : (
            <>
              <RowTable label="Partitions" columns={kPartitionColumns} rows={value.partitions} rowKey={(partition) => partition.path} />
              {value.more && <More what="partitions" go={() => setLimit(limit * 2)} />}
            </>
          )
        }
      </Answered>
    </>
  );
}

const kSnapshotsStep = 100;

function Snapshots({ table }: { table: TableName }) {
  const [limit, setLimit] = useState(kSnapshotsStep);
  const answer = useAnswer<{ snapshots: Snapshot[]; more: boolean }>(apiPath(tablePath(table, "/snapshots"), { limit }));
  const columns: TableColumn<Snapshot>[] = [
    { title: "Committed (UTC)", hint: (snapshot) => snapshot.at, cell: (snapshot) => timeText(snapshot.at, "utc", "none") },
    { title: "Operation", cell: (snapshot) => snapshot.operation },
    { title: "Rows", number: true, cell: (snapshot) => <Change added={snapshot.added_rows} removed={snapshot.removed_rows} /> },
    { title: "Files", number: true, cell: (snapshot) => <Change added={snapshot.added_files} removed={snapshot.removed_files} /> },
    { title: "Rows after", number: true, cell: (snapshot) => countText(snapshot.total_rows) },
    { title: "Files after", number: true, cell: (snapshot) => countText(snapshot.total_files) },
    { title: "Size after", number: true, cell: (snapshot) => bytesText(snapshot.total_bytes) },
    {
      title: "Explore as of",
      number: true,
      cell: (snapshot) => <Link to={explorePlace(table, { snapshot: snapshot.id })}>{snapshot.id}</Link>,
    },
  ];
  return (
    <Answered answer={answer} what="snapshots">
      {(value) =>
        value.snapshots.length === 0 ? (
          <Empty title="No snapshots yet.">Each commit of files makes one.</Empty>
        ) : (
          <>
            <RowTable label="Snapshots" columns={columns} rows={value.snapshots} rowKey={(snapshot) => snapshot.id} />
            {value.more && <More what="snapshots" go={() => setLimit(limit * 2)} />}
          </>
        )
      }
    </Answered>
  );
}

function Change({ added, removed }: { added: number; removed: number }) {
  return (
    <>
      {(added > 0 || removed === 0) && <span className="added">+{countText(added)}</span>} {removed > 0 && <span className="removed">−{countText(removed)}</span>}
    </>
  );
}

const kToolText: Record<string, string> = { duckdb: "DuckDB", pyiceberg: "PyIceberg", spark: "Spark" };

function OpenWith({ detail }: { detail: TableDetail }) {
  return (
    <>
      {Object.entries(detail.open_with).map(([tool, code]) => (
        <section key={tool}>
          <h2>{kToolText[tool] ?? tool}</h2>
          <CodeBlock label={kToolText[tool] ?? tool} text={code} />
        </section>
      ))}
      <p className="muted">Other tools see the rows that are in files.</p>
    </>
  );
}

const kPropertyColumns: TableColumn<[string, string]>[] = [
  { title: "Property", text: true, cell: ([name]) => <bdi>{name}</bdi> },
  { title: "Value", text: true, cell: ([, value]) => <bdi>{value}</bdi> },
];

function Properties({ detail }: { detail: TableDetail }) {
  const properties = Object.entries(detail.properties);
  if (properties.length === 0) return <Empty title="No properties are set." />;
  return <RowTable label="Properties" columns={kPropertyColumns} rows={properties} rowKey={([name]) => name} />;
}

function More({ what, go }: { what: string; go: () => void }) {
  return (
    <button type="button" onClick={go}>
      More {what}
    </button>
  );
}
