// Members of objects whose names come from data: "constructor" and "__proto__" are names like others.

/** returns undefined where the object itself has no such member, whatever it inherits. */
export function memberOf<T>(of: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return of !== undefined && Object.hasOwn(of, name) ? of[name] : undefined;
}
