import { HallError } from "@guildhall/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Hall } from "../hall.ts";
import { authenticate, type Presented } from "../identity/authenticate.ts";
import { type AnyCaller, requirePermission } from "../identity/caller.ts";
import { localCaller } from "../identity/local-caller.ts";
import type { Permission } from "../identity/permissions.ts";
import { refuseSuspended } from "../identity/refuse-suspended.ts";
import { requireStepUp } from "../identity/require-step-up.ts";
import { OPERATIONS } from "../operations/index.ts";
import type { Operation, RequestFacts, WireDoor } from "../operations/operation.ts";
import { spendAllowance } from "./spend-allowance.ts";
import { authorizationOf } from "./wire-credential.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    wire?: WireDoor | undefined;
  }
}

/** The REST door: one route for each operation that has one, with no decision of its own. */
export function registerRest(app: FastifyInstance, hall: Hall): void {
  for (const declared of OPERATIONS) {
    const operation: Operation = declared as unknown as Operation;
    if (operation.rest) registerRoute(app, hall, operation, operation.rest);
  }
}

function registerRoute(
  app: FastifyInstance,
  hall: Hall,
  operation: Operation,
  rest: NonNullable<Operation["rest"]>,
): void {
  app.route({
    method: rest.method,
    url: rest.path.replace(REST_OF_PATH, "*"),
    config: { wire: rest.wire },
    ...(rest.bodyMaxBytes !== undefined && {
      bodyLimit: rest.bodyMaxBytes,
      // Nobody else makes the Hall read so much: the credential is checked before the body comes in.
      onRequest: async (request: FastifyRequest) => {
        await admit(hall, operation, presented(request));
      },
    }),
    async handler(request, reply) {
      const authorization = authorizationOf(request, rest);
      let status = rest.status ?? 200;
      let bytes: Buffer | null = null;
      const facts: RequestFacts = {
        id: request.id,
        rawBody: request.rawBody,
        idempotencyKey: header(request, "idempotency-key"),
        authorization,
        address: request.ip,
        setStatus: (other) => {
          status = other;
        },
        setCacheControl: (value) => void reply.header("cache-control", value),
        setBytes: (written) => {
          bytes = written;
        },
      };
      const local =
        authorization === undefined && rest.wire?.openOnLoopback ? await localCaller(hall, request) : null;
      const caller = local
        ? await admitCaller(hall, operation, local)
        : await admit(hall, operation, { authorization, address: request.ip });
      await spendAllowance(hall, caller, (headers) => void reply.headers(headers));
      // Where the body is the whole input, no body is none: it is not an empty object.
      if (request.body === undefined && request.method !== "GET" && !(operation.input instanceof z.ZodObject))
        throw new HallError("MALFORMED_JSON");
      const input = operation.input.parse(inputOf(request, rest.path));
      const output = await operation.run({ hall, caller, input, request: facts });
      reply.code(status).type(rest.contentType ?? "application/json; charset=utf-8");
      // Written here and not by a schema's serialiser: what a receipt says leaves exactly as it was hashed.
      // As bytes: a string would be measured first and converted after.
      return reply.send(
        bytes ??
          Buffer.from(rest.contentType ? (output as string | Uint8Array as string) : JSON.stringify(output)),
      );
    },
  });
}

/** Establishes who asks. A stranger may present a credential at a public operation, and is then known there. */
export async function admit(hall: Hall, operation: Operation, by: Presented) {
  const { permission } = operation;
  if (permission === "grant") return null;
  if (permission === "public") return by.authorization === undefined ? null : await authenticate(hall, by);
  return admitCaller(hall, operation, await authenticate(hall, by));
}

async function admitCaller<C extends AnyCaller>(hall: Hall, operation: Operation, caller: C): Promise<C> {
  const permission = operation.permission as Permission;
  // What a decision denies is not refused before it: the key's attempt stands in the log.
  const isDecided = operation.decides && caller.kind === "tenant" && caller.credential.kind === "key";
  if (!isDecided) requirePermission(caller, permission);
  await refuseSuspended(hall, caller, permission);
  if (operation.stepUp) requireStepUp(caller, hall.clock.now());
  return caller;
}

/** What came with a request to show who asks. */
export function presented({ headers, ip }: Pick<FastifyRequest, "headers" | "ip">): Presented {
  return { authorization: headers.authorization, address: ip };
}

/** `*tile` at the end of a path: a field that holds slashes. */
const REST_OF_PATH = /\*([a-z_]+)$/;

function inputOf({ params, query, body, method }: FastifyRequest, path: string): unknown {
  const { "*": rest, ...named } = params as Record<string, unknown>;
  const restName = REST_OF_PATH.exec(path)?.[1];
  const fromPath = restName === undefined ? named : { ...named, [restName]: rest };
  if (method === "GET" || method === "HEAD") return { ...(query as object), ...fromPath };
  if (body !== undefined && (typeof body !== "object" || body === null || Array.isArray(body)))
    throw new HallError("INVALID_REQUEST", {
      detail: { problems: [{ path: "$", expected: "a JSON object" }] },
    });
  const clash = Object.keys(body ?? {}).find((key) => key in fromPath);
  if (clash)
    throw new HallError("INVALID_REQUEST", {
      detail: { problems: [{ path: clash, expected: "this field in the path only" }] },
    });
  return Object.keys(fromPath).length === 0 ? (body ?? {}) : { ...(body as object | undefined), ...fromPath };
}

function header({ headers }: FastifyRequest, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" ? value : null;
}
