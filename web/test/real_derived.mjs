// Raw objects, and a configuration that derives a dataset from them every minute: what the Derived page shows.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const kPrefix = "telemetry-executive-summary-3";
const kStream = "telemetry-executive-summary";
const kChannels = ["release", "beta", "Other"];

function message(day, channel, number) {
  const fields = { docType: number % 9 ? "main" : "crash", submissionDate: day, activityTimestamp: 1.4e9 + number + 0.5, clientId: `c${number % 50}`, documentId: `${day}-${channel}-${number}`, default: number % 2 === 0, country: "DE", hours: 0.25 };
  return { Type: "executive_summary", Logger: "fx", Timestamp: 1446000000e9 + number, Fields: fields };
}

/** The days before today, as directories name them: 20261121. */
export function daysBefore(count) {
  return Array.from({ length: count }, (_, i) => new Date(Date.now() - (i + 1) * 86_400_000).toISOString().slice(0, 10).replaceAll("-", ""));
}

/** in: a server that has not started. Its configuration has one schedule that works and one of a dataset that nobody has. */
export function prepareDerived(server, days = 3) {
  const metadata = join(server.data, "buckets/metadata");
  mkdirSync(join(metadata, kPrefix), { recursive: true });
  const source = (prefix) => ({ prefix, metadata_prefix: prefix, bucket: "raw-data" });
  writeFileSync(join(metadata, "sources.json"), JSON.stringify({ telemetry: source("telemetry-2"), [kStream]: source(kPrefix) }));
  const dimensions = [{ field_name: "submissionDate", allowed_values: "*" }, { field_name: "channel", allowed_values: { min: "a", max: "z" } }];
  writeFileSync(join(metadata, kPrefix, "schema.json"), JSON.stringify({ version: 1, dimensions }));
  for (const day of daysBefore(days)) {
    for (const channel of kChannels) {
      const folder = join(server.data, "buckets/raw-data", kPrefix, day, channel);
      mkdirSync(folder, { recursive: true });
      const messages = Array.from({ length: 40 }, (_, i) => `${JSON.stringify(message(day, channel, i))}\n`);
      execFileSync(server.binary, ["heka", "make", "--body", "plain", "--out", join(folder, `${day}120000.000_ip-1`)], { input: messages.join("") });
    }
  }
  server.config = join(server.work, "tarn.toml");
  writeFileSync(server.config, `[derive.nightly]\ndataset = "ExecutiveStream"\nschedule = "* * * * *"\ndays = "last ${days}"\n\n[derive.churn-weekly]\ndataset = "Churn"\nschedule = "0 4 * * mon"\ndays = "last 7"\n`);
}
