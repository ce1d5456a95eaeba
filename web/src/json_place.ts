// Where in a rejected record the trouble is: the value that a path names, or where it stops being JSON.

export interface Place {
  from: number;
  /** Equal to `from` where the text ended too early. */
  to: number;
}

/**
 * in: `text`, the record's bytes read as UTF-8; `reason` and `path` of its row in the rejects' table.
 * returns null where the place cannot be told, as for reasons that are about the record as a whole.
 */
export function findPlace(text: string, reason: string, path: string | null): Place | null {
  if (path !== null && path !== "") return valueAt(text, path);
  if (reason === "not_utf8") {
    const at = text.indexOf("\ufffd");
    return at < 0 ? null : { from: at, to: at + 1 };
  }
  if (reason !== "not_json" && reason !== "not_one_object") return null;
  const at = new Walk(text, () => undefined).record(reason === "not_one_object");
  return at === null ? null : { from: Math.min(at, text.length), to: Math.min(at + 1, text.length) };
}

// Paths are written as Tarn does: user.tags[1].id. The last of duplicate members counts.
function valueAt(text: string, path: string): Place | null {
  let found: Place | null = null;
  new Walk(text, (at, from, to) => {
    if (at === path) found = { from, to };
  }).record(false);
  return found;
}

const kDepthMax = 1000;
const kNumber = /-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const kWord = /true|false|null/y;

class Walk {
  private at = 0;

  /** in: `visit` gets the path and the span of every value that is whole. */
  constructor(
    private readonly text: string,
    private readonly visit: (path: string, from: number, to: number) => void,
  ) {}

  /** returns the place of the first fault, or null. `object`: what is no object, or has more behind it, is a fault. */
  record(object: boolean): number | null {
    this.space();
    const start = this.at;
    if (object && this.text[start] !== "{") return start;
    if (!this.value("", 0)) return this.at;
    this.space();
    return this.at < this.text.length ? this.at : null;
  }

  // Each of these returns false with `at` on the fault.
  private value(path: string, depth: number): boolean {
    const from = this.at;
    const ok = this.bare(path, depth);
    if (ok) this.visit(path, from, this.at);
    return ok;
  }

  private bare(path: string, depth: number): boolean {
    if (depth > kDepthMax) return false;
    switch (this.text[this.at]) {
      case "{":
        return this.members(path, depth);
      case "[":
        return this.elements(path, depth);
      case '"':
        return this.string() !== null;
      default:
        return this.match(kNumber) || this.match(kWord);
    }
  }

  private members(path: string, depth: number): boolean {
    return this.items("}", () => {
      const name = this.text[this.at] === '"' ? this.string() : null;
      if (name === null) return false;
      this.space();
      if (!this.take(":")) return false;
      this.space();
      return this.value(path === "" ? name : `${path}.${name}`, depth + 1);
    });
  }

  private elements(path: string, depth: number): boolean {
    let index = 0;
    return this.items("]", () => this.value(`${path}[${index++}]`, depth + 1));
  }

  private items(close: string, item: () => boolean): boolean {
    this.at++;
    this.space();
    if (this.take(close)) return true;
    for (;;) {
      if (!item()) return false;
      this.space();
      if (this.take(close)) return true;
      if (!this.take(",")) return false;
      this.space();
    }
  }

  private string(): string | null {
    const from = this.at++;
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at] ?? "";
      if (character === '"') {
        try {
          return JSON.parse(this.text.slice(from, ++this.at)) as string;
        } catch {
          this.at = from; // a bad escape or a control character: somewhere in this string
          return null;
        }
      }
      if (character === "\\") this.at++;
    }
    return null;
  }

  private match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found !== null;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private space(): void {
    while (" \t\r\n".includes(this.text[this.at] ?? "x")) this.at++;
  }
}
