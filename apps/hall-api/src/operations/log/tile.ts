import { leafHash, parseTilePath, TILE_WIDTH, tileWidth } from "@guildhall/attestation";
import { readSealedSize, readTileNodes } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { operation } from "../operation.ts";

export const tile = operation({
  name: "log.tile",
  summary: "A tile of the log's tree as C2SP tlog-tiles has it: hashes only, of what a checkpoint covers.",
  permission: "public",
  input: z.strictObject({
    tile: z.string().describe("<level>/<index>, and .p/<width> for a partial tile: 0/x001/x234/067.p/5"),
  }),
  output: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  rest: { method: "GET", path: "/log/tile/*tile", contentType: "application/octet-stream" },
  async run({ hall, input, request }) {
    const tile = parseTilePath(input.tile);
    if (!tile) throw new HallError("NOT_FOUND");
    const { level, index, width } = tile;
    const start = index * TILE_WIDTH;
    // Of unsealed leaves nobody has a promise yet, so no hash of them is shown.
    const isSealed = (size: number) => tileWidth(level, index, size) >= width;
    if (!isSealed(hall.ledger.sealer.sealedSize()) && !isSealed(await readSealedSize(hall.db)))
      throw new HallError("NOT_FOUND");
    const nodes = await readTileNodes(hall.db, level, start, width);
    if (nodes.length !== width)
      throw new Error(`tile ${input.tile} has ${nodes.length} stored nodes: the tree must be rebuilt`);
    // A log never changes what it once had; a partial tile is of use until the next leaves come.
    request.setCacheControl(
      width === TILE_WIDTH ? "public, max-age=31536000, immutable" : "public, max-age=3600, immutable",
    );
    return Buffer.concat(level === 0 ? nodes.map(leafHash) : nodes);
  },
});
