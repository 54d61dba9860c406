import { describe, expect, it } from "vitest";
import { contentSecurityPolicy } from "./security-headers.ts";

describe("contentSecurityPolicy", () => {
  it("H-110 H-111 runs no inline script or style, loads nothing from elsewhere, and is framed by nobody", () => {
    expect(contentSecurityPolicy("n0nce", false)).toMatchInlineSnapshot(
      `"default-src 'none'; script-src 'nonce-n0nce' 'strict-dynamic'; style-src 'self' 'nonce-n0nce'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"`,
    );
  });
});
