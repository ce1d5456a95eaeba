// The fields that can be asked about: columns, and the members of structs by their path, "user.plan".
import type { Column } from "./api";
import { structMembers, type Member } from "./type_text";

const kDepthMax = 4;

export function fieldsOf(columns: readonly Column[]): Member[] {
  return columns.flatMap((column) => withMembers(column, 1));
}

function withMembers(field: Member, depth: number): Member[] {
  const own = { name: field.name, type: field.type };
  if (depth === kDepthMax) return [own];
  return [own, ...structMembers(field.type).flatMap((member) => withMembers({ name: `${field.name}.${member.name}`, type: member.type }, depth + 1))];
}
