import { hash } from "node:crypto";
import { type ArtifactHash, type JsonNode, readStrictJsonWithLexemes, recordText } from "@guildhall/protocol";

/** WCP's artifact hash of a worker record (contract 6.6, number 1): SHA-256 of the record's text. */
export function recordHash(record: string | JsonNode): ArtifactHash {
  const node = typeof record === "string" ? readStrictJsonWithLexemes(record, { bigIntegers: true }) : record;
  return `sha256:${hash("sha256", recordText(node), "hex")}` as ArtifactHash;
}
