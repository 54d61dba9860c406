import { syntaxTree } from "@codemirror/language";
import type { Extension, Range } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";

const MARKS: { readonly [node: string]: Decoration } = {
  PropertyName: Decoration.mark({ class: "cm-json-key" }),
  Number: Decoration.mark({ class: "cm-json-atom" }),
  True: Decoration.mark({ class: "cm-json-atom" }),
  False: Decoration.mark({ class: "cm-json-atom" }),
  Null: Decoration.mark({ class: "cm-json-atom" }),
};

/** Keys step back, values stand out: of what is in view, by the syntax tree. */
export function jsonColours(): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = colour(view);
      }

      update(update: ViewUpdate): void {
        const isOther = syntaxTree(update.state) !== syntaxTree(update.startState);
        if (update.docChanged || update.viewportChanged || isOther) this.decorations = colour(update.view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

function colour(view: EditorView): DecorationSet {
  const marks: Range<Decoration>[] = [];
  for (const { from, to } of view.visibleRanges)
    syntaxTree(view.state).iterate({
      from,
      to,
      enter: (node) => {
        const mark = MARKS[node.name];
        if (mark && node.to > node.from) marks.push(mark.range(node.from, node.to));
      },
    });
  return Decoration.set(marks);
}
