// What an answer took: shown with every one.
import type { Stats } from "../api";
import { bytesText, countOf, spanText } from "../format";

export function statsText(stats: Stats): string {
  const parts = [spanText(stats.elapsed_ms)];
  if (stats.bytes_read !== undefined) parts.push(`${bytesText(stats.bytes_read)} read`);
  if (stats.files_read !== undefined) parts.push(countOf(stats.files_read, "file"));
  if (stats.rows_scanned !== undefined) parts.push(`${countOf(stats.rows_scanned, "row")} scanned`);
  return parts.join(" · ");
}

export function StatsLine({ stats, children }: { stats: Stats; children?: React.ReactNode }) {
  return (
    <p className="stats">
      {children} {statsText(stats)}
    </p>
  );
}
