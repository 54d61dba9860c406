import { type Profiler, Session } from "node:inspector/promises";
import type { Target } from "./load.ts";

/** Where a process spends its thread: self time by package, or by folder of our own. */
export type Profile = { place: string; share: number }[];

/** Begins to sample this process. @returns ends it */
export async function sample(): Promise<() => Promise<Profile>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  return async () => {
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    return sharesOf(profile);
  };
}

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Profile {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const place = places.get(id) ?? "unknown";
    times.set(place, (times.get(place) ?? 0) + (timeDeltas[i] ?? 0));
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .map(([place, time]) => ({ place, share: time / total }))
    .sort((a, b) => b.share - a.share);
}

/** `pg`, `packages/engine`, `hall-api/src/ledger`, `node:http`, `(garbage collector)`. */
function placeOf({ url, functionName }: { url: string; functionName: string }): string {
  const ofPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (ofPackage) return ofPackage;
  const own = /(packages\/[^/]+|hall-api\/src\/[^/]+)\//.exec(url)?.[1];
  if (own) return own;
  if (url.startsWith("node:")) return url.split("/", 2).join("/");
  return url === "" ? (functionName.startsWith("(") ? functionName : "V8") : "other";
}

/** Has a Hall sample itself while `work` runs. */
export async function profileOf({ process: child }: Target, work: () => Promise<unknown>): Promise<Profile> {
  const told = () =>
    new Promise<{ profile?: Profile }>((resolve) =>
      child.once("message", (message) => resolve(message as object)),
    );
  const begun = told();
  child.send("profile");
  await begun;
  await work();
  const ended = told();
  child.send("profile");
  return (await ended).profile ?? [];
}

const SHOWN = 16;

export function printProfile(title: string, profile: Profile): void {
  process.stdout.write(`\n${title}\n`);
  for (const { place, share } of profile.slice(0, SHOWN))
    process.stdout.write(`${`${(share * 100).toFixed(1)} %`.padStart(7)}  ${place}\n`);
}
