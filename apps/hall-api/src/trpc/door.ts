import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import type { FastifyInstance } from "fastify";
import type { Hall } from "../hall.ts";
import { appRouter, type TrpcContext } from "./router.ts";

/** At most this many calls in one batch (H-016); each is admitted by itself. */
const BATCH_MAX = 10;

export async function registerTrpc(app: FastifyInstance, hall: Hall): Promise<void> {
  await app.register(fastifyTRPCPlugin, {
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
}
