import type { FastifyInstance, InjectOptions } from "fastify";
import { OPERATIONS } from "../../src/operations/index.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { allRoutes, type Route } from "../testing/routes.ts";
import { CASES, type Field, GOOD, type Kind, NAMES } from "./cases.ts";

/** One way to ask for an operation, as the router has it. */
export interface Door extends Route {
  says: string;
  operation: Operation;
  way: "rest" | "head" | "trpc";
  /** The fields that name something, in the order of the input. */
  named: [field: string, kind: Kind][];
}

/** What is sent and what came back. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const FILE = "apps/hall-api/test/probes/cases.ts";
const operations = OPERATIONS as readonly unknown[] as readonly Operation[];

/** Of no operation. */
const OTHER_ROUTES = new Set(["GET /openapi.json", "HEAD /openapi.json"]);

/** Every door that the router knows. What it lists and no case covers is told with where to add it. */
export function doorsOf(app: FastifyInstance): { doors: Door[]; missing: string[] } {
  const doors = new Map<string, Door>();
  const missing = new Set<string>();
  for (const route of allRoutes(app)) {
    const says = `${route.method} ${route.path}`;
    if (OTHER_ROUTES.has(says) || doors.has(says)) continue;
    const way = route.path.startsWith("/trpc/") ? "trpc" : route.method === "HEAD" ? "head" : "rest";
    const operation = operationAt(route, way);
    // Of tRPC's one route for everything most methods lead nowhere.
    if (!operation && way === "trpc" && isProcedure(route.path)) continue;
    if (!operation) {
      missing.add(`no case for ${says}: add an operation, or name the route in OTHER_ROUTES of doors.ts`);
      continue;
    }
    for (const lack of lacking(operation)) missing.add(`no case for ${says}: ${lack}`);
    const named = Object.entries(fieldsOf(operation)).flatMap(([field, is]): Door["named"] =>
      typeof is === "string" ? [] : [[field, is.kind]],
    );
    doors.set(says, { ...route, says, operation, way, named });
  }
  for (const name of Object.keys(CASES))
    if (!operations.some((one) => one.name === name))
      missing.add(`${name} is no operation: take it out of ${FILE}`);
  return { doors: [...doors.values()], missing: [...missing] };
}

function operationAt({ method, path }: Route, way: Door["way"]): Operation | undefined {
  if (way === "trpc")
    return operations.find(
      ({ name, trpc }) => path === `/trpc/${name}` && method === (trpc === "query" ? "GET" : "POST"),
    );
  const verb = way === "head" ? "GET" : method;
  return operations.find(
    ({ rest }) => rest?.method === verb && rest.path.replace(REST_OF_PATH, "/*") === path,
  );
}

const REST_OF_PATH = /\/\*[a-z_]+$/;

function isProcedure(path: string): boolean {
  return operations.some(({ name, trpc }) => trpc && path === `/trpc/${name}`);
}

/** The fields of an operation's case, in the order of its input. */
function fieldsOf({ name }: Operation): Record<string, Field> {
  return CASES[name] ?? {};
}

/** What the case of an operation still wants: a line for each field, and an input that is read to its end. */
function lacking(operation: Operation): string[] {
  const { name, rest, input } = operation;
  const shown = (rest?.shows ?? input) as { shape?: object };
  const declared = Object.keys(shown.shape ?? {});
  const listed = Object.keys(fieldsOf(operation));
  const lacks = declared
    .filter((field) => !listed.includes(field))
    .map((field) => `add ${field} to "${name}" in CASES of ${FILE}`);
  lacks.push(
    ...listed
      .filter((field) => shown.shape && !declared.includes(field))
      .map((field) => `${field} is no field of "${name}": take it out of CASES of ${FILE}`),
  );
  for (const [, parameter = ""] of (rest?.path ?? "").matchAll(/:([A-Za-z_]+)/g))
    if (typeof fieldsOf(operation)[parameter] === "string" && !NAMES.has(`${name} ${parameter}`))
      lacks.push(`say in CASES of ${FILE} what ${parameter} of "${name}" names, or list it in NAMES`);
  const read = input.safeParse(inputOf(operation, (kind) => FORM[kind] ?? SOME_UUID));
  if (!read.success)
    lacks.push(`add a good input for "${name}" to GOOD of ${FILE}: ${read.error.issues[0]?.path.join(".")}`);
  return lacks;
}

const SOME_UUID = "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11";
const SOME_DIGEST = `sha256:${"0".repeat(64)}`;
/** One of each form that is no UUID. */
const FORM: { [kind in Kind]?: string } = {
  record: SOME_DIGEST,
  bundle: SOME_DIGEST,
  profileDigest: SOME_DIGEST,
  certificateDigest: SOME_DIGEST,
  agreementDigest: SOME_DIGEST,
  identity: "tenant-some.test",
  worker: "org.some.worker",
  publication: "1",
  profile: "prof.some.own",
  role: "keeper",
  capability: "cap.some.work",
};

/** A good input in which `value` says what each id is. */
export function inputOf(
  operation: Operation,
  value: (kind: Kind, field: string) => string,
): Record<string, unknown> {
  const input: Record<string, unknown> = { ...GOOD[operation.name] };
  for (const [field, is] of Object.entries(fieldsOf(operation)))
    if (typeof is !== "string") input[field] = asJsonHasIt(field, value(is.kind, field));
  return input;
}

function asJsonHasIt(field: string, value: string): unknown {
  if (field === "identities") return [value];
  return field === "number" ? Number(value) : value;
}

/** Asks through a door. */
export async function ask(
  app: FastifyInstance,
  door: Pick<Door, "operation" | "way" | "method" | "path">,
  input: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<Reply> {
  const { operation, way, method, path } = door;
  if (way === "trpc") {
    const text = JSON.stringify(input);
    return method === "GET"
      ? send(app, method, `${path}?input=${encodeURIComponent(text)}`, headers)
      : send(app, method, path, headers, text);
  }
  const inPath = new Set<string>();
  const url = (operation.rest?.path ?? path).replaceAll(/[:*]([A-Za-z_]+)/g, (written, field: string) => {
    inPath.add(field);
    const value = String(input[field]);
    return written.startsWith("*") ? value : encodeURIComponent(value);
  });
  const rest = Object.entries(input).filter(([field]) => !inPath.has(field));
  if (method !== "GET" && method !== "HEAD")
    return send(app, method, url, headers, JSON.stringify(Object.fromEntries(rest)));
  const query = new URLSearchParams(
    Object.fromEntries(rest.map(([field, value]) => [field, String(value)])),
  ).toString();
  return send(app, method, query === "" ? url : `${url}?${query}`, headers);
}

/** Asks in the process itself: a path arrives as it is written. */
export async function send(
  app: FastifyInstance,
  method: string,
  url: string,
  headers: Record<string, string>,
  payload?: string,
): Promise<Reply> {
  const response = await app.inject({
    method: method as InjectOptions["method"] & string,
    url,
    headers: { ...headers, ...(payload !== undefined && { "content-type": "application/json" }) },
    ...(payload !== undefined && { payload }),
  });
  return {
    status: response.statusCode,
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
    ),
    text: response.body,
  };
}
