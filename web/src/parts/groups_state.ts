// What the URL holds of a grouping; apart from the chart, which is loaded when it is opened.
export const kMeasures = ["count", "sum", "avg", "min", "max"] as const;
export const kWidths = ["", "minute", "hour", "day", "month"] as const;

export interface Grouping {
  by: string[];
  measure: (typeof kMeasures)[number];
  of: string;
  bucket: (typeof kWidths)[number];
}
