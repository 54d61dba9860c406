import { json } from "@codemirror/lang-json";
import type { Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, lineNumbers } from "@codemirror/view";
import { editorTheme } from "./editor-theme.ts";
import { jsonColours } from "./json-colours.ts";
import { pageNonce } from "./page-nonce.ts";

/** What every view of a bundle's text has, whether it is written or only read. */
export function readingExtensions(label: string): Extension {
  return [
    EditorView.cspNonce.of(pageNonce()),
    editorTheme,
    json(),
    jsonColours(),
    lineNumbers(),
    EditorView.lineWrapping,
    // What turns text around or shows nothing is shown as what it is.
    highlightSpecialChars(),
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
  ];
}
