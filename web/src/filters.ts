// Filters as the API takes them: ["column", "op", value?]. One list is shared by Explore, Events and Rejects.
import type { Cell } from "./api";
import { cellText } from "./cells";
import { isDecimal, isNumber, isTrueFalse, isWholeNumber } from "./type_text";

export const kOperators = ["eq", "ne", "lt", "le", "gt", "ge", "contains", "starts", "in", "null", "notnull"] as const;
export type Operator = (typeof kOperators)[number];

export interface Filter {
  column: string;
  op: Operator;
  value?: Cell;
}

export const kOperatorText: Record<Operator, string> = {
  eq: "=",
  ne: "≠",
  lt: "<",
  le: "≤",
  gt: ">",
  ge: "≥",
  contains: "contains",
  starts: "starts with",
  in: "is one of",
  null: "is null",
  notnull: "is not null",
};

export function takesValue(op: Operator): boolean {
  return op !== "null" && op !== "notnull";
}

/** The filter in the API's JSON, which is also its form in the URL. */
export function writeFilter(filter: Filter): string {
  return JSON.stringify(takesValue(filter.op) ? [filter.column, filter.op, filter.value ?? null] : [filter.column, filter.op]);
}

/** Null for what is no filter: a link that was cut or edited must not break the page. */
export function readFilter(text: string): Filter | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || typeof parsed[0] !== "string" || !kOperators.includes(parsed[1])) return null;
  const op = parsed[1] as Operator;
  if (!takesValue(op)) return { column: parsed[0], op };
  if (parsed.length < 3 || (op === "in") !== Array.isArray(parsed[2])) return null;
  return { column: parsed[0], op, value: parsed[2] as Cell };
}

/** The filter that keeps (or drops) rows with this value. */
export function matching(column: string, value: Cell, keep: boolean): Filter {
  if (value === null) return { column, op: keep ? "null" : "notnull" };
  return { column, op: keep ? "eq" : "ne", value };
}

/** With `filter`, in place of its opposite and of itself. */
export function including(filters: readonly Filter[], filter: Filter): Filter[] {
  const opposite: Partial<Record<Operator, Operator>> = { eq: "ne", ne: "eq", null: "notnull", notnull: "null" };
  const replaced = [filter, { ...filter, op: opposite[filter.op] ?? filter.op }].map(writeFilter);
  return [...filters.filter((other) => !replaced.includes(writeFilter(other))), filter];
}

/**
 * What was typed, as a value of the column's type.
 * returns the value, or a message that says what is wrong.
 */
export function typedValue(type: string, op: Operator, text: string): { value: Cell } | { problem: string } {
  if (op === "in") {
    const values: Cell[] = [];
    for (const part of text.split(",").map((one) => one.trim()).filter((one) => one !== "")) {
      const read = typedValue(type, "eq", part);
      if ("problem" in read) return read;
      values.push(read.value);
    }
    return values.length > 0 ? { value: values } : { problem: "Type one or more values, with commas between them." };
  }
  if (isNumber(type) && op !== "contains" && op !== "starts") return typedNumber(type, text.trim());
  if (isTrueFalse(type)) {
    if (text !== "true" && text !== "false") return { problem: "Type true or false." };
    return { value: text === "true" };
  }
  return { value: text };
}

// What a double cannot hold exactly goes as text, which the API takes for whole numbers and decimals; doubles are JSON numbers.
function typedNumber(type: string, text: string): { value: Cell } | { problem: string } {
  const number = Number(text);
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return { problem: `${text || "Nothing"} is no number.` };
  if (isWholeNumber(type)) {
    if (!/^[-+]?\d+$/.test(text)) return { problem: `${text} is no whole number.` };
    return { value: Number.isSafeInteger(number) ? number : text.replace("+", "") };
  }
  if (isDecimal(type)) return /e/i.test(text) ? { problem: `${text}: type a decimal without e.` } : { value: text.replace("+", "") };
  return Number.isFinite(number) ? { value: number } : { problem: `${text} is too large.` };
}

export function filterText(filter: Filter): string {
  if (!takesValue(filter.op)) return `${filter.column} ${kOperatorText[filter.op]}`;
  const value = Array.isArray(filter.value) ? filter.value.map((one) => cellText(one, "", 40)).join(", ") : cellText(filter.value ?? null, "", 80);
  return `${filter.column} ${kOperatorText[filter.op]} ${value === "" ? "“”" : value}`;
}
