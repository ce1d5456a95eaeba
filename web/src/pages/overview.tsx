// What arrives, what waits, what lies in files, what went wrong. Moves by itself.
import { useEffect, useState } from "react";
import { type Overview as OverviewAnswer, type Stream, type Table } from "../api";
import { ageText, bytesText, countText, rateText, spanText, timeText } from "../format";
import { Link } from "../navigation";
import { CodeBlock } from "../parts/copy";
import { RowTable, type TableColumn } from "../parts/row_table";
import { Sparkline } from "../parts/sparkline";
import { Answered, Empty, Problem } from "../parts/states";
import { TableList } from "../parts/table_list";
import { explorePlace, rejectsPlace, tableText } from "../places";
import { useAnswer } from "../use_answer";

const kEveryMs = 2000;
const kRatesKept = 30;

export function Overview() {
  const answer = useAnswer<OverviewAnswer>("/overview", { everyMs: kEveryMs });
  const rates = useRates(answer.value);
  return (
    <>
      <div className="head">
        <h1>Overview</h1>
        {answer.value && (
          <p className="muted">
            Tarn {answer.value.version}, up for {spanText(Date.parse(answer.value.now) - Date.parse(answer.value.started_at))}
          </p>
        )}
      </div>
      <Answered answer={answer} what="overview">
        {(value) => (
          <>
            <Figures value={value} />
            {isEmpty(value) ? <FirstSteps /> : <Streams streams={value.streams} nowMs={Date.parse(value.now)} rates={rates} />}
            <Tables tables={value.tables} nowMs={Date.parse(value.now)} />
          </>
        )}
      </Answered>
    </>
  );
}

// The last rates of each stream, as this page saw them: the server keeps only the newest.
function useRates(value: OverviewAnswer | null): ReadonlyMap<string, number[]> {
  const [rates, setRates] = useState<ReadonlyMap<string, number[]>>(new Map());
  useEffect(() => {
    if (value === null) return;
    setRates((old) => new Map(value.streams.map((stream) => [stream.name, [...(old.get(stream.name) ?? []), stream.records_per_second].slice(-kRatesKept)])));
  }, [value]);
  return rates;
}

// Nothing is in the lake. A restart alone does not make it so, although it sets the counts of records to zero.
function isEmpty({ streams, tables }: OverviewAnswer): boolean {
  return streams.every((stream) => stream.records_total === 0) && tables.every((table) => table.rows === 0 && table.live_rows === 0);
}

function Figures({ value }: { value: OverviewAnswer }) {
  const sum = (of: (stream: Stream) => number | null) => value.streams.reduce((total, stream) => total + (of(stream) ?? 0), 0);
  const newest = value.streams.reduce<string | null>((best, { newest_visible_at: at }) => (at !== null && (best === null || at > best) ? at : best), null);
  const rejects = sum((stream) => stream.rejects_last_hour);
  const files = value.tables.reduce((total, table) => total + (table.files ?? 0), 0);
  const bytes = value.tables.reduce((total, table) => total + (table.bytes ?? 0), 0);
  return (
    <dl className="figures">
      <Figure name="Records a second" value={rateText(sum((stream) => stream.records_per_second))} note={`${bytesText(sum((stream) => stream.bytes_per_second))}/s`} />
      <Figure name="Newest visible row" value={ageText(newest, Date.parse(value.now))} note={newest === null ? "no rows yet" : timeText(newest, "utc", "none")} />
      <Figure name="Not yet in files" value={countText(sum((stream) => stream.live_rows))} note="rows, queryable" />
      <Figure name="Log" value={bytesText(value.log_bytes)} note="on disk" />
      <Figure name="Files" value={countText(files)} note={bytesText(bytes)} />
      <Figure name="Rejects, last hour" value={countText(rejects)} note={rejects === 0 ? "all records fit" : "records that did not fit"} bad={rejects > 0} />
    </dl>
  );
}

function Figure({ name, value, note, bad = false }: { name: string; value: string; note: string; bad?: boolean }) {
  return (
    <div className={bad ? "figure bad" : "figure"}>
      <dt>{name}</dt>
      <dd className="figure-value">{value}</dd>
      <dd className="muted">{note}</dd>
    </div>
  );
}

function Streams({ streams, nowMs, rates }: { streams: Stream[]; nowMs: number; rates: ReadonlyMap<string, number[]> }) {
  if (streams.length === 0) return null;
  const columns: TableColumn<Stream>[] = [
    { title: "Stream", cell: (stream) => <StreamName stream={stream} /> },
    { title: "Records/s", number: true, cell: (stream) => rateText(stream.records_per_second) },
    { title: "Last minute", cell: (stream) => <Sparkline values={rates.get(stream.name) ?? []} length={kRatesKept} /> },
    { title: "Bytes/s", number: true, cell: (stream) => bytesText(stream.bytes_per_second) },
    { title: "Records since start", number: true, cell: (stream) => countText(stream.records_total) },
    { title: "Newest row", number: true, hint: (stream) => stream.newest_visible_at ?? "", cell: (stream) => ageText(stream.newest_visible_at, nowMs) },
    { title: "Not in files", number: true, cell: (stream) => countText(stream.live_rows) },
    { title: "Rejects/h", number: true, cell: (stream) => <RejectCount stream={stream} /> },
  ];
  return (
    <section aria-labelledby="streams">
      <h2 id="streams">Streams</h2>
      <RowTable label="Streams" columns={columns} rows={streams} rowKey={(stream) => stream.name} />
    </section>
  );
}

function StreamName({ stream }: { stream: Stream }) {
  return (
    <>
      <Link to={explorePlace(stream.table)} title={`Explore ${tableText(stream.table)}`}>
        <bdi>{stream.name}</bdi>
      </Link>
      {stream.problem !== null && <Problem text={stream.problem} />}
    </>
  );
}

function RejectCount({ stream }: { stream: Stream }) {
  if (stream.rejects_last_hour === null) return "–"; // it cannot be counted now
  if (stream.rejects_last_hour === 0) return "0";
  return (
    <Link className="bad" to={rejectsPlace(stream.table)}>
      {countText(stream.rejects_last_hour)}
    </Link>
  );
}

function Tables({ tables, nowMs }: { tables: Table[]; nowMs: number }) {
  const shown = tables.filter((table) => !table.is_rejects || table.rows !== 0 || table.live_rows > 0);
  if (shown.length === 0) return null;
  return (
    <section aria-labelledby="tables">
      <h2 id="tables">Tables</h2>
      <TableList tables={shown} nowMs={nowMs} />
    </section>
  );
}

function FirstSteps() {
  const origin = window.location.origin;
  return (
    <Empty title="No records have arrived yet.">
      <p>Send the first ones; they show here within two seconds.</p>
      <CodeBlock label="A command that sends one event" text={`curl ${origin}/ingest -d '{"event_type":"page_view","user_id":7,"page":"/"}'`} />
      <CodeBlock
        label="A command that sends records to a stream"
        text={`printf '{"user":"ann","ms":12}\\n{"user":"bob","ms":31.5}\\n' |\n  curl ${origin}/v1/streams/visits/records --data-binary @-`}
      />
    </Empty>
  );
}

