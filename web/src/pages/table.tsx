// One table: its columns, how it is partitioned, what its snapshots did, and how other tools open it.
import { apiPath, tablePath, type Column, type Partition, type Snapshot, type TableDetail, type TableName } from "../api";
import { bytesText, countOf, countText, timeText } from "../format";
import { Link, useUrlState } from "../navigation";
import { CodeBlock, CopyButton } from "../parts/copy";
import { RowTable, type TableColumn } from "../parts/row_table";
import { Answered, Empty, Problem } from "../parts/states";
import { Tabs } from "../parts/tabs";
import { explorePlace, rejectsPlace, tableText } from "../places";
import { choice, count } from "../url_state";
import { useAnswer } from "../use_answer";

const kViews = ["columns", "partitions", "snapshots", "open", "properties"] as const;
const kPartitions = { first: 1000, most: 10_000 };
const kSnapshots = { first: 100, most: 1000 };
const kFields = { view: choice(kViews, "columns"), partitions: count(kPartitions.first, kPartitions.most), snapshots: count(kSnapshots.first, kSnapshots.most) };
const kViewText = { columns: "Columns", partitions: "Partitions", snapshots: "Snapshots", open: "Open with", properties: "Properties" };

export default function TablePage({ table }: { table: TableName }) {
  const [{ view, partitions, snapshots }, set] = useUrlState(kFields);
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
              {view === "partitions" && <Partitions table={table} detail={detail} limit={partitions} more={(limit) => set({ partitions: limit }, { replace: true })} />}
              {view === "snapshots" && <Snapshots table={table} limit={snapshots} more={(limit) => set({ snapshots: limit }, { replace: true })} />}
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
        {countOf(detail.rows ?? 0, "row")} in {countOf(detail.files ?? 0, "file")} of {bytesText(detail.bytes ?? 0)}, {countOf(detail.live_rows, "row")} not yet in files. Iceberg v
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
    [column.required ? "required" : "", transforms.has(column.name) ? `partition: ${transforms.get(column.name)}` : "", column.doc].filter((note) => note !== "").join(" · ");
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

interface Limited {
  table: TableName;
  /** So many are asked for. */
  limit: number;
  more: (limit: number) => void;
}

const kPartitionColumns: TableColumn<Partition>[] = [
  { title: "Partition", text: true, cell: (partition) => <bdi>{partition.path === "" ? "(all)" : partition.path}</bdi> },
  { title: "Rows", number: true, cell: (partition) => countText(partition.rows) },
  { title: "Files", number: true, cell: (partition) => countText(partition.files) },
  { title: "Size", number: true, cell: (partition) => bytesText(partition.bytes) },
];

// A field may have been dropped that partitions were made by.
function sourceOf(field: TableDetail["partition_fields"][number]): string {
  return field.column ?? "a dropped column";
}

function Partitions({ table, detail, limit, more }: Limited & { detail: TableDetail }) {
  const answer = useAnswer<{ partitions: Partition[]; more: boolean }>(apiPath(tablePath(table, "/partitions"), { limit }));
  const spec = detail.partition_fields.map((field) => `${field.transform === "identity" ? sourceOf(field) : `${field.transform}(${sourceOf(field)})`} as ${field.name}`);
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
              {value.more && <More what="partitions" limit={limit} most={kPartitions.most} go={more} />}
            </>
          )
        }
      </Answered>
    </>
  );
}

function Snapshots({ table, limit, more }: Limited) {
  const answer = useAnswer<{ snapshots: Snapshot[]; more: boolean }>(apiPath(tablePath(table, "/snapshots"), { limit }));
  const columns: TableColumn<Snapshot>[] = [
    { title: "Committed (UTC)", hint: (snapshot) => snapshot.at, cell: (snapshot) => timeText(snapshot.at, "utc", "none") },
    { title: "Operation", cell: (snapshot) => snapshot.operation ?? "–" },
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
            {value.more && <More what="snapshots" limit={limit} most={kSnapshots.most} go={more} />}
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

// The API gives no more than `most` of a list.
function More({ what, limit, most, go }: { what: string; limit: number; most: number; go: (limit: number) => void }) {
  if (limit >= most) return <p className="muted">These are {countText(most)}, the most that are shown. There are more {what}.</p>;
  return (
    <button type="button" onClick={() => go(Math.min(limit * 2, most))}>
      More {what}
    </button>
  );
}
