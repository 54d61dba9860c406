import type { Random } from "../crash/random.ts";
import { type Credential, refusalDue } from "./credentials.ts";
import { ask, type Door, inputOf } from "./doors.ts";
import { codeOf, type LeakFinder, shapeOf } from "./judge.ts";
import { idsOf, WHOSE, type Whose, type World } from "./world.ts";

/** Any door, any credential, any mixture of ids, with headers by which a stranger names somebody. */
export interface RandomProbes {
  /** Sends so many. @returns what should not have been answered so */
  send(probes: number): Promise<string[]>;
}

export function randomProbes(world: World, finder: LeakFinder, random: Random): RandomProbes {
  const credentials = [...world.living, ...world.dead, ...world.suspended];
  /** How a door has refused a credential: always the same. */
  const refusals = new Map<string, string>();
  const faults: string[] = [];

  /** @returns how many requests it took; none where the draw would have done something. */
  async function one(): Promise<number> {
    const door = random.pick(world.doors);
    const by = random.pick(credentials);
    const due = refusalDue(door.operation, by);
    const whose = door.named.map(() => random.pick(WHOSE));
    if (due === null && wouldAct(door, by, whose)) return 0;
    const values = door.named.map(([, kind], n) => drawn(world, random, kind, whose[n]!));
    const headers = { ...by.headers, ...decoration(random, world) };
    finder.typed(values);
    const reply = await ask(world.app, door, inputAt(door, values), headers);
    const said = `${door.says} by ${by.name}, ${whose.join(" and ")}`;
    if (reply.status >= 500) faults.push(`${said}: ${reply.status} ${reply.text}`);
    faults.push(...finder.leaksIn(reply, by).map((leak) => `${said}: shows ${leak}`));
    if (due !== null) {
      const code = codeOf(reply);
      if (reply.status !== due.status || (code !== due.code && door.way !== "head"))
        faults.push(`${said}: ${reply.status} ${code}, not ${due.status} ${due.code}`);
      const known = `${door.says} ${by.name}`;
      const shape = shapeOf(reply);
      if ((refusals.get(known) ?? shape) !== shape) faults.push(`${said}: told apart: ${shape}`);
      refusals.set(known, shape);
      return 1;
    }
    if (!whose.some((one) => one.startsWith("theirs"))) return 1;
    // The same once more, with what is nobody's for what is theirs.
    const twins = values.map((value, n) =>
      whose[n]!.startsWith("theirs") ? random.pick(idsOf(world, door.named[n]![1], "nobody's")) : value,
    );
    const twin = await ask(world.app, door, inputAt(door, twins), headers);
    if (shapeOf(reply, values) !== shapeOf(twin, twins))
      faults.push(`${said}: ${shapeOf(reply, values)} is not ${shapeOf(twin, twins)}`);
    return 2;
  }

  return {
    async send(probes) {
      let sent = 0;
      const lane = async () => {
        while (sent < probes && faults.length < 20) sent += await one();
      };
      await Promise.all(Array.from({ length: 8 }, lane));
      return faults.splice(0);
    },
  };
}

function inputAt(door: Door, values: readonly string[]): Record<string, unknown> {
  return inputOf(
    door.operation,
    (_, field) => values[door.named.findIndex(([name]) => name === field)] ?? "",
  );
}

function drawn(world: World, random: Random, kind: Door["named"][number][1], whose: Whose): string {
  const ids = idsOf(world, kind, whose);
  return random.pick(ids.length > 0 ? ids : idsOf(world, kind, "nobody's"));
}

/** A probe must change nothing that the next one rests on, so what acts is only asked of what is not one's own. */
function wouldAct({ operation, method, named }: Door, by: Credential, whose: readonly Whose[]): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const { permission } = operation;
  if (permission === "public" || permission === "grant" || by.is === "operator") return true;
  return named.length === 0 || whose.some((one) => one.startsWith("own"));
}

const NAMES = [
  "x-tenant-id",
  "x-original-url",
  "x-rewrite-url",
  "x-user-id",
  "x-api-key",
  "x-middleware-subrequest",
];

/** H-102: headers in which somebody names an address, a host, a tenant or another route. */
function decoration(random: Random, { theirs }: World): Record<string, string> {
  if (random.chance(0.5)) return {};
  return {
    [random.pick(NAMES)]: random.pick([theirs.id, theirs.identity, theirs.key, "/health", "middleware"]),
    ...(random.chance(0.5) && { "x-forwarded-for": random.pick(["127.0.0.1", "::1", "10.0.0.1"]) }),
    ...(random.chance(0.3) && { "x-forwarded-host": "hall.example" }),
    ...(random.chance(0.3) && { "x-http-method-override": random.pick(["GET", "DELETE"]) }),
  };
}
