// Light, dark, or as the system has it. Kept per browser; a browser that keeps nothing gets the system's.
import { useSyncExternalStore } from "react";

export const kThemes = ["system", "light", "dark"] as const;
export type Theme = (typeof kThemes)[number];

const kKey = "tarn.theme";
const listeners = new Set<() => void>();
let theme: Theme = kept();

function kept(): Theme {
  try {
    return kThemes.find((one) => one === window.localStorage.getItem(kKey)) ?? "system";
  } catch {
    return "system";
  }
}

export function setTheme(next: Theme): void {
  theme = next;
  try {
    window.localStorage.setItem(kKey, next);
  } catch {
    // Storage is switched off: the choice holds until the page is left.
  }
  listeners.forEach((listener) => listener());
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => theme,
  );
}
