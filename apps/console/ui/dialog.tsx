"use client";

import { type ReactNode, useEffect, useRef } from "react";

/**
 * The platform's own dialog: focus, Escape, the top layer and an inert page come with it. A library's would
 * lock scrolling with inline styles, which the console's policy refuses.
 */
export function Dialog({
  label,
  isOpen,
  onClose,
  className = "",
  children,
}: {
  label: string;
  isOpen: boolean;
  onClose: () => void;
  className?: string;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog without our help
    <dialog
      ref={dialog}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        // The backdrop belongs to the dialog element, its content does not.
        if (event.target === event.currentTarget) onClose();
      }}
      className={`border border-line bg-sheet p-0 text-ink shadow-float ${className}`}
    >
      {isOpen && children}
    </dialog>
  );
}
