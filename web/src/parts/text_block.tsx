// A value's text in a block of its own. A long one scrolls, and then the keyboard must reach it; a short one is no stop for Tab.
import { useCallback, useState, type ReactNode } from "react";

export function TextBlock({ label, children }: { label: string; children: ReactNode }) {
  const [scrolls, setScrolls] = useState(false);
  const block = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setScrolls(element.scrollHeight > element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const reached = scrolls ? { tabIndex: 0, role: "region", "aria-label": label } : {};
  return (
    <pre className="value" ref={block} {...reached}>
      {children}
    </pre>
  );
}
