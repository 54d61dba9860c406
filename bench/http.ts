import {
  answerOf,
  type Commits,
  closedLoop,
  commitsOf,
  type Latency,
  openLoop,
  signaturesOf,
  startTarget,
  stopTarget,
  type Target,
  type Throughput,
} from "./load.ts";
import { type Profile, printProfile, profileOf } from "./profile.ts";
import { printTable, type Row } from "./table.ts";

/** P4, P4s, P5 and P6 of the targets: sealed decisions over HTTP, against Fastify's floor in the same run. */

const CONNECTIONS = 64;
const ROUNDS = 5;
const SECONDS = 5;
const WARM_UP_SECONDS = 3;
const OPEN_RATE = 1000;

/** Of each round what was measured, the floor right beside the Hall. */
interface Measured {
  hall: Throughput[];
  floor: Throughput[];
}

export async function benchHttp(): Promise<void> {
  const floors: Target[] = [];
  try {
    /** HSM operations per sealed decision, round by round. */
    const operations: number[] = [];
    const open: Latency[] = [];
    const openFloor: Latency[] = [];
    const commits: Commits[] = [];
    const short: Throughput[] = [];
    let answer = "";
    let profile: Profile = [];
    // One Hall at a time: what another does in its own time, such as its audits, is no part of the measurement.
    const sealed = await withHall(["64", "0", "softhsm"], async (hall) => {
      answer = await answerOf(hall);
      // The floor carries the same bytes both ways; a second one shows what the answer's size alone costs.
      for (const text of [answer, "{}"]) floors.push(await startTarget("./floor-process.ts", [text]));
      let before = await signaturesOf(hall);
      const measured = await interleave(hall, floors[0]!, async ({ perSecond }) => {
        const now = await signaturesOf(hall);
        operations.push((now - before) / (perSecond * SECONDS));
        short.push(await closedLoop(floors[1]!, CONNECTIONS, SECONDS));
        before = await signaturesOf(hall);
      });
      profile = await profileOf(hall, () => closedLoop(hall, CONNECTIONS, SECONDS));
      for (let round = 0; round < 3; round++) {
        commits.push(await commitsOf(hall));
        openFloor.push(await openLoop(floors[0]!, OPEN_RATE, 20));
        open.push(await openLoop(hall, OPEN_RATE, 20));
      }
      return measured;
    });
    const signed = await withHall(["64", "1", "softhsm"], (hall) => interleave(hall, floors[0]!));
    const file = await withHall(["64", "0", "file"], (hall) => interleave(hall, floors[0]!));

    const thousand = await withHall(["1000", "0", "softhsm"], (hall) => interleave(hall, floors[0]!));

    const floor = { name: "Fastify floor beside it", values: perSecond(sealed.floor) };
    const rows: Row[] = [
      {
        case: `Fastify floor: same request, same answer of ${answer.length} bytes`,
        unit: "/s",
        values: floor.values,
        note: errorsOf(sealed.floor),
      },
      {
        case: "Fastify, same request, an answer of 56 bytes",
        unit: "/s",
        values: perSecond(short),
        note: errorsOf(short),
      },
      {
        case: "P4 sealed route, the checkpoint by SoftHSM",
        unit: "/s",
        values: perSecond(sealed.hall),
        against: { ...floor, target: "at least 0.4" },
        note: errorsOf(sealed.hall),
      },
      {
        case: "   the same rounds against the short answer",
        unit: "/s",
        values: perSecond(sealed.hall),
        against: { name: "Fastify, short answer", values: perSecond(short) },
      },
      againstFloor("   with 1,000 tenants", thousand),
      againstFloor("   with the key in a file", file),
      {
        case: "P6 HSM operations per decision under P4's load",
        unit: "",
        values: operations,
        note: "target at most 0.03",
      },
      againstFloor("P4s sealed route, each receipt signed by SoftHSM", signed, "at least 0.15"),
      {
        case: "the disk: durable commits of 20 kB, one by one, p50",
        unit: "ms",
        values: commits.map(({ p50Ms }) => p50Ms),
      },
      { case: "   their p99", unit: "ms", values: commits.map(({ p99Ms }) => p99Ms) },
      { case: "   the worst of them", unit: "ms", values: commits.map(({ worstMs }) => worstMs) },
      {
        case: `Fastify floor at ${OPEN_RATE}/s, open loop, p99`,
        unit: "ms",
        values: openFloor.map((round) => round.p99Ms),
        note: `errors ${openFloor.reduce((sum, round) => sum + round.errors, 0)}`,
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
        against: { name: "the disk's p99", values: commits.map(({ p99Ms }) => p99Ms) },
        note: "target 30 ms",
      },
    ];
    printTable(`HTTP (P4, P4s, P5, P6): 64 tenants, ${CONNECTIONS} connections, SoftHSM, one instance`, rows);
    printProfile("Where the Hall's thread spends P4", profile);
  } finally {
    for (const floor of floors) await stopTarget(floor);
  }
}

async function withHall<T>(args: string[], measure: (hall: Target) => Promise<T>): Promise<T> {
  const hall = await startTarget("./hall-process.ts", args);
  try {
    await closedLoop(hall, CONNECTIONS, WARM_UP_SECONDS);
    return await measure(hall);
  } finally {
    await stopTarget(hall);
  }
}

async function interleave(
  hall: Target,
  floor: Target,
  afterEach?: (throughput: Throughput) => Promise<void>,
): Promise<Measured> {
  const measured: Measured = { hall: [], floor: [] };
  for (let round = 0; round < ROUNDS; round++) {
    measured.floor.push(await closedLoop(floor, CONNECTIONS, SECONDS));
    const throughput = await closedLoop(hall, CONNECTIONS, SECONDS);
    measured.hall.push(throughput);
    await afterEach?.(throughput);
  }
  return measured;
}

function againstFloor(name: string, { hall, floor }: Measured, target?: string): Row {
  const against = { name: "Fastify floor beside it", values: perSecond(floor), ...(target && { target }) };
  return { case: name, unit: "/s", values: perSecond(hall), against, note: errorsOf(hall) };
}

function perSecond(rounds: readonly Throughput[]): number[] {
  return rounds.map((round) => round.perSecond);
}

function errorsOf(rounds: readonly Throughput[]): string {
  return `errors ${rounds.reduce((sum, round) => sum + round.errors, 0)}`;
}
