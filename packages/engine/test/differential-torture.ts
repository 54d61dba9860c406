import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareEvaluators } from "./differential.ts";

/**
 * The two evaluators against each other for as long as you like: `--requests 10000000 --resume`. Each hundred thousand has
 * a seed of its own; a run that was stopped goes on behind its last. Ends with 1 at the first disagreement.
 */
const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "1000000" },
    seed: { type: "string" },
    resume: { type: "boolean", default: false },
    progress: { type: "string", default: join(tmpdir(), "guildhall-differential-torture.json") },
  },
});
const wanted = Number(values.requests);
const STEP = 100_000;
interface Progress {
  seed: number;
  asked: number;
  outcomes: Record<string, number>;
}
const progress: Progress =
  values.resume && existsSync(values.progress)
    ? (JSON.parse(readFileSync(values.progress, "utf8")) as Progress)
    : { seed: Number(values.seed ?? Date.now() % 2 ** 30), asked: 0, outcomes: {} };

console.log(`seed ${progress.seed}; ${progress.asked} of ${wanted} requests are behind us`);
while (progress.asked < wanted) {
  const seed = progress.seed + progress.asked;
  const { outcomes, asked, disagreement } = compareEvaluators(Math.min(STEP, wanted - progress.asked), seed);
  if (disagreement !== null) {
    console.log(JSON.stringify(disagreement, null, 2));
    process.exit(1);
  }
  progress.asked += asked;
  for (const [outcome, count] of outcomes)
    progress.outcomes[outcome] = (progress.outcomes[outcome] ?? 0) + count;
  writeFileSync(values.progress, JSON.stringify(progress));
  console.log(`${progress.asked} of ${wanted}: the two agree`);
}
const told = Object.entries(progress.outcomes).sort(([, a], [, b]) => b - a);
for (const [outcome, count] of told) console.log(`${String(count).padStart(10)}  ${outcome}`);
