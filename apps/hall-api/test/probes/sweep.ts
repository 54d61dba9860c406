import { ROLE_PERMISSIONS } from "../../src/identity/permissions.ts";
import type { Operation } from "../../src/operations/operation.ts";
import type { Random } from "../crash/random.ts";
import { type Kind, nobodys } from "./cases.ts";
import { type Credential, refusalDue } from "./credentials.ts";
import { ask, type Door, inputOf, type Reply, send } from "./doors.ts";
import { codeOf, type LeakFinder, shapeOf } from "./judge.ts";
import { idsOf, WHOSE, type Whose, type World } from "./world.ts";

/** How a sweep went: how much was asked, and everything that should not have been answered so. */
export interface Sweep {
  probes: number;
  faults: string[];
}

/** At once: as many as keep the database busy without waiting for each other. */
const LANES = 8;

async function inLanes<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      while (next < all.length) await work(all[next++] as T);
    }),
  );
}

/** Asks, and looks for what its asker may not see. Nothing that anybody asks is an accident. */
export async function probe(
  world: World,
  finder: LeakFinder,
  { door, by, input }: { door: Door; by: Credential; input: Record<string, unknown> },
): Promise<{ reply: Reply; faults: string[] }> {
  const reply = await ask(world.app, door, input, by.headers);
  const faults = finder.leaksIn(reply, by).map((leak) => `${door.says} shows ${by.name} ${leak}`);
  if (reply.status >= 500) faults.push(`${door.says} answers ${by.name} ${reply.status}: ${reply.text}`);
  return { reply, faults };
}

/** Every door that must refuse somebody, with everybody's ids: the refusal is its own, and the same for all of them. */
export async function sweepRefusals(
  world: World,
  finder: LeakFinder,
  credentials: readonly Credential[],
): Promise<Sweep> {
  const sweep: Sweep = { probes: 0, faults: [] };
  const pairs = world.doors.flatMap((door) => credentials.map((by) => ({ door, by })));
  await inLanes(pairs, async ({ door, by }) => {
    const due = refusalDue(door.operation, by);
    if (due === null) return;
    const shapes = new Map<string, string>();
    for (const [whose, input] of inputsOf(world, door)) {
      finder.typed(typedIn(world, door, whose));
      const { reply, faults } = await probe(world, finder, { door, by, input });
      sweep.probes++;
      sweep.faults.push(...faults);
      const code = codeOf(reply);
      // A HEAD has no body to read a code from.
      if (reply.status !== due.status || (code !== due.code && door.way !== "head"))
        sweep.faults.push(
          `${door.says} answers ${by.name} ${reply.status} ${code}, not ${due.status} ${due.code}`,
        );
      shapes.set(shapeOf(reply), whose);
    }
    if (shapes.size > 1)
      sweep.faults.push(`${door.says} tells ${by.name} apart: ${[...shapes.values()].join(", ")}`);
  });
  return sweep;
}

/** One input for each answer to whose the ids are; of a door that names nothing one. */
function inputsOf(world: World, door: Door): Map<Whose, Record<string, unknown>> {
  const inputs = new Map<Whose, Record<string, unknown>>();
  const written = new Set<string>();
  for (const whose of door.named.length === 0 ? (["own"] as const) : WHOSE) {
    const input = inputOf(door.operation, (kind) => idsOf(world, kind, whose)[0] ?? firstOwn(world, kind));
    const text = JSON.stringify(input);
    if (written.has(text)) continue;
    written.add(text);
    inputs.set(whose, input);
  }
  return inputs;
}

function firstOwn(world: World, kind: Kind): string {
  return world.ours.ids[kind][0] ?? idsOf(world, kind, "nobody's")[0]!;
}

function typedIn(world: World, { named }: Door, whose: Whose): string[] {
  return named.flatMap(([, kind]) => idsOf(world, kind, whose));
}

/** How a door refuses an id that is nobody's, where that is not 404. By operation, and where need be by field. */
export type Answers = Record<string, number>;

/** Every door that somebody may use, each of its fields with another tenant's ids and with nobody's: one answer for all. */
export async function sweepForeign(
  world: World,
  finder: LeakFinder,
  { credentials, answers }: { credentials: readonly Credential[]; answers: Answers },
): Promise<Sweep> {
  const sweep: Sweep = { probes: 0, faults: [] };
  const all = world.doors.flatMap((door) =>
    door.named.flatMap((named) => credentials.map((by) => ({ door, named, by }))),
  );
  await inLanes(all, async ({ door, named: [field, kind], by }) => {
    if (!mayProbe(door, by)) return;
    const { name } = door.operation;
    const expected = answers[`${name} ${field}`] ?? answers[name] ?? 404;
    const shapes = new Map<string, string>();
    for (const whose of ["theirs", "theirs, gone", "nobody's"] as const)
      for (const value of idsOf(world, kind, whose)) {
        const input = inputOf(door.operation, (other, at) => (at === field ? value : firstOwn(world, other)));
        finder.typed([value]);
        const { reply, faults } = await probe(world, finder, { door, by, input });
        sweep.probes++;
        sweep.faults.push(...faults);
        if (reply.status !== expected)
          sweep.faults.push(
            `${door.says}, ${field}, answers ${by.name} ${reply.status} for ${whose}: ${reply.text.slice(0, 200)}`,
          );
        shapes.set(shapeOf(reply, [value]), whose);
      }
    if (shapes.size > 1)
      sweep.faults.push(
        `${door.says}, ${field}, tells ${by.name} apart: ${[...shapes].map(([shape, whose]) => `${whose} ${shape}`).join("\n")}`,
      );
  });
  return sweep;
}

