// The fields that can be asked about: columns, and the members of structs by their path, "user.plan".
import type { Column } from "./api";
import { structMembers, type Member } from "./type_text";

export interface Field extends Member {
  /** Whether it is a column of its own, which the grid shows. */
  column: boolean;
}

const kDepthMax = 4;

export function fieldsOf(columns: readonly Column[]): Field[] {
  return columns.flatMap(({ name, type }) => withMembers({ name, type, column: true }, 1));
}

function withMembers(field: Field, depth: number): Field[] {
  if (depth === kDepthMax) return [field];
  return [field, ...structMembers(field.type).flatMap(({ name, type }) => withMembers({ name: `${field.name}.${name}`, type, column: false }, depth + 1))];
}
