import { describe, expect, it } from "vitest";
import { insideConsole } from "./inside-console.ts";

const CONSOLE = "http://localhost:3000";

describe("insideConsole", () => {
  it.each([
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example/..//evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "http://localhost:3000.evil.example",
    "http://localhost:3000@evil.example",
    "http://localhost:3001/",
    "https://localhost:3000/",
    "javascript:alert(1)",
    "\u0000javascript:alert(1)",
    "data:text/html,x",
    "http://[",
    "",
  ])("H-109 %j leads to no other place", (url) => {
    expect(new URL(insideConsole(url, CONSOLE)).origin).toBe(CONSOLE);
  });

  it("leads to the page that was asked for", () => {
    expect(insideConsole("/acme/decisions?env=prod", CONSOLE)).toBe(`${CONSOLE}/acme/decisions?env=prod`);
    expect(insideConsole(`${CONSOLE}/acme/keys`, CONSOLE)).toBe(`${CONSOLE}/acme/keys`);
  });
});
