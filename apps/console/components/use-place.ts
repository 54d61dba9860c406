"use client";

import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

/**
 * Keeps the reader's place. Below the width of two panes a decision stands where the list stood: it begins at
 * its top, and closing it leads back to the row it was opened from.
 */
export function usePlace(pane: RefObject<HTMLElement | null>, openId: string | null): void {
  const lastOpen = useRef<string | null>(null);
  const listTop = useRef(0);
  useEffect(() => {
    if (openId !== null) return;
    // Once a decision stands in its place the document is another height, and the offset is lost.
    const keep = () => {
      listTop.current = window.scrollY;
    };
    window.addEventListener("scroll", keep, { passive: true });
    return () => window.removeEventListener("scroll", keep);
  }, [openId]);
  useLayoutEffect(() => {
    const isNarrow = !window.matchMedia("(min-width: 1100px)").matches;
    if (isNarrow && openId !== null) window.scrollTo(0, 0);
    if (openId === null && lastOpen.current !== null) {
      if (isNarrow) window.scrollTo(0, listTop.current);
      const row = pane.current?.querySelector<HTMLElement>(`a[data-decision="${lastOpen.current}"]`);
      row?.focus({ preventScroll: true });
    }
    lastOpen.current = openId;
  }, [pane, openId]);
}
