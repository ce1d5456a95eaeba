// The frame of the dashboard: navigation, theme, and the page of the place. Pages beyond the first load when they are opened.
import { lazy, Suspense, useEffect, useRef, type ReactNode } from "react";
import { Link, usePlace } from "./navigation";
import { Overview } from "./pages/overview";
import { Guard } from "./parts/guard";
import { Empty, Loading } from "./parts/states";
import { kThemes, setTheme, useTheme } from "./theme";

const Explore = lazy(() => import("./pages/explore"));
const Events = lazy(() => import("./pages/events"));
const Tables = lazy(() => import("./pages/tables"));
const TablePage = lazy(() => import("./pages/table"));
const Rejects = lazy(() => import("./pages/rejects"));
const DerivedPage = lazy(() => import("./pages/derived"));

const kPages = [
  { path: "/", title: "Overview" },
  { path: "/explore", title: "Explore" },
  { path: "/events", title: "Events" },
  { path: "/tables", title: "Tables" },
  { path: "/rejects", title: "Rejects" },
  { path: "/derived", title: "Derived" },
];

export function App() {
  const { path } = usePlace();
  const theme = useTheme();
  const main = useRef<HTMLElement>(null);
  const arrived = useRef(path);
  const root = `/${path.split("/")[1] ?? ""}`;
  const title = kPages.find((page) => page.path === root)?.title ?? "Not found";

  useEffect(() => {
    document.title = title === "Overview" ? "Tarn" : `${title} · Tarn`;
    if (arrived.current === path) return;
    arrived.current = path;
    main.current?.focus(); // a reader that does not see the page change hears it
  }, [path, title]);

  return (
    <div className="tarn app" data-theme={theme}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="side">
        <Link to="/" className="brand" aria-label="Tarn, overview">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path className="brand-hill" d="M4 20 13 6l5 8 3-4 7 10z" />
            <path className="brand-lake" d="M3 21h26c0 4-6 7-13 7S3 25 3 21z" />
          </svg>
          <span>Tarn</span>
        </Link>
        <nav aria-label="Pages">
          {kPages.map((page) => (
            <Link key={page.path} to={page.path} aria-current={page.path === root ? "page" : undefined}>
              {page.title}
            </Link>
          ))}
        </nav>
        <div className="side-foot">
          <a href="/docs">HTTP API</a>
          <label className="theme">
            <span>Theme</span>
            <select aria-label="Theme" value={theme} onChange={(event) => setTheme(kThemes.find((one) => one === event.target.value) ?? "system")}>
              <option value="system">System</option>
              <option value="light">Light</option>
              <option value="dark">Dark</option>
            </select>
          </label>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Guard key={root} what="This page" again={() => window.location.reload() /* its code, too */}>
          <Suspense fallback={<Loading what="the page" />}>{pageOf(path)}</Suspense>
        </Guard>
      </main>
    </div>
  );
}

function pageOf(path: string): ReactNode {
  const [, first = "", database, name] = path.split("/").map(decoded);
  if (first === "tables" && database && name) return <TablePage key={path} table={{ database, name }} />;
  switch (first) {
    case "":
      return <Overview />;
    case "explore":
      return <Explore />;
    case "events":
      return <Events />;
    case "tables":
      return <Tables />;
    case "rejects":
      return <Rejects />;
    case "derived":
      return <DerivedPage />;
    default:
      return (
        <Empty title="There is no such page.">
          <Link to="/">Overview</Link>
        </Empty>
      );
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
