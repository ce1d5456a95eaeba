// Where the user is. The dashboard keeps it in the browser's address; the component for other pages in memory, so that
// it leaves its host's address alone.
import { createContext, useCallback, useContext, useMemo, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from "react";
import { readState, writeState, type Field, type StateOf } from "./url_state";

/** Places are paths with a search, relative to the dashboard's root: "/explore?table=default.visits". */
export interface Navigation {
  place(): string;
  go(place: string, options?: { replace?: boolean }): void;
  /** The address to put into a link; null where a place has none of its own. */
  address(place: string): string | null;
  subscribe(listener: () => void): () => void;
}

export function browserNavigation(base: string): Navigation {
  const root = base.replace(/\/+$/, "");
  const listeners = new Set<() => void>();
  const tell = () => listeners.forEach((listener) => listener());
  window.addEventListener("popstate", tell);
  return {
    place: () => {
      const { pathname, search } = window.location;
      return `${pathname.startsWith(root) ? pathname.slice(root.length) || "/" : "/"}${search}`;
    },
    go: (place, options) => {
      const address = root + place;
      if (options?.replace) window.history.replaceState(null, "", address);
      else window.history.pushState(null, "", address);
      tell();
    },
    address: (place) => root + place,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function memoryNavigation(start: string): Navigation {
  const listeners = new Set<() => void>();
  let place = start;
  return {
    place: () => place,
    go: (next) => {
      place = next;
      listeners.forEach((listener) => listener());
    },
    address: () => null,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const NavigationContext = createContext<Navigation>(memoryNavigation("/"));

export function useNavigation(): Navigation {
  return useContext(NavigationContext);
}

/** The place's path and search; renders again when it changes. */
export function usePlace(): { path: string; search: string } {
  const navigation = useNavigation();
  const place = useSyncExternalStore(navigation.subscribe, navigation.place);
  return useMemo(() => {
    const mark = place.indexOf("?");
    return mark < 0 ? { path: place, search: "" } : { path: place.slice(0, mark), search: place.slice(mark) };
  }, [place]);
}

/** The page's state in the URL, and a setter that changes some of it: a step in the history unless `replace`. */
export function useUrlState<F>(fields: F & { [Name in keyof F]: Field<StateOf<F>[Name]> }) {
  const navigation = useNavigation();
  const { path, search } = usePlace();
  const state = useMemo(() => readState(fields, search), [fields, search]);
  const set = useCallback(
    (change: Partial<StateOf<F>>, options?: { replace?: boolean }) => {
      // From the address as it is now: two changes in one event must both arrive.
      const place = navigation.place();
      const mark = place.indexOf("?");
      const now = readState(fields, mark < 0 ? "" : place.slice(mark));
      navigation.go(path + writeState(fields, { ...now, ...change }), options);
    },
    [fields, navigation, path],
  );
  return [state, set] as const;
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string };

/** A link to a place. Other buttons and keys open it in another tab, as everywhere. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  const navigation = useNavigation();
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigation.go(to);
  };
  return <a href={navigation.address(to) ?? "#"} onClick={follow} {...rest} />;
}
