import {
  answerOf,
  closedLoop,
  type Latency,
  openLoop,
  signaturesOf,
  startTarget,
  stopTarget,
  type Target,
  type Throughput,
} from "./load.ts";
import { printTable, type Row } from "./table.ts";

/** P4, P4s, P5 and P6 of the targets: sealed decisions over HTTP, against Fastify's floor in the same run. */

const CASES = ["floor", "short", "sealed", "signed", "file"] as const;
type Case = (typeof CASES)[number];
const CONNECTIONS = 64;
const ROUNDS = 5;
const SECONDS = 5;
const WARM_UP_SECONDS = 3;
const OPEN_RATE = 1000;

export async function benchHttp(): Promise<void> {
  const targets: Partial<Record<Case, Target>> = {};
  try {
    const sealed = await startTarget("./hall-process.ts", ["64", "0", "softhsm"]);
    targets.sealed = sealed;
    targets.signed = await startTarget("./hall-process.ts", ["64", "1", "softhsm"]);
    targets.file = await startTarget("./hall-process.ts", ["64", "0", "file"]);
    const answer = await answerOf(sealed);
    // The floor carries the same bytes both ways; a second one shows what the answer's size alone costs.
    targets.floor = await startTarget("./floor-process.ts", [answer]);
    targets.short = await startTarget("./floor-process.ts", ["{}"]);
    /** HSM operations per sealed decision, round by round. */
    const operations: number[] = [];
    const rounds: Partial<Record<Case, Throughput>>[] = [];
    for (const target of Object.values(targets)) await closedLoop(target, CONNECTIONS, WARM_UP_SECONDS);
    for (let round = 0; round < ROUNDS; round++) {
      const of: Partial<Record<Case, Throughput>> = {};
      const before = await signaturesOf(sealed);
      for (const name of CASES) of[name] = await closedLoop(targets[name]!, CONNECTIONS, SECONDS);
      operations.push(((await signaturesOf(sealed)) - before) / (of.sealed!.perSecond * SECONDS));
      rounds.push(of);
    }
    const open: Latency[] = [];
    for (let round = 0; round < 3; round++) open.push(await openLoop(sealed, OPEN_RATE, 20));

    const perSecond = (of: Case) => rounds.map((round) => round[of]!.perSecond);
    const errors = (of: Case) => `errors ${rounds.reduce((sum, round) => sum + round[of]!.errors, 0)}`;
    const against = (target: string) => ({ name: "Fastify floor", values: perSecond("floor"), target });
    const rows: Row[] = [
      {
        case: `Fastify floor: same request, same answer of ${answer.length} bytes`,
        unit: "/s",
        values: perSecond("floor"),
        note: errors("floor"),
      },
      {
        case: "Fastify, same request, an answer of 56 bytes",
        unit: "/s",
        values: perSecond("short"),
        note: errors("short"),
      },
      {
        case: "P4 sealed route, the checkpoint by SoftHSM",
        unit: "/s",
        values: perSecond("sealed"),
        against: against("at least 0.4"),
        note: errors("sealed"),
      },
      {
        case: "   the same rounds against the short answer",
        unit: "/s",
        values: perSecond("sealed"),
        against: { name: "Fastify, short answer", values: perSecond("short") },
      },
      {
        case: "   the same with the key in a file",
        unit: "/s",
        values: perSecond("file"),
        against: { name: "Fastify floor", values: perSecond("floor") },
        note: errors("file"),
      },
      {
        case: "P6 HSM operations per decision under P4's load",
        unit: "",
        values: operations,
        note: "target at most 0.03",
      },
      {
        case: "P4s sealed route, each receipt signed by SoftHSM",
        unit: "/s",
        values: perSecond("signed"),
        against: against("at least 0.15"),
        note: errors("signed"),
      },
      {
        case: `P5 p50 at ${OPEN_RATE}/s, open loop`,
        unit: "ms",
        values: open.map((round) => round.p50Ms),
        note: `target 10 ms, errors ${open.reduce((sum, round) => sum + round.errors, 0)}`,
      },
      {
        case: `P5 p99 at ${OPEN_RATE}/s, open loop`,
        unit: "ms",
        values: open.map((round) => round.p99Ms),
        note: "target 30 ms",
      },
    ];
    printTable(`HTTP (P4, P4s, P5, P6): 64 tenants, ${CONNECTIONS} connections, SoftHSM, one instance`, rows);
  } finally {
    for (const target of Object.values(targets)) await stopTarget(target);
  }
}
