import { HALL_ERRORS } from "@guildhall/protocol";
import { z } from "zod";
import { OPERATIONS } from "./operations/index.ts";
import type { Operation, RestDoor } from "./operations/operation.ts";
import { HALL_VERSION } from "./version.ts";

/** The API document: made of the list of operations and nothing else, so it needs no Hall and no database. */
export function openApiDocument(): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = {};
  for (const operation of OPERATIONS as readonly unknown[] as readonly Operation[]) {
    const { rest } = operation;
    if (!rest) continue;
    const path = rest.path.replaceAll(PARAMETER, "{$1}");
    paths[path] = { ...paths[path], [rest.method.toLowerCase()]: documented(operation, rest) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Guildhall",
      version: HALL_VERSION,
      description: "A Hall for WCP: decides whether an AI worker may run, and proves it afterwards.",
    },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: { Refusal: jsonSchema(Refusal, "output") },
      responses: Object.fromEntries(
        [...Map.groupBy(Object.entries(HALL_ERRORS), ([, { status }]) => status)].map(([status, codes]) => [
          `Refusal${status}`,
          {
            description: codes.map(([code, { sentence }]) => `${code}: ${sentence}`).join(" "),
            content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } },
          },
        ]),
      ),
    },
  };
}

/** As it is committed: `apps/hall-api/openapi.json`. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(), null, 2)}\n`;
}

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string };
  security: object[];
  paths: { [path: string]: { [method: string]: object } };
  components: { [kind: string]: { [name: string]: object } };
}

/** What `http/refusal.ts` answers. */
const Refusal = z.looseObject({
  error: z.string().describe("What is wrong, in a sentence."),
  code: z.string().describe("Stable; one of those that the answer's description names, or a JSON_ code."),
  remedy: z.string().describe("What to do about it."),
  request_id: z.uuid().describe("Names the request in the Hall's own log."),
  problems: z
    .array(z.looseObject({ path: z.string(), expected: z.string() }))
    .optional()
    .describe("Where the request does not follow its schema; in a rule bundle with the rule's id."),
});

const SECURITY_SCHEMES = {
  key: { type: "http", scheme: "bearer", description: "An API key or a session of a tenant." },
  operator: {
    type: "http",
    scheme: "bearer",
    description: "The operator token of the Hall, `hall_op_`, from the Hall's own data folder.",
  },
};

const PARAMETER = /[:*]([a-z_]+)/g;

function documented(operation: Operation, rest: RestDoor): object {
  const { name, summary, permission, output } = operation;
  const input = rest.shows ?? operation.input;
  const shape = input instanceof z.ZodObject ? (input.shape as { [field: string]: z.ZodType }) : {};
  const inPath = [...rest.path.matchAll(PARAMETER)].map(([, field]) => field as string);
  const others = Object.keys(shape).filter((field) => !inPath.includes(field));
  const parameter = (where: "path" | "query") => (field: string) => ({
    name: field,
    in: where,
    required: where === "path" || !shape[field]?.safeParse(undefined).success,
    schema: jsonSchema(shape[field] ?? z.string(), "input"),
  });
  const parameters = [
    ...inPath.map(parameter("path")),
    ...(rest.method === "GET" ? others.map(parameter("query")) : []),
    ...(rest.idempotencyKey ? [IDEMPOTENCY_KEY] : []),
  ];
  const body = input instanceof z.ZodObject ? without(input, inPath) : input;
  const good = {
    description: "The answer.",
    content: {
      [rest.contentType?.split(";", 1)[0] ?? "application/json"]: { schema: jsonSchema(output, "output") },
    },
  };
  return {
    operationId: name,
    summary,
    tags: [name.split(".", 1)[0]],
    ...(permission === "grant" && { security: [] }),
    ...(permission.startsWith("hall:") && { security: [{ operator: [] }] }),
    ...(permission === "public" && { security: [{}, { key: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(rest.method !== "GET" &&
      others.length > 0 && {
        requestBody: {
          required: !body.safeParse({}).success,
          content: { "application/json": { schema: jsonSchema(body, "input") } },
        },
      }),
    responses: {
      ...Object.fromEntries([rest.status ?? 200, ...(rest.also ?? [])].map((status) => [status, good])),
      ...Object.fromEntries(refusals(operation, rest).map((status) => [status, refusal(status)])),
    },
  };
}

/** With which statuses an operation refuses; what can befall any request is left to `default` of HTTP. */
function refusals({ permission }: Operation, rest: RestDoor): number[] {
  const writes = rest.method !== "GET";
  const statuses = new Set([400, 401, 500, 503]);
  if (permission !== "public" && permission !== "grant") statuses.add(403);
  if (rest.path.search(PARAMETER) !== -1) statuses.add(404);
  if (writes) for (const status of [409, 413, 415]) statuses.add(status);
  if (rest.idempotencyKey) statuses.add(422);
  for (const status of rest.refuses ?? []) statuses.add(status);
  return [...statuses].sort((a, b) => a - b);
}

function refusal(status: number): object {
  return { $ref: `#/components/responses/Refusal${status}` };
}

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "Repeated with the same body, it gets the same decision, and nothing is started twice.",
  schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,128}$" },
};

function without(input: z.ZodObject, fields: readonly string[]): z.ZodObject {
  return fields.reduce<z.ZodObject>((rest, field) => rest.omit({ [field]: true } as never), input);
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
