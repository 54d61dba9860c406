import { FollowedLog } from "@guildhall/attestation";
import { UsageError } from "./command.ts";
import { NoAnswer } from "./hall-answer.ts";
import { isMissing, readFile } from "./read-input.ts";
import { isObject, readJson } from "./read-json.ts";
import { replaceFile } from "./replace-file.ts";

/** The keys of the logs that a witness cosigns: those it was given, and those to which the logs' own entries led. */
export interface WitnessKeys {
  logs: ReadonlyMap<string, FollowedLog>;
  /** Asks the log's Hall for the entries of its keys. @returns whether they led to another key, which is on the disk then */
  learn(origin: string): Promise<boolean>;
}

/** Anybody may send a checkpoint that nobody signed: a Hall is asked no more often than this. */
const ASK_EVERY_MS = 10_000;
const KEYS_MAX_BYTES = 16 * 1024 * 1024;

/**
 * @param halls where the entries of keys are read; without one, a log's next key is given by hand
 * @throws UsageError where what was kept does not lead on from the keys that are given
 */
export async function openWitnessKeys(
  vkeys: ReadonlyMap<string, readonly string[]>,
  halls: readonly string[],
  path: string,
): Promise<WitnessKeys> {
  const logs = new Map([...vkeys].map(([origin, keys]) => [origin, new FollowedLog(keys)] as const));
  for (const [origin, history] of Object.entries(await readKept(path))) {
    const verdict = await logs.get(origin)?.learn(history as unknown[]);
    if (verdict && !verdict.ok)
      throw new UsageError(
        `${path}: the entries of ${origin} lead from none of its keys: ${verdict.message}`,
      );
  }
  const asked = new Map<string, { atMs: number; learnt: Promise<boolean> }>();

  async function ask(log: FollowedLog): Promise<boolean> {
    const before = log.keys?.length ?? 1;
    for (const hall of halls) {
      const history = await historyAt(hall);
      if (history === null || !(await log.learn(history)).ok) continue;
      if ((log.keys?.length ?? 1) === before) continue;
      await replaceFile(path, `${JSON.stringify(keptOf(logs))}\n`);
      return true;
    }
    return false;
  }

  return {
    logs,
    learn(origin) {
      const log = logs.get(origin);
      const last = asked.get(origin);
      if (!log || halls.length === 0) return Promise.resolve(false);
      // Whoever comes meanwhile waits for the same answer.
      if (last && Date.now() - last.atMs < ASK_EVERY_MS) return last.learnt;
      const learnt = ask(log);
      asked.set(origin, { atMs: Date.now(), learnt });
      return learnt;
    },
  };
}

/** Null for a Hall that does not answer, or has nothing to tell. */
async function historyAt(url: string): Promise<unknown[] | null> {
  const { askHall } = await import("./ask-hall.ts");
  try {
    const answer = await askHall({ url }, "GET", ".well-known/hall-keys.json");
    return answer.ok && isObject(answer.body) && Array.isArray(answer.body.history)
      ? answer.body.history
      : null;
  } catch (error) {
    if (error instanceof NoAnswer) return null;
    throw error;
  }
}

async function readKept(path: string): Promise<{ [origin: string]: unknown }> {
  try {
    const kept = readJson(await readFile(path, KEYS_MAX_BYTES), path);
    if (isObject(kept) && Object.values(kept).every(Array.isArray)) return kept;
    throw new UsageError(`${path} holds no entries of keys. Restore it: begun anew, a witness forgets.`);
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
}

function keptOf(logs: ReadonlyMap<string, FollowedLog>): { [origin: string]: readonly unknown[] } {
  const followed = [...logs].filter(([, { history }]) => history.length > 0);
  return Object.fromEntries(followed.map(([origin, { history }]) => [origin, history]));
}
