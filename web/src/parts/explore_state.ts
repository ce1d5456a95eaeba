// What the URL holds of Explore; apart from its parts, some of which are loaded only when they are opened.
import { choice, filterList, flag, list, place, text } from "../url_state";

export const kMeasures = ["count", "sum", "avg", "min", "max"] as const;
export const kWidths = ["", "minute", "hour", "day", "month"] as const;

export interface Grouping {
  by: string[];
  measure: (typeof kMeasures)[number];
  of: string;
  bucket: (typeof kWidths)[number];
}

const kViews = ["rows", "groups", "live"] as const;

export const kExploreFields = {
  table: text(),
  from: text(),
  to: text(),
  zone: choice(["utc", "local"], "utc"),
  time: text(),
  snapshot: text(),
  f: filterList(),
  view: choice(kViews, "rows"),
  stack: text(),
  open: list(),
  hide: list(),
  row: place(),
  by: list(),
  measure: choice(kMeasures, "count"),
  of: text(),
  bucket: choice(kWidths, ""),
  paused: flag(),
};
