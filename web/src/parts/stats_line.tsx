// What an answer took: shown with every one.
import type { Stats } from "../api";
import { bytesText, countOf, spanText } from "../format";

export function statsText(stats: Stats): string {
  return [spanText(stats.elapsed_ms), `${bytesText(stats.bytes_read)} read`, countOf(stats.files_read, "file")].join(" · ");
}

export function StatsLine({ stats }: { stats: Stats }) {
  return <p className="stats">{statsText(stats)}</p>;
}
