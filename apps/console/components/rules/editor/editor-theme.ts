import { EditorView } from "@codemirror/view";

const CODE = '"IBM Plex Mono", ui-monospace, monospace';
const WORDS = '"IBM Plex Sans Variable", system-ui, sans-serif';

/** The editor in the console's own tokens, which know light and dark by themselves. */
export const editorTheme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--sheet)", height: "100%", fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: CODE, lineHeight: "20px" },
  ".cm-content": { caretColor: "var(--ink)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": {
    color: "var(--quiet)",
    backgroundColor: "var(--paper)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklch, var(--wash) 60%, transparent)" },
  ".cm-activeLineGutter": { color: "var(--ink)", backgroundColor: "var(--wash)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklch, var(--accent) 24%, transparent)",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklch, var(--accent) 24%, transparent)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "transparent",
    outline: "1px solid var(--edge)",
  },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": {
    // The other bracket may only be far away; what is wrong, the Hall says.
    backgroundColor: "transparent",
  },
  ".cm-specialChar": { color: "var(--ink)", backgroundColor: "var(--hold-wash)" },
  ".cm-json-key": { color: "var(--quiet)" },
  ".cm-json-atom": { color: "var(--accent)" },

  ".cm-tooltip": {
    color: "var(--ink)",
    backgroundColor: "var(--sheet)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
    boxShadow: "var(--float)",
    maxWidth: "min(480px, calc(100vw - 32px))",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: CODE,
    maxHeight: "14em",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", lineHeight: "18px" },
  ".cm-tooltip-autocomplete ul li[aria-selected], .cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]":
    {
      color: "var(--ink)",
      backgroundColor: "var(--wash)",
    },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-completionInfo": { padding: "4px 8px", fontFamily: WORDS, fontSize: "12px" },

  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--deny) 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--hold) 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-lintPoint::after": { borderBottomColor: "var(--deny)" },
  ".cm-diagnostic": { padding: "4px 10px", fontFamily: WORDS, fontSize: "13px" },
  ".cm-diagnostic-error": { borderLeft: "2px solid var(--deny)" },
  ".cm-diagnostic-warning": { borderLeft: "2px solid var(--hold)" },
  ".cm-gutter-lint": { width: "16px" },
  ".cm-lint-marker": { width: "10px", height: "10px" },
  ".cm-lint-marker-error": {
    content: "none",
    background: "var(--deny)",
    clipPath:
      "polygon(20% 0, 50% 30%, 80% 0, 100% 20%, 70% 50%, 100% 80%, 80% 100%, 50% 70%, 20% 100%, 0 80%, 30% 50%, 0 20%)",
  },
  ".cm-lint-marker-warning": {
    content: "none",
    borderLeft: "3px solid var(--hold)",
    borderRight: "3px solid var(--hold)",
  },

  ".cm-panels": { color: "var(--ink)", backgroundColor: "var(--paper)", borderColor: "var(--line)" },
  ".cm-collapsedLines": {
    color: "var(--quiet)",
    background: "var(--wash)",
    fontFamily: WORDS,
    padding: "4px 8px",
  },
  ".cm-collapsedLines::before, .cm-collapsedLines::after": { content: "'⋯'" },
  ".cm-changedLine, &.cm-merge-b .cm-changedLine": {
    backgroundColor: "color-mix(in oklch, var(--allow) 10%, transparent)",
  },
  ".cm-deletedChunk": {
    backgroundColor: "color-mix(in oklch, var(--deny) 10%, transparent)",
    paddingLeft: "6px",
  },
  "&.cm-merge-b .cm-changedText, .cm-changedText": {
    background: "color-mix(in oklch, var(--allow) 18%, transparent)",
  },
  ".cm-deletedChunk .cm-deletedText, .cm-deletedText": {
    background: "color-mix(in oklch, var(--deny) 18%, transparent)",
  },
  ".cm-changeGutter": { width: "4px", paddingLeft: "0" },
  ".cm-changedLineGutter": { background: "var(--allow)" },
  ".cm-deletedLineGutter": { background: "var(--deny)" },
});
