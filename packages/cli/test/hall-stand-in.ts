import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { StrictJson } from "@guildhall/protocol";

/** A Hall over HTTP that answers as it is told. */
export interface HallStandIn {
  url: string;
  /** What it was asked, oldest first. */
  asked: Asked[];
  /** Answers in its place. */
  instead: ((response: ServerResponse, asked: Asked) => void) | null;
  close(): Promise<void>;
}

export interface Asked {
  method: string;
  path: string;
  authorization: string | undefined;
  body: { [field: string]: StrictJson };
}

export type Answer = { [field: string]: StrictJson } | ((asked: Asked) => Answer | Promise<Answer>);

/** @param answers by path; whatever else is asked for is not there */
export async function openHall(answers: { [path: string]: Answer }): Promise<HallStandIn> {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { method = "", url = "", headers } = request;
    const path = decodeURIComponent(url);
    const asked: Asked = {
      method,
      path,
      authorization: headers.authorization,
      body: text === "" ? {} : JSON.parse(text),
    };
    hall.asked.push(asked);
    if (hall.instead) return hall.instead(response, asked);
    let answer = answers[path];
    while (typeof answer === "function") answer = await answer(asked);
    sendJson(
      response,
      answer === undefined ? 404 : 200,
      answer ?? { code: "NOT_FOUND", error: "There is no such thing here." },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hall: HallStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    instead: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hall;
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
