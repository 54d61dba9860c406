import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import type { Pkcs11Uri } from "./pkcs11-uri.ts";
import { readPrivateFile, refusePrivateFile } from "./private-file.ts";
import { SignerError } from "./signer.ts";

/** Where a person may be asked. */
export interface Terminal {
  input: ReadStream;
  output: WriteStream;
}

/**
 * The PIN of the URI's token: from the file that it names, or from a person at a terminal. From nowhere else: arguments,
 * the environment and logs are read by others.
 * @throws SignerError PIN_MISSING, PIN_FILE_*
 */
export async function readPin(uri: Pkcs11Uri, { input, output }: Terminal): Promise<string> {
  if (uri.pinFile !== null) return readPinFile(uri.pinFile);
  if (!input.isTTY || !output.isTTY)
    throw new SignerError(
      "PIN_MISSING",
      `The PIN of the token ${uri.token} is not known and nobody can be asked. Write it to a file of mode 600 and add pin-source=file:/path to the URI, or start on a terminal.`,
    );
  // What is typed is not shown: readline echoes to where nothing is written.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  output.write(`PIN of the token ${uri.token}: `);
  const lines = createInterface({ input, output: nowhere, terminal: true });
  try {
    return await lines.question("");
  } finally {
    lines.close();
    output.write("\n");
  }
}

async function readPinFile(path: string): Promise<string> {
  const file = {
    path,
    kind: "PIN_FILE",
    secret: "PIN",
    maxBytes: 256,
    remedy: "give the PIN on one line",
  } as const;
  const text = await readPrivateFile(file);
  if (text === null)
    throw refusePrivateFile(file, "UNREADABLE", "is not there; name the file that holds the PIN");
  const pin = text.replace(/\r?\n$/, "");
  if (!/^[^\r\n\0]+$/.test(pin)) throw refusePrivateFile(file, "MALFORMED", `holds no PIN; ${file.remedy}`);
  return pin;
}
