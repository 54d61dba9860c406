"use client";

import { ensureSyntaxTree } from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorSelection, EditorState, type Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { type BundlePlace, itemNode, placeAt } from "../../../lib/bundle-place.ts";
import type { KnownWords } from "../../../lib/bundle-words.ts";
import { placeProblems } from "../../../lib/place-problems.ts";
import type { BundleProblem } from "../../../lib/rule-types.ts";
import { readingExtensions } from "./reading-extensions.ts";
import { writingExtensions } from "./writing-extensions.ts";

export interface EditorHandle {
  text(): string;
  /** Puts another text in place of this one; it can be undone. */
  replace(text: string): void;
  /** Leads to a problem, or to the rule or policy of that id. */
  goTo(target: BundleProblem | string): void;
}

const SETTLE_MS = 300;
/** A tree of eight megabytes takes its time; nobody waits longer than this for an underline. */
const PARSE_MS = 2000;

/**
 * A bundle's text under the author's hands. It keeps the text by itself: whoever draws it is told of changes
 * once they have settled, and asks for the text when it is needed.
 */
export default function BundleEditor({
  label,
  initialText,
  isReadOnly,
  problems,
  known,
  onTouch,
  onSettle,
  onPlace,
  onSave,
  handle,
}: {
  label: string;
  initialText: string;
  isReadOnly: boolean;
  /** What is wrong with the text that settled last. */
  problems: readonly BundleProblem[];
  known: KnownWords;
  /** At once, with every change. */
  onTouch: () => void;
  onSettle: (text: string) => void;
  /** The rule, policy or test under the cursor; null between them. */
  onPlace: (place: BundlePlace | null) => void;
  onSave: () => void;
  handle: Ref<EditorHandle>;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const settled = useRef<Text | null>(null);
  // What the editor calls is whatever was drawn last.
  const told = useRef({ onTouch, onSettle, onPlace, onSave, known });
  told.current = { onTouch, onSettle, onPlace, onSave, known };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the first text is where the editor begins
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (editor: EditorView) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const { doc } = editor.state;
        if (doc !== settled.current) {
          settled.current = doc;
          told.current.onSettle(doc.toString());
        }
        told.current.onPlace(placeUnderCursor(editor.state));
      }, SETTLE_MS);
    };
    const editor = new EditorView({
      parent: frame.current as HTMLElement,
      state: EditorState.create({
        doc: initialText,
        extensions: [
          readingExtensions(label),
          writingExtensions({ known: () => told.current.known, onSave: () => told.current.onSave() }),
          writable.of(readOnly(isReadOnly)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) told.current.onTouch();
            if (update.docChanged || update.selectionSet) settle(update.view);
          }),
        ],
      }),
    });
    view.current = editor;
    settled.current = editor.state.doc;
    settle(editor);
    return () => {
      clearTimeout(timer);
      editor.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: writable.reconfigure(readOnly(isReadOnly)) });
  }, [isReadOnly]);

  useEffect(() => {
    const editor = view.current;
    // A text that has gone on will be reviewed again; its old problems stay where they have moved to.
    if (editor && editor.state.doc === settled.current)
      editor.dispatch(setDiagnostics(editor.state, diagnostics(editor.state, problems)));
  }, [problems]);

  useImperativeHandle(handle, () => ({
    text: () => view.current?.state.doc.toString() ?? initialText,
    replace: (text) => {
      const editor = view.current;
      editor?.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
    },
    goTo: (target) => {
      const editor = view.current;
      if (!editor) return;
      const at = positionOf(editor.state, target);
      editor.dispatch({ selection: EditorSelection.cursor(at), scrollIntoView: true });
      editor.focus();
    },
  }));

  return (
    // The gutters lie above whatever the editor itself could draw around its edge.
    <div
      ref={frame}
      className="relative h-full min-h-0 overflow-hidden after:pointer-events-none after:absolute after:inset-0 after:z-300 after:border-2 after:border-transparent has-[.cm-focused]:after:border-accent"
    />
  );
}

const writable = new Compartment();

function readOnly(isReadOnly: boolean) {
  return [
    EditorState.readOnly.of(isReadOnly),
    EditorView.editable.of(!isReadOnly),
    // What cannot be edited is reached by keyboard all the same: it scrolls, and it is read aloud.
    isReadOnly ? EditorView.contentAttributes.of({ tabindex: "0" }) : [],
  ];
}

function treeOf(state: EditorState) {
  return ensureSyntaxTree(state, state.doc.length, PARSE_MS);
}

function placeUnderCursor(state: EditorState): BundlePlace | null {
  const tree = treeOf(state);
  return tree && placeAt(state.doc, tree, state.selection.main.head);
}

function diagnostics(state: EditorState, problems: readonly BundleProblem[]): Diagnostic[] {
  const tree = treeOf(state);
  if (tree === null) return [];
  return placeProblems(state.doc, tree, problems).map(({ from, to, problem }) => ({
    from,
    to,
    severity: "error",
    message: `Expected ${problem.expected}.`,
  }));
}

function positionOf(state: EditorState, target: BundleProblem | string): number {
  const tree = treeOf(state);
  if (tree === null) return 0;
  if (typeof target !== "string") return placeProblems(state.doc, tree, [target])[0]?.from ?? 0;
  return itemNode(state.doc, tree, target)?.from ?? 0;
}
