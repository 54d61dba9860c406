import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a worker does with the work it is given. */
export type Behaviour =
  | "answers"
  | "answers late"
  | "answers 500"
  | "answers rubbish"
  | "answers too much"
  | "answers a redirect"
  | "denies"
  | "waits before redeeming"
  | "hangs"
  | "hangs up"
  | "never redeems";

/** Work as it reaches a worker. */
export interface Work {
  grant: string;
  salt: string;
  request: Record<string, unknown>;
}

/** A worker over HTTP: it redeems its grant at the Hall, then does as it is told. */
export interface HttpWorker {
  url: string;
  behaviour: Behaviour;
  /** Everything that was sent here, redeemed or not. */
  received: Work[];
  /** Work that was started: its grant was redeemed, and by nobody before. */
  runs: Work[];
  /** Sends a grant to the Hall. @returns the status */
  redeem(grant: string): Promise<number>;
  /** Lets everything go that "answers late". */
  release(): void;
  close(): Promise<void>;
}

export async function startHttpWorker(hallUrl: () => string): Promise<HttpWorker> {
  let released: () => void = () => undefined;
  let held = new Promise<void>((resolve) => {
    released = resolve;
  });
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy()); // the Hall went away: nobody to answer
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const work = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Work;
    worker.received.push(work);
    const { behaviour } = worker;
    if (behaviour === "hangs up") return void response.destroy();
    if (behaviour === "waits before redeeming") await held;
    if (behaviour !== "never redeems") {
      const status = await worker.redeem(work.grant);
      if (status !== 200) return answer(response, 403, { status: "error" });
      worker.runs.push(work);
    }
    switch (behaviour) {
      case "hangs":
        return;
      case "answers 500":
        return answer(response, 500, { error: "broken", secret: "not for the caller" });
      case "answers rubbish":
        return answer(response, 200, '{"status":"ok","status":"ok"}');
      case "answers too much":
        return answer(response, 200, { status: "ok", result: "x".repeat(1_000_001) });
      case "answers a redirect":
        response.setHeader("location", "/elsewhere");
        return answer(response, 302, "");
      case "denies":
        return answer(response, 200, { status: "denied", result: { why: "not my work" } });
      case "answers late":
        await held;
    }
    answer(response, 200, { status: "ok", result: { words: String(work.request.text).split(" ").length } });
  }

  const worker: HttpWorker = {
    url: "",
    behaviour: "answers",
    received: [],
    runs: [],
    async redeem(grant) {
      const response = await fetch(`${hallUrl()}/wcp/grants/redeem`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ grant }),
      });
      await response.body?.cancel();
      return response.status;
    },
    release() {
      released();
      held = new Promise<void>((resolve) => {
        released = resolve;
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  worker.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/run`;
  return worker;
}

function answer(response: ServerResponse, status: number, body: object | string): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
