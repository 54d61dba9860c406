import { documentDigest } from "@guildhall/attestation";
import { expect, it } from "vitest";
import { inProcess } from "./hall.ts";
import { openHall } from "./hall-stand-in.ts";

const AGREEMENT = {
  agreement_id: "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11",
  title: "Summaries",
  state: "active",
  in_force: true,
  version: 2,
  waits_for: "signature",
};
const DOCUMENT = { title: "Summaries", clauses: ["Nothing is agreed."] };

it("hall agreements list shows what is in force and what waits, and prints only the document that was asked for", async () => {
  const digest = documentDigest(DOCUMENT);
  const other = documentDigest({ ...DOCUMENT, title: "Other" });
  const hall = await openHall({
    "/wcp/agreements": {
      agreements: [AGREEMENT, { ...AGREEMENT, in_force: false, state: "draft", version: null }],
    },
    [`/wcp/agreements/versions/${digest}`]: { document: DOCUMENT },
    [`/wcp/agreements/versions/${other}`]: { document: DOCUMENT },
  });
  try {
    const ask = (...args: string[]) =>
      inProcess(["agreements", "list", "--hall", hall.url, ...args], "", { hallKey: "hall_key_x" });
    const listed = await ask();
    expect(listed).toMatchObject({ code: 0, err: "" });
    expect(listed.out).toContain("in force");
    expect(listed.out).toContain("version 2, waits for signature");
    expect(listed.out).toContain("no version");
    const printed = await ask("--document", digest);
    expect(JSON.parse(printed.out)).toEqual(DOCUMENT);
    expect(await ask("--document", other)).toMatchObject({ code: 2, err: expect.stringContaining(digest) });
    expect(hall.asked.every(({ method }) => method === "GET")).toBe(true);
  } finally {
    await hall.close();
  }
});
