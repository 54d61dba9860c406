import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { post } from "./post.ts";

/** Work that was really begun: its grant was redeemed, by the worker's own log. */
export interface Worked {
  decisionId: string;
  jti: string;
  marker: string;
  /** Where the decision stood, and how far the log was sealed, when the worker was called. */
  leafIndex: number | null;
  sealedSize: number;
}

export interface FakeWorker {
  url: string;
  /** Append-only. */
  worked: Worked[];
  stop(): Promise<void>;
}

export interface FakeWorkerOptions {
  /** Where grants are redeemed; whichever answers first in this order. */
  halls: () => readonly string[];
  /** Asked of the database before the grant is redeemed. */
  sealState: (decisionId: string) => Promise<{ leafIndex: number | null; sealedSize: number }>;
  workMs: () => number;
}

/** A real HTTP worker that lives through every crash and writes down each job that it was allowed to do. */
export async function startFakeWorker({ halls, sealState, workMs }: FakeWorkerOptions): Promise<FakeWorker> {
  const worked: Worked[] = [];

  async function work(body: string): Promise<{ status: string }> {
    const { grant, request } = JSON.parse(body) as { grant: string; request: { marker: string } };
    const { sub, jti } = JSON.parse(Buffer.from(grant.split(".")[1] ?? "", "base64url").toString()) as {
      sub: string;
      jti: string;
    };
    const seal = await sealState(sub);
    if (!(await redeem(grant))) return { status: "denied" };
    worked.push({ decisionId: sub, jti, marker: request.marker, ...seal });
    await sleep(workMs());
    return { status: "ok" };
  }

  /** Only a plain yes counts. A Hall that died while it was asked may have said anything. */
  async function redeem(grant: string): Promise<boolean> {
    for (const hall of halls()) {
      const { status } = await post(`${hall}/wcp/grants/redeem`, JSON.stringify({ grant }));
      // The next Hall of the list, if there is one, shares the redemptions of the one that is gone.
      if (status !== null) return status === 200;
    }
    return false;
  }

  const server = createServer(async (request, response) => {
    try {
      const result = await work(await textOf(request));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
    } catch {
      // The database was killed under the question; nothing was begun.
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/work`,
    worked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
