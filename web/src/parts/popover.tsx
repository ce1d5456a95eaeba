// A button that opens a panel below it. Escape and a click elsewhere close it; focus goes back to the button.
import { useEffect, useId, useRef, useState, type ReactNode } from "react";

interface PopoverProps {
  label: ReactNode;
  title: string;
  className?: string;
  /** `close` also puts the focus back. */
  children: (close: () => void) => ReactNode;
}

export function Popover({ label, title, className = "", children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    panel.current?.querySelector<HTMLElement>("input:not([type=checkbox]), select, button")?.focus();
    const outside = (event: Event) => {
      const target = event.target as Node;
      if (!panel.current?.contains(target) && !button.current?.contains(target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div className="popover-anchor">
      <button ref={button} type="button" className={className} aria-expanded={open} aria-controls={open ? id : undefined} title={title} onClick={() => setOpen(!open)}>
        {label}
      </button>
      {open && (
        <div ref={panel} id={id} className="popover" role="dialog" aria-label={title} onKeyDown={(event) => event.key === "Escape" && close()}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
