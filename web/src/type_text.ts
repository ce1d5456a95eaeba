// Reads types as Tarn writes them: bigint, decimal(10,2), array<string>, struct<plan:string,score:double>, map<…>.

export interface Member {
  name: string;
  type: string;
}

const kNumbers = /^(int|bigint|float|double|decimal\(.*\))$/;

export function isNumber(type: string): boolean {
  return kNumbers.test(type);
}

export function isWholeNumber(type: string): boolean {
  return type === "int" || type === "bigint";
}

export function isDecimal(type: string): boolean {
  return type.startsWith("decimal(");
}

export function isTime(type: string): boolean {
  return type === "timestamp" || type === "timestamptz" || type === "date";
}

export function isTrueFalse(type: string): boolean {
  return type === "boolean";
}

export function isNested(type: string): boolean {
  return type === "variant" || /^(struct|array|map)</.test(type);
}

/** `struct`, `array` and `map` for nested types, else the type: short enough for a list. */
export function shortType(type: string): string {
  return /^(struct|array|map)</.exec(type)?.[1] ?? type;
}

/** The members of a struct, in order; none for other types. */
export function structMembers(type: string): Member[] {
  if (!type.startsWith("struct<") || !type.endsWith(">")) return [];
  const inner = type.slice("struct<".length, -1);
  const members: Member[] = [];
  for (let at = 0; at < inner.length; at++) {
    const colon = endOf(inner, at, ":");
    const end = endOf(inner, colon + 1, ",");
    members.push({ name: unquoted(inner.slice(at, colon)), type: inner.slice(colon + 1, end) });
    at = end;
  }
  return members;
}

// Where `mark` stands at or after `at`, outside of quotes and brackets; the text's end where it does not.
function endOf(text: string, at: number, mark: string): number {
  let depth = 0;
  let quoted = false; // a doubled quote closes and opens again
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if (depth === 0 && character === mark) return at;
    if ("<(".includes(character)) depth++;
    if (">)".includes(character)) depth--;
  }
  return at;
}

// Names of other characters than letters, digits, _ and . stand in double quotes, with "" for a quote.
function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
