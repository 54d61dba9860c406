import { EXPRESSION_MAX } from "@guildhall/protocol";
import {
  Environment,
  EvaluationError,
  ParseError,
  type SourceRange,
  TypeError as TypingError,
} from "@marcbachmann/cel-js";
import { boundSteps } from "./expression-cost.ts";
import { ExpressionError } from "./expression-error.ts";
import { guardsOf, stopped } from "./expression-guards.ts";
import { checkForms, checkFunctions, LITERAL_ENTRIES_MAX, Refused, TOO_DEEP } from "./expression-language.ts";
import { type Activation, declareVariables } from "./policy-facts.ts";
import { shown } from "./sanitise.ts";

export { ExpressionError };

/** A condition in the Common Expression Language over the facts of one request. */
export interface Expression {
  readonly text: string;
  /** What one evaluation takes at most, whatever the facts: see `boundSteps`. */
  readonly steps: number;
  /** Same facts, same answer. Throws `ExpressionError` where it has none: a missing key, a division by zero. */
  holds(activation: Activation): boolean;
}

export type CompiledExpression =
  | { ok: true; expression: Expression }
  /** What the author has to change, and where: an index into the text, in UTF-16 code units. */
  | { ok: false; problem: string; at?: number };

/** Brackets inside each other; each takes a dozen frames of the parser's stack. */
const BRACKETS_MAX = 64;

const ENVIRONMENT = declareVariables(
  new Environment({
    limits: {
      maxAstNodes: EXPRESSION_MAX,
      maxDepth: BRACKETS_MAX,
      maxListElements: LITERAL_ENTRIES_MAX,
      maxMapEntries: LITERAL_ENTRIES_MAX,
      maxCallArguments: 8,
    },
  }),
);

/**
 * Reads an expression and bounds what it may take. Never throws: what is wrong with it is an answer.
 * @param text as its author wrote it
 */
export function compileExpression(text: string): CompiledExpression {
  try {
    return { ok: true, expression: compiled(text) };
  } catch (error) {
    return { ok: false, ...problemOf(error, text) };
  }
}

function compiled(text: string): Expression {
  // Measured in units first: a text that is far too long is not even encoded.
  if (text.length > EXPRESSION_MAX || new TextEncoder().encode(text).length > EXPRESSION_MAX)
    throw new Refused(`at most ${EXPRESSION_MAX} bytes; make several policies of it`, EXPRESSION_MAX);
  checkFunctions(text);
  const run = ENVIRONMENT.parse(text);
  checkForms(run.ast);
  const { valid, type, error } = run.check();
  if (!valid) throw error;
  if (type !== "bool")
    throw new Refused(`this is of type ${plain(String(type))}; it has to be true or false`, 0);
  const steps = boundSteps(run.ast);
  const guards = guardsOf(run.ast);
  return Object.freeze({
    text,
    steps,
    holds: (activation: Activation) => !stopped(guards, activation) && evaluate(run, activation),
  });
}

/** The type check vouches that the answer is true or false, and the library that each fact is of its declared type. */
function evaluate(run: (activation: Activation) => boolean, activation: Activation): boolean {
  try {
    return run(activation);
  } catch (cause) {
    if (!(cause instanceof EvaluationError)) throw new ExpressionError(shown(String(cause)), { cause });
    const { start } = cause.range as SourceRange;
    throw new ExpressionError(`at character ${start + 1}: ${shown(cause.summary)}`, { cause });
  }
}

function problemOf(error: unknown, text: string): { problem: string; at?: number } {
  if (error instanceof Refused) return { problem: error.message, at: Math.min(error.at, text.length) };
  if (error instanceof ParseError || error instanceof TypingError) {
    const at = error.range?.start;
    return { problem: sentence(error.code, error.summary, text.slice(at)), at };
  }
  // The parser has no limit of its own for "!!!!…", and its stack may run out.
  return { problem: TOO_DEEP };
}

/** What the library found, in an author's words. @param rest the text from there on */
function sentence(code: string, summary: string, rest: string): string {
  const said = plain(summary);
  if (code === "unexpected_character")
    return rest.startsWith("=") ? "compare with ==" : `${shown(String([...rest][0]))} cannot stand here`;
  if (code === "limit_exceeded") return LIMITS.find(([name]) => summary.includes(name))?.[1] ?? TOO_DEEP;
  if (code === "no_such_overload")
    return `${said.replace("no such overload: ", "")}: these do not go together; compare things of one type`;
  if (code === "no_matching_overload")
    return `${said.replace("found no matching overload for ", "")}: this function takes something else`;
  return said;
}

const LIMITS = [
  ["maxListElements", `a list written out has at most ${LITERAL_ENTRIES_MAX} entries`],
  ["maxMapEntries", `a map written out has at most ${LITERAL_ENTRIES_MAX} entries`],
  ["maxCallArguments", "no function takes that many arguments"],
] as const;

const TOKENS: Readonly<Record<string, string>> = {
  EOF: "the end",
  LPAREN: "(",
  RPAREN: ")",
  LBRACKET: "[",
  RBRACKET: "]",
  LBRACE: "{",
  RBRACE: "}",
  COLON: ":",
  COMMA: ",",
  DOT: ".",
  QUESTION: "?",
  IDENTIFIER: "a name",
  NUMBER: "a number",
  STRING: "text",
};

function plain(summary: string): string {
  return shown(
    summary
      .replaceAll(/\b[A-Z]{3,}\b/g, (word) => TOKENS[word] ?? word)
      .replaceAll("google.protobuf.", "")
      .replaceAll("$", ""),
  );
}
