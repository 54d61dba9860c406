import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type MemoryLog, readTileOf } from "@guildhall/attestation/testing";
import { parseTilePath, type Tile } from "@guildhall/attestation/verify";
import { sendJson } from "./hall-stand-in.ts";

/** A log over HTTP that shows whatever it is told to. */
export interface LogStandIn {
  url: string;
  /** Whose checkpoint and tiles it shows, and of which size; null where nothing is sealed yet. */
  log: MemoryLog;
  size: number | null;
  /** Whose tiles, where not its own. */
  tiles: MemoryLog | null;
  /** What stands below the log's own line. */
  cosignatures: string;
  /** What else its Hall answers, by path. */
  answers: { [path: string]: object };
  close(): Promise<void>;
}

export async function openLog(log: MemoryLog, size: number): Promise<LogStandIn> {
  const server = createServer(async ({ url = "" }, response) => {
    if (url === "/log/checkpoint" && shown.size !== null)
      return response.end(`${await shown.log.checkpoint(shown.size)}${shown.cosignatures}`);
    const answer = shown.answers[url];
    if (answer !== undefined) return sendJson(response, 200, answer);
    if (!url.startsWith("/log/tile/")) return response.writeHead(404).end("{}");
    const tile = parseTilePath(url.replace("/log/tile/", "")) as Tile;
    response.end(await readTileOf((shown.tiles ?? shown.log).leafData)(tile));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const shown: LogStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    size,
    tiles: null,
    cosignatures: "",
    answers: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return shown;
}
