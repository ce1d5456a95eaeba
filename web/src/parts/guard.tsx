// Holds what went wrong while a part was drawn: its place says so, and the rest of the page goes on.
import { Component, type ReactNode } from "react";

interface GuardProps {
  children: ReactNode;
  /** What stopped: "This page". */
  what: string;
  /** Default: draws the part anew. */
  again?: () => void;
}

export class Guard extends Component<GuardProps, { problem: string | null }> {
  override state = { problem: null };

  static getDerivedStateFromError(error: unknown) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    const { children, what, again = () => this.setState({ problem: null }) } = this.props;
    if (this.state.problem === null) return children;
    return (
      <div className="banner failed" role="alert">
        <p>
          <strong>{what} stopped.</strong> {this.state.problem}
        </p>
        <button type="button" onClick={again}>
          Load it again
        </button>
      </div>
    );
  }
}
