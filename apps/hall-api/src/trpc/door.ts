import { HallError, readStrictJson } from "@guildhall/protocol";
import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import type { FastifyInstance } from "fastify";
import type { Hall } from "../hall.ts";
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
    await scope.register(fastifyTRPCPlugin, {
      prefix: "/trpc",
      trpcOptions: {
        router: appRouter,
        maxBatchSize: BATCH_MAX,
        createContext: ({
          req,
        }: {
          req: { headers: { authorization?: string }; id: string };
        }): TrpcContext => ({
          hall,
          authorization: req.headers.authorization,
          requestId: req.id,
        }),
      },
    });
  });
}