/** The Hall's operator acts upon tenants by their names; what is nobody else's they may only read. */
function mayProbe({ operation, method }: Door, by: Credential): boolean {
  const { permission } = operation;
  if (permission === "public" || permission === "grant" || refusalDue(operation, by) !== null) return false;
  return by.is !== "operator" || method === "GET" || method === "HEAD";
}

/** Everything that only shows, with one's own ids, for everybody who may: so the refusals of others' are no accident. */
export async function sweepOwn(
  world: World,
  finder: LeakFinder,
  credentials: readonly Credential[],
): Promise<Sweep> {
  const sweep: Sweep = { probes: 0, faults: [] };
  const shown = world.doors.filter(({ method }) => method === "GET" || method === "HEAD");
  const all = shown.flatMap((door) => credentials.map((by) => ({ door, by })));
  await inLanes(all, async ({ door, by }) => {
    if (!mayProbe(door, by)) return;
    const ofTenant = by.is !== "operator";
    // Which tenant they look at is for the operator to name, and the case names nobody's.
    if (!ofTenant && (door.named.length > 0 || door.operation.name === "tenant.get")) return;
    const input = inputOf(door.operation, (kind) => firstOwn(world, kind));
    const { reply, faults } = await probe(world, finder, { door, by, input });
    sweep.probes++;
    sweep.faults.push(...faults);
    const hasAll = door.named.every(([, kind]) => world.ours.ids[kind].length > 0);
    if (reply.status !== (hasAll ? 200 : 404))
      sweep.faults.push(`${door.says} answers ${by.name} ${reply.status}: ${reply.text.slice(0, 200)}`);
  });
  return sweep;
}

const VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/** Every path with every verb that it does not know. */
export async function sweepVerbs(
  world: World,
  finder: LeakFinder,
  credentials: readonly Credential[],
): Promise<Sweep> {
  const sweep: Sweep = { probes: 0, faults: [] };
  const known = new Set(world.doors.map(({ says }) => says));
  const paths = new Map(world.doors.filter(({ way }) => way !== "head").map((door) => [door.path, door]));
  const all = [...paths.values()].flatMap((door) =>
    VERBS.filter((method) => !known.has(`${method} ${door.path}`)).map((method) => ({ ...door, method })),
  );
  await inLanes(all, async (door) => {
    const says = `${door.method} ${door.path}`;
    const shapes = new Map<string, string>();
    for (const by of credentials)
      for (const whose of door.named.length === 0
        ? (["own"] as const)
        : (["own", "theirs", "nobody's"] as const)) {
        const url = door.path.replaceAll(/:([A-Za-z_]+)/g, (written, field: string) => {
          const kind = door.named.find(([named]) => named === field)?.[1];
          return kind ? encodeURIComponent(idsOf(world, kind, whose)[0] ?? "x") : written.slice(1);
        });
        const reply = await send(world.app, door.method, url.replace("*", "0/000.p/1"), by.headers);
        sweep.probes++;
        sweep.faults.push(...finder.leaksIn(reply, by).map((leak) => `${says} shows ${by.name} ${leak}`));
        if (![204, 404, 405, 415].includes(reply.status))
          sweep.faults.push(`${says} answers ${reply.status}`);
        shapes.set(shapeOf(reply), `${by.name}, ${whose}`);
      }
    if (shapes.size > 1) sweep.faults.push(`${says} tells apart: ${[...shapes.values()].join("; ")}`);
  });
  return sweep;
}

/**
 * Two tenants' requests in turn, shuffled, over one Hall: what each may read of its own, what it may not of the other's, and
 * what breaks off half-way.
 */
export async function sweepInterleaved(
  world: World,
  finder: LeakFinder,
  { requests, random }: { requests: number; random: Random },
): Promise<Sweep> {
  const sweep: Sweep = { probes: 0, faults: [] };
  const both = [
    [world.ours, world.theirs],
    [world.theirs, world.ours],
  ] as const;
  const shown = world.doors.filter(
    ({ method, operation }) =>
      method === "GET" && !/^(?:public|grant|hall:read)$/.test(operation.permission) && isAnybodys(operation),
  );
  // Each types the other's ids, so only what is not typed counts.
  for (const { ids, gone } of both.flat())
    finder.typed([...Object.values(ids), ...Object.values(gone)].flat());
  const asked = Array.from({ length: requests }, (_, n) => {
    const [own, other] = both[n % 2]!;
    const door = random.pick(shown);
    const isOwn = door.named.length === 0 || random.chance(0.6);
    return { door, own, isOwn, of: isOwn ? own : other };
  });
  await inLanes(asked, async ({ door, own, isOwn, of }) => {
    const headers = { authorization: `Bearer ${own.sessions.owner}` };
    const by: Credential = { name: own.name, headers, sees: own.id, is: "person", permissions: new Set() };
    const input = inputOf(door.operation, (kind) => of.ids[kind][0] ?? nobodys(kind, "")[0]!);
    const { reply, faults } = await probe(world, finder, { door, by, input });
    sweep.probes++;
    sweep.faults.push(...faults);
    const numbered = door.named.some(([, kind]) => kind === "publication");
    const isFilter = door.operation.name === "certificate.list";
    const expected = isOwn || isFilter ? 200 : 404;
    if (reply.status !== expected && !numbered)
      sweep.faults.push(`${door.says} answers ${own.name} ${reply.status}, not ${expected}`);
  });
  return sweep;
}

/** What an owner may ask for. */
function isAnybodys({ permission }: Operation): boolean {
  return (ROLE_PERMISSIONS.owner as readonly string[]).includes(permission);
}
