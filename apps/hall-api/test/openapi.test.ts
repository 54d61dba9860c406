import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { HALL_ERRORS } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { problemsOf, refusalOf } from "../src/http/refusal.ts";
import { openApiDocument, openApiText } from "../src/openapi.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";

const COMMITTED = fileURLToPath(new URL("../openapi.json", import.meta.url));
const operations = OPERATIONS as readonly unknown[] as readonly Operation[];
const document = openApiDocument() as unknown as Document;

it("the committed document is the one that the operations make: run `npm run generate` and review its diff", () => {
  expect(openApiText()).toBe(readFileSync(COMMITTED, "utf8"));
});

it("every operation with a REST door is in it, and nothing else", () => {
  const documented = documentedOperations().map(({ method, path, operation }) => [
    operation.operationId,
    `${method.toUpperCase()} ${path}`,
  ]);
  const declared = operations.flatMap(({ name, rest }) =>
    rest ? [[name, `${rest.method} ${rest.path.replaceAll(/[:*]([a-z_]+)/g, "{$1}")}`]] : [],
  );
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(declared));
});

describe("it is a valid OpenAPI 3.1 document:", () => {
  it("its top has what the specification asks for, and nothing that it does not know", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    const known = ["openapi", "info", "security", "paths", "components"];
    expect(Object.keys(document).filter((key) => !known.includes(key))).toEqual([]);
    for (const names of Object.values(document.components))
      for (const name of Object.keys(names)) expect(name).toMatch(/^[a-zA-Z0-9._-]+$/);
  });

  it("operation ids are unique, and security names a scheme that is declared", () => {
    const all = documentedOperations();
    expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length);
    const schemes = Object.keys(document.components.securitySchemes ?? {});
    for (const { operation } of [...all, { operation: document as unknown as OperationObject }])
      for (const requirement of operation.security ?? [])
        for (const scheme of Object.keys(requirement)) expect(schemes).toContain(scheme);
  });

  it("each parameter of a path is declared once, as required, and none that the path does not have", () => {
    for (const { path, operation } of documentedOperations()) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      expect(inPath.map(({ name }) => name).sort(), path).toEqual(names.sort());
      for (const parameter of operation.parameters ?? []) {
        expect(["path", "query", "header"]).toContain(parameter.in);
        if (parameter.in === "path") expect(parameter.required).toBe(true);
        expect(parameter.schema, `${path} ${parameter.name}`).toBeTypeOf("object");
      }
    }
  });

  it("only what may have a body has one, and each answer has a description", () => {
    for (const { method, path, operation } of documentedOperations()) {
      if (method === "get") expect(operation.requestBody, path).toBeUndefined();
      expect(Object.keys(operation.responses).length, path).toBeGreaterThan(0);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[1-5][0-9][0-9]$/);
        expect(resolved(response).description, `${path} ${status}`).toMatch(/./);
      }
    }
  });

  it("every reference leads somewhere", () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to as string);
    expect(references.length).toBeGreaterThan(100);
    for (const to of new Set(references)) expect(resolved({ $ref: to })).toBeTypeOf("object");
  });

  it("every schema is JSON Schema 2020-12", () => {
    const validate = metaSchema();
    let count = 0;
    for (const { name, schema } of schemas()) {
      count++;
      expect(validate(schema), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
    }
    expect(count).toBeGreaterThan(40);
    expect(validate({ type: "no such type" })).toBe(false);
  });
});

it("says of every operation that asks for a credential how it refuses: 401 and 403, and 404 where an id is in the path", () => {
  for (const { name, permission, rest } of operations) {
    if (!rest) continue;
    const { responses } = operationOf(name);
    const statuses = Object.keys(responses);
    expect(statuses, name).toEqual(expect.arrayContaining(["400", "401", "503"]));
    if (permission !== "public" && permission !== "grant") expect(statuses, name).toContain("403");
    if (rest.path.includes(":")) expect(statuses, name).toContain("404");
    if (rest.method !== "GET") expect(statuses, name).toEqual(expect.arrayContaining(["413", "415"]));
    for (const status of statuses.filter((text) => Number(text) >= 400))
      expect(resolved(responses[status] as object), `${name} ${status}`).toMatchObject({
        content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } },
      });
  }
});

it("names every code with the status that it has", () => {
  for (const [code, { status }] of Object.entries(HALL_ERRORS))
    expect(resolved({ $ref: `#/components/responses/Refusal${status}` }).description).toContain(`${code}:`);
});

it("shows the shape that refusals really have", () => {
  const refusal = document.components.schemas?.Refusal as { required: string[]; properties: object };
  const { body } = refusalOf(new Error("anything"), "id");
  expect(Object.keys(body).sort()).toEqual([...refusal.required].sort());
  expect(Object.keys(refusal.properties)).toContain("problems");
  expect(problemsOf).toBeTypeOf("function");
});

it("shows what a body holds, also where the door takes any object", () => {
  for (const { path, operation } of documentedOperations()) {
    const schema = operation.requestBody?.content["application/json"]?.schema;
    if (schema) expect(Object.keys(schema.properties ?? {}).length, path).toBeGreaterThan(0);
  }
});

it("can be made twice, the same", () => {
  expect(openApiText()).toBe(openApiText());
});

interface Schema {
  properties?: object;
}

interface OperationObject {
  operationId: string;
  security?: object[];
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, object>;
}

interface Document {
  openapi: string;
  info: object;
  paths: Record<string, Record<string, OperationObject>>;
  components: Record<string, Record<string, object>>;
}

function documentedOperations() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

function operationOf(name: string): OperationObject {
  const found = documentedOperations().find(({ operation }) => operation.operationId === name);
  if (!found) throw new Error(`no operation ${name}`);
  return found.operation;
}

/** What a reference stands for. */
function resolved(object: object): { description?: string; content?: Record<string, { schema: Schema }> } {
  const to = (object as { $ref?: string }).$ref;
  if (to === undefined) return object;
  const found = to
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
  if (typeof found !== "object" || found === null) throw new Error(`${to} leads nowhere`);
  return found;
}

function schemas(): { name: string; schema: object }[] {
  const list = Object.entries(document.components.schemas ?? {}).map(([name, schema]) => ({ name, schema }));
  for (const { operation } of documentedOperations()) {
    const name = operation.operationId;
    for (const parameter of operation.parameters ?? []) list.push({ name, schema: parameter.schema });
    const contents = [operation.requestBody, ...Object.values(operation.responses).map(resolved)];
    for (const content of contents)
      for (const { schema } of Object.values(content?.content ?? {})) list.push({ name, schema });
  }
  return list;
}

/** Fastify's own validator, which is here anyway: the meta-schema of the draft that OpenAPI 3.1 is written in. */
function metaSchema() {
  const require = createRequire(createRequire(import.meta.url).resolve("fastify"));
  const Ajv2020 = require("ajv/dist/2020").default as new (
    options: object,
  ) => {
    getSchema(id: string): { (schema: unknown): boolean; errors?: unknown };
  };
  return new Ajv2020({ strict: false }).getSchema("https://json-schema.org/draft/2020-12/schema");
}
