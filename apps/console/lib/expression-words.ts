import type { Word } from "./bundle-words.ts";
import type { PolicyField, PolicyVariable } from "./rule-types.ts";

/**
 * What may stand at the cursor of a CEL expression: variables, the fields of one, the values of a field that it
 * is compared with, and the functions that this Hall knows.
 * @param before the expression up to the cursor @returns the words, and how much of `before` they replace
 */
export function expressionWords(
  before: string,
  variables: readonly PolicyVariable[],
): { words: Word[]; length: number } {
  const open = openText(before);
  if (open !== null) return { words: comparedValues(before, open, variables), length: open.length };
  const token = /[A-Za-z_][\w.]*$/.exec(before)?.[0] ?? "";
  const dot = token.lastIndexOf(".");
  const typed = token.slice(dot + 1);
  if (dot === -1) return { words: [...variables.map(variableWord), ...FUNCTIONS], length: typed.length };
  const of = variables.find(({ name }) => name === token.slice(0, dot));
  return { words: of ? fieldsOf(of).map(fieldWord) : METHODS, length: typed.length };
}

/** Every field by its whole name, for a list of what there is. */
export function variableRows(
  variables: readonly PolicyVariable[],
): { name: string; type: string; words: string }[] {
  return variables.flatMap((variable) =>
    "fields" in variable
      ? variable.fields.map((field) => ({
          name: `${variable.name}.${field.name}`,
          type: field.type,
          words: field.description + (field.values ? ` One of ${field.values.join(", ")}.` : ""),
        }))
      : [{ name: variable.name, type: variable.type, words: variable.description }],
  );
}

export function fieldsOf(variable: PolicyVariable | undefined): readonly PolicyField[] {
  return variable !== undefined && "fields" in variable ? variable.fields : [];
}

function variableWord(variable: PolicyVariable): Word {
  const { name, description } = variable;
  return { text: "fields" in variable ? `${name}.` : name, words: description };
}

function fieldWord({ name, type, description }: PolicyField): Word {
  return { text: name, words: `${type}. ${description}` };
}

const METHODS: Word[] = [
  ["contains", "true where the text holds another"],
  ["startsWith", "true where the text begins with another"],
  ["endsWith", "true where the text ends with another"],
  ["exists", "true for some entry: list.exists(x, x == …)"],
  ["all", "true for every entry: list.all(x, x != …)"],
  ["size", "how many entries or characters"],
  ["getHours", "the hour of a time, 0 to 23, in UTC"],
  ["getDayOfWeek", "the day of a time, 0 is Sunday, in UTC"],
].map(([text, words]) => ({ text: `${text}(`, words: words as string }));

const FUNCTIONS: Word[] = [
  { text: "size(", words: "how many entries or characters" },
  { text: "timestamp(", words: 'a time of UTC, written out like "2026-11-23T16:00:00Z"' },
  { text: "duration(", words: 'a span of time like "36h"' },
];

/** The text after a quote that nobody has closed yet, or null. In JSON a double quote stands as `\"`. */
function openText(before: string): string | null {
  let open: { quote: string; from: number } | null = null;
  for (let at = 0; at < before.length; at++) {
    const quote = before.startsWith('\\"', at) ? '\\"' : before[at] === "'" ? "'" : null;
    if (quote !== null) {
      if (open === null) open = { quote, from: at + quote.length };
      else if (open.quote === quote) open = null;
      at += quote.length - 1;
    } else if (before[at] === "\\") at++;
  }
  return open && before.slice(open.from);
}

/** The values of the field that stands before the open text, where they can be listed. */
function comparedValues(before: string, open: string, variables: readonly PolicyVariable[]): Word[] {
  const [, name, field] =
    /([A-Za-z_]\w*)\.([A-Za-z_]\w*)\s*(?:==|!=|in)\s*[^&|]*$/.exec(
      before.slice(0, before.length - open.length),
    ) ?? [];
  const of = fieldsOf(variables.find((variable) => variable.name === name));
  return (of.find((one) => one.name === field)?.values ?? []).map((text) => ({ text, words: "" }));
}
