// Cells and their texts. What a cell is, its column's type tells: a record may have any JSON in it, {"base64": "%"} too.
import type { Cell } from "./api";
import { visibleText } from "./format";
import { isNested } from "./type_text";

/** Of a longer value the server sends that many bytes. */
const kCutBytes = 65_536;
/** A character that would be torn there is left out. */
const kTornBytesMax = 3;

/** A value of which only the first 64 KiB came, and how many bytes it has. */
export interface Cut {
  cut: string;
  bytes: number;
}

/** A binary value; with `bytes` only its first 64 KiB came, of so many. */
export interface Binary {
  base64: string;
  bytes?: number;
}

/** returns null where the cell is not of a binary column, or null. */
export function asBinary(cell: Cell, type: string): Binary | null {
  if (type !== "binary" || cell === null || typeof cell !== "object" || Array.isArray(cell)) return null;
  const { base64, bytes } = cell;
  if (typeof base64 !== "string") return null;
  return typeof bytes === "number" ? { base64, bytes } : { base64 };
}

/** returns null where the cell came whole, or is binary. */
export function asCut(cell: Cell, type: string): Cut | null {
  if (type === "binary" || cell === null || typeof cell !== "object" || Array.isArray(cell)) return null;
  const { cut, bytes } = cell;
  if (typeof cut !== "string" || typeof bytes !== "number" || Object.keys(cell).length !== 2) return null;
  // A struct may have these members, too. Whole it is no longer than a cell may be, so its text is shorter than a cut one.
  if (isNested(type) && new TextEncoder().encode(cut).length < kCutBytes - kTornBytesMax) return null;
  return { cut, bytes };
}

/** Whether the server can filter by this value: it is whole, and neither bytes nor nested. */
export function isFilterable(cell: Cell, type: string): boolean {
  return cell === null || (!isNested(type) && typeof cell !== "object");
}

/** returns null for what is no base64. */
export function decodeBase64(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** The bytes as UTF-8, with U+FFFD for what is none; what is no base64 stays as it is. */
export function binaryText({ base64 }: Binary): string {
  const bytes = decodeBase64(base64);
  return bytes === null ? base64 : new TextDecoder().decode(bytes);
}

/** The value's text as it is, for copying. */
export function plainText(cell: Cell, type: string): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  return asBinary(cell, type)?.base64 ?? asCut(cell, type)?.cut ?? JSON.stringify(cell);
}

/** The value on one line for a grid, at most `most` characters of it. */
export function cellText(cell: Cell, type: string, most = 300): string {
  if (cell === null) return "null";
  const binary = asBinary(cell, type);
  if (binary) return visibleText(binaryText({ base64: binary.base64.slice(0, Math.ceil(most / 3) * 4) })).slice(0, most);
  const text = plainText(cell, type);
  return visibleText(text.length > most ? `${text.slice(0, most)}…` : text);
}
