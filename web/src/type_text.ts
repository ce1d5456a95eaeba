// Reads types as Tarn writes them: bigint, decimal(10,2), array<string>, struct<plan:string,score:double>, map<…>.

export interface Member {
  name: string;
  type: string;
}

const kNumbers = /^(tinyint|smallint|int|integer|bigint|float|double|decimal(\(.*\))?)$/;

export function isNumber(type: string): boolean {
  return kNumbers.test(type);
}

export function isTime(type: string): boolean {
  return type === "timestamp" || type === "timestamptz" || type === "date";
}

export function isTrueFalse(type: string): boolean {
  return type === "boolean";
}

export function isNested(type: string): boolean {
  return /^(struct|array|map)</.test(type);
}

/** `struct`, `array` and `map` for nested types, else the type: short enough for a list. */
export function shortType(type: string): string {
  return isNested(type) ? type.slice(0, type.indexOf("<")) : type;
}

/** The members of a struct, in order; none for other types. */
export function structMembers(type: string): Member[] {
  if (!type.startsWith("struct<") || !type.endsWith(">")) return [];
  const inner = type.slice("struct<".length, -1);
  const members: Member[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= inner.length; i++) {
    const character = inner[i];
    if (character === "<" || character === "(") depth++;
    if (character === ">" || character === ")") depth--;
    if (i < inner.length && (character !== "," || depth > 0)) continue;
    const part = inner.slice(start, i);
    const colon = part.indexOf(":");
    if (colon > 0) members.push({ name: part.slice(0, colon).trim().replace(/^`(.*)`$/, "$1"), type: part.slice(colon + 1).trim() });
    start = i + 1;
  }
  return members;
}
