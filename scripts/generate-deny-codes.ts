import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DENY_CODES, type DenyCode } from "../packages/protocol/src/deny-codes.ts";

const ENGINE = fileURLToPath(new URL("../packages/engine/src", import.meta.url));
const VECTORS = fileURLToPath(new URL("../vectors/engine", import.meta.url));

/** docs/deny-codes.md, from the one table of codes, the engine's source and the vectors that produce them. */
export function denyCodesPage(): string {
  const answered = codesIn(ENGINE, (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const examples = vectorOfCode();
  const codes = Object.keys(DENY_CODES) as DenyCode[];
  const now = codes.filter((code) => answered.has(code));
  const later = codes.filter((code) => !answered.has(code));
  return `<!-- Written by scripts/generate-deny-codes.ts from packages/protocol/src/deny-codes.ts. Run npm run generate; do not edit. -->

# Deny codes

Every reason for which a Hall denies, with the sentence people read and what would change the answer. A denial is an
answer: HTTP 200, with a receipt. It carries the code in \`deny_code\` and, with its sentence and its facts, in
\`deny_reason_if_denied\`. Refusals without a decision are in [http-status-codes.md](http-status-codes.md).

The list is append-only: a code that was once sequenced keeps its meaning for ever. The first ones are those of WCP's
public implementations; ours follow.

## Answered by this version

| code | says | what would change it | example |
|---|---|---|---|
${now.map((code) => `${row(code)} ${example(examples.get(code))} |`).join("\n")}

An example is a vector: rules, one view of the Hall, a request, and the decision that must come of it.

## Reserved

The code and its meaning are fixed. No decision of this version carries one of these.

| code | says | what would change it |
|---|---|---|
${later.map(row).join("\n")}
`;
}

function row(code: DenyCode): string {
  const { sentence, remedy } = DENY_CODES[code];
  return `| \`${code}\` | ${sentence} | ${remedy} |`;
}

function example(vector: string | undefined): string {
  return vector === undefined ? "" : `[${vector.replaceAll("-", " ")}](../vectors/engine/${vector}.yaml)`;
}

function codesIn(folder: string, isSource: (file: string) => boolean): Set<string> {
  const codes = new Set<string>();
  for (const file of readdirSync(folder).filter(isSource))
    for (const [code] of readFileSync(join(folder, file), "utf8").matchAll(/\bDENY_(?!CODES\b)[A-Z_]+\b/g))
      codes.add(code);
  return codes;
}

/** For each code the vector that expects it and whose name shares most words with it; of equals the first. */
function vectorOfCode(): Map<string, string> {
  const vectors = new Map<string, string>();
  const files = readdirSync(VECTORS).filter((file) => file.endsWith(".yaml"));
  for (const file of files.sort()) {
    const name = file.slice(0, -".yaml".length);
    for (const [, code] of readFileSync(join(VECTORS, file), "utf8").matchAll(/\bcode: (DENY_[A-Z_]+)\b/g)) {
      const known = vectors.get(code as string);
      if (known === undefined || wordsShared(code as string, name) > wordsShared(code as string, known))
        vectors.set(code as string, name);
    }
  }
  return vectors;
}

function wordsShared(code: string, vector: string): number {
  const words = new Set(vector.split("-"));
  return code.split("_").filter((word) => words.has(word.toLowerCase())).length;
}
