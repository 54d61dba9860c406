"use client";

import { useEffect, useRef } from "react";
import { isTyping } from "../ui/is-typing.ts";

/** ↑ ↓ walk the rows, ⏎ opens one (they are links), / finds, Escape closes what is open. */
export function useListKeys(close: () => void): void {
  const onClose = useRef(close);
  onClose.current = close;
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        document.querySelector("dialog[open], [role=menu]")
      )
        return;
      const find = document.querySelector<HTMLInputElement>("input[data-find]");
      if (event.key === "Escape" && event.target === find) find?.blur();
      else if (isTyping(event.target) && !(event.target === find && event.key === "ArrowDown")) return;
      else if (event.key === "Escape") onClose.current();
      else if (event.key === "/") {
        event.preventDefault();
        find?.focus();
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (step(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
      }
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** Moves the focus to the next row from the one that has it, or from the one that is open. */
function step(by: 1 | -1): boolean {
  const links = [...document.querySelectorAll<HTMLElement>("a[data-decision], [data-row]")].filter((link) =>
    link.checkVisibility(),
  );
  if (links.length === 0) return false;
  const focused = links.indexOf(document.activeElement as HTMLElement);
  const open = links.findIndex((link) => link.ariaCurrent === "true");
  const at = focused >= 0 ? focused : open;
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  return true;
}
