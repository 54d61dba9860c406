import { closedLoop, type Latency, openLoop, startTarget, stopTarget, type Throughput } from "./load.ts";
import { printTable, type Row } from "./table.ts";

/** P4, P4s and P5 of the targets: sealed decisions over HTTP, against Fastify's floor in the same run. */

const CONNECTIONS = 64;
const ROUNDS = 5;
const SECONDS = 5;
const WARM_UP_SECONDS = 3;
const OPEN_RATE = 1000;

export async function benchHttp(): Promise<void> {
  const floor = await startTarget("./floor-process.ts");
  const sealed = await startTarget("./hall-process.ts", ["64", "0"]);
  const signed = await startTarget("./hall-process.ts", ["64", "1"]);
  try {
    for (const target of [floor, sealed, signed]) await closedLoop(target, CONNECTIONS, WARM_UP_SECONDS);
    const rounds: { floor: Throughput; sealed: Throughput; signed: Throughput }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({
        floor: await closedLoop(floor, CONNECTIONS, SECONDS),
        sealed: await closedLoop(sealed, CONNECTIONS, SECONDS),
        signed: await closedLoop(signed, CONNECTIONS, SECONDS),
      });
    const open: Latency[] = [];
    for (let round = 0; round < 3; round++) open.push(await openLoop(sealed, OPEN_RATE, 20));

    const perSecond = (of: "floor" | "sealed" | "signed") => rounds.map((round) => round[of].perSecond);
    const errors = (of: "floor" | "sealed" | "signed") =>
      `errors ${rounds.reduce((sum, round) => sum + round[of].errors, 0)}`;
    const against = (target: string) => ({ name: "Fastify floor", values: perSecond("floor"), target });
    const rows: Row[] = [
      {
        case: "Fastify, JSON POST with schema",
        unit: "/s",
        values: perSecond("floor"),
        note: errors("floor"),
      },
      {
        case: "P4 sealed route, checkpoint only",
        unit: "/s",
        values: perSecond("sealed"),
        against: against("at least 0.3"),
        note: errors("sealed"),
      },
      {
        case: "P4s sealed route, each receipt signed",
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
    printTable(
      `HTTP (P4, P4s, P5): 64 tenants, ${CONNECTIONS} connections, software signer, one instance`,
      rows,
    );
  } finally {
    for (const target of [signed, sealed, floor]) await stopTarget(target);
  }
}
