import { parseArgs } from "node:util";
import { HallError } from "@guildhall/protocol";
import { checksum, newSecret } from "../src/identity/api-key.ts";
import { authenticate } from "../src/identity/authenticate.ts";
import { seeded } from "./crash/random.ts";
import { openHouse } from "./testing/running-hall.ts";
import { addTenant } from "./testing/tenant.ts";

/**
 * H-106: does the time of a refusal tell how much of a living key was guessed? `timing-torture.ts --samples 100000 --seed 7`
 * asks with keys of the right form, half of them a living key but for its last character, in a random order, and
 * compares the two by Welch's t over all but the slowest twentieth. Ends with 1 where |t| is 4.5 or more.
 *
 * `--control` compares character by character before it asks, as a Hall should not: then the difference has to be seen.
 */
const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "100000" },
    seed: { type: "string" },
    control: { type: "boolean", default: false },
  },
});
const samples = Number(values.samples);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const random = seeded(seed);
const SEEN_FROM = 4.5;
const WARM_UP = 2000;
/** Interruptions of the machine: they say nothing of the key and hide what does. */
const SLOWEST = 0.05;

console.log(
  `seed ${seed}, ${samples} keys of each kind${values.control ? ", with the control's comparison" : ""}`,
);
const house = await openHouse();
const times: Record<"near" | "far", number[]> = { near: [], far: [] };
try {
  const { hall } = await house.open({ receiptSignatures: false });
  const { key: living } = await addTenant(hall);
  await authenticate(hall, presented(living));
  for (let asked = -WARM_UP; times.near.length < samples || times.far.length < samples; asked++) {
    const kind = random.chance(0.5) ? "near" : "far";
    // Both are made each time, so that what was done before the clock starts is the same.
    const keys = { near: besides(living), far: newSecret("key") };
    const key = keys[kind];
    const started = process.hrtime.bigint();
    if (values.control) compareSlowly(key, living);
    await refused(hall, key);
    const took = Number(process.hrtime.bigint() - started) / 1000;
    if (asked >= 0) times[kind].push(took);
    if (asked > 0 && asked % 50_000 === 0) console.log(`${asked} of ${2 * samples} asked`);
  }
} finally {
  await house.close();
}

const [near, far] = [kept(times.near), kept(times.far)];
const t = welch(near, far);
for (const [name, list] of Object.entries({ near, far }))
  console.log(`${name}: ${list.length} refusals, mean ${mean(list).toFixed(2)} µs`);
const isSeen = Math.abs(t) >= SEEN_FROM;
console.log(
  `Welch's t ${t.toFixed(2)}: ${isSeen ? "the time tells the two apart" : "the time tells nothing"}.`,
);
process.exitCode = isSeen ? 1 : 0;

/** The living key but for the last of its random characters, and with the checksum that belongs to it. */
function besides(key: string): string {
  const [, kind, text = ""] = key.split("_");
  const last = random.pick([..."0123456789abcdefghijklmnopqrstuvwxyz"].filter((one) => !text.endsWith(one)));
  const other = text.slice(0, -1) + last;
  return `hall_${kind}_${other}_${checksum(other)}`;
}

async function refused(hall: Parameters<typeof authenticate>[0], key: string): Promise<void> {
  try {
    await authenticate(hall, presented(key));
  } catch (error) {
    if (error instanceof HallError && error.code === "UNAUTHENTICATED") return;
    throw error;
  }
  throw new Error("a key that was never made was let in");
}

function presented(key: string) {
  return { authorization: `Bearer ${key}`, address: "127.0.0.1" };
}

/** A microsecond for each character that fits. */
function compareSlowly(key: string, living: string): void {
  for (let at = 0; at < living.length && key[at] === living[at]; at++) {
    const until = process.hrtime.bigint() + 1000n;
    while (process.hrtime.bigint() < until);
  }
}

function kept(list: number[]): number[] {
  return list.toSorted((a, b) => a - b).slice(0, Math.ceil(list.length * (1 - SLOWEST)));
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, one) => sum + one, 0) / list.length;
}

/** Welch's t of two lists of independent measurements. */
function welch(a: readonly number[], b: readonly number[]): number {
  const spread = (list: readonly number[]) => {
    const middle = mean(list);
    return list.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (list.length - 1) / list.length;
  };
  return (mean(a) - mean(b)) / Math.sqrt(spread(a) + spread(b));
}
