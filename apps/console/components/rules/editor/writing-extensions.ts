import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
  syntaxTree,
} from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap } from "@codemirror/view";
import type { KnownWords } from "../../../lib/bundle-words.ts";
import { completeBundle } from "../../../lib/complete-bundle.ts";

export interface Writing {
  /** Asked anew for every completion: what is known may grow while somebody writes. */
  known: () => KnownWords;
  onSave: () => void;
}

/** What a text that is written has besides. Tab stays what it is on every page: the way on. */
export function writingExtensions({ known, onSave }: Writing): Extension {
  return [
    history(),
    drawSelection(),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    codeFolding(),
    foldGutter({ openText: "▾", closedText: "▸" }),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    lintGutter(),
    autocompletion({
      icons: false,
      override: [
        ({ state, pos, explicit }) => completeBundle(state.doc, syntaxTree(state), pos, known(), explicit),
      ],
    }),
    keymap.of([
      {
        key: "Mod-s",
        preventDefault: true,
        run: () => {
          onSave();
          return true;
        },
      },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...lintKeymap,
      ...foldKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
  ];
}
