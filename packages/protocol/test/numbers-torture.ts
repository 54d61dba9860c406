import { parseArgs } from "node:util";
import { canonicalJson } from "../src/index.ts";
import { hashLines, PUBLISHED } from "./number-sequence.ts";

/**
 * RFC 8785's published numbers, all of them: `--lines 100000000` takes some minutes. Ends with 1 where a checksum is not the
 * published one. There is nothing to resume: the sequence is a chain of hashes.
 */
const { values } = parseArgs({ options: { lines: { type: "string", default: "100000000" } } });
let isHeld = true;
hashLines(
  Number(values.lines),
  (value) => (Object.is(value, -0) ? "0" : canonicalJson(value)),
  (lines, sha256) => {
    const isPublished = sha256 === PUBLISHED[lines];
    isHeld &&= isPublished;
    console.log(
      `${String(lines).padStart(11)} lines: ${sha256} ${isPublished ? "as published" : `is not ${PUBLISHED[lines]}`}`,
    );
  },
);
process.exit(isHeld ? 0 : 1);
