// A page's state as search parameters. What equals its default is left out, so plain pages have plain addresses.
import { readFilter, writeFilter, type Filter } from "./filters";

/** One parameter's way in and out of the URL. Reading never fails: what cannot be read is the default. */
export interface Field<T> {
  read(values: readonly string[]): T;
  write(value: T): readonly string[];
}

export type Fields = Record<string, Field<unknown>>;
export type StateOf<F> = { [Name in keyof F]: F[Name] extends Field<infer T> ? T : never };

export function text(fallback = ""): Field<string> {
  return { read: (values) => values[0] ?? fallback, write: (value) => (value === fallback ? [] : [value]) };
}

export function choice<const T extends string>(allowed: readonly T[], fallback: T): Field<T> {
  return {
    read: (values) => allowed.find((one) => one === values[0]) ?? fallback,
    write: (value) => (value === fallback ? [] : [value]),
  };
}

export function flag(): Field<boolean> {
  return { read: (values) => values[0] === "1", write: (value) => (value ? ["1"] : []) };
}

/** A whole number from `fallback` to `most`. */
export function count(fallback: number, most: number): Field<number> {
  return {
    read: ([value = ""]) => (/^\d{1,9}$/.test(value) ? Math.min(most, Math.max(fallback, Number(value))) : fallback),
    write: (value) => (value === fallback ? [] : [String(value)]),
  };
}

/** The place of a row in a list, from 0; in the address it counts from 1, as people do. */
export function place(): Field<number | null> {
  return {
    read: ([value = ""]) => (/^[1-9]\d{0,5}$/.test(value) ? Number(value) - 1 : null),
    write: (value) => (value === null ? [] : [String(value + 1)]),
  };
}

export function list(): Field<string[]> {
  return { read: (values) => [...values], write: (value) => value };
}

export function filterList(): Field<Filter[]> {
  return {
    read: (values) => values.map(readFilter).filter((filter) => filter !== null),
    write: (value) => value.map(writeFilter),
  };
}

export function readState<F>(fields: F & { [Name in keyof F]: Field<StateOf<F>[Name]> }, search: string): StateOf<F> {
  const parameters = new URLSearchParams(search);
  const state = {} as StateOf<F>;
  for (const name in fields) state[name] = fields[name].read(parameters.getAll(name)) as StateOf<F>[typeof name];
  return state;
}

/** returns "" or "?…", in the order of the fields. */
export function writeState<F>(fields: F & { [Name in keyof F]: Field<StateOf<F>[Name]> }, state: StateOf<F>): string {
  const parameters = new URLSearchParams();
  for (const name in fields) for (const value of fields[name].write(state[name])) parameters.append(name, value);
  const search = parameters.toString();
  return search === "" ? "" : `?${search}`;
}
