"use client";

import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { readingExtensions } from "./reading-extensions.ts";

/** So far apart two texts are followed exactly; beyond, whole blocks are called different. */
const SCAN_MAX = 500;
const TIMEOUT_MS = 1500;
/** Lines that stay visible around a change. */
const AROUND = 3;

/** Two texts as one: what went is struck in red above what came in green; what is the same is folded away. */
export default function TextDifference({
  before,
  after,
  label,
}: {
  before: string;
  after: string;
  label: string;
}) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const view = new EditorView({
      parent: frame.current as HTMLElement,
      state: EditorState.create({
        doc: after,
        extensions: [
          readingExtensions(label),
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          // What cannot be edited is reached by keyboard all the same: it scrolls.
          EditorView.contentAttributes.of({ tabindex: "0" }),
          unifiedMergeView({
            original: before,
            mergeControls: false,
            allowInlineDiffs: true,
            collapseUnchanged: { margin: AROUND, minSize: 2 * AROUND },
            diffConfig: { scanLimit: SCAN_MAX, timeout: TIMEOUT_MS },
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, [before, after, label]);
  return <div ref={frame} className="max-h-[70dvh] overflow-auto rounded border border-line" />;
}
