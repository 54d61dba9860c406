import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { OpenHall } from "../../../hall-api/test/testing/running-hall.ts";

/** Somebody else's machine: a worker that answers with every text, and an OpenID provider under any issuer. */
export interface Stranger {
  url: string;
  /** Where its provider says that people sign in. */
  signInAt: string;
  close(): void;
}

export async function startStranger(hall: OpenHall, texts: readonly string[]): Promise<Stranger> {
  const server = createServer((request, response) => {
    void text(request).then(async (body) =>
      response.end(JSON.stringify(await said(request.url ?? "", body))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const stranger: Stranger = { url, signInAt: url, close: () => void server.close() };

  async function said(path: string, body: string): Promise<object> {
    const [issuer, asked] = path.split("/.well-known/");
    if (asked !== undefined)
      return {
        ...{ issuer: `${url}${issuer}`, authorization_endpoint: stranger.signInAt },
        ...{ token_endpoint: url, jwks_uri: url },
      };
    const { grant } = JSON.parse(body) as { grant: string };
    await hall.ask("POST", "/wcp/grants/redeem", { body: { grant } });
    return { status: "ok", result: { texts } };
  }
  return stranger;
}
