// The states that every page has beside its content: loading, empty, failed, reconnecting, cancelled.
import type { ReactNode } from "react";
import type { Answer } from "../use_answer";

/**
 * Shows the answer by `children`, or why there is none. What was answered stays in view, dimmed, while a newer answer is on
 * its way or the server is away.
 */
export function Answered<T>({ answer, children, what }: { answer: Answer<T>; what: string; children: (value: T) => ReactNode }) {
  const { value, loading, problem, reconnecting, cancelled, refresh } = answer;
  return (
    <>
      {reconnecting && <Reconnecting />}
      {problem !== null && <Failed what={what} problem={problem} again={refresh} />}
      {cancelled && value === null && (
        <div className="notice">
          <p>Cancelled.</p>
          <button type="button" onClick={refresh}>
            Ask again
          </button>
        </div>
      )}
      {value !== null ? (
        <div className={loading ? "answered stale" : "answered"} aria-busy={loading}>
          {children(value)}
        </div>
      ) : (
        loading && !reconnecting && <Loading what={what} cancel={answer.cancel} />
      )}
    </>
  );
}

export function Loading({ what, cancel }: { what: string; cancel?: () => void }) {
  return (
    <div className="loading">
      <span role="status">Loading {what}…</span>{" "}
      {cancel && (
        <button type="button" className="quiet" onClick={cancel}>
          Cancel
        </button>
      )}
    </div>
  );
}

export function Reconnecting() {
  return (
    <p className="banner reconnecting" role="status">
      The server does not answer. Trying again…
    </p>
  );
}

export function Failed({ what, problem, again }: { what: string; problem: string; again: () => void }) {
  return (
    <div className="banner failed" role="alert">
      <p>
        <strong>No {what}.</strong> <bdi>{problem.slice(0, 2000)}</bdi>
      </p>
      <button type="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="notice">
      <p className="notice-title">{title}</p>
      {children}
    </div>
  );
}

/** What is wrong with one stream or table, beside its name. */
export function Problem({ text }: { text: string }) {
  return (
    <p className="problem">
      <bdi>{text.slice(0, 500)}</bdi>
    </p>
  );
}
