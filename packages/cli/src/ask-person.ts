import { createInterface } from "node:readline/promises";
import { sanitise } from "@guildhall/engine";

/** Asks at a terminal. Only y or yes is a yes: no answer, Ctrl-C and the end of input are none. */
export async function askPerson(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  try {
    const gone = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
    const answer = await Promise.race([terminal.question(`${sanitise(question)} [y/N] `), gone]);
    return /^\s*y(?:es)?\s*$/i.test(answer);
  } finally {
    terminal.close();
  }
}
