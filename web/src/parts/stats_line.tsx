// What an answer took: shown with every one.
import type { Stats } from "../api";
import { bytesText, countText, spanText } from "../format";

export function statsText(stats: Stats): string {
  const parts = [spanText(stats.elapsed_ms)];
  if (stats.bytes_read !== undefined) parts.push(`${bytesText(stats.bytes_read)} read`);
  if (stats.files_read !== undefined) parts.push(`${countText(stats.files_read)} files`);
  if (stats.rows_scanned !== undefined) parts.push(`${countText(stats.rows_scanned)} rows scanned`);
  return parts.join(" · ");
}

export function StatsLine({ stats, children }: { stats: Stats; children?: React.ReactNode }) {
  return (
    <p className="stats">
      {children} {statsText(stats)}
    </p>
  );
}
