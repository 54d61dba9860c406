import { HallError, readStrictJson } from "@guildhall/protocol";
import { fastifyRequestHandler, fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Hall } from "../hall.ts";
import { BODY_MAX_BYTES } from "../http/json-body.ts";
import { OPERATIONS } from "../operations/index.ts";
import type { Operation } from "../operations/operation.ts";
import { admit, presented } from "../rest/door.ts";
import { appRouter, type TrpcContext } from "./router.ts";

/** At most this many calls in one batch (H-016); each is admitted by itself. */
const BATCH_MAX = 10;

export async function registerTrpc(app: FastifyInstance, hall: Hall): Promise<void> {
  await app.register(async (scope) => {
    // The adapter takes every method and forms, and reads its JSON with JSON.parse: it gets to see neither before us.
    scope.addHook("onRequest", async ({ method, headers }) => {
      if (method !== "GET" && method !== "POST") throw new HallError("NOT_FOUND");
      if (method === "POST" && !/^application\/json *(?:;|$)/i.test(headers["content-type"] ?? ""))
        throw new HallError("UNSUPPORTED_MEDIA_TYPE");
    });
    scope.addHook("preHandler", async ({ body, query }) => {
      for (const text of [body, (query as { input?: unknown }).input])
        if (typeof text === "string") readStrictJson(text);
    });
    const trpcOptions = {
      router: appRouter,
      maxBatchSize: BATCH_MAX,
      createContext: ({ req }: { req: Pick<FastifyRequest, "headers" | "ip" | "id"> }): TrpcContext => ({
        hall,
        presented: presented(req),
        requestId: req.id,
      }),
    };
    await scope.register(fastifyTRPCPlugin, { prefix: "/trpc", trpcOptions });
    await scope.register(async (large) => {
      large.removeContentTypeParser("application/json");
      large.addContentTypeParser("application/json", { parseAs: "string" }, (_, body, done) =>
        done(null, body),
      );
      for (const operation of OPERATIONS as readonly unknown[] as readonly Operation[]) {
        const bodyLimit = operation.rest?.bodyMaxBytes;
        if (operation.trpc !== "mutation" || bodyLimit === undefined) continue;
        const onRequest = async (request: FastifyRequest) => admitLarge(hall, operation, request);
        large.post(`/trpc/${operation.name}`, { bodyLimit, onRequest }, (req, res) =>
          fastifyRequestHandler({ ...trpcOptions, req, res, path: operation.name }),
        );
      }
    });
  });
}

/**
 * What may be larger than others has a route of its own, so it cannot come in a batch. A small body goes on to tRPC,
 * which refuses in the form that its client reads. So does who is only to show a factor again: the client asks for it.
 */
async function admitLarge(hall: Hall, operation: Operation, request: FastifyRequest): Promise<void> {
  const length = request.headers["content-length"];
  if (length !== undefined && Number(length) <= BODY_MAX_BYTES) return;
  const { stepUp: _, ...unasked } = operation;
  await admit(hall, unasked, presented(request));
}
