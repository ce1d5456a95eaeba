// Copying, and downloads.
import { useEffect, useState } from "react";
import { apiUrl, request } from "../api";
import { useConnection } from "../use_answer";

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [done, setDone] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (done === null) return;
    const timer = window.setTimeout(() => setDone(null), 1500);
    return () => window.clearTimeout(timer);
  }, [done]);
  const copy = () => copyText(text).then((ok) => setDone(ok ? "copied" : "failed"));
  return (
    <button type="button" className="quiet copy" onClick={() => void copy()}>
      <span aria-live="polite">{done === "copied" ? "Copied" : done === "failed" ? "Not copied" : label}</span>
    </button>
  );
}

/** Without the clipboard's interface (a page by plain HTTP from another host has none), by a selection. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className="code">
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <CopyButton text={text} />
    </div>
  );
}

/** A link that saves the answer; with a token, which a link cannot carry, the answer is fetched and then saved. */
export function Download({ path, name, children }: { path: string; name: string; children: string }) {
  const connection = useConnection();
  const [problem, setProblem] = useState<string | null>(null);
  if (!connection.token) {
    return (
      <a className="button quiet" href={apiUrl(connection, path)} download={name}>
        {children}
      </a>
    );
  }
  const save = async () => {
    try {
      const url = URL.createObjectURL(await (await request(connection, path)).blob());
      const link = document.createElement("a");
      link.href = url;
      link.download = name;
      link.click();
      URL.revokeObjectURL(url);
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <button type="button" className="quiet" title={problem ?? ""} onClick={() => void save()}>
      {problem === null ? children : `${children} failed`}
    </button>
  );
}
