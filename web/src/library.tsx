// The explorer for other pages. It keeps its state in memory and leaves the host's address alone.
import { useMemo } from "react";
import { memoryNavigation, NavigationContext } from "./navigation";
import { Explorer } from "./parts/explorer";
import { Guard } from "./parts/guard";
import { Empty } from "./parts/states";
import { explorePlace, readTableText } from "./places";
import { ConnectionContext } from "./use_answer";
import "./style/tarn.css";

export interface TarnExplorerProps {
  /** The server's address: "http://127.0.0.1:8080", or "" where the host's own origin passes /api on to it. */
  baseUrl: string;
  /** Sent as `Authorization: Bearer …`; without it nothing is sent. */
  token?: string;
  /** `table` or `database.table`. */
  table: string;
  /** Default: as the system has it. */
  theme?: "system" | "light" | "dark";
}

export function TarnExplorer({ baseUrl, token, table, theme = "system" }: TarnExplorerProps) {
  const connection = useMemo(() => ({ baseUrl, ...(token ? { token } : {}) }), [baseUrl, token]);
  const name = readTableText(table);
  const navigation = useMemo(() => memoryNavigation(name ? explorePlace(name) : "/explore"), [table]);
  return (
    <div className="tarn" data-theme={theme}>
      <ConnectionContext value={connection}>
        <NavigationContext value={navigation}>
          <Guard key={table} what="The explorer">
            {name ? <Explorer table={name} /> : <Empty title="No table is named." />}
          </Guard>
        </NavigationContext>
      </ConnectionContext>
    </div>
  );
}
