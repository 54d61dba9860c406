import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readPin, type Terminal } from "./pin.ts";
import { parsePkcs11Uri } from "./pkcs11-uri.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hall-pin-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const uri = (file: string | null) =>
  parsePkcs11Uri(
    `pkcs11:token=t?module-path=/l.so${file === null ? "" : `&pin-source=file:${file}`}`,
    () => null,
  );

/** A terminal that answers what is asked, and keeps what is shown. */
function terminal(typed: string, isTTY = true) {
  const input = new PassThrough();
  const output = new PassThrough();
  input.write(typed);
  const shown: string[] = [];
  output.on("data", (chunk) => shown.push(String(chunk)));
  Object.assign(input, { isTTY, setRawMode: () => input });
  Object.assign(output, { isTTY });
  return { io: { input, output } as unknown as Terminal, shown };
}

it("comes from the file that the URI names, without its line end", async () => {
  const path = join(folder, "pin");
  writeFileSync(path, "4711 with blanks \n", { mode: 0o600 });
  expect(await readPin(uri(path), terminal("").io)).toBe("4711 with blanks ");
});

it("is refused from a file that others can read, that is not there, or that holds none", async () => {
  const path = join(folder, "pin");
  await expect(readPin(uri(path), terminal("").io)).rejects.toMatchObject({ code: "PIN_FILE_UNREADABLE" });
  writeFileSync(path, "4711\n");
  chmodSync(path, 0o644);
  await expect(readPin(uri(path), terminal("").io)).rejects.toMatchObject({
    code: "PIN_FILE_TOO_OPEN",
    message: expect.not.stringContaining("4711"),
  });
  chmodSync(path, 0o600);
  for (const text of ["", "\n", "4711\n4712\n", "47\0", "4".repeat(300)]) {
    writeFileSync(path, text);
    await expect(readPin(uri(path), terminal("").io), text).rejects.toMatchObject({
      code: "PIN_FILE_MALFORMED",
    });
  }
});

it("is asked for at a terminal and not shown there", async () => {
  const { io, shown } = terminal("s3cret-pin\r");
  expect(await readPin(uri(null), io)).toBe("s3cret-pin");
  expect(shown.join("")).toBe("PIN of the token t: \n");
});

it("is missing where nobody can be asked", async () => {
  await expect(readPin(uri(null), terminal("4711\r", false).io)).rejects.toMatchObject({
    code: "PIN_MISSING",
    message: expect.stringContaining("pin-source=file:"),
  });
});
