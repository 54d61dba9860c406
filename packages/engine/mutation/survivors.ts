import { readFileSync } from "node:fs";

/**
 * What the last run of `npm run mutation` left alive: how many mutants of each file, how many for each reason that
 * `survivors.json` gives, and those for which it gives none. Ends with 1 where there are such.
 */
interface Place {
  readonly line: number;
  readonly column: number;
}
interface Mutant {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: Place; readonly end: Place };
}
interface Report {
  readonly files: Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>;
}
/** By reason; a mutant as `file: code -> replacement`, so that it is known wherever in the file it moves. */
type Explained = Record<string, { readonly why: string; readonly mutants: readonly string[] }>;

const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const { files } = read<Report>("../../../.mutation/engine.json");
const explained = read<Explained>("survivors.json");

const reasons = new Map(
  Object.entries(explained).flatMap(([reason, { mutants }]) =>
    mutants.map((name) => [name, reason] as const),
  ),
);
const alive = Object.entries(files).flatMap(([file, { source, mutants }]) =>
  mutants
    .filter(isAlive)
    .map((mutant) => ({ file, name: nameOf(file, source, mutant), at: mutant.location.start })),
);
const unexplained = alive.filter(({ name }) => !reasons.has(name));
const names = new Set(alive.map(({ name }) => name));

table(countBy(alive, ({ file }) => file));
table(countBy(alive, ({ name }) => reasons.get(name) ?? "not explained"));
for (const { name, at } of unexplained) console.log(`not explained, at ${at.line}:${at.column}: ${name}`);
for (const name of reasons.keys()) if (!names.has(name)) console.log(`explained and not alive: ${name}`);
process.exitCode = unexplained.length === 0 ? 0 : 1;

function isAlive({ status }: Mutant): boolean {
  return status === "Survived" || status === "NoCoverage";
}

function nameOf(
  file: string,
  source: string,
  { location: { start, end }, replacement = "" }: Mutant,
): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines.push((lines.pop() ?? "").slice(0, end.column - 1));
  const code = [(lines[0] ?? "").slice(start.column - 1), ...lines.slice(1)].join(" ");
  const short = (text: string) => text.replace(/\s+/g, " ").slice(0, 200);
  return `${file}: ${short(code)} -> ${short(replacement)}`;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function table(rows: [string, number][]): void {
  for (const [name, count] of rows) console.log(`${String(count).padStart(5)}  ${name}`);
  console.log(`${String(rows.reduce((sum, [, count]) => sum + count, 0)).padStart(5)}  together\n`);
}
